"""Shortlists on the web: kept from a ranking or a pair, worked on in bulk, taken back, and nobody else's to see."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from kyokan.graph.model import EntityKind
from kyokan.matching.ranking.model import Query
from kyokan.platform.desk.model import EntryRow
from kyokan.web.pages import questions
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.view import View

ASKED = {"entity": "brand:xc", "for": "artist"}
FORM = f"/lists/add?{urlencode([*ASKED.items(), ('with', 'artist:akari')])}"


def keep(browser, question=ASKED, **fields: str):
    """Keep candidates; the address of the list, without what has been done."""
    with_many = {"with": ["artist:akari", "artist:hara"]}
    answer = browser.send("/lists/add", FORM, question=urlencode(question), **{"name": "Watches"} | with_many | fields)
    assert answer.status_code == 303, answer.text
    return answer.location.partition("?")[0]


def entries(browser, address):
    """Name → id of those in the list."""
    found = re.findall(r'value="([0-9a-f]{32})" form="bulk" aria-label="Pick ([^"]+)"', browser.get(address).text)
    return {name: one for one, name in found}


def act(browser, address, act, *ids: str, **fields: str):
    return browser.send(f"{address}/entries", address, act=act, entry=list(ids), **fields)


def test_a_ranking_and_a_pair_lead_planners_to_keeping(made, planner):
    ranking = planner.get("/matches?entity=brand:xc&for=artist").text
    assert 'action="/lists/add"' in ranking
    assert 'name="with" value="artist:akari"' in ranking
    assert (
        "/lists/add?entity=brand:xc&amp;for=artist&amp;with=artist:akari"
        in planner.get("/why/brand:xc/artist:akari").text
    )
    for who in ("nobody", "analyst", "brand"):
        assert "/lists/add" not in made[who].get("/matches?entity=brand:xc&for=artist").text


def test_somebody_not_signed_in_comes_back_to_the_same_form(made):
    answer = made["nobody"].get(FORM)
    assert answer.status_code == 303
    assert "with%3Dartist%3Aakari" in answer.location.replace("%253A", "%3A")


def test_what_is_kept_says_its_score_question_and_who_kept_it(made, planner):
    address = keep(planner, note="Quiet voice", tags="calm, spring")
    score = re.search(
        r'name="with" value="artist:akari".*?visually-hidden">Score </span>(.*?)</p>',
        planner.get("/matches?entity=brand:xc&for=artist").text,
        re.DOTALL,
    )[1]
    for who in ("planner", "analyst"):
        page = made[who].get(address).text
        assert "Quiet voice" in page
        assert ">calm</a>" in page
        assert "Artists who resonate with Citizen xC" in page
        assert 'Hana, <span class="unbroken">20' in page
        assert score in page
        assert "Same as when kept" in page


def test_keeping_twice_keeps_once(planner):
    address = keep(planner)
    assert keep(planner) == address
    assert len(entries(planner, address)) == 2
    assert "2 kept" in planner.get("/lists").text


def test_what_was_said_then_is_told_beside_what_is_so_now(made, planner):
    address = keep(planner)
    services = planner.client.application.extensions["kyokan"]
    with services.database.session(writing=True) as session:
        list_id = address.rpartition("/")[2]
        kept = select(EntryRow).where(EntryRow.shortlist == list_id).order_by(EntryRow.place)
        session.scalars(kept).first().score = 0.01
    assert "0.01 when kept" in planner.get(address).text


def test_removing_can_be_undone_from_where_it_happened(planner):
    address = keep(planner)
    first = entries(planner, address)["Akari Nagihara"]
    answer = act(planner, address, "take_out", first)
    page = planner.get(answer.location).text
    assert "Removed from shortlist." in page
    assert list(entries(planner, address)) == ["Yuko Hara"]
    assert act(planner, address, "put_back", first).status_code == 303
    assert len(entries(planner, address)) == 2


def test_many_are_tagged_and_found_by_tag(planner):
    address = keep(planner)
    found = entries(planner, address)
    act(planner, address, "tag", found["Yuko Hara"], tags="warm、春")
    assert list(entries(planner, f"{address}?tag=春")) == ["Yuko Hara"]
    assert "Nobody here has this tag" in planner.get(f"{address}?tag=x").text


@pytest.mark.parametrize(("how", "left"), [("move", 1), ("copy", 2)])
def test_candidates_go_to_another_list(planner, how, left):
    address = keep(planner)
    other = planner.send("/lists", name="Spring").location
    act(planner, address, how, entries(planner, address)["Akari Nagihara"], to=other.rpartition("/")[2])
    assert list(entries(planner, other)) == ["Akari Nagihara"]
    assert len(entries(planner, address)) == left


def test_an_entry_leads_to_a_proposal_of_the_pair(planner):
    assert "/deals/new/brand:xc/artist:akari" in planner.get(keep(planner)).text


def test_candidates_for_a_brief_are_kept_under_its_words(planner):
    address = keep(planner, question={"text": "serene restful", "for": "artist"})
    page = planner.get(address).text
    assert "Artists who resonate with “serene restful”" in page
    assert "/matches?text=serene+restful" in page
    assert "/deals/new" not in page


def test_of_two_who_write_a_note_the_second_sees_both(made, planner):
    address = keep(planner)
    first = entries(planner, address)["Akari Nagihara"]
    assert (
        planner.send(f"{address}/entries/{first}", address, version="1", note="For spring", tags="").status_code == 303
    )
    late = planner.send(f"{address}/entries/{first}", address, version="1", note="For autumn", tags="")
    assert late.status_code == 409
    assert "changed while you were looking" in late.text
    assert "For spring" in late.text
    assert ">For autumn</textarea>" in late.text


def test_what_is_refused_keeps_what_was_typed(planner):
    address = keep(planner)
    first = entries(planner, address)["Akari Nagihara"]
    assert act(planner, address, "take_out").status_code == 400
    long = planner.send(f"{address}/entries/{first}", address, version="1", note="n", tags="x" * 31)
    assert (long.status_code, "x" * 31 in long.text) == (400, True)
    other = planner.send("/lists", name="Spring").location
    taken = planner.send(other, other, act="rename", version="1", name="Watches")
    assert (taken.status_code, 'value="Watches"' in taken.text) == (400, True)
    nobody = planner.send("/lists/add", FORM, question=urlencode(ASKED), name="x")
    assert (nobody.status_code, "Pick at least one" in nobody.text) == (400, True)


def test_a_list_is_put_away_and_taken_up_again(planner):
    address = keep(planner)
    answer = planner.send(address, address, act="remove")
    page = planner.get(answer.location).text
    assert "The list is put away." in page
    assert "Watches" not in page
    assert planner.send(address, address, act="restore").status_code == 303
    assert "Watches" in planner.get("/lists").text


def test_an_analyst_has_no_form_to_change_anything(made, planner):
    page = made["analyst"].get(keep(planner)).text
    assert 'form="bulk"' not in page
    assert "/deals/new" not in page


def test_others_meet_a_page_that_is_not_there(made, planner):
    address = keep(planner, note="CANARY")
    first = entries(planner, address)["Akari Nagihara"]
    token = made["stranger"].token("/account")
    assert made["stranger"].get(address).status_code == 404
    assert "Watches" not in made["stranger"].get("/lists").text
    for path, fields in (
        ("", {"act": "remove"}),
        ("/entries", {"act": "take_out", "entry": first}),
        (f"/entries/{first}", {"version": "1", "note": "x"}),
    ):
        answer = made["stranger"].send(f"{address}{path}", csrf_token=token, **fields)
        assert answer.status_code == 404
        assert "CANARY" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        Query(entity="brand:xc", kinds=(EntityKind.ARTIST,), top=10),
        Query(text="静か", kinds=(EntityKind.BRAND,), categories=("category:watch",), since="2027", until="2027-06"),
        Query(
            entity="brand:xc",
            kinds=(EntityKind.ARTIST, EntityKind.PRODUCT),
            kansei={"warm": 0.4, "serene": -0.7},
            without_signals=frozenset({"walk"}),
            without_attributes=frozenset({"warm"}),
            exclude=("artist:akari",),
            media=("TV",),
            diversity=0.5,
            exposure=0.1,
            habit=1.0,
        ),
    ],
)
def test_a_question_is_read_back_from_its_address_to_the_letter(app, world, query):
    kansei = {name: query.kansei[name] for name in sorted(query.kansei, key=world.dictionary.index)}
    with app.test_request_context("/"):
        view = View(world, "en")
        written = urlencode(questions.arguments(query))
        read = questions.asked(view, Parameters.of_address(written, questions.ASKED, kansei=True))
    assert read == query
    assert dict(read.kansei) == kansei


def test_a_question_with_a_foreign_field_is_refused(planner):
    answer = planner.send("/lists/add", FORM, question="entity=brand:xc&price=1", name="x", **{"with": "artist:akari"})
    assert answer.status_code == 400
    with pytest.raises(ParameterError):
        Parameters.of_address("entity=" + "x" * 5000, ("entity",))


def test_more_candidates_than_are_kept_at_once_are_refused_and_none_is_dropped_unsaid(planner):
    many = "&".join(f"with=artist:a{number}" for number in range(101))
    refused = planner.get(f"/lists/add?entity=brand:xc&for=artist&{many}")
    assert refused.status_code == 400
    assert "At most 100 candidates are kept at once." in refused.text
