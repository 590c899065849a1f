"""Saved searches on the web: saved from a ranking, told on the home page once something changed, quiet once seen."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode

import pytest

from kyokan.matching.ranking import Standing
from kyokan.platform.desk.rankings import Known, Stood
from kyokan.web.pages.questions import ASKED, asked
from kyokan.web.parameters import Parameters
from kyokan.web.view import View

QUESTION = {"entity": "brand:xc", "for": "artist", "kansei.serene": "0.5", "top": "3"}


@pytest.fixture
def services(made):
    return made["planner"].client.application.extensions["kyokan"]


def save(browser, **fields: str):
    sent = {"question": urlencode(QUESTION), "name": "Quiet watches"} | fields
    return browser.send("/searches", f"/searches/new?{urlencode(QUESTION)}", **sent)


@pytest.fixture
def saved(made):
    answer = save(made["planner"])
    assert answer.status_code == 303, answer.text
    return answer.location.partition("?")[0]


@pytest.fixture
def shifted(saved, services):
    """The search after a night in which its first place fell behind, one came in and one was bound elsewhere."""
    due = services.searches.due()[0]
    today = services.ranking(due.query, due.ids, actor=due.readers)
    first, second, third = today.places[:3]
    night = replace(
        today,
        snapshot="sha256:night",
        places=(
            Stood("artist:yano", 1, 0.9),
            replace(first, rank=2, score=0.5),
            replace(second, rank=0, standing=Standing.BLOCKED, until="2027-03-31"),
        ),
        known={**today.known, first.entity: Known("other", 9)},
    )
    services.searches.refresh(due.id, night)
    return saved, [services.snapshot().entity(services.snapshot().row(one.entity)).name_en for one in (first, third)]


def test_a_ranking_leads_planners_to_saving_it_as_it_was_asked(made, app):
    page = made["planner"].get(f"/matches?{urlencode(QUESTION)}").text
    written = re.search(r'href="/searches/new\?([^"]+)"', page)[1].replace("&amp;", "&")
    with app.test_request_context("/"):
        query = asked(View(app.extensions["kyokan"], "en"), Parameters.of_address(written, ASKED, kansei=True))
    assert (query.entity, query.top, dict(query.kansei)) == ("brand:xc", 3, {"serene": 0.5})
    assert "/searches/new" not in made["analyst"].get(f"/matches?{urlencode(QUESTION)}").text


def test_the_name_that_is_suggested_is_the_question_as_plain_text(made):
    page = made["planner"].get("/searches/new", query_string={"text": "海 & <夕>", "for": "brand"}).text
    (suggested,) = re.findall(r'name="name" value="([^"]*)"', page)
    assert unescape(suggested) == "Brands that resonate with “海 & <夕>”"


def test_on_the_day_it_is_saved_nothing_has_changed(made, saved):
    assert "Nothing has changed since you looked" in made["planner"].get(saved).text
    assert "No change" in made["analyst"].get("/searches").text
    assert "Your saved searches have changed" not in made["planner"].get("/").text


def test_changes_are_told_with_their_reasons(made, shifted):
    address, (moved, gone) = shifted
    page = made["planner"].get(address).text
    assert "1 new, 2 gone, 1 moved" in page
    assert "The catalogue is newer." in page
    assert 'Blocked until <span class="unbroken">2027-03-31</span>' in page
    assert "Its kansei are read differently. A new tie-up was recorded." in page
    for name in ("Akiko Yano", moved, gone):
        assert name in page
    assert "No. 1 → <strong>No. 2</strong>" in page


def test_the_home_page_has_one_line_until_it_is_seen_and_each_sees_for_themselves(made, shifted):
    address, _ = shifted
    for who in ("planner", "analyst"):
        assert "1 new, 2 gone, 1 moved" in made[who].get("/").text
    latest = re.search(r'name="latest" value="(\d+)"', made["planner"].get(address).text)[1]
    assert made["planner"].send(address, address, act="see", latest=latest).status_code == 303
    assert "Quiet watches" not in made["planner"].get("/").text
    assert "Quiet watches" in made["analyst"].get("/").text
    for who in ("nobody", "brand", "stranger"):
        assert "Quiet watches" not in made[who].get("/").text


def test_looking_again_takes_the_ranking_of_now(made, shifted):
    address, _ = shifted
    assert made["planner"].send(address, address, act="look").status_code == 303
    assert "Nothing has changed" in made["planner"].get(address).text


def test_an_analyst_is_not_offered_to_look_again_and_keeps_nothing_by_asking(made, shifted):
    address, _ = shifted
    assert 'value="look"' in made["planner"].get(address).text
    page = made["analyst"].get(address).text
    assert 'value="look"' not in page
    assert 'value="see"' in page
    assert made["analyst"].send(address, address, act="look").status_code == 403
    assert "1 new, 2 gone, 1 moved" in made["analyst"].get(address).text


def test_saving_twice_saves_once_and_a_taken_name_keeps_what_was_typed(made, saved):
    assert save(made["planner"]).location.partition("?")[0] == saved
    other = save(made["planner"], question="entity=brand:koyomido&for=artist")
    assert other.status_code == 400
    assert "is the name of another search" in other.text
    assert 'value="Quiet watches"' in other.text


def test_one_that_is_put_away_comes_back(made, saved):
    answer = made["planner"].send(saved, saved, act="remove")
    page = made["planner"].get(answer.location).text
    assert "The search is put away." in page
    assert "Quiet watches" not in page
    assert made["planner"].send(saved, saved, act="restore").status_code == 303
    assert "Quiet watches" in made["planner"].get("/searches").text


@pytest.mark.parametrize(
    "fields", [{"act": "dance"}, {"act": "see", "latest": "x"}, {"act": "see", "latest": "9" * 40}]
)
def test_what_a_form_cannot_say_is_refused(made, saved, fields):
    assert made["planner"].send(saved, saved, **fields).status_code == 400
