"""Signing in at an OpenID Connect provider, over real HTTP: who is let in, and what is not believed."""

import re
import socket
from html import unescape
from types import SimpleNamespace

import pytest
from joserfc.jwk import RSAKey

from kyokan.errors import AccountError, IssuerUnavailableError, SettingsError
from kyokan.platform.accounts import Role, egress
from kyokan.platform.accounts.issuer import Issuer
from kyokan.platform.audit import Trail
from kyokan.web import create_app
from tests.platform.accounting import EMAIL, GOOD, HERE, START
from tests.web.browsing import Browser
from tests.web.provider import CLIENT, SECRET, Provider, certified
from tests.web.test_accounts import Workroom

BACK = "/sign-in/elsewhere/back"


@pytest.fixture
def provider(desk):
    made = Provider(desk.clock)
    yield made
    made.close()


@pytest.fixture
def app(world, desk, provider):
    workroom = Workroom(world, desk.accounts)
    workroom.issuer = Issuer(provider.address, CLIENT, SECRET)
    made = create_app(workroom)
    made.testing = False
    return made


@pytest.fixture
def browser(app):
    return Browser(app)


def left(browser, after=""):
    """The address at the provider to which a browser is sent."""
    page = browser.send("/sign-in/elsewhere", page="/sign-in", next=after)
    address = unescape(re.search(r'class="button primary" href="([^"]+)"', page.text)[1])
    assert page.headers["Refresh"] == f"0; url={address}"
    return address


def returned(browser, answer):
    return browser.client.get(BACK, base_url=browser.base, query_string=answer, headers={"Accept-Language": "en"})


def came_back(browser, provider, after=""):
    return returned(browser, provider.sign_in(left(browser, after)))


def refusal(answer):
    assert answer.status_code == 400
    return re.search(r'class="refusal" role="alert">([^<]+)<', answer.text)[1]


def test_who_is_known_by_a_verified_address_comes_in_and_back_to_where_they_were(desk, browser, provider):
    desk.welcome()
    assert "Use your organisation" in browser.read("/sign-in")
    answer = came_back(browser, provider, "/e/artist:akari")
    assert (answer.status_code, answer.location) == (303, "/e/artist:akari")
    assert browser.inside
    assert provider.calls.count("/token") == 1


def test_the_session_is_a_new_one(desk, browser, provider):
    desk.welcome()
    address = left(browser)
    before = browser.cookie
    returned(browser, provider.sign_in(address))
    assert browser.cookie != before
    assert browser.inside


def test_who_holds_an_invitation_gets_an_account(desk, browser, provider):
    desk.invite(role=Role.ANALYST)
    provider.person["name"] = "佐伯 凪"
    assert came_back(browser, provider).location == "/account?done=joined"
    page = browser.read("/account")
    assert "佐伯 凪" in page
    person = desk.accounts.owner(browser.cookie)
    assert desk.accounts.acting(person.id, desk.organisation()).roles == {Role.ANALYST}
    for password in ("", GOOD):
        with pytest.raises(AccountError):
            desk.sign_in(password=password)


def test_who_is_neither_known_nor_invited_stays_out(desk, browser, provider):
    desk.organisation()
    assert "not invited here" in refusal(came_back(browser, provider))
    desk.invite()
    desk.clock.pass_(7 * 86_400)
    assert "not invited here" in refusal(came_back(browser, provider))
    assert desk.accounts.people() == []


def test_an_offer_to_set_a_password_is_no_invitation(desk, browser, provider):
    desk.welcome("other@example.com")
    desk.accounts.offer_reset("other@example.com")
    provider.person |= {"email": "other@example.com"}
    admin = desk.actor("admin@example.com", role=Role.ADMIN)
    other = next(one for one in desk.accounts.team(admin).members if one.email == "other@example.com")
    desk.accounts.keep_out(admin, other.person)
    assert "belong to no organisation" in refusal(came_back(browser, provider))


def test_a_disabled_person_stays_out(desk, browser, provider):
    desk.welcome()
    desk.accounts.set_active(EMAIL, active=False)
    assert "not invited here" in refusal(came_back(browser, provider))


def test_a_second_step_set_up_here_is_still_owed(desk, browser, provider):
    _, secret, _ = desk.with_second_step()
    desk.clock.pass_(60)
    assert came_back(browser, provider, "/dictionary").location == "/sign-in/code?next=/dictionary"
    assert not browser.inside
    assert browser.send("/sign-in/code", code=desk.code(secret), next="/dictionary").location == "/dictionary"


def test_an_address_that_changed_hands_there_opens_nothing_here(desk, browser, app, provider):
    desk.welcome()
    came_back(browser, provider)
    provider.person["sub"] = "somebody else"
    assert "not invited here" in refusal(came_back(Browser(app), provider))
    provider.person |= {"sub": "248289", "email": "new-name@example.com"}
    renamed = Browser(app)
    assert came_back(renamed, provider).status_code == 303
    assert desk.accounts.owner(renamed.cookie).email == EMAIL


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": ["kyokan", "another client"], "azp": "another client"},
        {"exp": int(START) - 61},
        {"exp": None},
        {"iat": int(START) + 600},
        {"sub": None},
        {"sub": 7},
    ],
    ids=str,
)
def test_a_word_that_does_not_hold_lets_nobody_in(desk, browser, provider, lies):
    desk.welcome()
    provider.lies = lies
    assert "could not be checked" in refusal(came_back(browser, provider))
    assert not browser.inside


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_address_that_is_not_verified_lets_nobody_in(desk, browser, provider, verified):
    desk.welcome()
    provider.lies = {"email_verified": verified}
    assert "not verified your e-mail address" in refusal(came_back(browser, provider))


def test_a_signature_by_another_key_lets_nobody_in(desk, browser, provider):
    desk.welcome()
    provider.key = RSAKey.generate_key(2048, {"kid": "1", "alg": "RS256", "use": "sig"})
    assert "could not be checked" in refusal(came_back(browser, provider))


def test_an_answer_is_good_once_and_in_the_browser_that_asked(desk, app, browser, provider):
    desk.welcome()
    answer = provider.sign_in(left(browser))
    other = Browser(app)
    other.read("/sign-in")
    assert "too long" in refusal(returned(other, answer))
    assert returned(browser, answer).status_code == 303
    assert "too long" in refusal(returned(browser, answer))
    assert "too long" in refusal(returned(Browser(app).bear("guessed"), answer))
    assert provider.calls.count("/token") == 1


def test_a_code_that_the_provider_knows_no_more_lets_nobody_in(desk, browser, provider):
    desk.welcome()
    answer = provider.sign_in(left(browser))
    provider.codes.clear()
    assert "could not be checked" in refusal(returned(browser, answer))


@pytest.mark.parametrize("wrong", [{"state": "another"}, {"state": ""}, {"code": ""}])
def test_an_answer_that_was_not_asked_for_is_refused(desk, browser, provider, wrong):
    desk.welcome()
    answer = returned(browser, provider.sign_in(left(browser)) | wrong)
    assert answer.status_code == 400
    assert "/token" not in provider.calls
    assert not browser.inside


def test_what_took_too_long_begins_again(desk, browser, provider):
    desk.welcome()
    answer = provider.sign_in(left(browser))
    desk.clock.pass_(600)
    assert "too long" in refusal(returned(browser, answer))


def test_the_provider_says_no(browser):
    page = browser.read(f"{BACK}?error=access_denied&state=x")
    assert "could not be checked" in page


def test_nobody_is_led_to_another_site_afterwards(desk, browser, provider):
    desk.welcome()
    assert came_back(browser, provider, "https://evil.example/").location == "/"


def network(look_up, connect):
    """What reaches out, with its two ways into the world bent."""
    return SimpleNamespace(getaddrinfo=look_up, create_connection=connect, SOCK_STREAM=socket.SOCK_STREAM)


@pytest.mark.parametrize(
    "known",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": "https://name:password@evil.example/token"},
        {"token_endpoint": "https://[evil.example/token"},
        {"jwks_uri": "http://169.254.169.254/keys"},
        {"jwks_uri": "https://169.254.169.254/keys"},
        {"jwks_uri": "https://127.0.0.1/keys"},
        {"jwks_uri": "https://2130706433/keys"},
        {"jwks_uri": "https://localhost/keys"},
        {"jwks_uri": "https://[::1]/keys"},
        {"jwks_uri": "https://[::ffff:10.0.0.1]/keys"},
        {"jwks_uri": "https://100.64.0.1/keys"},
        {"jwks_uri": "https://224.0.0.1/keys"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"token_endpoint": "file:///etc/passwd"},
    ],
    ids=str,
)
def test_nobody_but_the_issuer_and_public_https_hosts_is_ever_called(desk, provider, known, monkeypatch):
    monkeypatch.setattr(egress, "socket", network(socket.getaddrinfo, pytest.fail))
    issuer = Issuer(provider.address, CLIENT, SECRET)
    asked = desk.accounts.leave("browser", "", HERE)
    answer = provider.sign_in(issuer.leave_for(asked, "http://localhost/back"))
    provider.known = known

    def go_and_come_back():
        issuer.leave_for(asked, "http://localhost/back")
        issuer.vouched(asked, answer["code"], "http://localhost/back", desk.clock())

    with pytest.raises(IssuerUnavailableError, match=r"no public address|names no https address|does not describe"):
        go_and_come_back()


class TestKeysOnAnotherHost:
    """As Google has it: the issuer names its token and key addresses on hosts of their own, by https."""

    @pytest.fixture
    def elsewhere(self, provider, tmp_path, monkeypatch):
        """The same provider a second time, by https, found at a public address of which only the way is bent."""
        monkeypatch.setenv("SSL_CERT_FILE", str(certified(tmp_path, "keys.example")))
        secured = provider.secured(tmp_path / "host.pem")
        found = {"keys.example": ["93.184.215.14"], "inner.example": ["93.184.215.14", "10.0.0.7"]}
        asked = []

        def look_up(host, port, **options: object):
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found[host]]

        def connect(address, timeout):
            assert address == ("93.184.215.14", secured)
            return socket.create_connection(("127.0.0.1", secured), timeout)

        monkeypatch.setattr(egress, "socket", network(look_up, connect))
        provider.known = {"jwks_uri": f"https://keys.example:{secured}/keys"}
        provider.known["token_endpoint"] = f"https://keys.example:{secured}/token"
        return asked

    def vouched(self, desk, provider):
        issuer = Issuer(provider.address, CLIENT, SECRET)
        asked = desk.accounts.leave("browser", "", HERE)
        answer = provider.sign_in(issuer.leave_for(asked, "http://localhost/back"))
        return issuer.vouched(asked, answer["code"], "http://localhost/back", desk.clock())

    def test_they_are_fetched_there_from_the_address_that_was_looked_at(self, desk, provider, elsewhere):
        assert self.vouched(desk, provider).email == EMAIL
        assert elsewhere == ["keys.example", "keys.example"]

    def test_a_host_that_is_inside_a_network_as_well_is_not_called(self, desk, provider, elsewhere):
        provider.known["jwks_uri"] = provider.known["jwks_uri"].replace("keys.", "inner.")
        with pytest.raises(IssuerUnavailableError, match=r"10\.0\.0\.7, which is no public address"):
            self.vouched(desk, provider)
        assert "/keys" not in provider.calls

    def test_a_certificate_for_another_name_is_not_believed(self, desk, provider, elsewhere, monkeypatch, tmp_path):
        monkeypatch.setenv("SSL_CERT_FILE", str(certified(tmp_path, "other.example")))
        with pytest.raises(IssuerUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
            self.vouched(desk, provider)


def test_an_issuer_that_is_away_is_said_to_be(desk, browser, provider):
    provider.close()
    page = browser.send("/sign-in/elsewhere", page="/sign-in", next="")
    assert page.status_code == 503


@pytest.mark.parametrize(
    ("address", "client", "secret"),
    [("http://login.example.com", "a", "b"), ("nowhere", "a", "b"), ("https://login.example.com", "", "b")],
)
def test_an_issuer_that_is_set_wrongly_is_refused_at_once(address, client, secret):
    with pytest.raises(SettingsError):
        Issuer(address, client, secret)


def test_without_an_issuer_the_way_is_not_offered(world, desk):
    browser = Browser(create_app(Workroom(world, desk.accounts)))
    assert "/sign-in/elsewhere" not in browser.read("/sign-in")
    assert browser.send("/sign-in/elsewhere", page="/sign-in").status_code == 404


def test_refusals_are_recorded_without_names(desk, browser, provider):
    desk.organisation()
    came_back(browser, provider)
    with desk.database.session() as session:
        records = Trail(session).of("person:unknown")
    assert [(one.act, one.detail["reason"]) for one in records] == [("elsewhere_refused", "not_invited")]
    assert EMAIL not in str([one.detail for one in records])


def test_nobody_has_the_issuer_called_without_end(browser, provider):
    for _ in range(30):
        browser.send("/sign-in/elsewhere", page="/sign-in", next="")
    called = len(provider.calls)
    assert browser.send("/sign-in/elsewhere", page="/sign-in", next="").status_code == 429
    assert len(provider.calls) == called == 30


def test_tries_from_one_place_have_an_end(desk, browser, provider):
    desk.organisation()
    browser.read("/sign-in")
    for _ in range(30):
        returned(browser, {"code": "x", "state": "x"})
    assert returned(browser, {"code": "x", "state": "x"}).status_code == 429
