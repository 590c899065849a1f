"""What people do and are denied stands in the audit trail: each once, in UTC, with who, for whom and which request."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from world import World

from kyokan.platform.accounts import Role
from kyokan.platform.accounts.service import Visit
from kyokan.platform.audit import Trail
from kyokan.platform.audit.denials import MOST
from kyokan.platform.audit.trail import SYSTEM, Record
from tests.platform.accounting import GOOD
from tests.web.browsing import Browser, company
from tests.web.test_permissions import READ

FORM = "/deals/new/artist:akari/brand:koyomido"


class Room:
    """A real workroom with everybody signed in, a draft, a proposal on the table and a list."""

    def __init__(self, folder) -> None:
        self.world = World(folder)
        self.browsers = company(self.world)
        self.browsers["admin"] = self._admin()
        planner = self.browsers["planner"]
        fields = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "x", "key": "a" * 32}
        sides = {"brand_side": "Koyomido†", "artist_side": "Nagi Office†"}
        self.deal = planner.send("/deals", FORM, **fields, **sides).location
        planner.send(f"{self.deal}/send", self.deal, version="1")
        self.list = planner.send("/lists", name="CANARY").location

    def _admin(self):
        accounts = self.world.accounts
        invited = accounts.invite("admin@example.com", accounts.organisation("Waon†").id, Role.ADMIN)
        entered = accounts.accept(invited, name="Aki", password=GOOD, language="en", visit=Visit("127.0.0.1", "test"))
        return Browser(self.browsers["nobody"].client.application).bear(entered.session_id)

    def person(self, who):
        return self.world.accounts.sessions.actor_of(self.browsers[who].cookie)

    def records(self):
        with self.world.database.session() as session:
            Trail(session).verify()
            return session.scalars(select(Record).order_by(Record.number)).all()

    def added(self, ask):
        """What a request answers, and the records that came with it."""
        before = len(self.records())
        with ask() as answer:
            return answer, self.records()[before:]

    def send(self, who, address, page="/account", **fields: str):
        browser = self.browsers[who]
        token = browser.token(page)
        return lambda: browser.send(address, csrf_token=token, **fields)

    def get(self, who, address):
        return lambda: self.browsers[who].get(address)


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path)
    yield made
    made.world.close()


def holds(room, answer, records, who, act):
    """One record of the act, by whom, for whom, when and of which request."""
    assert [one.act for one in records] == [act]
    actor, one = room.person(who) if who else None, records[0]
    assert (one.person, one.organisation) == ((actor.person, actor.organisation) if actor else (SYSTEM, SYSTEM))
    at = datetime.fromisoformat(one.at)
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=5)
    assert one.detail["request"] == answer.headers["X-Request-Id"]


def test_signing_in_and_failing_to(room):
    for password, act in ((GOOD, "signed_in"), ("wrong", "password_refused")):
        sent = {"email": "planner@example.com", "password": password}
        answer, records = room.added(room.send("nobody", "/sign-in", "/sign-in", **sent))
        holds(room, answer, records, "planner" if password == GOOD else None, act)
        room.browsers["nobody"].client.delete_cookie("session", domain="localhost")


def test_documents_links_roles_and_what_is_removed(room):
    planner = room.person("planner").person
    for who, address, fields, act in (
        ("planner", f"{room.deal}/export", {"form": "json", "audience": "external"}, "export"),
        ("planner", f"{room.deal}/share", {"key": "b" * 32, "days": "7"}, "share"),
        ("planner", room.list, {"act": "remove", "version": "1"}, "remove"),
        (
            "admin",
            "/team",
            {"act": "roles", "person": planner, "before": "planner", "planner": "1", "analyst": "1"},
            "roles_changed",
        ),
        ("admin", "/team", {"act": "keep_out", "person": room.person("analyst").person}, "kept_out"),
    ):
        answer, records = room.added(room.send(who, address, **fields))
        assert answer.status_code in (200, 303), address
        holds(room, answer, records, who, act)


@pytest.mark.parametrize(
    ("who", "address", "fields", "status", "detail"),
    [
        ("stranger", "{deal}", None, 404, {"page": "deal", "method": "GET", "why": "not_theirs"}),
        ("stranger", "{list}", None, 404, {"page": "shortlist", "method": "GET", "why": "not_theirs"}),
        ("stranger", "{deal}/say", {"to": "all", "text": "x", "key": "d" * 32}, 404, {"page": "deal_say"}),
        ("admin", "/team", {"act": "keep_out", "person": "x"}, 404, {"page": "team", "asked": {}}),
        ("brand", "/lists", None, 403, {"page": "lists", "asked": {}}),
        ("analyst", "{deal}/say", {"to": "all", "text": "x", "key": "d" * 32}, 403, {"why": "reading_only"}),
        ("planner", "{deal}/accept", {"version": "2"}, 403, {"why": "step_not_yours"}),
        ("planner", "/team", {"act": "keep_out", "person": "x"}, 403, {"page": "team", "method": "POST"}),
        ("manager", "/deals/stages", {"version": "0"}, 403, {"page": "deal_stages"}),
    ],
)
def test_what_is_denied_to_somebody_signed_in(room, who, address, fields, status, detail):
    address = address.format(deal=room.deal, list=room.list)
    ask = room.get(who, address) if fields is None else room.send(who, address, **fields)
    answer, records = room.added(ask)
    assert answer.status_code == status
    holds(room, answer, records, who, "denied")
    assert records[0].subject == f"denied:{room.person(who).person}"
    assert records[0].detail.items() >= (detail | {"status": status}).items()


def test_a_form_of_another_session_is_denied(room):
    answer, records = room.added(lambda: room.browsers["planner"].send("/lists", csrf_token="forged", name="x"))
    assert answer.status_code == 403
    holds(room, answer, records, "planner", "denied")


def test_whoever_is_not_signed_in_leaves_no_record(room):
    before = len(room.records())
    places = {"sent": room.deal[7:], "draft": "x", "list": room.list[7:], "search": "x", "token": "a" * 43}
    for address, _ in (*READ.values(), ("/shared/" + "b" * 43, {}), ("/deals/unknown", {})):
        room.browsers["nobody"].get(address.format(**places)).close()
    room.browsers["nobody"].send("/lists", csrf_token="forged", name="x").close()
    assert len(room.records()) == before


def test_a_page_that_is_nobodys_is_no_denial(room):
    for address in ("/nope", "/e/artist:unknown", "/matches?entity=artist:unknown&for=brand", "/deals", room.deal):
        _, records = room.added(room.get("planner", address))
        assert records == []


def test_what_is_asked_for_stays_one_record_and_no_secret_is_kept(room, caplog):
    line = 'x%0A{"act": "signed_in"}%0D%E2%80%A8' + "y" * 300
    answer, records = room.added(room.get("stranger", f"/deals/{line}"))
    holds(room, answer, records, "stranger", "denied")
    assert records[0].detail["asked"]["deal_id"].startswith('x\n{"act"')
    assert len(records[0].detail["asked"]["deal_id"]) == 100
    token = "s" * 43
    answer, records = room.added(room.get("stranger", f"/shared/{token}"))
    holds(room, answer, records, "stranger", "denied")
    assert token not in json.dumps([one.detail for one in room.records()])
    assert token not in caplog.text


def test_a_denial_that_cannot_be_kept_is_refused_all_the_same_and_stands_in_the_log_as_one_line(room, caplog):
    refuse = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    with room.world.database.session(writing=True) as session:
        session.execute(text(refuse))
    answer, records = room.added(room.get("stranger", "/deals/x%0Ay"))
    assert (answer.status_code, records) == (404, [])
    [message] = [one.getMessage() for one in caplog.records if "denied" in one.getMessage()]
    assert "\n" not in message
    found = re.fullmatch(r"record ([0-9A-F]{12}): denied: (\{.*\})", message)
    assert found[1] == answer.headers["X-Request-Id"]
    said = json.loads(found[2])
    assert said["person"] == room.person("stranger").person
    assert said["asked"] == {"deal_id": "x\ny"}
    assert "disk is full" in said["why_not_kept"]
    room.browsers["planner"].client.application.testing = False
    with room.send("planner", "/lists", name="y")() as answer:  # an act without its record is none
        assert answer.status_code == 500
    assert "CANARY" in room.browsers["planner"].read("/lists")
    assert len(room.world.shortlists.of(room.person("planner"))) == 1


def test_one_person_fills_the_trail_no_further_than_an_hour_holds(room, caplog):
    for _ in range(MOST + 2):
        room.browsers["stranger"].get("/deals/unknown").close()
    kept = [one for one in room.records() if one.act == "denied"]
    assert len(kept) == MOST
    assert [bool(one.detail.get("last")) for one in kept] == [False] * (MOST - 1) + [True]
    assert sum("the hour is full" in one.getMessage() for one in caplog.records) == 2
    _, records = room.added(room.get("brand", "/lists"))
    assert [one.act for one in records] == ["denied"]
