"""Proposals on the web: three renderings of one deal, forms that move it on, and nothing for anybody else."""

from __future__ import annotations

import re

import pytest
from werkzeug.datastructures import MultiDict
from world import World

from kyokan.platform.accounts import Role
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.accounts.service import Visit
from kyokan.web import create_app
from kyokan.web.figures import yen, yen_range

PEOPLE = {
    "planner": ("Hana", "Waon†", OrganisationKind.AGENCY, Role.PLANNER),
    "brand": ("Toru", "Koyomido†", OrganisationKind.BRAND, Role.BRAND_CLIENT),
    "manager": ("Rei", "Nagi Office†", OrganisationKind.ARTIST_SIDE, Role.ARTIST_MANAGER),
    "stranger": ("Mal", "Other Agency†", OrganisationKind.AGENCY, Role.PLANNER),
}
TERMS = {"category": "watch", "territories": "Japan, Korea", "fee_low": "18,000,000", "exclusive": "1"}
DRAFT = {
    "artist": "artist:akari",
    "brand": "brand:koyomido",
    "headline": "Dawn on the wrist",
    "brand_side": "Koyomido†",
    "artist_side": "Nagi Office†",
    "key": "a" * 32,
} | TERMS


class Browser:
    """Somebody signed in: follows a page's own forms, as a browser does."""

    def __init__(self, app, session_id) -> None:
        self.client = app.test_client()
        if session_id:
            self.client.set_cookie("session", session_id)

    def get(self, address):
        return self.client.get(address, headers={"Accept-Language": "en"})

    def post(self, address, fields, shown_on):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(shown_on).text)[1]
        return self.client.post(
            address, data=MultiDict({"csrf_token": token} | fields), headers={"Accept-Language": "en"}
        )


@pytest.fixture
def made(tmp_path):
    world = World(tmp_path)
    accounts, sessions = world.accounts, {}
    for who, (name, organisation, kind, role) in PEOPLE.items():
        offered = accounts.invite(f"{who}@example.com", accounts.create_organisation(organisation, kind).id, role)
        sessions[who] = accounts.accept(
            offered, name=name, password="morning glory 1895", language="en", visit=Visit("127.0.0.1", "test")
        ).session_id
    app = create_app(world)
    yield {who: Browser(app, session) for who, session in sessions.items()} | {"nobody": Browser(app, "")}
    world.close()


@pytest.fixture
def planner(made):
    return made["planner"]


def write(browser, **fields: str):
    """A draft; the address of its page."""
    answer = browser.post("/deals", DRAFT | fields, "/deals/new/artist:akari/brand:koyomido")
    assert answer.status_code == 303, answer.text
    return answer.location


def take(browser, address, step, **said: str):
    """A step from the page as it stands."""
    version = re.search(r'name="version" value="(\d+)"', browser.get(address).text)[1]
    return browser.post(f"{address}/{step}", {"version": version} | said, address)


@pytest.fixture
def sent(planner):
    address = write(planner)
    assert take(planner, address, "send").status_code == 303
    return address


def test_a_pair_becomes_a_proposal_and_goes_to_both_sides(made, planner):
    assert "/deals/new/artist:akari/brand:koyomido" in planner.get("/why/brand:koyomido/artist:akari").text
    address = write(planner)
    page = planner.get(address).text
    assert "Dawn on the wrist" in page
    assert "¥18M" in page
    assert made["brand"].get(address).status_code == 404
    take(planner, address, "send")
    for who in ("brand", "manager"):
        assert "Dawn on the wrist" in made[who].get("/deals").text
        assert made[who].get(address).status_code == 200


def test_the_same_form_sent_twice_makes_one_draft(planner):
    assert write(planner) == write(planner)
    assert planner.get("/deals").text.count('class="slip"') == 1


def test_a_draft_is_written_anew(planner):
    address = write(planner, brand_side="", artist_side="")
    form = planner.get(f"{address}/edit").text
    assert "Dawn on the wrist" in form
    version = re.search(r'name="version" value="(\d+)"', form)[1]
    fields = {"version": version, "headline": "Noon", "brand_side": "Koyomido†"} | TERMS
    assert planner.post(f"{address}/edit", fields, f"{address}/edit").status_code == 303
    assert "Noon" in planner.get(address).text


def test_what_was_typed_stays_when_it_is_refused(planner):
    refused = planner.post("/deals", DRAFT | {"fee_low": "plenty"}, "/deals/new/artist:akari/brand:koyomido")
    assert refused.status_code == 400
    assert "“fee_low” must be a number." in refused.text
    assert 'value="Dawn on the wrist"' in refused.text
    unknown = planner.post("/deals", DRAFT | {"brand_side": "Nobody"}, "/deals/new/artist:akari/brand:koyomido")
    assert "No organisation is called “Nobody”" in unknown.text


def test_two_sides_agree_after_a_counter(made, planner, sent):
    assert take(made["manager"], sent, "counter", **TERMS | {"fee_low": "21000000"}).status_code == 303
    page = made["brand"].get(sent).text
    assert "<del>¥18M–</del>" in page
    assert re.search(r'<ins class="ins-artist">¥21M–</ins>', page)
    assert "/accept" not in made["manager"].get(sent).text  # who makes an offer stands by it
    assert take(made["brand"], sent, "accept").status_code == 303
    assert take(planner, sent, "start").status_code == 303
    assert take(planner, sent, "finish", reach="120000", announced="1").status_code == 303
    assert re.search(r'aria-current="step"[^>]*>Finished', planner.get(sent).text)


def test_a_reason_is_asked_for(made, sent):
    refused = take(made["brand"], sent, "decline", reason=" ")
    assert refused.status_code == 400
    assert take(made["brand"], sent, "decline", reason="Not this year").status_code == 303
    assert "Not this year" in made["manager"].get(sent).text


def test_no_page_of_a_side_holds_a_byte_of_the_others_figure(made, planner, sent):
    for who, field, value in (
        ("manager", "fee_floor", "7654321"),
        ("brand", "budget_ceiling", "9876543"),
        ("planner", "internal_note", "CANARY"),
    ):
        assert take(made[who], sent, "change", **{field: value}).status_code == 303
    for who, hidden in (
        ("brand", ("7654321", "7,654,321", "CANARY", "fee_floor", "internal_note")),
        ("manager", ("9876543", "9,876,543", "CANARY", "budget_ceiling", "internal_note")),
    ):
        for address in (sent, "/deals"):
            page = made[who].get(address).text
            assert [one for one in hidden if one in page] == []
    assert {"¥7,654,321", "¥9,876,543", "CANARY"} <= set(re.findall(r"¥[\d,]+|CANARY", planner.get(sent).text))


def test_a_field_of_the_other_side_is_refused(made, sent):
    answer = take(made["brand"], sent, "change", fee_floor="1")
    assert answer.status_code == 403


@pytest.mark.parametrize("field", ["status", "agency", "score", "outcome"])
def test_no_field_can_be_smuggled_in(planner, field):
    answer = planner.post("/deals", DRAFT | {field: "x"}, "/deals/new/artist:akari/brand:koyomido")
    assert answer.status_code == 400


@pytest.mark.parametrize("rest", ["", "/edit", "/nothing"])
def test_a_stranger_meets_a_page_that_is_not_there(made, sent, rest):
    hidden, absent = (made["stranger"].get(f"{address}{rest}") for address in (sent, f"/deals/{'0' * 32}"))
    assert hidden.status_code == absent.status_code in (404, 405)
    assert "Dawn" not in made["stranger"].get("/deals").text
    for step in ("accept", "change", "withdraw"):
        answer = made["stranger"].post(f"{sent}/{step}", {"version": "2"}, "/deals/new/artist:akari/brand:koyomido")
        assert answer.status_code == 404


def test_whoever_looks_at_an_old_page_is_told_and_keeps_what_was_typed(made, sent):
    take(made["manager"], sent, "counter", **TERMS)
    answer = made["brand"].post(f"{sent}/decline", {"version": "2", "reason": "too dear"}, sent)
    assert answer.status_code == 409
    assert "changed while you were looking" in answer.text
    assert "too dear" in answer.text


@pytest.mark.parametrize("address", ["/deals", "/deals/new/artist:akari/brand:koyomido", f"/deals/{'0' * 32}"])
def test_nobody_sees_deals_without_signing_in(made, address):
    answer = made["nobody"].get(address)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=/deals")


def test_a_form_without_its_token_is_refused(made, sent):
    answer = made["brand"].client.post(f"{sent}/accept", data={"version": "2"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("amount", "ja", "en"),
    [(None, "", ""), (21_000_000, "2,100万円", "¥21M"), (1_250_000, "125万円", "¥1,250k"), (999, "999円", "¥999")],
)
def test_money_is_written_as_large_as_it_stays_exact(amount, ja, en):
    assert (yen(amount, "ja"), yen(amount, "en")) == (ja, en)


def test_an_open_range_stays_open():
    assert yen_range(1_000_000, None, "en") == "¥1M–"
    assert yen_range(1_000_000, 1_000_000, "en") == "¥1M"
