"""The editor of a proposal and its two lenses on the web."""

from __future__ import annotations

import re

import pytest

FORM = "/deals/new/artist:yano/brand:みなも"


@pytest.fixture
def draft(made):
    fields = {"artist": "artist:yano", "brand": "brand:みなも", "headline": "Water", "key": "a" * 32}
    sides = {"brand_side": "Koyomido†", "artist_side": "Nagi Office†"}
    return made["planner"].send("/deals", FORM, **fields, **sides).location


def test_a_rationale_is_chosen_and_read_by_each_side_in_its_own_language(made, draft):
    planner = made["planner"]
    page = planner.get(f"{draft}/rationale").text
    offers = dict(re.findall(r'name="(offer\.\d+)" value="([^"]+)"', page))
    assert offers
    own = {"ja.0": "水の一曲を。", "en.0": "One song of water."}
    sketch = {"kind.0": "event", "title.0": "Station concert", "text.0": "Before the first train."}
    assert planner.send(f"{draft}/rationale", version="1", **own, **offers, **sketch).status_code == 303
    page = planner.get(f"{draft}/rationale").text
    keys = re.findall(r'name="key\.\d+" value="([^"]+)"', page)
    assert len(keys) == len(offers)
    assert "bears this no longer" not in page
    lens = planner.get(f"{draft}/preview?side=brand").text
    assert "One song of water." in lens
    assert "Station concert" in lens
    assert "Internal note" not in lens
    assert "<form" not in lens.partition("<main")[2].partition("</main")[0]
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert planner.send(f"{draft}/send", draft, version=version).status_code == 303
    assert "One song of water." in made["brand"].get(draft).text
    japanese = made["manager"].get(f"{draft}?lang=ja").text
    assert "水の一曲を。" in japanese
    told = planner.get(draft).text
    assert set(re.findall(r'href="#(ground-[^"]+)"', told)) <= set(re.findall(r'id="(ground-[^"]+)"', told))
    assert planner.get(f"{draft}/rationale").status_code == 302


def test_what_was_written_stays_when_it_is_refused(made, draft):
    planner = made["planner"]
    fields = {"en.0": "Mine", "title.0": "Sketch of mine", "kind.0": "copy"}
    lost = planner.send(f"{draft}/rationale", version="1", **fields, **{"key.1": "nowhere"})
    assert lost.status_code == 400
    assert "rests on no evidence" in lost.text
    assert ">Mine</textarea>" in lost.text
    assert 'value="Sketch of mine"' in lost.text
    assert planner.send(f"{draft}/rationale", version="7", **fields).status_code == 409


def test_sentences_and_sketches_are_moved_up_and_taken_out(made, draft):
    planner = made["planner"]
    fields = {"en.0": "First", "en.1": "Second", "title.0": "One", "title.1": "Two", "kind.0": "copy", "kind.1": "copy"}
    assert planner.send(f"{draft}/rationale", version="1", up="1", sketch_up="1", **fields).status_code == 303
    page = planner.get(draft).text
    assert page.index("Second") < page.index("First")
    assert page.index("Two") < page.index("One</h3>")
    gone = {"drop.0": "1", "take_out.0": "1"}
    assert planner.send(f"{draft}/rationale", version="2", **fields, **gone).status_code == 303
    page = planner.get(draft).text
    assert "First" not in page
    assert "One</h3>" not in page


def told(browser, draft, **fields: str):
    """What the editor says after saving, and the page."""
    version = re.search(r'name="version" value="(\d+)"', browser.get(f"{draft}/rationale").text)[1]
    answer = browser.send(f"{draft}/rationale", version=version, **fields)
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    said = re.search(r'role="status">(.*?)</p>', page, re.DOTALL)[1]
    return re.sub(r"<[^>]+>", "", said), page


def test_saving_says_what_it_changed(made, draft):
    planner = made["planner"]
    offers = re.findall(r'name="(offer\.\d+)" value="([^"]+)"', planner.get(f"{draft}/rationale").text)
    own, sketch = {"en.0": "One song of water."}, {"kind.0": "event", "title.0": "Concert"}
    assert told(planner, draft, **own, **sketch, **dict(offers[:1]))[0] == "Saved. Added: 3."
    kept = own | {"key.1": offers[0][1]} | sketch
    assert told(planner, draft, **kept)[0] == "Nothing has changed."
    assert told(planner, draft, **kept, up="1")[0] == "Saved. The order has changed."
    kept = {"key.0": offers[0][1], "en.1": "One song of water.", "kind.0": "event"}
    assert told(planner, draft, **kept | {"en.1": "Two songs.", "title.0": "Two concerts"})[0] == "Saved. Rewritten: 2."
    less = kept | {"drop.0": "1", "en.1": "Two songs.", "en.2": "Three.", "title.0": "Two concerts", "take_out.0": "1"}
    assert told(planner, draft, **less)[0] == "Saved. Added: 1. Left out: 2."
    assert planner.get(f"{draft}/rationale?done=x").status_code == 400


def test_a_change_is_taken_back_from_where_it_was_saved(made, draft):
    planner = made["planner"]
    told(planner, draft, **{"en.0": "First", "en.1": "Second"})
    _, page = told(planner, draft, **{"en.0": "First", "en.1": "Second", "drop.0": "1"})
    back, version = re.search(r'action="([^"]+/back)">.*?name="version" value="(\d+)"', page, re.DOTALL).groups()
    assert planner.send(back, f"{draft}/rationale", version="1").status_code == 409
    answer = planner.send(back, f"{draft}/rationale", version=version)
    page = planner.get(answer.location).text
    assert "It says again what it said before." in page
    assert page.index(">First</textarea>") < page.index(">Second</textarea>")
