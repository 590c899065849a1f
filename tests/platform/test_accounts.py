"""People come in by invitation and password, act for an organisation, and are kept out when they should be."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from kyokan.errors import AccountError
from kyokan.platform.accounts import Role
from kyokan.platform.accounts.addresses import EMAIL as EMAIL_RULE
from kyokan.platform.accounts.addresses import checked_email, deliverable
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.accounts.passwords import Passwords, check_new
from kyokan.platform.audit import Trail
from tests.platform.accounting import BETTER, EMAIL, GOOD, HERE, QUICK, refused

DAY = 86_400.0


# Invitations


def test_an_invitation_makes_an_account_that_acts_for_its_organisation(desk):
    signed_in = desk.welcome()
    actor = desk.accounts.sessions.actor_of(signed_in.session_id)
    assert actor.name == "佐伯 凪"
    assert actor.organisation == desk.organisation()
    assert actor.roles == {Role.PLANNER}


def test_an_invitation_is_good_once_and_for_a_week(desk):
    used, late = desk.invite(), desk.invite("other@example.com")
    desk.accounts.accept(used, name="A", password=GOOD, language="ja", visit=HERE)
    with refused("invitation_over"):
        desk.accounts.accept(used, name="A", password=GOOD, language="ja", visit=HERE)
    desk.clock.pass_(7 * DAY - 1)
    assert desk.accounts.invitation(late).email == "other@example.com"
    desk.clock.pass_(1)
    for token in (late, "", "nonsense"):
        with refused("invitation_over"):
            desk.accounts.invitation(token)


def test_a_refused_password_leaves_the_invitation_open(desk):
    token = desk.invite()
    with refused("too_short"):
        desk.accounts.accept(token, name="A", password="short", language="ja", visit=HERE)
    assert desk.accounts.invitation(token).known is False
    assert desk.accounts.people() == []


def test_an_invitation_to_an_address_with_an_account_is_taken_up_with_that_account_alone(desk):
    first, other = desk.welcome(), desk.welcome("other@example.com")
    token = desk.invite(EMAIL.upper(), "Koyomido", Role.ANALYST)
    assert desk.accounts.invitation(token).known
    with refused("sign_in_first"):
        desk.accounts.accept(token, name="A", password=GOOD, language="ja", visit=HERE)
    with refused("other_person"):
        desk.accounts.join(token, desk.accounts.owner(other.session_id).id)
    person = desk.accounts.owner(first.session_id).id
    desk.accounts.join(token, person)
    assert [one.name for one in desk.accounts.organisations_of(person)] == ["Koyomido", "Minato Agency"]


def test_an_organisation_named_in_two_languages_is_found_by_either_and_a_whole_name_comes_first(desk):
    both = desk.accounts.create_organisation("和音社 / Waonsha", OrganisationKind.AGENCY)
    for name in ("和音社 / Waonsha", "和音社", " Waonsha "):
        assert desk.accounts.organisation(name).id == both.id
    assert desk.accounts.organisation("和音") is None
    assert desk.accounts.organisation("%") is None
    whole = desk.accounts.create_organisation("Waonsha", OrganisationKind.AGENCY)
    assert desk.accounts.organisation("Waonsha").id == whole.id


def test_roles_are_held_by_organisation(desk):
    session_id = desk.welcome().session_id
    person = desk.accounts.owner(session_id).id
    second = desk.organisation("Koyomido", OrganisationKind.BRAND)
    desk.accounts.join(desk.invite(organisation="Koyomido", role=Role.BRAND_CLIENT), person)
    desk.accounts.sessions.act_for(person, session_id, second)
    actor = desk.accounts.sessions.actor_of(session_id)
    assert (actor.organisation, actor.roles) == (second, {Role.BRAND_CLIENT})
    assert desk.accounts.sessions.actor_of(desk.sign_in().session_id).organisation == second
    with refused("not_member"):
        desk.accounts.sessions.act_for(person, session_id, desk.organisation("Nobody's"))


ODD = (
    *("x@[127.0.0.1", "x@[127.0.0.1]", "a(b@example.com", "a:b@example.com", "a\0b@example.com", "a\ab@example.com"),
    *("a..b@example.com", ".a@example.com", "a.@example.com", "a\\@example.com", '"a"@example.com', "x@-.y"),
    *("x@example-.com", "x@example..com", "x@example.com.", "田中@example.com", "x@例え.jp", f"{'x' * 65}@example.com"),
)


@pytest.mark.parametrize(
    "email", ["", "saeki", "a@b", "a b@example.com", "a@b@example.com", f"{'x' * 250}@example.com", *ODD]
)
def test_what_is_no_address_is_not_invited(desk, email):
    with refused("email"):
        desk.invite(email)


@given(st.from_regex(EMAIL_RULE, fullmatch=True).filter(deliverable))
def test_an_address_that_is_taken_on_is_the_one_that_a_letter_goes_to(address):
    message = EmailMessage()
    message["To"] = address
    read = message_from_bytes(message.as_bytes(), policy=default)["To"]
    assert [one.addr_spec for one in read.addresses] == [address]
    assert checked_email(address.upper()) == address


@pytest.mark.parametrize("name", ["", "  ", "\u0000", "x" * 101])
def test_a_name_is_asked_for(desk, name):
    with refused("name"):
        desk.accounts.accept(desk.invite(), name=name, password=GOOD, language="ja", visit=HERE)


# Signing in


@pytest.mark.parametrize("email", [EMAIL, " Saeki@Example.COM ", "ｓａｅｋｉ@example.com"])
def test_one_address_in_any_spelling_is_one_person(desk, email):
    desk.welcome()
    assert desk.accounts.sessions.actor_of(desk.sign_in(email).session_id)


def test_a_password_composed_by_another_keyboard_is_the_same(desk):
    token = desk.invite()
    desk.accounts.accept(token, name="A", password="gradually caf\u00e9 が north", language="ja", visit=HERE)
    assert desk.sign_in(password="gradually cafe\u0301 か\u3099 north")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, GOOD + "x"),
        (EMAIL, ""),
        (EMAIL, "x" * 200_000),
        ("nobody@example.com", GOOD),
        ("", ""),
        ("x" * 9000, GOOD),
    ],
)
def test_wrong_address_and_wrong_password_get_the_same_answer(desk, email, password):
    desk.welcome()
    with refused("wrong") as refusal:
        desk.sign_in(email, password)
    assert str(refusal.value) == "sign-in: address and password do not belong together. Check both"


def test_a_disabled_person_is_out_at_once_and_gets_the_same_answer_as_a_stranger(desk):
    session_id = desk.welcome().session_id
    desk.accounts.set_active(EMAIL, active=False)
    assert desk.accounts.sessions.actor_of(session_id) is None
    with refused("wrong"):
        desk.sign_in()
    desk.accounts.set_active(EMAIL, active=True)
    assert desk.accounts.sessions.actor_of(session_id) is None
    assert desk.sign_in()
    with refused("nobody"):
        desk.accounts.set_active("nobody@example.com", active=False)


def test_a_password_is_looked_at_for_an_unknown_address_too(desk):
    looked = []

    class Counting(Passwords):
        def opens(self, kept, password):
            looked.append(kept)
            return super().opens(kept, password)

    desk.welcome()
    desk.accounts._passwords = Counting(QUICK)
    for email in (EMAIL, "nobody@example.com"):
        with refused("wrong"):
            desk.sign_in(email, "wrong")
    known, unknown = looked
    assert known.startswith("$argon2id$")
    assert unknown is None
    assert desk.accounts._passwords.nobody.partition("p=")[0] == known.partition("p=")[0]


def test_a_hash_of_weaker_parameters_is_renewed_by_signing_in(desk):
    session_id = desk.welcome().session_id
    desk.accounts._passwords = Passwords(type(QUICK)(time_cost=2, memory_cost=16, parallelism=1))
    desk.sign_in()
    assert "m=16,t=2" in desk.accounts.owner(session_id).password
    assert desk.sign_in()


# A forgotten password


def test_with_the_operators_leave_a_new_password_is_set_once(desk):
    session_id = desk.welcome().session_id
    token = desk.accounts.offer_reset(EMAIL.upper())
    assert desk.accounts.invitation(token).organisation is None
    with refused("too_short"):
        desk.accounts.reset(token, "short", HERE)
    made = desk.accounts.reset(token, BETTER, HERE)
    assert desk.accounts.sessions.actor_of(made.session_id)
    assert desk.accounts.sessions.actor_of(session_id) is None
    assert desk.sign_in(password=BETTER)
    for again in (token, desk.invite(role=Role.ANALYST)):
        with refused("invitation_over"):
            desk.accounts.reset(again, GOOD, HERE)
    with refused("nobody"):
        desk.accounts.offer_reset("nobody@example.com")


def test_leave_to_set_a_password_gives_no_role_and_lets_no_disabled_person_in(desk):
    person = desk.accounts.owner(desk.welcome().session_id).id
    token = desk.accounts.offer_reset(EMAIL)
    with refused("invitation_over"):
        desk.accounts.join(token, person)
    with refused("sign_in_first"):
        desk.accounts.accept(token, name="A", password=GOOD, language="ja", visit=HERE)
    desk.accounts.set_active(EMAIL, active=False)
    with refused("invitation_over"):
        desk.accounts.reset(token, BETTER, HERE)


def test_a_new_password_leaves_the_second_step_in_force_unless_told_otherwise(desk):
    desk.with_second_step()
    assert desk.accounts.reset(desk.accounts.offer_reset(EMAIL), BETTER, HERE).pending
    person = desk.accounts.people()[0]
    assert person.second_step
    assert not desk.accounts.reset(desk.accounts.offer_reset(EMAIL, second_step=True), GOOD, HERE).pending


# Passwords


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "too_short"),
        ("kf93 vnw 2q", "too_short"),
        ("か\u3099" * 11, "too_short"),
        ("x" * 129, "too_long"),
        ("x" * 200_000, "too_long"),
        ("aaaaaaaaaaaaaaaaaaaa", "too_common"),
        ("password1234567", "too_common"),
        ("saekisaekisaeki", "too_common"),
        ("qwertyuiop123", "too_common"),
    ],
)
def test_weak_passwords_are_refused(password, code):
    with refused(code):
        check_new(password, known=(EMAIL,))


def test_none_of_the_commonest_passwords_is_taken():
    for password in FREQUENCY_LISTS["passwords"][:3000]:
        with pytest.raises(AccountError):
            check_new(password)


@pytest.mark.parametrize(
    "password",
    [GOOD, "海辺の朝に静かな鐘が四つ鳴る", "x9" * 3 + "Ω≈ç√∫ 7k2m" + " pale ember" * 8, "🐟🌒🚋🍋🪁🧵🥁🪵🌾🧊🫖🪞"],
)
def test_long_passwords_of_any_letters_are_taken(password):
    assert check_new(password)


# The audit trail


def test_every_step_of_signing_in_is_on_the_trail_and_the_chain_holds(desk):
    session_id = desk.welcome().session_id
    person = desk.accounts.owner(session_id).id
    for email in (EMAIL, "nobody@example.com"):
        with refused("wrong"):
            desk.sign_in(email, "wrong")
    desk.sign_in()
    desk.accounts.sign_out(desk.accounts.change_password(session_id, GOOD, BETTER, HERE), HERE)
    desk.accounts.set_active(EMAIL, active=False)
    with desk.database.session() as session:
        trail = Trail(session)
        assert trail.verify() == 8
        assert [record.act for record in trail.of(f"organisation:{desk.organisation()}")] == ["invited", "joined"]
        assert [(record.act, record.person == person) for record in trail.of(f"person:{person}")] == [
            ("password_refused", False),
            ("signed_in", True),
            ("password_changed", True),
            ("signed_out", True),
            ("kept_out", False),
        ]
        (unknown,) = trail.of("person:unknown")
        assert (unknown.act, unknown.detail) == ("password_refused", {"address": HERE.address})
