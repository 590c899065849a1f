"""Side by side: two to four candidates of one question, each as it would stand alone, on the same scales."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from world import World

from kyokan.matching.ranking.model import Query
from kyokan.web.marks import MARKS, marks_of
from kyokan.web.pages.compare import widest
from tests.web.browsing import company

ASKED = [("entity", "brand:xc"), ("for", "artist")]
THREE = ["artist:akari", "artist:hara", "artist:takeuchi"]


def address(*ids: str, asked=ASKED):
    return f"/compare?{urlencode([*asked, *(('with', one) for one in ids)])}"


def page(client, path):
    return client.get(f"{path}&lang=en", follow_redirects=True)


def test_each_stands_in_a_column_with_the_score_it_has_alone(client, world):
    text = page(client, address(*THREE)).text
    for one in THREE:
        alone = world.explain("brand:xc", one, actor=None).matches[0]
        assert f"{alone.score:.2f}"[1:].lstrip(".") in text
        assert alone.sentence.en.replace("'", "&#39;") in text
    assert len(re.findall(r'<article class="beside"', text)) == 3


def test_the_order_is_the_one_asked_for(client):
    names = re.findall(r'<h2 id="c-\d"><a [^>]*>(.*?)</a>', page(client, address(*reversed(THREE))).text)
    assert names == ["Mariya Takeuchi", "Yuko Hara", "Akari Nagihara"]


def test_the_first_sentence_names_what_tells_them_apart_most(client, world):
    matches = list(world.look(Query(entity="brand:xc"), THREE, actor=None).matches)
    found = widest(matches)
    sums = [sum(part.contribution for part in match.contributions if part.signal == found.signal) for match in matches]
    assert found.gap == pytest.approx(max(sums) - min(sums))
    assert found.entity.id == THREE[sums.index(max(sums))]
    assert f"is ahead, {found.gap:.2f} above the last" in page(client, address(*THREE)).text
    assert widest(matches[:1]) is None


def test_a_table_has_no_column_and_no_row_for_a_signal_that_nobody_has(client, world):
    matches = world.look(Query(entity="brand:xc"), THREE, actor=None).matches
    had = {part.signal for match in matches for part in match.contributions}
    assert [mark.signal for mark in marks_of(matches)] == [mark.signal for mark in MARKS if mark.signal in had]
    assert marks_of([]) == ()
    without = [replace(match, contributions=match.contributions[:1]) for match in matches[:1]]
    assert [mark.signal for mark in marks_of(without)] == [matches[0].contributions[0].signal]


def test_a_blocked_candidate_is_compared_with_its_reason(client):
    text = page(client, address("artist:akari", "artist:yakan")).text
    assert 'Blocked until <span class="unbroken">2027-06-30</span>' in text


def test_one_too_many_can_be_left_out_but_two_stay(client):
    assert "Compare without Yuko Hara" in page(client, address(*THREE)).text
    assert "Compare without" not in page(client, address(*THREE[:2])).text


def test_without_an_asker_each_shows_its_own_strongest_kansei(client):
    text = page(client, address(*THREE[:2], asked=[("text", "serene restful"), ("for", "artist")])).text
    assert text.count("Strongest kansei") == 2
    assert "/why/" not in text


@pytest.mark.parametrize("ids", [(), THREE[:1], [*THREE, "artist:yano", "artist:shakai"]])
def test_other_numbers_are_refused_with_a_way_back(client, ids):
    answer = page(client, address(*ids))
    assert answer.status_code == 400
    assert "Two to four can be compared" in answer.text
    assert "/matches?entity=brand%3Axc" in answer.text


@pytest.mark.parametrize("other", ["brand:xc", "category:watch", "fan:s1"])
def test_the_asker_and_what_is_no_candidate_are_refused(client, other):
    assert page(client, address("artist:akari", other)).status_code == 400


def test_an_unknown_candidate_is_not_found(client):
    assert page(client, address("artist:akari", "artist:nobody")).status_code == 404


def test_the_ranking_offers_comparing_to_everybody(client):
    text = page(client, "/matches?entity=brand:xc&for=artist").text
    assert '<form class="picks" id="pick" method="get" action="/compare">' in text
    assert 'name="with" value="artist:akari" form="pick"' in text
    assert "csrf_token" not in text.partition('id="pick"')[2].partition("</form>")[0]  # it would stand in the address


def test_entries_of_a_list_are_compared_under_their_question(tmp_path):
    world = World(tmp_path)
    planner = company(world)["planner"]
    for asked in ("entity=brand:xc&for=artist", "entity=brand:koyomido&for=artist"):
        kept = {"question": asked, "name": "Mixed", "with": ["artist:akari", "artist:hara"]}
        at = planner.send("/lists/add", f"/lists/add?{asked}", **kept).location.partition("?")[0]
    ids = re.findall(r'name="entry" value="(\w+)"', planner.get(at).text)
    answer = planner.send(f"{at}/entries", at, act="compare", entry=ids[:2])
    assert answer.location == "/compare?entity=brand%3Axc&for=artist&with=artist%3Aakari&with=artist%3Ahara"
    mixed = planner.send(f"{at}/entries", at, act="compare", entry=ids)
    assert (mixed.status_code, "cannot stand side by side" in mixed.text) == (400, True)
    world.close()
