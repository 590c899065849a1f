"""Which hosts are served, and the number that every answer, log line and record of a request shares."""

import re

import pytest

from kyokan.platform.audit import Trail
from kyokan.platform.settings import Settings
from kyokan.web import create_app
from tests.platform.accounting import EMAIL, GOOD
from tests.web.browsing import Browser
from tests.web.test_accounts import Workroom

OURS = ("kyokan.example.com", ".inner.example", "localhost")


@pytest.fixture
def app(world, desk):
    made = create_app(Workroom(world, desk.accounts), hosts=OURS, proxies=1)
    made.testing = False
    return made


@pytest.mark.parametrize(
    "host", ["kyokan.example.com", "kyokan.example.com:8443", "a.inner.example", "localhost", "localhost:8765"]
)
def test_our_own_hosts_are_served(app, host):
    assert app.test_client().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "kyokan.example.com.evil.example"},
        {"Host": "kyokan.example.com@evil.example"},
        {"Host": "evil.example:80"},
        {"Host": ""},
        {"Host": "<b>"},
        {"Host": "localhost", "X-Forwarded-Host": "evil.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", ["/", "/sign-in", "/health", "/nope", "/static/css/tokens.css"])
def test_others_are_refused_with_nothing_of_theirs_in_the_answer(app, headers, method, address):
    answer = app.test_client().open(address, method=method, headers=headers)
    assert answer.status_code == 400
    assert answer.text == "This host is not served here.\n"
    assert "evil" not in str(answer.headers)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("settings", "hosts"),
    [
        ({}, ("localhost", "127.0.0.1")),
        ({"host": "0.0.0.0"}, ()),  # noqa: S104 - open to others on purpose
        (
            {"host": "0.0.0.0", "address": "https://Kyokan.example.com:8443"},  # noqa: S104
            ("kyokan.example.com", "localhost", "127.0.0.1"),
        ),
        ({"hosts": "a.example, .b.example"}, ("a.example", ".b.example", "localhost", "127.0.0.1")),
    ],
    ids=str,
)
def test_the_hosts_served_follow_from_the_settings(settings, hosts):
    assert Settings(**settings).served_hosts == hosts


def test_every_answer_has_a_number_of_its_own_and_none_that_a_client_sends(app):
    client = app.test_client()
    numbers = [
        client.get(address, headers={"X-Request-Id": "mine\n"[:4]}).headers["X-Request-Id"]
        for address in ("/", "/", "/nope", "/suggest?q=xc", "/?wrong=1", "/account")
    ]
    numbers.append(client.get("/", headers={"Host": "evil.example"}).headers["X-Request-Id"])
    assert len(set(numbers)) == 7
    assert all(re.fullmatch("[0-9A-F]{12}", one) for one in numbers)


def test_page_log_and_header_of_a_fault_share_the_number(app, caplog):
    def fail():
        raise RuntimeError("something private")

    app.view_functions["dictionary"] = fail
    answer = Browser(app).get("/dictionary")
    number = answer.headers["X-Request-Id"]
    assert answer.status_code == 500
    assert f"Record {number}" in answer.text
    assert f"record {number}" in caplog.text
    assert "something private" not in answer.text


def test_what_a_request_did_is_recorded_under_its_number_and_nothing_else_is(desk, app):
    desk.welcome()
    browser = Browser(app)
    answer = browser.sign_in()
    desk.sign_in(password=GOOD)
    with desk.database.session() as session:
        person = desk.accounts.people()[0]
        records = Trail(session).of(f"person:{desk.accounts.owner(browser.cookie).id}")
        assert Trail(session).verify() >= 2
    assert person.email == EMAIL
    assert [one.detail.get("request") for one in records] == [answer.headers["X-Request-Id"], None]
