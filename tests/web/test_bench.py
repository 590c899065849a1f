"""The bench asks for real pages: every one is answered to who may open it, each time with a question of its own."""

from __future__ import annotations

import pytest

from kyokan.errors import StoreError
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.stores import SqliteStore
from kyokan.matching.bench.city import City
from kyokan.web import create_app
from kyokan.web.bench import _home, figures_of
from kyokan.web.bench.addresses import UNMEASURED, Asked, addresses
from kyokan.web.bench.asking import RefusedError, Took, in_process
from kyokan.web.bench.documents import documents, taken
from kyokan.web.bench.seats import Seat, seats
from kyokan.web.exports import PROPOSAL_FORMS, RANKING_FORMS

ASKED, DEALS = 3, 4


@pytest.fixture(scope="module")
def bench(world):
    app = create_app(world)
    people = seats(world, DEALS)
    return app, people, *addresses(app, world, people, ASKED)


def test_every_page_of_the_site_is_asked_for_or_says_why_not(bench):
    app, _, pages, left_out = bench
    rules = {rule.rule: rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    asked = {rules[page.name.partition(" (")[0]] for page in pages}
    assert asked | UNMEASURED.keys() | {"static"} == set(rules.values())
    assert len(left_out) == len(UNMEASURED)


def test_every_page_is_answered_to_who_may_open_it(bench):
    app, people, pages, _ = bench
    ask = in_process(app)
    for page in pages:
        assert ask(page.addresses[0], people.sessions[page.seat]).wall_ms > 0, page.name


def test_what_is_asked_of_the_ranking_differs_each_time(bench):
    for page in bench[2]:
        if page.name.startswith("/matches"):
            assert len(page.addresses) == ASKED
            assert len(set(page.addresses)) == ASKED, page.name


@pytest.mark.parametrize(("address", "refused"), [("/e/artist:nobody", "404"), ("/deals", "303")])
def test_a_page_that_refuses_or_leads_elsewhere_is_not_timed(bench, address, refused):
    app, people, *_ = bench
    with pytest.raises(RefusedError, match=refused):
        in_process(app)(address, people.sessions[Seat.GUEST])


def test_every_form_of_a_document_is_taken_out(bench, world):
    app, people, *_ = bench
    found = documents(world, people, 1)
    assert {form for form, _ in found} == {*PROPOSAL_FORMS, *RANKING_FORMS}
    session = people.sessions[Seat.PLANNER]
    for form, document in found:
        if form in {"xlsx", "json", "csv"}:  # the tests of documents make the slower ones
            (took,) = taken(app, session, form, document.addresses)
            assert took.wall_ms > 0
    with pytest.raises(RefusedError, match="404"):
        list(taken(app, session, "json", ["/deals/unknown/export"]))


def test_a_page_meets_the_goal_by_its_slowest_twentieth():
    took = [Took(10.0)] * 19 + [Took(1000.0)]
    assert figures_of(Asked("/", []), took, 100)["met"]
    assert not figures_of(Asked("/", []), [*took[:18], Took(1000.0), Took(1000.0)], 100)["met"]


def test_a_kept_folder_holds_its_catalogue_for_the_next_time_and_a_new_workroom(tmp_path):
    city = City(load_dictionary(), 120)
    with SqliteStore(tmp_path / "kyokan.db") as store:
        assert not city.fills(store)
        city.fill(store, lambda *_: None)
        assert city.fills(store)
        with pytest.raises(StoreError, match="holds no catalogue of 500"):
            City(load_dictionary(), 500).fills(store)
    (tmp_path / "workroom.db").write_bytes(b"of the last time")
    with _home(tmp_path) as folder:
        assert [path.name for path in folder.iterdir() if path.name.startswith("workroom")] == []
    assert (tmp_path / "kyokan.db").exists()
