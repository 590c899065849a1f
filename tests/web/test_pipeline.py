"""The board on the web: stages by the agency's names, moves, what comes next, and who is told of what."""

from __future__ import annotations

import re

import pytest

FORM = "/deals/new/artist:akari/brand:koyomido"
NAMES = ("Groundwork", "Out", "In talks", "Signing", "Live")
STATUSES = ("draft", "sent", "countered", "accepted", "running")


@pytest.fixture
def address(planner):
    fields = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "Dawn", "key": "a" * 32}
    return planner.send("/deals", FORM, **fields).location


def rows(*more: str):
    """The fields of the stages' form, each stage once and then some more of drafts."""
    named = [*zip(STATUSES, NAMES, strict=True), *(("draft", name) for name in more)]
    return {
        f"{name}.{at}": value for at, row in enumerate(named) for name, value in zip(("status", "en"), row, strict=True)
    }


def arrange(planner, *more: str, **fields: str):
    version = re.search(r'name="version" value="(\d+)"', planner.get("/deals/stages").text)[1]
    return planner.send("/deals/stages", **{"version": version} | rows(*more) | fields)


def columns(planner, page="/deals"):
    """Stage -> its deals, as they stand on the board."""
    text = planner.get(page).text
    parts = re.findall(r'<h2 id="stage-[^>]+>(.*?)<span.*?</section>', text, re.DOTALL)
    bodies = re.split(r'<h2 id="stage-', text)[1:]
    return {name.strip(): re.findall(r'id="slip-(\w+)"', body) for name, body in zip(parts, bodies, strict=True)}


def test_the_agencys_word_stands_large_and_the_status_under_it(planner, address):
    assert list(columns(planner)) == ["Draft", "Sent", "Negotiating", "Accepted", "Running"]
    assert arrange(planner).status_code == 303
    assert list(columns(planner)) == list(NAMES)
    assert re.search(r"Negotiating</p>", planner.get("/deals").text)


def test_a_slip_moves_among_the_stages_of_its_status(planner, address):
    arrange(planner, "Review")
    page = planner.get("/deals").text
    deal = address.rpartition("/")[2]
    target = re.search(r'name="stage" value="(\w+)">To “Review”', page)[1]
    moved = planner.send(f"{address}/move", "/deals", version="0", stage=target)
    assert moved.location.endswith(f"/deals#slip-{deal}")
    assert columns(planner)["Review"] == [deal]
    late = planner.send(f"{address}/move", "/deals", version="0", stage="draft")
    assert late.status_code in {400, 409}
    assert 'role="alert"' in late.text


def test_two_who_move_at_once_both_see_it(planner, address):
    arrange(planner, "Review", "Boss")
    page = planner.get("/deals").text
    first, second = (re.search(rf'value="(\w+)">To “{name}”', page)[1] for name in ("Review", "Boss"))
    assert planner.send(f"{address}/move", "/deals", version="0", stage=first).status_code == 303
    told = planner.send(f"{address}/move", "/deals", version="0", stage=second)
    assert told.status_code == 409
    assert "Somebody changed this while you were looking" in told.text
    assert columns(planner)["Review"]


@pytest.mark.parametrize("page", ["/deals/stages", "/deals/approvals"])
def test_a_form_is_saved_after_its_fields_and_by_enter_in_any_of_them(planner, page):
    form = re.search(r'<form class="stages-form.*?</form>', planner.get(page).text, re.DOTALL)[0]
    buttons = re.findall(r"<button ([^>]*)>", form)
    assert not [one for one in (buttons[0], buttons[-1]) if "name=" in one]  # of several buttons Enter means the first
    assert 'tabindex="-1"' in buttons[0]
    assert "primary" in buttons[-1]
    assert not re.search("<(input|select)", form.rpartition("<button")[2])


def test_stages_are_moved_up_and_removed_by_their_buttons(planner, address):
    arrange(planner, "Review")
    page = planner.get("/deals/stages").text
    ids = re.findall(r'name="id\.\d" value="(\w+)"', page)
    named = [("draft", "Groundwork"), ("draft", "Review"), *list(zip(STATUSES, NAMES, strict=True))[1:]]
    fields = {f"id.{at}": one for at, one in enumerate(ids)}
    fields |= {f"status.{at}": status for at, (status, _) in enumerate(named)}
    fields |= {f"en.{at}": name for at, (_, name) in enumerate(named)}
    assert planner.send("/deals/stages", version="1", up="1", **fields).status_code == 303
    assert list(columns(planner))[:2] == ["Review", "Groundwork"]
    refused = planner.send("/deals/stages", version="2", remove="2", **fields)
    assert refused.status_code == 400
    assert "Each status needs a stage. Keep one for “Sent”" in refused.text
    assert planner.send("/deals/stages", version="2", remove="1", **fields).status_code == 303
    assert list(columns(planner)) == list(NAMES)


def test_slips_of_one_pair_are_told_apart_by_their_headlines(planner, address):
    shown = '<p class="headline">'
    assert shown not in planner.get("/deals").text
    fields = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "Dusk", "key": "b" * 32}
    assert planner.send("/deals", FORM, **fields).status_code == 303
    page = planner.get("/deals").text
    assert [f"{shown}{one}</p>" in page for one in ("Dawn", "Dusk")] == [True, True]


def test_what_comes_next_stands_on_the_slip(planner, address):
    form = planner.get(f"{address}/plan").text
    owner = re.search(r'<option value="(\w+)">Hana', form)[1]
    fields = {"version": "0", "owner": owner, "next_act": "Call Toru", "next_on": "2020-01-02"}
    assert planner.send(f"{address}/plan", **fields).status_code == 303
    page = planner.get("/deals").text
    assert "Call Toru" in page
    assert re.search(r'class="late">Late</strong> <time[^>]+>2020-01-02', page)
    assert columns(planner, "/deals?owner=me")["Draft"]
    assert not columns(planner, "/deals?owner=nobody")["Draft"]
    stale = planner.send(f"{address}/plan", **fields | {"next_act": "Write"})
    assert stale.status_code == 409
    assert 'value="Write"' in stale.text
    wrong = planner.send(f"{address}/plan", **fields | {"version": "1", "owner": "x"})
    assert "Choose a planner of your agency" in wrong.text


def test_what_is_no_form_of_ours_is_refused(planner, address):
    for fields in ({"version": "x"}, {"version": "0", "status": "sent"}):
        assert planner.send(f"{address}/move", "/deals", **fields).status_code == 400


def test_a_side_keeps_its_inbox(made, planner, address):
    assert "Inbox" in made["brand"].get("/deals").text
    assert made["brand"].get("/deals/stages").status_code == 403


def test_an_analyst_reads_the_board_and_is_offered_nothing_that_would_be_refused(made, planner, address):
    planner.send(f"{address}/reminders", address, key="e" * 32, due="2020-01-01", note="Ask Rei")
    offered = [planner.get("/deals").text, made["analyst"].get("/deals").text]
    assert ["Ask Rei" in page for page in offered] == [True, True]
    for act in (f"/reminders/{'e' * 32}", "/deals/approvals", "Make a proposal"):
        assert [act in page for page in offered] == [True, False], act
    main = offered[1].partition("<main")[2].partition("</main>")[0]
    assert re.findall(r'<form[^>]* action="([^"]+)"', main) == ["/deals/news"]  # one's own news is one's own to read


def test_a_reminder_stands_on_top_until_it_is_done(made, planner, address):
    planner.send(f"{address}/edit", version="1", headline="Dawn", brand_side="Koyomido†", artist_side="Nagi Office†")
    assert planner.send(f"{address}/send", address, version="2").status_code == 303
    brand = made["brand"]
    assert (
        brand.send(f"{address}/reminders", address, key="e" * 32, due="2020-01-01", note="Ask Rei").status_code == 303
    )
    assert "Ask Rei" in brand.get(address).text
    assert "Ask Rei" not in planner.get(address).text
    page = brand.get("/deals").text
    assert "Due reminders" in page
    assert "Reminder due · Dawn" in page
    assert brand.send(f"/reminders/{'e' * 32}", "/deals").status_code == 303
    assert "Due reminders" not in brand.get("/deals").text
    refused = brand.send(f"{address}/reminders", address, key="f" * 32, due="soon", note="Ask Rei")
    assert refused.status_code == 400
    assert 'value="Ask Rei"' in refused.text
