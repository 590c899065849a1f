"""What every graph store answers about names, paths and vectors, as tests that each store's test class inherits."""

from __future__ import annotations

import numpy as np
import pytest

from kyokan.errors import QueryError, StoreError
from kyokan.graph.model import EntityKind
from kyokan.graph.stores import GraphStore
from tests.contracts.world import (
    ANNE,
    ANNE_OMEGA,
    EVERYTHING,
    FOLLOWS,
    LISA,
    LISA_BOLD,
    LISA_CALM,
    MADE,
    OMEGA,
    OMEGA_BOLD,
    OMEGA_CALM,
    RELATED,
    TIED,
    WEB,
)
from tests.support.graphs import entity, relation


class QuestionContract:
    """Inherit, and give a ``store`` fixture (an empty store)."""

    @pytest.fixture
    def filled(self, store: GraphStore) -> GraphStore:
        store.write(EVERYTHING, WEB)
        return store

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
            ("\udcff", []),
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
