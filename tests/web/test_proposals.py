"""The editor of a proposal and its two lenses on the web."""

from __future__ import annotations

import re

import pytest
from world import World

from tests.web.browsing import company

FORM = "/deals/new/artist:yano/brand:みなも"


@pytest.fixture
def made(tmp_path):
    world = World(tmp_path)
    yield company(world)
    world.close()


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
