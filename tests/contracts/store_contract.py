"""What every graph store promises, as tests; each store's test class inherits them and gives the store."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from kyokan.errors import QueryError, StoreError
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind
from kyokan.graph.stores import GraphStore
from tests.support.graphs import SOURCE, entity, relation

Reopen = Callable[[], GraphStore]

LISA, ANNE = entity("artist:lisa", "LiSA", name_ja="リサ"), entity("artist:anne", "杏")
OMEGA, DIVER = entity("brand:omega", "Omega", aliases=("オメガ",)), entity("product:diver", "Diver")
CALM, BOLD = entity("kansei:calm", "穏やか"), entity("kansei:bold", "大胆")
FAN = entity("fan:one", "one")
EVERYTHING = (LISA, ANNE, OMEGA, DIVER, CALM, BOLD, FAN)

# LiSA and Omega in two steps: over Anne, over the product, over two attributes, and never over the fan.
TIED = relation("tied_up", "artist:lisa", "product:diver", attributes={"medium": "広告"})
MADE = relation("made_by", "product:diver", "brand:omega")
LISA_BOLD = relation("evokes", "artist:lisa", "kansei:bold", 0.5)
OMEGA_BOLD = relation("evokes", "brand:omega", "kansei:bold", 1.0, confidence=0.5)
LISA_CALM = relation("evokes", "artist:lisa", "kansei:calm", 0.25)
OMEGA_CALM = relation("evokes", "brand:omega", "kansei:calm", 0.25)
RELATED = relation("related", "artist:anne", "artist:lisa", 3.0)
ANNE_OMEGA = relation("tied_up", "artist:anne", "brand:omega")
FOLLOWS = relation("follows", "fan:one", "artist:lisa", 900.0)
LIKES = relation("likes", "fan:one", "brand:omega", 900.0)
WEB = (TIED, MADE, LISA_BOLD, OMEGA_BOLD, LISA_CALM, OMEGA_CALM, RELATED, ANNE_OMEGA, FOLLOWS, LIKES)


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

    # Finding -------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("LiSA", ["artist:lisa"]),
            ("りさ", ["artist:lisa"]),
            ("オメガ", ["brand:omega"]),
            ("ｏｍｅｇａ", ["brand:omega"]),
            ("杏", ["artist:anne"]),
            ("diver omega", []),
            ("i", ["product:diver", "artist:lisa"]),
            ("", []),
            ("   ", []),
            ("*", []),
            ('"', []),
            ("omega OR lisa", []),
            ("lisa~", ["artist:lisa"]),
            ("lisa AND (omega", []),
        ],
    )
    def test_names_are_found_in_both_languages(self, filled: GraphStore, text: str, expected: list[str]) -> None:
        assert sorted(item.id for item in filled.search(text)) == sorted(expected)

    def test_the_very_name_comes_before_its_beginning_its_part_and_its_words(self, store: GraphStore) -> None:
        names = ("Radio", "Radiohead", "The Radio Dept.", "TV on the Radio", "Head Radio", "Rad", "放送 radio 部")
        store.write(entity(f"artist:{place}", name) for place, name in enumerate(names))
        assert [item.name for item in store.search("radio", limit=4)] == [
            "Radio",
            "Radiohead",
            "The Radio Dept.",
            "放送 radio 部",
        ]
        assert [item.name for item in store.search("head radio")] == ["Head Radio", "Radiohead"]
        assert [item.name for item in store.search("the radio dept")] == ["The Radio Dept."]

    def test_finding_keeps_to_the_kinds_asked_for(self, filled: GraphStore) -> None:
        assert filled.search("omega", [EntityKind.ARTIST]) == []
        assert filled.search("omega", [EntityKind.ARTIST, EntityKind.BRAND]) == [OMEGA]

    def test_an_old_name_is_found_no_more(self, filled: GraphStore) -> None:
        filled.write([entity("brand:omega", "Seamaster")])
        assert filled.search("omega") == []
        assert [item.id for item in filled.search("seamaster")] == ["brand:omega"]

    # Paths ---------------------------------------------------------------------------------------------------

    def test_paths_are_ordered_by_length_then_strength_and_leave_fans_out(self, filled: GraphStore) -> None:
        # Anne: (3/4) · (1/2) = 3/8. Product: (1/2) · (1/2) = 1/4. Bold: (0.5/1.5) · 0.5 · (1/2) = 1/12.
        # Calm: (0.25/1.25)² = 1/25. Nothing joins the two over three hops.
        found = filled.paths("artist:lisa", "brand:omega", max_hops=3)
        assert [path.entities[1] for path in found] == ["artist:anne", "product:diver", "kansei:bold", "kansei:calm"]
        assert [path.relations for path in found] == [
            (RELATED, ANNE_OMEGA),
            (TIED, MADE),
            (LISA_BOLD, OMEGA_BOLD),
            (LISA_CALM, OMEGA_CALM),
        ]

    def test_longer_paths_follow_shorter_ones_and_visit_nobody_twice(self, filled: GraphStore) -> None:
        found = filled.paths("artist:anne", "product:diver", max_hops=4, limit=20)
        assert [path.entities for path in found] == [
            ("artist:anne", "artist:lisa", "product:diver"),
            ("artist:anne", "brand:omega", "product:diver"),
            ("artist:anne", "artist:lisa", "kansei:bold", "brand:omega", "product:diver"),
            ("artist:anne", "brand:omega", "kansei:bold", "artist:lisa", "product:diver"),
            ("artist:anne", "artist:lisa", "kansei:calm", "brand:omega", "product:diver"),
            ("artist:anne", "brand:omega", "kansei:calm", "artist:lisa", "product:diver"),
        ]

    def test_parallel_edges_are_paths_of_their_own(self, store: GraphStore) -> None:
        edges = [relation("tied_up", "brand:omega", "artist:lisa", weight, key=str(weight)) for weight in (1, 2, 3)]
        store.write([LISA, OMEGA], edges)
        assert [path.relations for path in store.paths("artist:lisa", "brand:omega", limit=2)] == [
            (edges[2],),
            (edges[1],),
        ]

    def test_equally_strong_paths_are_ordered_by_ids(self, store: GraphStore) -> None:
        tags = [entity(f"tag:{name}") for name in "cab"]
        store.write(
            [LISA, ANNE, *tags], [relation("tagged", who, tag.id) for who in (LISA.id, ANNE.id) for tag in tags]
        )
        found = store.paths("artist:lisa", "artist:anne")
        assert [path.entities[1] for path in found] == ["tag:a", "tag:b", "tag:c"]

    def test_there_is_no_path_to_oneself_to_strangers_or_beyond_the_hops(self, filled: GraphStore) -> None:
        assert filled.paths("artist:lisa", "artist:lisa") == []
        assert filled.paths("artist:lisa", "artist:nobody") == []
        assert filled.paths("kansei:calm", "kansei:bold", max_hops=1) == []
        assert filled.paths("fan:one", "artist:lisa", max_hops=1)[0].relations == (FOLLOWS,)

    @pytest.mark.parametrize("hops", [0, 5])
    def test_a_length_out_of_range_is_refused(self, store: GraphStore, hops: int) -> None:
        with pytest.raises(QueryError, match=str(hops)):
            store.paths("a", "b", max_hops=hops)

    # Vectors -------------------------------------------------------------------------------------------------

    def test_the_nearest_of_a_kind_come_first_with_their_cosine(self, filled: GraphStore) -> None:
        vectors = np.array([[1, 0, 0], [3, 4, 0], [1, 0, 0], [0, 0, 0]], dtype=np.float32)
        filled.put_vectors("small", ["artist:lisa", "artist:anne", "brand:omega", "product:diver"], vectors)
        found = filled.nearest(np.array([2, 0, 0], dtype=np.float32), EntityKind.ARTIST)
        assert [name for name, _ in found] == ["artist:lisa", "artist:anne"]
        assert [cosine for _, cosine in found] == pytest.approx([1.0, 0.6])
        assert filled.nearest(np.array([2, 0, 0], dtype=np.float32), EntityKind.PRODUCT) == []
        assert filled.nearest(np.zeros(3, dtype=np.float32), EntityKind.ARTIST) == []

    def test_another_encoder_replaces_all_vectors_and_may_have_another_length(self, filled: GraphStore) -> None:
        filled.put_vectors("small", ["artist:lisa"], np.ones((1, 3), dtype=np.float32))
        filled.put_vectors("large", ["artist:anne"], np.ones((1, 5), dtype=np.float32))
        assert [name for name, _ in filled.nearest(np.ones(5, dtype=np.float32), EntityKind.ARTIST)] == ["artist:anne"]
        filled.put_vectors("large", ["artist:anne"], np.zeros((1, 5), dtype=np.float32))
        assert filled.nearest(np.ones(5, dtype=np.float32), EntityKind.ARTIST) == []

    def test_vectors_that_cannot_be_kept_are_refused(self, filled: GraphStore) -> None:
        with pytest.raises(StoreError, match="artist:nobody"):
            filled.put_vectors("small", ["artist:lisa", "artist:nobody"], np.ones((2, 3), dtype=np.float32))
        with pytest.raises(StoreError, match="finite"):
            filled.put_vectors("small", ["artist:lisa"], np.full((1, 3), np.nan, dtype=np.float32))
        with pytest.raises(StoreError, match="shape"):
            filled.put_vectors("small", ["artist:lisa"], np.ones((2, 3), dtype=np.float32))
        with pytest.raises(StoreError, match="once"):
            filled.put_vectors("small", ["artist:lisa"] * 2, np.ones((2, 3), dtype=np.float32))

    def test_a_removed_entity_is_near_to_nothing(self, filled: GraphStore) -> None:
        filled.put_vectors("small", ["artist:lisa"], np.ones((1, 3), dtype=np.float32))
        filled.delete(["artist:lisa"])
        assert filled.nearest(np.ones(3, dtype=np.float32), EntityKind.ARTIST) == []

    # Ending --------------------------------------------------------------------------------------------------

    def test_closing_twice_does_nothing(self, store: GraphStore, reopen: Reopen) -> None:
        other = reopen()
        other.close()
        other.close()

    @staticmethod
    def _contents(store: GraphStore) -> tuple[int, list[Entity], list[Relation]]:
        return store.revision(), list(store.entities()), list(store.relations())
