"""The page of an organisation's people: who may read it, who may change it, and what a change answers."""

import re

import pytest
from playwright.sync_api import expect

from kyokan.platform.accounts import Role
from kyokan.web import create_app
from tests.platform.accounting import EMAIL, GOOD
from tests.web import test_browser
from tests.web.browsing import Browser, served
from tests.web.chromium import accessible, chromium, window
from tests.web.test_accounts import Workroom

ADMIN, OTHER = "admin@example.com", "other@example.com"


@pytest.fixture
def app(world, desk):
    made = create_app(Workroom(world, desk.accounts), address="https://kyokan.example.com")
    made.testing = False
    return made


@pytest.fixture
def admin(desk, app):
    return Browser(app).bear(desk.welcome(ADMIN, role=Role.ADMIN).session_id)


@pytest.fixture
def planner(desk, app):
    return Browser(app).bear(desk.welcome().session_id)


def person(desk, browser):
    return desk.accounts.owner(browser.cookie).id


def test_an_invitation_is_shown_once_as_a_link_and_leads_in(desk, app, admin):
    page = admin.send("/team", act="invite", email=OTHER, analyst="1")
    assert page.status_code == 200
    link = re.search(r'id="f-link" value="https://kyokan\.example\.com(/invitation/[^"]+)"', page.text)[1]
    assert page.headers["Cache-Control"] == "no-store"
    later = admin.read("/team")
    assert OTHER in later
    assert link not in later
    new = Browser(app)
    assert new.send(link, name="Ken", password=GOOD).location == "/account?done=joined"
    assert "Minato Agency: 2 people" in admin.read("/team")
    assert "No second step yet" in admin.read("/team")


def test_without_a_public_address_the_link_names_the_host_that_was_asked(world, desk):
    admin = Browser(create_app(Workroom(world, desk.accounts)))
    admin.bear(desk.welcome(ADMIN, role=Role.ADMIN).session_id)
    page = admin.send("/team", act="invite", email=OTHER, analyst="1").text
    assert 'value="http://localhost/invitation/' in page


def test_an_invitation_is_withdrawn(desk, app, admin):
    link = re.search(r"/invitation/[\w-]+", admin.send("/team", act="invite", email=OTHER, analyst="1").text)[0]
    row = re.search(r'name="invitation" value="([0-9a-f]+)"', admin.read("/team"))[1]
    assert admin.send("/team", act="withdraw", invitation=row).location == "/team?done=withdrawn"
    assert "The invitation is withdrawn" in admin.read("/team?done=withdrawn")
    assert Browser(app).get(link).status_code == 400


def test_others_of_the_organisation_read_who_is_who_and_change_nothing(desk, admin, planner):
    admin.send("/team", act="invite", email=OTHER, analyst="1")
    page = planner.read("/team")
    assert ADMIN in page
    assert "Planner" in page
    assert OTHER not in page
    assert 'name="act" value="invite"' not in page
    assert planner.send("/team", act="invite", email="x@example.com", admin="1").status_code == 403
    me = person(desk, planner)
    assert planner.send("/team", act="roles", person=me, before="planner", admin="1").status_code == 403
    assert planner.send("/team", act="keep_out", person=person(desk, admin)).status_code == 403
    assert admin.inside


def test_nobody_signed_in_is_asked_to(app):
    assert Browser(app).get("/team").location == "/sign-in?next=/team"


def test_roles_are_changed_where_they_still_are_what_was_seen(desk, admin, planner):
    fields = {"act": "roles", "person": person(desk, planner)}
    assert admin.send("/team", before="planner", analyst="1", **fields).location == "/team?done=roles"
    assert "The roles are changed" in admin.read("/team?done=roles")
    late = admin.send("/team", before="planner", admin="1", **fields)
    assert late.status_code == 409
    assert "Somebody else has changed these roles" in late.text
    none = admin.send("/team", before="analyst", **fields)
    assert none.status_code == 400
    assert "Leave one role at least" in none.text


def test_who_is_taken_out_is_out_with_the_next_page(desk, app, admin, planner):
    assert admin.send("/team", act="keep_out", person=person(desk, planner)).location == "/team?done=kept_out"
    assert not planner.inside
    page = Browser(app).sign_in()
    assert page.status_code == 400
    assert "You belong to no organisation" in page.text


def test_who_was_taken_out_and_invited_again_comes_in_by_signing_in(desk, app, admin, planner):
    admin.send("/team", act="keep_out", person=person(desk, planner))
    link = re.search(r"/invitation/[\w-]+", admin.send("/team", act="invite", email=EMAIL, analyst="1").text)[0]
    back = Browser(app)
    assert f"/sign-in?next={link}" in back.read(link)
    assert back.sign_in(next=link).location == "/account?done=joined"
    assert back.inside


def test_who_invites_too_many_is_told_when_to_go_on(admin):
    for number in range(30):
        admin.send("/team", act="invite", email=f"{number}@example.com", analyst="1")
    refused = admin.send("/team", act="invite", email=OTHER, analyst="1")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert "in about 15\N{NO-BREAK SPACE}min" in refused.text


def test_the_last_admin_is_not_taken_out(desk, admin):
    refused = admin.send("/team", act="keep_out", person=person(desk, admin))
    assert refused.status_code == 400
    assert "the only admin" in refused.text
    assert admin.inside


def test_people_of_other_organisations_are_answered_like_nobody(desk, app, admin):
    theirs = Browser(app).bear(desk.welcome(OTHER, organisation="Other Agency", role=Role.ADMIN).session_id)
    answers = [
        admin.send("/team", act=act, person=whom, before="", planner="1")
        for act in ("keep_out", "roles")
        for whom in (person(desk, theirs), "nobody")
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert OTHER not in "".join(answer.text for answer in answers)
    assert theirs.inside


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "nonsense"},
        {"act": "invite", "email": OTHER, "role": "king"},
        {"act": "invite", "email": OTHER, "role": "brand_client"},
        {"act": "invite", "email": "no address", "role": "planner"},
        {"act": "invite", "email": OTHER, "role": "planner", "organisation": "x"},
        {"act": "roles", "before": "king"},
    ],
)
def test_what_makes_no_sense_is_refused(desk, admin, fields):
    assert admin.send("/team", **fields).status_code == 400
    assert desk.accounts.team(desk.accounts.sessions.actor_of(admin.cookie)).pending == ()


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_page_answers_in_both_languages(admin, planner, lang):
    admin.send("/team", act="invite", email=OTHER, analyst="1")
    for reader in (admin, planner):
        page = reader.read(f"/team?lang={lang}")
        assert f'<html lang="{lang}"' in page
        assert len(re.findall("<h1", page)) == 1
        assert " style=" not in page


def test_each_role_can_be_ticked_once(desk, admin):
    page = admin.read("/team")
    assert [page.count(f'id="r-{person(desk, admin)}-{role}"') for role in Role] == [1, 0, 0, 1, 1]


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@test_browser.pytestmark[-1]
def test_an_admin_brings_somebody_in_changes_their_role_and_takes_them_out(world, desk):
    app = create_app(Workroom(world, desk.accounts))
    session_id = desk.welcome(ADMIN, role=Role.ADMIN).session_id
    with served(app) as address, chromium() as browser:
        admin, new = (window(browser, address, session, locale="en-US") for session in (session_id, ""))
        admin.goto("/team?lang=en")
        admin.get_by_label("E-mail address").fill(OTHER)
        roles = admin.get_by_role("group", name="Roles")
        roles.get_by_label("planner").uncheck()
        roles.get_by_label("analyst").check()
        admin.get_by_role("button", name="Make the invitation").click()
        link = admin.get_by_label("Link of the invitation").input_value()
        assert accessible(admin)

        new.goto(link)
        new.get_by_label("Name").fill("Ken")
        new.get_by_label("New password").fill(GOOD)
        new.get_by_role("button", name="Make the account and come in").click()
        expect(new.get_by_text("You have joined.")).to_be_visible()

        admin.goto("/team")
        admin.get_by_label("Change the roles of Ken").click()
        admin.get_by_label("Planner", exact=True).first.check()
        assert accessible(admin)
        admin.get_by_role("button", name="Change", exact=True).first.click()
        expect(admin.get_by_text("The roles are changed.")).to_be_visible()
        new.goto("/team")
        expect(new.locator(".people li").first).to_contain_text("Planner, analyst")
        assert accessible(new)

        admin.locator("summary").filter(has_text="Take out").first.click()
        admin.get_by_role("button", name="Take Ken out").click()
        expect(admin.get_by_text("They are out.")).to_be_visible()
        new.goto("/team")
        expect(new.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
