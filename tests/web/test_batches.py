"""Rankings for many on the web: asked for from a list or a roster, told on the page of jobs, taken out as a file."""

from __future__ import annotations

import json
import re
import secrets

import pytest
from sqlalchemy import delete
from world import World

from kyokan.platform.accounts import Role
from kyokan.platform.accounts.service import Visit
from kyokan.platform.audit import Trail
from kyokan.platform.desk.model import BatchRow
from kyokan.platform.jobs.handlers import HANDLERS
from tests.platform.accounting import GOOD
from tests.web.browsing import Browser, company
from tests.web.papers import sheets_of, text_of

LIST = "CANARY-LIST"
ASKERS = ("brand:xc", "brand:koyomido")


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def made(world):
    return company(world)


@pytest.fixture
def address(made):
    """A list of two brands of the agency."""
    pairs = "&".join(f"with={one}" for one in ASKERS)
    form = f"/lists/add?entity=artist:akari&for=brand&{pairs}"
    fields = {"name": LIST, "question": "entity=artist:akari&for=brand", "with": list(ASKERS)}
    return made["planner"].send("/lists/add", form, **fields).location.partition("?")[0]


def send(browser, page, **fields: str):
    """Send the form of the page with the key that stands in it."""
    key = re.search(r'name="key" value="(\w+)"', browser.get(page).text)[1]
    return browser.send(f"{page}/matching", page, **{"key": key, "for": "", "each": "2"} | fields)


def ask(browser, page, **fields: str):
    """Ask for everybody on a page; the id of the job."""
    key = secrets.token_hex(16)
    assert send(browser, page, key=key, **fields).location == "/jobs"
    return key


def work(world, job_id):
    """Let a worker do it."""
    mine = world.job_file.claim(job_id)
    world.job_file.finish(mine, HANDLERS[mine.kind](world, mine.arguments, lambda *_: None))


def take(browser, job_id, form="json"):
    return browser.send(f"/jobs/{job_id}/file", csrf_token=browser.token("/account"), form=form)


def matched(answer):
    """Asker -> who is matched, in order."""
    told = json.loads(answer.get_data())["answers"]
    return {one["query"]["entity"]["id"]: [match["entity"]["id"] for match in one["matches"]] for one in told}


@pytest.mark.parametrize("who", ["planner", "analyst"])
def test_a_list_is_asked_for_and_its_file_holds_what_each_page_would_say(world, made, address, who):
    browser = made[who]
    job_id = ask(browser, address)
    assert f"{LIST} (2 askers)" in browser.get("/jobs").text
    assert '/file"' not in browser.get("/jobs").text
    assert take(browser, job_id).status_code == 404
    work(world, job_id)
    page = browser.get("/jobs").text
    assert "2 rankings are ready." in page
    assert re.search(r"Kept until \d{4}-\d\d-\d\d", page)
    found = matched(take(browser, job_id))
    assert list(found) == list(ASKERS)
    for asker, ids in found.items():
        shown = browser.get(f"/matches?entity={asker}&for=artist&top=2").text
        assert len(ids) == 2
        assert all(f"/why/{asker}/{one}" in shown for one in ids)


def test_the_sheet_has_a_line_for_each_candidate_under_who_asks(world, made, address):
    job_id = ask(made["planner"], address)
    work(world, job_id)
    answer = take(made["planner"], job_id, "xlsx")
    assert LIST in answer.headers["Content-Disposition"]
    table, notes = sheets_of(answer.get_data()).values()
    assert table[0][:4] == ["For whom", "Rank", "Name (Japanese)", "Name (English)"]
    assert [line[:2] for line in table[1:] if line[1]] == [
        *([one, rank] for one in ("Citizen xC", "Koyomido") for rank in (1, 2))
    ]
    assert isinstance(table[1][5], float)
    assert LIST in [line[1] for line in notes]


def test_a_saved_search_says_how_to_look_and_that_of_others_is_none(world, made, address):
    planner, left_out = made["planner"], {"artist:akari", "artist:yano"}
    question = "&".join(["entity=brand:みなも&for=artist", *(f"exclude={one}" for one in sorted(left_out))])
    saved = planner.send("/searches", f"/searches/new?{question}", name="Others", question=question)
    found = []
    for search in (saved.location[10:42], ""):
        job_id = ask(planner, address, search=search, each="9")
        work(world, job_id)
        found.append(matched(take(planner, job_id)))
    for asker in ASKERS:
        assert left_out.isdisjoint(found[0][asker])
        assert left_out <= set(found[1][asker])
    theirs = made["stranger"].send("/searches", f"/searches/new?{question}", name="Theirs", question=question)
    assert send(planner, address, search=theirs.location[10:42]).status_code == 404


def test_a_form_sent_twice_begins_one_job_and_what_it_cannot_say_is_refused(world, made, address):
    planner, key = made["planner"], "c" * 32
    for _ in range(2):
        assert send(planner, address, key=key).status_code == 303
    assert [one.id for one in world.job_file.jobs()] == [key]
    for fields in ({"each": "0"}, {"each": "21"}, {"each": "x"}, {"for": "fan"}, {"key": "x"}, {"more": "1"}):
        assert send(planner, address, **fields).status_code == 400, fields
    assert len(world.job_file.jobs()) == 1


def test_rules_bind_as_they_do_for_who_asked(world, made, address):
    made["manager"].send("/rules", name="凪原 灯")
    version = re.search(r'name="version" value="(\d+)"', made["manager"].get("/rules/artist:akari").text)[1]
    made["manager"].send("/rules/artist:akari", version=version, add_categories="腕時計")
    job_id = ask(made["planner"], address, each="9")
    work(world, job_id)
    assert all("artist:akari" not in ids for ids in matched(take(made["planner"], job_id)).values())
    told = json.loads(take(made["planner"], job_id).get_data())["answers"][0]
    blocked = {one["entity"]["id"]: one["reason"] for one in told["set_aside"]}
    assert blocked["artist:akari"] == "The artist's side does not work in this category."


def test_a_roster_is_asked_for_by_its_side(world, made):
    manager = made["manager"]
    assert "/roster/matching" not in manager.get("/roster").text
    manager.send("/rules", name="凪原 灯")
    job_id = ask(manager, "/roster")
    work(world, job_id)
    assert list(matched(take(manager, job_id))) == ["artist:akari"]
    assert made["planner"].send("/roster/matching", "/account", key="d" * 32, each="2").status_code == 403


def test_nobody_else_has_it_but_an_admin_who_sees_as_much_of_deals(world, made, address):
    job_id = ask(made["planner"], address)
    work(world, job_id)
    assert made["stranger"].send(f"{address}/matching", "/account", key="d" * 32, each="2").status_code == 404
    for who in ("analyst", "brand", "manager", "stranger"):
        assert take(made[who], job_id).status_code == 404
        assert LIST not in made[who].get("/jobs").text
    accounts = world.accounts
    visit = Visit("127.0.0.1", "test")
    for who, roles, status in (("ada", (Role.ADMIN,), 404), ("bea", (Role.ADMIN, Role.PLANNER), 200)):
        token = accounts.invite(f"{who}@example.com", accounts.organisation("Waon†").id, *roles)
        entered = accounts.accept(token, name=who, password=GOOD, language="en", visit=visit)
        admin = Browser(made["planner"].client.application).bear(entered.session_id)
        page = admin.get("/jobs").text
        assert LIST in page
        assert ("those alone who see them as Hana does" in page) is (status == 404)
        assert take(admin, job_id).status_code == status
    assert list(matched(take(admin, job_id))) == list(ASKERS)


@pytest.mark.parametrize("form", ["xlsx", "json"])
def test_a_file_names_nothing_of_another_organisation(world, made, address, form):
    stranger = made["stranger"]
    fields = {"name": "CANARY-THEIRS", "question": "entity=artist:hara&for=brand", "with": "brand:yukiakari"}
    theirs = stranger.send("/lists/add", "/lists/add?entity=artist:hara&for=brand&with=brand:yukiakari", **fields)
    jobs = [ask(made["planner"], address), ask(stranger, theirs.location.partition("?")[0])]
    for job_id in jobs:
        work(world, job_id)
    ours, others = (take(who, one, form) for who, one in zip((made["planner"], stranger), jobs, strict=True))
    assert "CANARY-THEIRS" not in text_of(form, ours.get_data()) + ours.headers["Content-Disposition"]
    assert LIST not in text_of(form, others.get_data()) + others.headers["Content-Disposition"]
    assert "Yukiakari" in text_of(form, others.get_data())


def test_taking_it_out_is_in_the_trail(world, made, address):
    job_id = ask(made["planner"], address)
    work(world, job_id)
    take(made["planner"], job_id, "xlsx")
    organisation = world.accounts.organisation("Waon†").id
    with world.database.session() as session:
        told = [one.detail for one in Trail(session).of(f"organisation:{organisation}") if one.act == "export"]
        begun = [(one.act, one.name) for one in Trail(session).of(f"job:{job_id}")]
    assert [(one["form"], one["batch"], one["askers"]) for one in told] == [("xlsx", job_id, list(ASKERS))]
    assert begun == [("begin", "Hana")]


def test_a_cancelled_one_has_no_file_and_goes_on_when_it_tries_again(world, made, address):
    planner = made["planner"]
    job_id = ask(planner, address)
    mine = world.job_file.claim(job_id)

    def cancelled(_stage, done, _total):
        if done == 1:
            planner.send(f"/jobs/{job_id}", "/jobs", act="cancel")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        HANDLERS["matching"](world, mine.arguments, cancelled)
    assert not world.job_file.finish(mine, {})
    assert take(planner, job_id).status_code == 404
    planner.send(f"/jobs/{job_id}", "/jobs", act="retry")
    work(world, job_id)
    assert list(matched(take(planner, job_id))) == list(ASKERS)


def test_what_was_removed_is_said_to_be_gone(world, made, address):
    job_id = ask(made["planner"], address)
    work(world, job_id)
    with world.database.session(writing=True) as session:
        session.execute(delete(BatchRow).where(BatchRow.id == job_id))
    assert "The file was removed when its time was over." in made["planner"].get("/jobs").text
    assert take(made["planner"], job_id).status_code == 404
