"""What every graph store promises, as tests; each store's test class inherits them and gives the store."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator

import pytest

from kyokan.errors import StoreError
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind
from kyokan.graph.stores import GraphStore
from kyokan.graph.stores.codec import encode_entity, encode_relation
from tests.contracts.world import (
    ANNE,
    ANNE_OMEGA,
    CALM,
    DIVER,
    EVERYTHING,
    LIKES,
    LISA,
    LISA_BOLD,
    LISA_CALM,
    MADE,
    OMEGA,
    OMEGA_CALM,
    TIED,
    WEB,
)
from tests.support.graphs import SOURCE, entity, relation

Reopen = Callable[[], GraphStore]


class StoreContract:
    """Inherit, and give a ``store`` fixture (an empty store) and a ``reopen`` fixture (the same store once more)."""

    @pytest.fixture
    def filled(self, store: GraphStore) -> GraphStore:
        store.write(EVERYTHING, WEB)
        return store

    # Reading back what was written ---------------------------------------------------------------------------

    def test_an_empty_store_holds_nothing_at_revision_zero(self, store: GraphStore) -> None:
        assert store.revision() == 0
        assert store.count_entities() == store.count_relations() == {}
        assert list(store.entities()) == list(store.relations()) == []
        assert store.entity("artist:lisa") is None

    def test_everything_comes_back_in_order_of_identity_whatever_the_order_of_writing(self, store: GraphStore) -> None:
        store.write(reversed(EVERYTHING), reversed(WEB))
        assert list(store.entities()) == sorted(EVERYTHING, key=lambda item: item.id)
        assert list(store.relations()) == sorted(WEB, key=lambda item: item.identity)

    def test_records_are_the_canonical_texts_of_everything_in_the_same_order(self, filled: GraphStore) -> None:
        assert list(filled.records("entities")) == [encode_entity(item).text for item in filled.entities()]
        assert list(filled.records("relations")) == [encode_relation(item).text for item in filled.relations()]

    def test_order_is_by_code_point_also_beyond_the_basic_plane(self, store: GraphStore) -> None:
        ids = ["tag:z", "tag:é", "tag:ﾊ", "tag:😀", "tag:𠮷", "tag:Z"]
        store.write(map(entity, ids), [relation("related", "tag:z", other) for other in ids[1:]])
        assert [item.id for item in store.entities()] == sorted(ids)
        assert [item.target for item in store.relations()] == sorted(ids[1:])

    def test_entities_are_read_by_kind_by_ids_and_by_both(self, filled: GraphStore) -> None:
        assert list(filled.entities(EntityKind.ARTIST)) == [ANNE, LISA]
        assert list(filled.entities(ids=["product:diver", "artist:lisa", "artist:nobody"])) == [LISA, DIVER]
        assert list(filled.entities(EntityKind.ARTIST, ids=["product:diver", "artist:lisa"])) == [LISA]
        assert list(filled.entities(ids=[])) == []
        assert filled.entity("brand:omega") == OMEGA

    def test_relations_are_read_by_kind_source_and_target_together(self, filled: GraphStore) -> None:
        assert list(filled.relations(RelationKind.EVOKES, source="artist:lisa")) == [LISA_BOLD, LISA_CALM]
        assert list(filled.relations(target="brand:omega")) == [LIKES, MADE, ANNE_OMEGA]
        assert list(filled.relations(RelationKind.EVOKES, "brand:omega", "kansei:calm")) == [OMEGA_CALM]
        assert list(filled.relations(source="fan:nobody")) == []

    def test_the_time_of_import_is_kept(self, store: GraphStore) -> None:
        store.write([LISA, OMEGA], [relation("rival_of", "artist:lisa", "brand:omega")])
        assert [item.provenance[0].imported_at for item in store.entities()] == [SOURCE.imported_at] * 2
        assert next(store.relations()).provenance.imported_at == SOURCE.imported_at

    def test_text_of_every_kind_survives(self, store: GraphStore) -> None:
        texts = (
            "é\u0301 \u200d 👩🏽‍🚀 𠮷野家 ｼﾁｽﾞﾝ",
            "line\nbreak\ttab\r\n\x00",
            "`) DETACH DELETE n //",
            "'; DROP TABLE entity; --",
        )
        items = [
            entity(
                f"tag:{place}",
                text,
                aliases=(text, '"$x" \\'),
                text_ja=text,
                attributes={text: [text, None, {"a": True}]},
            )
            for place, text in enumerate(texts)
        ]
        store.write([*items, entity("tag:`x` 'y' \"z\" \\ {a: 1}")])
        assert list(store.entities(ids=[item.id for item in items])) == items
        assert store.entity("tag:`x` 'y' \"z\" \\ {a: 1}") is not None

    def test_very_long_ids_and_texts_survive(self, store: GraphStore) -> None:
        long_id = "work:" + "長" * 20_000
        item = entity(long_id, "歌" * 5_000, text_ja="詞" * 1_000_000)
        store.write([item, LISA], [relation("made_by", long_id, "artist:lisa", key="k" * 20_000)])
        assert store.entity(long_id) == item
        assert next(store.relations(source=long_id)).key == "k" * 20_000

    def test_numbers_come_back_to_the_last_bit(self, store: GraphStore) -> None:
        weights = [0.1 + 0.2, math.pi, 5e-324, 1.7976931348623157e308, -1e-17, 2.0**53 + 2]
        items = [
            relation("tagged", "artist:lisa", "kansei:calm", weight, key=str(n)) for n, weight in enumerate(weights)
        ]
        attributes = {"integer": 2**80, "fraction": 0.1, "whole": 1.0}
        store.write([LISA, CALM, entity("tag:n", attributes=attributes)], items)
        assert [item.weight for item in store.relations()] == weights
        kept = store.entity("tag:n")
        assert kept is not None
        assert {name: (value, type(value)) for name, value in kept.attributes.items()} == {
            name: (value, type(value)) for name, value in attributes.items()
        }

    # Writing -------------------------------------------------------------------------------------------------

    def test_the_first_write_counts_as_added_the_same_again_as_unchanged(self, store: GraphStore) -> None:
        first = store.write(EVERYTHING, WEB)
        counts = {"artist": 2, "brand": 1, "evokes": 4, "fan": 1, "follows": 1, "kansei": 2, "likes": 1, "made_by": 1}
        counts |= {"product": 1, "related": 1, "tied_up": 2}
        assert (first.added, first.updated, first.unchanged) == (counts, {}, {})
        revision = store.revision()
        again = store.write(EVERYTHING, WEB)
        assert (again.added, again.updated, again.unchanged) == ({}, {}, counts)
        assert store.revision() == revision > 0

    def test_a_later_import_of_the_same_facts_changes_nothing(self, filled: GraphStore) -> None:
        later = SOURCE.__class__(
            source=SOURCE.source, licence=SOURCE.licence, rights=SOURCE.rights, imported_at="2027-01-01"
        )
        changes = filled.write([LISA.with_changes(provenance=(later,))])
        assert changes.unchanged == {"artist": 1}

    def test_a_changed_record_replaces_the_old_one_whole(self, filled: GraphStore) -> None:
        revision = filled.revision()
        lisa = entity("artist:lisa", "LiSA", text_en="A singer")
        tied = relation("tied_up", "artist:lisa", "product:diver", 0.5)
        changes = filled.write([lisa], [tied])
        assert (changes.added, changes.updated, changes.unchanged) == ({}, {"artist": 1, "tied_up": 1}, {})
        assert filled.entity("artist:lisa") == lisa
        assert list(filled.relations(RelationKind.TIED_UP, "artist:lisa")) == [tied]
        assert filled.revision() > revision

    def test_a_record_given_twice_in_one_write_ends_as_the_last(self, store: GraphStore) -> None:
        once, twice = entity("tag:a", "one"), entity("tag:a", "two")
        changes = store.write(
            [once, once, twice, LISA], [relation("tagged", "artist:lisa", "tag:a", n) for n in (1, 1, 2)]
        )
        assert changes.added == {"artist": 1, "tag": 1, "tagged": 1}
        assert changes.updated == {"tag": 1, "tagged": 1}
        assert changes.unchanged == {"tag": 1, "tagged": 1}
        assert store.entity("tag:a") == twice
        assert [item.weight for item in store.relations()] == [2.0]

    def test_edges_with_different_keys_stand_beside_each_other(self, store: GraphStore) -> None:
        years = [relation("tied_up", "artist:lisa", "brand:omega", key=year) for year in ("2019", "2024")]
        store.write([LISA, OMEGA], years)
        assert list(store.relations()) == years
        assert store.count_relations() == {"tied_up": 2}

    def test_kinds_are_counted_in_order_and_none_of_them_zero(self, filled: GraphStore) -> None:
        entities, relations = filled.count_entities(), filled.count_relations()
        assert entities == {"artist": 2, "brand": 1, "fan": 1, "kansei": 2, "product": 1}
        assert relations == {"evokes": 4, "follows": 1, "likes": 1, "made_by": 1, "related": 1, "tied_up": 2}
        assert (list(entities), list(relations)) == (sorted(entities), sorted(relations))

    # All or nothing ------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("bad", "named"),
        [
            (relation("related", "artist:lisa", "brand:nowhere"), "brand:nowhere"),
            (relation("related", "brand:nowhere", "artist:lisa"), "brand:nowhere"),
            (relation("related", "artist:lisa", "artist:lisa", math.nan), "weight"),
            (relation("related", "artist:lisa", "artist:lisa", math.inf), "weight"),
            (relation("related", "artist:lisa", "artist:lisa", confidence=1.5), "confidence"),
            (relation("related", "artist:lisa", "artist:lisa", confidence=math.nan), "confidence"),
            (relation("related", "artist:lisa", "artist:lisa", attributes={"x": math.nan}), "attributes"),
            (relation("related", "artist:lisa", "artist:lisa", attributes={"x": {1, 2}}), "attributes"),
            (relation("related", "artist:lisa", "artist:lisa", key="a\nb"), "control characters"),
        ],
    )
    def test_one_bad_relation_refuses_the_whole_write(self, filled: GraphStore, bad: Relation, named: str) -> None:
        before = self._contents(filled)
        with pytest.raises(StoreError, match=named):
            filled.write([entity("tag:new")], [relation("tagged", "artist:lisa", "tag:new"), bad])
        assert self._contents(filled) == before

    @pytest.mark.parametrize(
        ("bad", "named"),
        [
            (entity("artist:x", attributes={"x": math.inf}), "attributes"),
            (entity("artist:x", "\ud800"), "surrogate"),
            (entity("artist:x", kind=EntityKind.BRAND), "brand:slug"),
            (entity("artist:"), "artist:slug"),
            (entity("artist:a\x00b"), "control characters"),
        ],
    )
    def test_one_bad_entity_refuses_the_whole_write(self, filled: GraphStore, bad: Entity, named: str) -> None:
        before = self._contents(filled)
        with pytest.raises(StoreError, match=named):
            filled.write([entity("tag:new"), bad])
        assert self._contents(filled) == before

    def test_a_source_that_fails_half_way_leaves_nothing(self, filled: GraphStore) -> None:
        def failing() -> Iterator[Entity]:
            yield from (entity(f"tag:{number}") for number in range(6000))
            raise OSError("the file ended")

        before = self._contents(filled)
        with pytest.raises(OSError, match="the file ended"):
            filled.write(failing())
        assert self._contents(filled) == before

    def test_writers_in_turn_lose_nothing(self, store: GraphStore, reopen: Reopen) -> None:
        store.write([LISA])
        failures: list[BaseException] = []

        def work(name: str) -> None:
            try:
                with reopen() as own:
                    for number in range(3):
                        tag = entity(f"tag:{name}-{number}")
                        own.write([tag, entity("tag:shared", name)], [relation("tagged", "artist:lisa", tag.id)])
            except BaseException as error:  # noqa: BLE001 - shown by the assertion below
                failures.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert store.count_entities() == {"artist": 1, "tag": 13}
        assert store.count_relations() == {"tagged": 12}

    def test_what_one_wrote_another_reads(self, store: GraphStore, reopen: Reopen) -> None:
        with reopen() as other:
            store.write(EVERYTHING, WEB)
            assert self._contents(other) == self._contents(store)
        assert store.count_entities()["artist"] == 2

    # Removing ------------------------------------------------------------------------------------------------

    def test_erasing_a_fan_takes_every_relation_of_the_fan_along(self, filled: GraphStore) -> None:
        revision = filled.revision()
        assert filled.delete(["fan:one"]) == 3
        assert "fan" not in filled.count_entities()
        assert not {"follows", "likes"} & filled.count_relations().keys()
        assert filled.search("one") == []
        assert filled.revision() > revision

    def test_relations_are_removed_by_identity(self, filled: GraphStore) -> None:
        assert filled.delete(relations=[TIED.identity, ("tied_up", "artist:lisa", "brand:omega", "")]) == 1
        assert TIED not in list(filled.relations())
        assert filled.count_entities()["product"] == 1

    def test_removing_what_is_not_there_changes_nothing(self, filled: GraphStore) -> None:
        revision = filled.revision()
        assert filled.delete(["artist:nobody"], [("hates", "a", "b", "")]) == 0
        assert filled.revision() == revision

    def test_an_entity_removed_and_its_relation_in_one_call_count_once_each(self, filled: GraphStore) -> None:
        assert filled.delete(["product:diver", "product:diver"], [TIED.identity, TIED.identity]) == 3

    # Ending --------------------------------------------------------------------------------------------------

    def test_closing_twice_does_nothing(self, store: GraphStore, reopen: Reopen) -> None:
        other = reopen()
        other.close()
        other.close()

    @staticmethod
    def _contents(store: GraphStore) -> tuple[int, list[Entity], list[Relation]]:
        return store.revision(), list(store.entities()), list(store.relations())
