"""What a licence keeps inside stays inside: names, edges, quoted texts, figures about fans."""

from __future__ import annotations

import pytest

from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind, Rights
from kyokan.graph.snapshot import SnapshotDirectory
from kyokan.graph.stores import open_store
from kyokan.web.exports.rights import Leaving

FREE = Provenance(source="free", rights=Rights.SHARE)
CLOSED = Provenance(source="closed", rights=Rights.INTERNAL)
PAIR = ["artist:a", "brand:b"]


def entity(entity_id, *provenance: Provenance):
    return Entity(id=entity_id, kind=EntityKind(entity_id.partition(":")[0]), name=entity_id, provenance=provenance)


def edge(kind, source, target, provenance, key=""):
    return Relation(kind=kind, source=source, target=target, weight=0.5, key=key, provenance=provenance)


@pytest.fixture(scope="module")
def leaving(tmp_path_factory):
    folder, dictionary = tmp_path_factory.mktemp("rights"), load_dictionary()
    with open_store(f"sqlite:///{folder / 'graph.db'}") as store:
        store.write(
            [
                *dictionary.to_entities(),
                entity("artist:a", FREE),
                entity("artist:both", FREE, CLOSED),
                entity("artist:hidden", CLOSED),
                entity("brand:b", FREE),
                entity("fan:f", CLOSED),
            ],
            [
                edge(RelationKind.EVOKES, "artist:a", "kansei:serene", FREE),
                edge(RelationKind.EVOKES, "artist:a", "kansei:quiet", CLOSED),
                edge(RelationKind.EVOKES, "brand:b", "kansei:serene", FREE),
                edge(RelationKind.TIED_UP, "artist:a", "brand:b", CLOSED, "one"),
                edge(RelationKind.TIED_UP, "artist:a", "brand:b", FREE, "two"),
                edge(RelationKind.LIKES, "fan:f", "artist:both", CLOSED),
            ],
        )
        yield Leaving(SnapshotDirectory(folder / "snapshots").current(store, dictionary=dictionary))


def item(kind, ids, **detail: object):
    return {"kind": kind, "ids": ids, "weight": 0.1, "note": "", "note_ja": "", "detail": detail}


@pytest.mark.parametrize(
    ("entity_id", "may"),
    [("artist:a", True), ("artist:both", True), ("artist:hidden", False), ("artist:erased", False)],
)
def test_a_name_may_be_said_where_one_source_is_free(leaving, entity_id, may):
    assert leaving.name(entity_id) is may


def test_a_fingerprint_is_drawn_from_free_values_alone(leaving):
    values = leaving.profile(entity("artist:a", FREE))
    assert [value.attribute for value in values] == ["serene"]


@pytest.mark.parametrize(
    ("evidence", "may"),
    [
        (item("attribute", ["artist:a", "kansei:serene", "brand:b"]), True),
        (item("attribute", ["artist:a", "kansei:quiet", "brand:b"]), False),
        (item("path", ["artist:a", "kansei:serene", "brand:b"]), True),
        (item("path", ["artist:hidden", "kansei:serene", "brand:b"]), False),
        (item("tie_up", PAIR, relation=["tied_up", *PAIR, "one"]), False),
        (item("tie_up", PAIR, relation=["tied_up", *PAIR, "two"]), True),
        (item("tie_up", PAIR, relation=["tied_up", *PAIR, "gone"]), False),
        (item("text", PAIR, texts=[{"lang": "ja", "text": "x"}]), True),
        (item("text", ["artist:both", "brand:b"], texts=[{"lang": "ja", "text": "x"}]), False),
        (item("audience", PAIR), True),
        (item("audience", ["artist:both", "brand:b"]), False),
        (item("attribute", ["artist:erased", "brand:b"]), False),
    ],
)
def test_evidence_leaves_only_with_all_that_it_rests_on(leaving, evidence, may):
    assert leaving.evidence(evidence) is may


def test_a_sentence_leaves_only_where_all_of_its_evidence_does(leaving):
    free, closed = item("audience", PAIR), item("audience", ["artist:both", "brand:b"])
    assert leaving.match({"contributions": [{"evidence": [free]}]})
    assert not leaving.match({"contributions": [{"evidence": [free, closed]}]})
