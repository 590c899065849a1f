"""Signing in and one's own account on the pages: what is shown, what is refused, what the cookie is."""

import hashlib
import re

import pytest
from flask import g
from sqlalchemy import select

from kyokan.platform.accounts import Role
from kyokan.platform.accounts.model import Attempt, OrganisationKind
from kyokan.web import actors, create_app
from tests.platform.accounting import BETTER, EMAIL, GOOD
from tests.web.browsing import Browser

PUBLIC = ("/", "/dictionary", "/matches?entity=brand:xc&for=artist", "/e/artist:akari", "/nope")
ENTRY = ("/sign-in", "/sign-in/code", "/account", "/account/second-step", "/team")


class Workroom:
    """The small world with accounts of its own."""

    def __init__(self, world, accounts) -> None:
        self._world = world
        self.accounts = accounts

    def __getattr__(self, name: str) -> object:
        return getattr(self._world, name)


@pytest.fixture
def app(world, desk):
    made = create_app(Workroom(world, desk.accounts))
    made.testing = False
    return made


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def saeki(desk, browser):
    """Saeki, signed in."""
    desk.welcome()
    assert browser.sign_in().status_code == 303
    return browser


# Coming in


def test_an_invitation_leads_to_an_account_and_into_it(desk, browser):
    address = f"/invitation/{desk.invite()}"
    page = browser.read(address)
    assert "Minato Agency invites you" in page
    assert "as planner" in page
    refused = browser.send(address, name="Nagi Saeki", password="short")
    assert refused.status_code == 400
    assert "12 letters or more" in refused.text
    assert not re.search(r'type="password"[^>]*maxlength', refused.text)  # what is too long is said, not cut off
    assert 'value="Nagi Saeki"' in refused.text
    assert "short" not in re.sub(r"<script.*?</script>", "", refused.text)
    done = browser.send(address, name="Nagi Saeki", password=GOOD)
    assert done.location == "/account?done=joined"
    assert "You have joined" in browser.read(done.location)
    assert desk.accounts.people()[0].name == "Nagi Saeki"
    again = browser.get(address)
    assert again.status_code == 400
    assert "can no longer be used" in again.text


def test_an_invitation_for_another_account_asks_to_sign_in_with_it(desk, app, saeki):
    desk.welcome("other@example.com")
    address = f"/invitation/{desk.invite('other@example.com', 'Koyomido', Role.ANALYST)}"
    assert "It is for another address" in saeki.read(address)
    other = Browser(app)
    assert f"/sign-in?next={address}" in other.read(address)
    assert other.sign_in("other@example.com", next=address).location.startswith(address)
    assert other.send(address).location == "/account?done=joined"
    assert "Acting for Koyomido" in other.read("/account")


def test_who_forgot_the_password_sets_a_new_one_by_the_operators_address(desk, browser):
    desk.with_second_step()
    address = f"/invitation/{desk.accounts.offer_reset(EMAIL)}"
    page = browser.read(address)
    assert f"For the account of {EMAIL}" in page
    assert 'name="name"' not in page
    assert browser.send(address, password="short").status_code == 400
    assert browser.send(address, password=BETTER).location == "/sign-in/code"
    assert not browser.inside
    assert browser.get(address).status_code == 400


def test_signing_in_leads_back_to_where_one_was(desk, browser):
    desk.welcome()
    home = browser.read("/matches?entity=brand:xc&for=artist")
    assert "/sign-in?next=/matches?entity%3Dbrand:xc%26for%3Dartist" in home
    assert browser.sign_in(next="/e/artist:akari").location == "/e/artist:akari"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\/evil.example", "evil", "/a\n/b"]
)
def test_signing_in_leads_nowhere_else(desk, browser, elsewhere):
    desk.welcome()
    assert browser.sign_in(next=elsewhere).location == "/"


def test_pages_of_somebody_ask_to_sign_in_and_come_back(browser):
    answer = browser.get("/account")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/account")


def test_a_stranger_and_a_wrong_password_get_the_same_page(desk, app):
    desk.welcome()
    pages = []
    for email in (EMAIL, "nobody@example.com"):
        answer = Browser(app).sign_in(email, "wrong")
        assert answer.status_code == 400
        pages.append(re.sub(r'value="[0-9a-f.]{90,}"|>\d+ ms<', "", answer.text.replace(email, "")))
    assert pages[0] == pages[1]
    assert "Address and password do not belong together" in pages[0]


def test_too_many_tries_are_answered_with_when_to_come_back(desk, browser, app):
    desk.welcome()
    desk.welcome("other@example.com")
    answers = [browser.sign_in(password="wrong") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "900"
    assert "in about 15\u00a0min" in answers[-1].text
    assert Browser(app).sign_in("other@example.com").status_code == 303


def test_a_form_as_long_as_a_book_is_refused(desk, browser):
    desk.welcome()
    assert browser.sign_in(password="x" * 200_000).status_code == 413
    assert browser.sign_in(password="x" * 5_000).status_code == 400


# The cookie


@pytest.mark.parametrize(
    ("base", "name", "secure"), [("https://localhost", "__Host-session", True), ("http://localhost", "session", False)]
)
def test_the_session_stands_in_one_cookie_that_scripts_cannot_read(desk, app, base, name, secure):
    desk.welcome()
    browser = Browser(app, base)
    cookies = browser.sign_in().headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith(f"{name}="))
    attributes = set(session.split("; ")[1:])
    assert attributes == {"HttpOnly", "Path=/", "SameSite=Lax"} | ({"Secure"} if secure else set())
    assert browser.inside
    assert [cookie.partition("=")[0] for cookie in cookies] == [name]


def test_a_new_browser_speaks_the_language_of_the_person(desk, app):
    desk.welcome()
    browser = Browser(app, lang="")
    assert '<html lang="en"' in browser.read("/sign-in")
    browser.sign_in()
    assert '<html lang="ja"' in browser.read("/account")


@pytest.mark.parametrize(
    ("proxies", "name", "address"), [(0, "session", "127.0.0.1"), (1, "__Host-session", "192.0.2.9")]
)
def test_only_a_proxy_of_ours_is_believed(world, desk, proxies, name, address):
    desk.welcome()
    browser = Browser(create_app(Workroom(world, desk.accounts), proxies=proxies))
    said = {"X-Forwarded-For": "198.51.100.7, 192.0.2.9", "X-Forwarded-Proto": "https"}
    page = browser.client.get("/sign-in", headers=said)
    assert page.headers["Set-Cookie"].startswith(f"{name}=")
    browser.client.post(
        "/sign-in",
        headers={**said, "Cookie": page.headers["Set-Cookie"].partition(";")[0]},
        data={
            "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1],
            "email": EMAIL,
            "password": "wrong",
        },
    )
    with desk.database.session() as session:
        assert session.scalars(select(Attempt.address)).all() == [address]


def test_over_https_every_cookie_belongs_to_this_host_alone(desk, app):
    desk.welcome()
    browser = Browser(app, "https://localhost")
    answers = [browser.get("/e/artist:akari?lang=ja&theme=dark&ink=one"), browser.get("/sign-in"), browser.sign_in()]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) == 6
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


def test_over_https_a_cookie_without_the_prefix_counts_for_nothing(desk, app):
    session_id = desk.welcome().session_id
    browser = Browser(app, "https://localhost")
    browser.client.set_cookie("session", session_id, domain="localhost")
    assert not browser.inside


def test_public_pages_give_strangers_no_session(browser):
    for address in PUBLIC:
        assert not [one for one in browser.get(address).headers.getlist("Set-Cookie") if "session" in one]


def test_the_id_changes_with_signing_in_and_out_and_with_every_change_of_how(desk, app, browser):
    desk.welcome()
    seen = [hashlib.sha256(b"").hexdigest()]

    def changed(answer):
        assert answer.status_code in {200, 303}
        assert browser.cookie not in seen
        seen.append(browser.cookie)

    browser.read("/sign-in")
    changed(browser.get("/sign-in"))
    changed(browser.sign_in())
    changed(browser.act("password", old=GOOD, new=BETTER))
    browser.act("offer", password=BETTER)
    secret = desk.accounts.offered_totp(browser.cookie)
    changed(browser.send("/account/second-step", code=desk.code(secret)))
    changed(browser.act("off", password=BETTER))
    assert browser.inside
    last = browser.cookie
    browser.send("/sign-out", page="/account")
    assert browser.cookie == ""
    for old in (*seen, last):
        browser.client.set_cookie("session", old, domain="localhost")
        assert not browser.inside


def test_an_expired_session_leads_to_signing_in(desk, saeki):
    desk.clock.pass_(8 * 3600)
    answer = saeki.act("profile", name="X", language="en", csrf_token=saeki.token())
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_a_disabled_person_is_out_with_the_next_page(desk, saeki):
    desk.accounts.set_active(EMAIL, active=False)
    assert not saeki.inside


def test_pages_of_somebody_signed_in_are_kept_nowhere(saeki, app):
    for address in (*PUBLIC, "/account"):
        assert saeki.get(address).headers["Cache-Control"] == "no-store"
    assert Browser(app).get("/sign-in").headers["Cache-Control"] == "no-store"
    assert Browser(app).get("/").headers["Cache-Control"] == "private, no-cache"


# Forms


def forms(app):
    """Every address that changes something."""
    return [rule for rule in app.url_map.iter_rules() if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}]


def filled(rule):
    values = {name: "brand:xc" if name in {"a", "b"} else "x" for name in rule.arguments}
    return rule.rule, re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", lambda found: values[found[1]], rule.rule)


def test_no_form_is_taken_without_a_token_of_this_session_or_from_elsewhere(desk, app, saeki):
    desk.welcome("other@example.com")
    other = Browser(app)
    other.sign_in("other@example.com")
    theirs, mine = other.token("/account"), saeki.token("/account")
    anonymous = Browser(app).token()
    salt, _, mac = mine.partition(".")
    assert forms(app)
    for rule in forms(app):
        for method in rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            for token in ("", theirs, anonymous, mine[:-1], f"{salt[:-1]}.{mac}", "é.é", None):
                fields = {} if token is None else {"csrf_token": token}
                answer = saeki.client.open(filled(rule)[1], method=method, data=fields)
                assert answer.status_code == 403, rule
            for headers in (
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
                {"Origin": "http://localhost:81"},
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
            ):
                answer = saeki.client.open(filled(rule)[1], method=method, data={"csrf_token": mine}, headers=headers)
                assert answer.status_code == 403, rule


def test_a_form_of_ours_is_taken(saeki):
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert saeki.act("profile", name="Nagi", language="en", headers=headers).status_code == 303
    page = saeki.send("/account", csrf_token="", act="profile")
    assert page.status_code == 403
    assert "can no longer be sent" in page.text


def test_no_page_changes_anything_by_being_read(desk, app, saeki):
    def kept():
        """All rows but those that note the reading itself."""
        with desk.database.session() as session:
            connection = session.connection()
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
            return {
                name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()  # noqa: S608 - names of our tables
                for name in names
                if name not in {"audit", "sign_in"}
            }

    token = desk.invite("other@example.com")
    before = kept()
    for address in (*PUBLIC, *ENTRY, f"/invitation/{token}", "/account?done=off"):
        for reader in (saeki, Browser(app)):
            reader.get(address)
            reader.get(address)
    assert kept() == before


@pytest.mark.parametrize("extra", ["role", "organisation", "person", "active", "email", "totp_secret"])
def test_fields_that_a_form_does_not_have_are_refused(desk, browser, extra):
    address = f"/invitation/{desk.invite()}"
    assert browser.send(address, name="N", password=GOOD, **{extra: "admin"}).status_code == 400
    assert desk.accounts.people() == []
    assert browser.sign_in(**({extra: "x"} if extra != "email" else {"role": "x"})).status_code == 400


@pytest.mark.parametrize("name", ["<b>Nagi</b>", "{{ 7*7 }}", "=1+1", "'; DROP TABLE person; --", "a\u202eb"])
def test_names_are_shown_as_they_are(saeki, name):
    saeki.act("profile", name=name, language="en")
    page = saeki.read("/account")
    assert "<b>Nagi" not in page
    assert ">49<" not in page
    assert saeki.inside


# The account


def test_name_and_language_are_changed_and_the_pages_follow(saeki):
    assert saeki.act("profile", name="佐伯 渚", language="ja").location == "/account?done=profile#profile"
    page = saeki.read("/account?done=profile")
    assert '<html lang="ja"' in page
    assert "保存しました" in page
    assert page.count("佐伯 渚") >= 3


def test_refusals_stand_in_the_form_that_was_sent(saeki):
    refused = saeki.act("password", old="wrong", new=BETTER)
    assert refused.status_code == 400
    section = refused.text.partition('id="password"')[2].partition("</section>")[0]
    assert "That is not your current password" in section
    assert refused.text.count('class="refusal"') == 1
    assert saeki.act("profile", name=" ", language="en").status_code == 400
    assert saeki.act("nonsense").status_code == 400
    assert saeki.act("end", session="x").status_code == 400
    assert saeki.act("codes", password=GOOD).status_code == 400


def test_the_second_step_is_set_up_used_and_switched_off(desk, app, saeki):
    assert saeki.get("/account/second-step").location == "/account#second-step"
    assert saeki.act("offer", password=GOOD).location == "/account/second-step"
    page = saeki.read("/account/second-step")
    assert re.search(r"<svg [^>]*class=\"qr\"", page)
    assert "style=" not in page
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert saeki.send("/account/second-step", code="000000").status_code == 400
    codes = re.findall(r"<li>([a-z0-9-]{19})</li>", saeki.send("/account/second-step", code=desk.code(secret)).text)
    assert len(codes) == 10
    assert "Recovery codes left: 10" in saeki.read("/account")
    desk.clock.pass_(60)
    second = Browser(app)
    assert second.sign_in(next="/e/artist:akari").location == "/sign-in/code?next=/e/artist:akari"
    assert not second.inside
    assert second.send("/sign-in/code", code="000000").status_code == 400
    answer = second.send("/sign-in/code", code=f" {desk.code(secret)} ", next="/e/artist:akari")
    assert answer.location == "/e/artist:akari"
    assert second.inside
    third = Browser(app)
    third.sign_in()
    assert third.send("/sign-in/code", code=codes[0]).location == "/"
    fresh = re.findall(r"<li>([a-z0-9-]{19})</li>", third.act("codes", password=GOOD).text)
    assert len(set(fresh) | set(codes)) == 20
    assert third.act("off", password=GOOD).status_code == 303
    assert Browser(app).sign_in().location == "/"
    assert not second.inside


def test_a_second_step_that_took_too_long_begins_again(desk, browser):
    desk.with_second_step()
    browser.sign_in()
    desk.clock.pass_(601)
    refused = browser.send("/sign-in/code", code="123456")
    assert refused.status_code == 400
    assert "Sign in from the start" in refused.text


def test_sessions_are_listed_and_ended(desk, app, saeki):
    other = Browser(app)
    other.sign_in()
    desk.clock.pass_(3 * 3600)
    page = saeki.read("/account")
    assert page.count("3 h ago") >= 2
    row = re.search(r'name="session" value="(\d+)"', page)[1]
    assert saeki.act("end", session=row).status_code == 303
    assert not other.inside
    other.sign_in()
    assert saeki.act("end_others").status_code == 303
    assert (saeki.inside, other.inside) == (True, False)


def test_nobody_ends_the_session_of_somebody_else(desk, app, saeki):
    other_id = desk.welcome("other@example.com").session_id
    for row in range(1, 10):
        if row != 2:  # Saeki's own
            saeki.act("end", session=str(row))
    assert desk.accounts.sessions.actor_of(other_id)


def test_the_head_says_who_acts_for_whom_and_switches(desk, saeki):
    assert "Minato Agency" in saeki.read("/")
    person = desk.accounts.owner(saeki.cookie).id
    second = desk.organisation("Koyomido", OrganisationKind.BRAND)
    foreign = desk.organisation("Other Company", OrganisationKind.BRAND)
    desk.accounts.join(desk.invite(organisation="Koyomido", role=Role.BRAND_CLIENT), person)
    assert "Switch to Koyomido" in saeki.read("/")
    assert saeki.act("act_for", organisation=second).location == "/"
    assert "(Koyomido)" in saeki.read("/")
    assert saeki.act("act_for", organisation=foreign).status_code == 400
    assert desk.accounts.sessions.actor_of(saeki.cookie).organisation == second


def test_pages_are_given_the_actor(app, desk, saeki):
    with app.test_request_context("/", headers={"Cookie": f"session={saeki.cookie}"}):
        app.preprocess_request()
        assert actors.actor() == g.actor
        assert g.actor.roles == {Role.PLANNER}


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_page_of_the_account_answers_in_both_languages(desk, saeki, app, lang):
    saeki.act("offer", password=GOOD)
    token = desk.invite("other@example.com")
    for reader, addresses in (
        (saeki, ("/account", "/account/second-step")),
        (Browser(app), ("/sign-in", "/sign-in/code", f"/invitation/{token}", "/invitation/none")),
    ):
        for address in addresses:
            page = reader.read(f"{address}?lang={lang}")
            assert f'<html lang="{lang}"' in page
            assert len(re.findall("<h1", page)) == 1
            assert "<style" not in page
            assert " style=" not in page
            assert not re.search(r"\son[a-z]+=", page)
            assert "{" not in re.sub(r"<meta name=\"htmx-config\"[^>]*>", "", page)


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("/deals/new/artist:akari/brand:xc", "/sign-in?next=/deals/new/artist:akari/brand:xc"),
        ("/deals/ab12/counter", "/sign-in?next=/deals/ab12"),
        ("/nowhere", "/sign-in"),
    ],
)
def test_a_form_sent_too_late_leads_back_to_a_page_that_can_be_read(desk, saeki, page, back):
    token = saeki.token("/account")
    desk.clock.pass_(8 * 3600)
    headers = {"Referer": f"http://localhost{page}"}
    assert saeki.send("/deals/ab12/counter", csrf_token=token, headers=headers).location == back
