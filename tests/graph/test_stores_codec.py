"""The canonical text of records: nothing lost, nothing that depends on order or on the time of import."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyokan.errors import SettingsError, StoreError
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind, Rights
from kyokan.graph.stores import open_store
from kyokan.graph.stores.codec import decode_entity, decode_relation, encode_entity, encode_relation, hashed_key
from tests.support.graphs import SOURCE, entity, relation

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
slugs = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
stamps = st.sampled_from(["", "2026-11-22T10:00:00Z"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
provenances = st.builds(
    Provenance,
    source=texts,
    licence=texts,
    rights=st.sampled_from(Rights),
    address=texts,
    annotator=texts,
    synthetic=st.booleans(),
    imported_at=stamps,
)


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    kind = draw(st.sampled_from(EntityKind))
    return Entity(
        id=f"{kind.value}:{draw(slugs)}",
        kind=kind,
        name=draw(texts),
        name_ja=draw(texts),
        name_en=draw(texts),
        aliases=tuple(draw(st.lists(texts, max_size=3))),
        external_ids=draw(st.dictionaries(texts, texts, max_size=3)),
        text_ja=draw(texts),
        text_en=draw(texts),
        attributes=draw(st.dictionaries(texts, json_values, max_size=3)),
        provenance=tuple(draw(st.lists(provenances, max_size=3))),
    )


relations = st.builds(
    Relation,
    kind=st.sampled_from(RelationKind),
    source=slugs,
    target=slugs,
    key=st.just("") | slugs,
    weight=st.floats(allow_nan=False, allow_infinity=False),
    confidence=st.floats(0, 1),
    since=texts,
    until=texts,
    attributes=st.dictionaries(texts, json_values, max_size=3),
    provenance=provenances,
)


def canonical(text: str) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@given(entities())
def test_an_entity_comes_back_whole(item: Entity) -> None:
    text, _, imported_at = encode_entity(item)
    back = decode_entity(text, imported_at)
    assert back == item
    assert [record.imported_at for record in back.provenance] == [record.imported_at for record in item.provenance]
    assert text == canonical(text)
    assert encode_entity(back) == encode_entity(item)


@given(relations)
def test_a_relation_comes_back_whole(item: Relation) -> None:
    text, _, imported_at = encode_relation(item)
    back = decode_relation(text, imported_at)
    assert back == item
    assert back.provenance.imported_at == item.provenance.imported_at
    assert text == canonical(text)
    assert encode_relation(back) == encode_relation(item)


def test_the_hash_does_not_depend_on_the_time_of_import_or_the_order_of_keys() -> None:
    first = entity("artist:a", attributes={"b": 1, "a": 2}, external_ids={"x": "1", "w": "2"})
    later = replace(SOURCE, imported_at="2027-01-01")
    second = entity("artist:a", attributes={"a": 2, "b": 1}, external_ids={"w": "2", "x": "1"}, provenance=(later,))
    assert encode_entity(first).digest == encode_entity(second).digest
    assert encode_entity(first).imported_at != encode_entity(second).imported_at


def test_the_hash_depends_on_everything_else() -> None:
    base = relation("tied_up", "artist:a", "brand:b")
    others = [
        replace(base, weight=1.0000000000000002),
        replace(base, confidence=0.5),
        replace(base, since="2020"),
        replace(base, until="2020"),
        replace(base, key="k"),
        replace(base, attributes={"medium": "cm"}),
        replace(base, provenance=replace(SOURCE, rights=Rights.INTERNAL)),
        replace(base, provenance=replace(SOURCE, synthetic=True)),
    ]
    assert len({encode_relation(item).digest for item in (base, *others)}) == 1 + len(others)


def test_a_negative_zero_and_a_whole_number_are_the_float_they_equal() -> None:
    assert encode_relation(relation("related", "a", "b", -0.0)) == encode_relation(relation("related", "a", "b", 0))


def test_a_weight_that_is_no_number_is_refused() -> None:
    with pytest.raises(StoreError, match="numbers"):
        encode_relation(relation("related", "a", "b", weight="much"))  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="finite"):
        encode_relation(relation("related", "a", "b", -math.inf))


def test_keys_of_different_identities_differ() -> None:
    assert hashed_key("a", "bc") != hashed_key("ab", "c")


@pytest.mark.parametrize("url", ["", "graph.db", "postgres://host/db", "sqlite://", "sqlite:///", "sqlite:graph.db"])
def test_an_address_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite:///path"):
        open_store(url)


def test_a_refused_address_does_not_show_its_password() -> None:
    with pytest.raises(SettingsError) as caught:
        open_store("postgres://user:s3cret@host/db")
    assert "s3cret" not in str(caught.value)
