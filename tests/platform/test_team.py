"""The people of an organisation, kept by its admins: whom they reach, what they cannot do, and what is recorded."""

import pytest

from kyokan.errors import AccountError, ChangedMeanwhileError, NotAllowedError, TooManyAttemptsError, UnknownRecordError
from kyokan.platform.accounts import Role
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.audit import Trail
from tests.platform.accounting import EMAIL, HERE

ADMIN, OTHER = "admin@example.com", "other@example.com"


@pytest.fixture
def admin(desk):
    return desk.actor(ADMIN, role=Role.ADMIN)


@pytest.fixture
def planner(desk):
    return desk.actor(EMAIL)


def members(desk, actor):
    return {one.email: one.roles for one in desk.accounts.team(actor).members}


def acts(desk, actor):
    with desk.database.session() as session:
        records = Trail(session).of(f"organisation:{actor.organisation}")
        return [(one.act, one.detail) for one in records if one.person == actor.person and one.act != "joined"]


def refused(code, act, *args: object, **kwargs: object):
    with pytest.raises(AccountError) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code


def test_everybody_of_an_organisation_sees_who_is_who_and_only_admins_whom_it_invited(desk, admin, planner):
    desk.accounts.invite_to_team(admin, OTHER, Role.ANALYST)
    for actor in (admin, planner):
        assert members(desk, actor) == {ADMIN: (Role.ADMIN,), EMAIL: (Role.PLANNER,)}
    assert [(one.email, one.roles) for one in desk.accounts.team(admin).pending] == [(OTHER, (Role.ANALYST,))]
    assert desk.accounts.team(admin).roles == (Role.PLANNER, Role.ANALYST, Role.ADMIN)
    seen = desk.accounts.team(planner)
    assert (seen.pending, seen.roles) == ((), ())


def test_people_and_invitations_of_another_organisation_do_not_show(desk, admin):
    theirs = desk.actor(OTHER, organisation="Other Agency", role=Role.ADMIN)
    desk.accounts.invite_to_team(theirs, "new@example.com", Role.PLANNER)
    assert set(members(desk, admin)) == {ADMIN}
    assert desk.accounts.team(admin).pending == ()


def test_an_invitation_of_an_admin_is_taken_up_by_its_token(desk, admin):
    invited = desk.accounts.invite_to_team(admin, " Other@Example.com ", Role.ANALYST)
    assert (invited.email, invited.roles, invited.organisation) == (OTHER, (Role.ANALYST,), admin.organisation)
    desk.accept(invited.token)
    assert members(desk, admin)[OTHER] == (Role.ANALYST,)
    assert desk.accounts.team(admin).pending == ()


def test_an_invitation_carries_several_roles_and_gives_all_of_them_at_once(desk, admin):
    invited = desk.accounts.invite_to_team(admin, OTHER, Role.ADMIN, Role.PLANNER, Role.ADMIN)
    assert invited.roles == desk.accounts.invitation(invited.token).roles == (Role.PLANNER, Role.ADMIN)
    desk.accept(invited.token)
    assert members(desk, admin)[OTHER] == (Role.PLANNER, Role.ADMIN)
    assert acts(desk, admin) == [("invited", {"email": OTHER, "roles": "planner, admin"})]


def test_roles_that_are_held_already_stay_held(desk, admin, planner):
    desk.accounts.join(desk.accounts.invite(EMAIL, admin.organisation, Role.PLANNER, Role.ADMIN), planner.person)
    assert members(desk, admin)[EMAIL] == (Role.PLANNER, Role.ADMIN)


def test_inviting_the_same_again_makes_the_earlier_invitation_void_whatever_its_roles(desk, admin):
    roles = ((Role.ANALYST, Role.ADMIN), (Role.ANALYST,))
    first, second = (desk.accounts.invite_to_team(admin, OTHER, *given).token for given in roles)
    assert len(desk.accounts.team(admin).pending) == 1
    refused("invitation_over", desk.accounts.invitation, first)
    assert desk.accounts.invitation(second).email == OTHER


def test_nobody_writes_to_strangers_without_end(desk, admin):
    for number in range(30):
        desk.accounts.invite_to_team(admin, f"{number}@example.com", Role.ANALYST)
    with pytest.raises(TooManyAttemptsError):
        desk.accounts.invite_to_team(admin, OTHER, Role.ANALYST)
    assert OTHER not in {one.email for one in desk.accounts.team(admin).pending}
    desk.clock.pass_(900)
    assert desk.accounts.invite_to_team(admin, OTHER, Role.ANALYST).email == OTHER


def test_an_invitation_withdrawn_is_over_and_withdrawing_again_does_nothing(desk, admin):
    token = desk.accounts.invite_to_team(admin, OTHER, Role.ANALYST).token
    waiting = desk.accounts.team(admin).pending[0]
    for _ in range(2):
        desk.accounts.withdraw_invitation(admin, waiting.id)
    refused("invitation_over", desk.accounts.invitation, token)
    assert [act for act, _ in acts(desk, admin)] == ["invited", "invitation_withdrawn"]


def settled(desk, organisation):
    with desk.database.session() as session:
        records = Trail(session).of(f"organisation:{organisation}")
        return [one.detail for one in records if one.act == "invitation_settled"]


def test_an_invitation_that_offers_nothing_more_to_who_came_in_by_another_is_settled(desk, admin):
    same, more = desk.invite(OTHER, role=Role.ANALYST), desk.invite(OTHER, role=Role.ADMIN)
    elsewhere = desk.invite(OTHER, organisation="Other Agency", role=Role.ANALYST)
    person = desk.accounts.owner(desk.accept(desk.invite(OTHER, role=Role.ANALYST)).session_id).id
    assert [(one.email, one.roles) for one in desk.accounts.team(admin).pending] == [(OTHER, (Role.ADMIN,))]
    refused("invitation_over", desk.accounts.invitation, same)
    refused("invitation_over", desk.accounts.join, same, person)
    assert desk.accounts.invitation(more).roles == (Role.ADMIN,)
    assert desk.accounts.invitation(elsewhere).roles == (Role.ANALYST,)
    assert settled(desk, admin.organisation) == [{"email": OTHER, "roles": "analyst"}]


def test_an_invitation_to_a_role_that_an_admin_gave_meanwhile_is_settled_and_opens_nothing_later(desk, admin, planner):
    token = desk.invite(role=Role.ANALYST)
    desk.accounts.set_roles(admin, planner.person, {Role.PLANNER, Role.ANALYST}, before={Role.PLANNER})
    assert desk.accounts.team(admin).pending == ()
    desk.accounts.set_roles(admin, planner.person, {Role.PLANNER}, before={Role.PLANNER, Role.ANALYST})
    refused("invitation_over", desk.accounts.join, token, planner.person)
    assert members(desk, admin)[EMAIL] == (Role.PLANNER,)


def test_nobody_is_invited_to_what_they_hold(desk, admin, planner):
    refused("member_already", desk.invite)
    assert desk.accounts.team(admin).pending == ()
    assert desk.accounts.invitation(desk.invite(role=Role.ANALYST)).roles == (Role.ANALYST,)


def test_nobody_withdraws_an_invitation_of_another_organisation(desk, admin):
    theirs = desk.actor(OTHER, organisation="Other Agency", role=Role.ADMIN)
    token = desk.accounts.invite_to_team(theirs, "new@example.com", Role.PLANNER).token
    desk.accounts.withdraw_invitation(admin, desk.accounts.team(theirs).pending[0].id)
    assert desk.accounts.invitation(token).email == "new@example.com"


def test_an_invitation_that_expired_is_no_longer_listed(desk, admin):
    desk.accounts.invite_to_team(admin, OTHER, Role.ANALYST)
    desk.clock.pass_(7 * 86_400)
    assert desk.accounts.team(admin).pending == ()


@pytest.mark.parametrize(
    ("email", "roles", "code"),
    [
        ("nowhere", {Role.PLANNER}, "email"),
        (EMAIL, {Role.ADMIN}, "member_already"),
        (OTHER, {Role.PLANNER, Role.BRAND_CLIENT}, "foreign_role"),
        (OTHER, set(), "no_role_offered"),
    ],
)
def test_invitations_that_make_no_sense_are_refused(desk, admin, planner, email, roles, code):
    refused(code, desk.accounts.invite_to_team, admin, email, *roles)
    assert desk.accounts.team(admin).pending == ()


def test_roles_are_given_and_taken_and_recorded(desk, admin, planner):
    desk.accounts.set_roles(admin, planner.person, {Role.ANALYST, Role.ADMIN}, before=planner.roles)
    assert members(desk, admin)[EMAIL] == (Role.ANALYST, Role.ADMIN)
    changed = {"person": planner.person, "given": "analyst, admin", "taken": "planner"}
    assert acts(desk, admin) == [("roles_changed", changed)]
    desk.accounts.set_roles(admin, planner.person, {Role.ANALYST, Role.ADMIN}, before=planner.roles)
    assert len(acts(desk, admin)) == 1  # sent twice, done once


def test_of_two_admins_who_change_the_same_person_the_second_is_told(desk, admin, planner):
    desk.accounts.set_roles(admin, planner.person, {Role.PLANNER, Role.ANALYST}, before=planner.roles)
    with pytest.raises(ChangedMeanwhileError):
        desk.accounts.set_roles(admin, planner.person, {Role.PLANNER, Role.ADMIN}, before=planner.roles)
    assert members(desk, admin)[EMAIL] == (Role.PLANNER, Role.ANALYST)


def test_roles_that_are_none_or_of_another_side_are_refused(desk, admin, planner):
    refused("no_role", desk.accounts.set_roles, admin, planner.person, set(), before=planner.roles)
    changed = {Role.PLANNER, Role.ARTIST_MANAGER}
    refused("foreign_role", desk.accounts.set_roles, admin, planner.person, changed, before=planner.roles)
    assert members(desk, admin)[EMAIL] == (Role.PLANNER,)


def test_a_brands_admin_gives_the_roles_of_a_brand(desk):
    client = desk.actor(OTHER, organisation="Koyomido", kind=OrganisationKind.BRAND, role=Role.ADMIN)
    assert desk.accounts.team(client).roles == (Role.BRAND_CLIENT, Role.ADMIN)


def test_the_last_admin_stays(desk, admin, planner):
    refused("last_admin", desk.accounts.set_roles, admin, admin.person, {Role.PLANNER}, before=admin.roles)
    refused("last_admin", desk.accounts.keep_out, admin, admin.person)
    desk.accounts.set_roles(admin, planner.person, {Role.ADMIN}, before=planner.roles)
    desk.accounts.set_active(EMAIL, active=False)
    refused("last_admin", desk.accounts.keep_out, admin, admin.person)  # who cannot sign in is no help
    desk.accounts.set_active(EMAIL, active=True)
    desk.accounts.keep_out(admin, admin.person)
    assert members(desk, planner) == {EMAIL: (Role.ADMIN,)}


def test_of_two_admins_who_keep_each_other_out_one_stays(desk, admin):
    second = desk.actor(OTHER, role=Role.ADMIN)
    desk.accounts.keep_out(admin, second.person)
    with pytest.raises(NotAllowedError):  # the request began while they still were admin
        desk.accounts.keep_out(second, admin.person)
    assert members(desk, admin) == {ADMIN: (Role.ADMIN,)}


def test_who_is_kept_out_of_one_organisation_is_out_at_once_and_stays_in_the_others(desk, admin):
    here = desk.welcome().session_id
    person = desk.accounts.owner(here).id
    other = desk.organisation("Other Agency")
    desk.accounts.join(desk.invite(organisation="Other Agency", role=Role.ANALYST), person)
    there = desk.sign_in().session_id
    desk.accounts.sessions.act_for(person, there, other)
    waiting = desk.invite(role=Role.ANALYST)
    desk.accounts.keep_out(admin, person)
    assert desk.accounts.sessions.actor_of(here) is None
    assert desk.accounts.sessions.actor_of(there).organisation == other
    assert set(members(desk, admin)) == {ADMIN}
    refused("invitation_over", desk.accounts.invitation, waiting)
    refused("not_member", desk.accounts.sessions.act_for, person, there, admin.organisation)
    assert acts(desk, admin) == [("kept_out", {"person": person, "taken": "planner"})]


def test_who_belongs_nowhere_any_more_comes_back_by_a_new_invitation(desk, admin, planner):
    desk.accounts.keep_out(admin, planner.person)
    refused("no_organisation", desk.sign_in)
    foreign = desk.accounts.invite_to_team(admin, OTHER, Role.PLANNER).token
    refused("other_person", desk.sign_in, invitation=foreign)
    token = desk.accounts.invite_to_team(admin, EMAIL, Role.ANALYST).token
    session_id = desk.sign_in(invitation=token).session_id
    assert desk.accounts.sessions.actor_of(session_id).roles == {Role.ANALYST}
    refused("invitation_over", desk.accounts.invitation, token)


def test_who_belongs_somewhere_joins_only_by_saying_so(desk, admin, planner):
    desk.organisation("Other Agency")
    token = desk.invite(organisation="Other Agency", role=Role.ANALYST)
    desk.sign_in(invitation=token)
    assert desk.accounts.invitation(token).roles == (Role.ANALYST,)


def test_only_admins_change_anything(desk, admin, planner):
    desk.accounts.invite_to_team(admin, OTHER, Role.ANALYST)
    waiting = desk.accounts.team(admin).pending[0].id
    for act, *args in (
        (desk.accounts.invite_to_team, "new@example.com", Role.PLANNER),
        (desk.accounts.withdraw_invitation, waiting),
        (desk.accounts.keep_out, admin.person),
        (desk.accounts.keep_out, planner.person),
    ):
        with pytest.raises(NotAllowedError):
            act(planner, *args)
    with pytest.raises(NotAllowedError):
        desk.accounts.set_roles(planner, planner.person, {Role.ADMIN}, before=planner.roles)
    assert members(desk, admin) == {ADMIN: (Role.ADMIN,), EMAIL: (Role.PLANNER,)}


def test_an_admin_reaches_nobody_of_another_organisation(desk, admin):
    theirs = desk.actor(OTHER, organisation="Other Agency", role=Role.ADMIN)
    for person in (theirs.person, "nobody"):
        with pytest.raises(UnknownRecordError):
            desk.accounts.keep_out(admin, person)
        with pytest.raises(UnknownRecordError):
            desk.accounts.set_roles(admin, person, {Role.PLANNER}, before=set())
    assert members(desk, theirs) == {OTHER: (Role.ADMIN,)}


def test_the_trail_still_verifies(desk, admin, planner):
    desk.accounts.invite_to_team(admin, OTHER, Role.ANALYST)
    desk.accounts.keep_out(admin, planner.person)
    with desk.database.session() as session:
        assert Trail(session).verify() > 4


def test_a_second_step_shows(desk, admin):
    desk.with_second_step()
    assert {one.email: one.second_step for one in desk.accounts.team(admin).members} == {ADMIN: False, EMAIL: True}


def test_where_one_comes_from_is_kept_out_of_the_organisations_trail(desk, admin, planner):
    desk.accounts.keep_out(admin, planner.person)
    assert HERE.address not in str(acts(desk, admin))
