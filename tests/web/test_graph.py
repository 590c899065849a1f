"""Everything that a match rests on: the graph of a tiny match by hand, and the page of a pair."""

import json
import re
from dataclasses import replace

import pytest

from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import Entity, EntityKind, KanseiValue, Provenance, Relation, RelationKind, Rights, Span
from kyokan.graph.snapshot import SnapshotDirectory
from kyokan.graph.stores import open_store
from kyokan.matching.ranking.model import Benefit, Contribution, Evidence, Query
from kyokan.web.charts.graph import Edge, evidence_graph
from kyokan.web.pages.why_graph import shortened

OURS = Provenance(source="hand", rights=Rights.SHARE)
NAMES = {
    "artist:a": "A sings. A rests.",
    "artist:c": "",
    "brand:b": "B makes pens.",
    "brand:d": "",
    "product:p": "",
    "category:pen": "",
    "place:here": "",
    "kansei:serene": "",
    "kansei:restful": "",
    "kansei:refined": "",
}
EVOKES, IN_CATEGORY, IN_PLACE, TIED_UP = (
    RelationKind.EVOKES,
    RelationKind.IN_CATEGORY,
    RelationKind.IN_PLACE,
    RelationKind.TIED_UP,
)
EDGES = (
    (EVOKES, "artist:a", "kansei:serene"),
    (EVOKES, "brand:b", "kansei:serene"),
    (EVOKES, "brand:b", "kansei:refined"),
    (IN_CATEGORY, "brand:b", "category:pen"),
    (IN_CATEGORY, "brand:d", "category:pen"),
    (IN_PLACE, "artist:a", "place:here"),  # nobody else is here
    (RelationKind.MADE_BY, "product:p", "brand:b"),
)
SHARED = Evidence(
    kind="attribute", ids=("artist:a", "kansei:serene", "brand:b"), weight=0.5, note="", detail={"role": "shared"}
)
REST = Evidence(kind="attribute", ids=("artist:a", "brand:b"), weight=-0.25, note="all other", detail={"role": "rest"})
PATH = replace(SHARED, kind="path", weight=0.125, detail={"role": "path"})
BRINGS = Evidence(
    kind="attribute", ids=("kansei:refined", "brand:b"), weight=-0.0625, note="", detail={"role": "brings"}
)
TEXTS = [{"lang": "en", "text": "A rests."}, {"lang": "en", "text": "B makes pens."}]
NEAR = Evidence(kind="text", ids=("artist:a", "brand:b"), weight=0.375, note="", detail={"texts": TEXTS})
TIE_UP = Evidence(kind="tie_up", ids=("artist:c", "brand:d"), weight=0.03125, note="")
FANS = Evidence(kind="audience", ids=("artist:a", "brand:b"), weight=0.75, note="", detail={"shared": 9, "lift": 2.0})
NEW = Evidence(kind="audience", ids=("brand:b", "artist:a"), weight=0.015625, note="", detail={"new": 50})
READ = KanseiValue(
    attribute="serene", intensity=0.8, confidence=0.8, spans=(Span(lang="en", start=11, end=16, text="rests"),)
)
VALUES = {
    "artist:a": (READ, replace(READ, attribute="refined", spans=(Span(lang="en", start=2, end=7, text="sings"),)))
}


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    with open_store(f"sqlite:///{folder / 'tiny.db'}") as store:
        entities = [
            Entity(id=one, kind=EntityKind(one.partition(":")[0]), name=one, text_en=text, provenance=(OURS,))
            for one, text in NAMES.items()
        ]
        relations = [Relation(kind=kind, source=one, target=other, provenance=OURS) for kind, one, other in EDGES]
        tied = Relation(kind=TIED_UP, source="artist:c", target="brand:d", since="2019", provenance=OURS)
        store.write(entities, [*relations, tied])
        yield SnapshotDirectory(folder / "snapshots").current(store, dictionary=load_dictionary())


def drawn(known, *parts: tuple, pair=("artist:a", "brand:b")):
    contributions = [
        Contribution(signal=signal, contribution=0.0, value=0.0, benefit=Benefit.BOTH, evidence=items)
        for signal, *items in parts
    ]
    ends = tuple(known.entity(known.row(one)) for one in pair)
    return evidence_graph(contributions, ends, known, lambda entity: VALUES.get(entity.id, ()))


def test_what_two_signals_say_of_one_attribute_runs_along_the_same_lines(known):
    graph = drawn(known, ("walk", PATH), ("resonance", SHARED, REST), ("fan_bridge", FANS))
    assert [node.id for node in graph.nodes] == ["artist:a", "brand:b", "audience:1", "kansei:serene"]
    assert graph.edges == (
        Edge("artist:a", "audience:1", "fans", (1,), 0.75),
        Edge("brand:b", "audience:1", "fans", (1,), 0.75),
        Edge("artist:a", "kansei:serene", "evokes", (2, 4), 0.625),
        Edge("kansei:serene", "brand:b", "evokes", (2, 4), 0.625),
    )


def test_all_evidence_is_a_row_heaviest_first_whatever_its_sign_and_remainders_are_not_drawn(known):
    graph = drawn(known, ("walk", PATH), ("resonance", SHARED, REST), ("fan_bridge", FANS))
    assert [(row.number, row.signal, row.item) for row in graph.rows] == [
        (1, "fan_bridge", FANS),
        (2, "resonance", SHARED),
        (3, "resonance", REST),
        (4, "walk", PATH),
    ]
    assert not any(3 in edge.rows for edge in graph.edges)
    assert [relation.kind for relation in graph.rows[1].relations] == [EVOKES, EVOKES]


def test_near_sentences_hang_on_who_says_them_and_on_what_was_read_from_their_words(known):
    graph = drawn(known, ("meaning", NEAR), ("resonance", SHARED), ("complement", BRINGS), ("fan_bridge", FANS))
    ours, theirs = "text:artist:a:A rests.", "text:brand:b:B makes pens."
    assert [edge for edge in graph.edges if edge.kind in {"says", "near", "read"}] == [
        Edge("artist:a", ours, "says", (3,), 0.375),
        Edge("brand:b", theirs, "says", (3,), 0.375),
        Edge(ours, theirs, "near", (3,), 0.375),
        Edge(ours, "kansei:serene", "read"),  # refined was read from the other sentence
    ]


def test_a_past_tie_up_has_both_its_ends_which_are_compared_with_the_pair(known):
    graph = drawn(known, ("precedent", TIE_UP), ("fan_bridge", FANS))
    assert [edge for edge in graph.edges if edge.kind in {"tied_up", "compared"}] == [
        Edge("artist:c", "brand:d", "tied_up", (2,), 0.03125),
        Edge("artist:a", "artist:c", "compared"),
        Edge("brand:b", "brand:d", "compared"),
    ]
    assert graph.rows[1].relations[0].since == "2019"


def test_a_category_of_the_pair_that_another_shares_is_drawn_in_and_a_place_of_nobody_else_is_not(known):
    graph = drawn(known, ("precedent", TIE_UP), ("fan_bridge", FANS))
    assert [edge for edge in graph.edges if edge.kind in {"in_category", "in_place"}] == [
        Edge("brand:b", "category:pen", "in_category"),
        Edge("brand:d", "category:pen", "in_category"),
    ]


def test_what_a_product_takes_from_its_brand_runs_on_to_the_brand(known):
    item = replace(SHARED, ids=("artist:a", "kansei:serene", "product:p", "brand:b"))
    graph = drawn(known, ("resonance", item), ("fan_bridge", FANS), pair=("artist:a", "product:p"))
    assert Edge("product:p", "brand:b", "made_by", (2,), 0.5) in graph.edges


def test_an_attribute_meets_its_opposite(known):
    item = replace(SHARED, ids=("artist:a", "kansei:serene", "kansei:restful", "brand:b"), weight=-0.5)
    graph = drawn(known, ("resonance", item), ("fan_bridge", FANS))
    assert Edge("kansei:serene", "kansei:restful", "opposite", (2,), -0.5) in graph.edges


def test_whom_one_would_newly_meet_stands_between_giver_and_receiver(known):
    graph = drawn(known, ("reach", NEW), ("fan_bridge", FANS))
    assert Edge("brand:b", "audience:2", "fans", (2,), 0.015625) in graph.edges


def test_fans_too_few_to_be_counted_stand_without_number_or_weight(known):
    graph = drawn(known, ("resonance", SHARED))
    assert (graph.rows[-1].signal, graph.rows[-1].item) == ("fan_bridge", None)
    assert Edge("artist:a", "audience:2", "fans") in graph.edges


@pytest.mark.parametrize(
    ("sentence", "short"),
    [
        ("A rests.", "A rests."),
        ("静かな余白を大切にする町", "静かな余白を大切にする町"),
        ("静かな余白を大切にする町の声。", "静かな余白を大切にする町…"),
    ],
)
def test_a_sentence_stands_in_the_picture_by_its_beginning(sentence, short):
    assert shortened(sentence) == short


# The page


GRAPH = "/why/brand:xc/artist:akari/graph"


def read(client, address, lang="en"):
    return client.get(address, headers={"Accept-Language": lang}, follow_redirects=True).get_data(as_text=True)


def data(page):
    return json.loads(re.search(r'<script type="application/json" id="graph-data">(.+?)</script>', page, re.DOTALL)[1])


def test_the_page_has_the_evidence_of_the_pair_as_it_is(client, world):
    [match] = world.explain("brand:xc", "artist:akari", actor=None).matches
    weights = [item.weight for part in match.contributions for item in part.evidence]
    page = read(client, GRAPH)
    told = [float(value) for value in re.findall(r'<data value="([^"]+)"', page)]
    assert sorted(told) == sorted(weights)
    assert [abs(one) for one in told] == sorted(map(abs, weights), reverse=True)
    picture = data(page)
    assert picture["ends"] == ["artist:akari", "brand:xc"]
    for edge in picture["edges"]:
        assert edge["weight"] == (sum(told[row - 1] for row in edge["rows"]) if edge["rows"] else None)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_nodes_are_named_in_the_language_of_the_page_and_fans_are_never_among_them(client, lang):
    page = read(client, GRAPH, lang)
    labels = {node["id"]: node["label"] for node in data(page)["nodes"]}
    assert labels["artist:akari"] == {"ja": "凪原 灯", "en": "Akari Nagihara"}[lang]
    assert {node["kind"] for node in data(page)["nodes"]} <= {
        *("artist", "brand", "product", "kansei", "category", "place", "tag", "text", "audience")
    }
    assert "fan:" not in page


def test_fans_in_common_are_counted_where_they_are_enough_and_hatched_where_not(client):
    assert "9 like both" in [node["label"] for node in data(read(client, GRAPH))["nodes"]]
    few = read(client, "/why/brand:xc/artist:takeuchi/graph")
    assert "fewer than 5" in [node["label"] for node in data(few)["nodes"]]
    assert "Fewer than 5 people, so not shown" in few


def test_a_recorded_tie_up_has_its_source_and_its_year(client):
    page = read(client, "/why/brand:xc/artist:akari/graph")
    [row] = re.findall(r'<tr id="evidence-\d+">(?:(?!</tr>).)*Yuko Hara worked with Koyomido.*?</tr>', page, re.DOTALL)
    assert 'href="https://www.example.com/news/1"' in row
    assert '<td class="wide">2019</td>' in row


def test_the_page_of_the_pair_leads_here_and_back(client):
    assert f'href="{GRAPH}"' in read(client, "/why/brand:xc/artist:akari")
    assert 'href="/why/brand:xc/artist:akari"' in read(client, GRAPH)


def test_an_id_with_a_slash_has_its_graph(client):
    assert "AC/DC" in read(client, "/why/brand:xc/artist:ac/dc/graph")


def test_a_blocked_pair_says_so_as_on_its_own_page(client):
    said = re.compile(r'<p class="standing-line">.*?</p>', re.DOTALL)
    [whole] = said.findall(read(client, "/why/brand:xc/artist:yakan"))
    assert said.findall(read(client, "/why/brand:xc/artist:yakan/graph")) == [whole]


def test_where_too_little_is_known_there_is_no_graph(client):
    page = read(client, "/why/artist:ac/dc/brand:xc/graph")
    assert "Not enough is known" in page
    assert "graph-data" not in page


def test_of_the_entity_itself_there_is_none(client):
    assert client.get("/why/brand:xc/brand:xc/graph").status_code == 400
    assert client.get(f"{GRAPH}?exclude=artist:akari").status_code == 400


def test_the_library_is_loaded_on_this_page_alone(client):
    assert "cytoscape.min.js" in read(client, GRAPH)
    assert "cytoscape" not in read(client, "/why/brand:xc/artist:akari")


def test_the_same_evidence_is_found_with_and_without_what_ifs(world):
    one = world.look(
        Query(entity="brand:xc", kinds=(EntityKind.ARTIST,), top=1), ("artist:akari",), actor=None
    ).matches[0]
    assert one.contributions == world.explain("brand:xc", "artist:akari", actor=None).matches[0].contributions
