"""The synthetic fan panel: the same each time, blind to tie-ups, and nothing in it but an age band."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from kyokan.platform.demo.catalogue import Row, Rows, read_catalogue
from kyokan.platform.demo.panel import generate_panel


@pytest.fixture(scope="module")
def catalogue() -> Rows:
    return read_catalogue()


@pytest.fixture(scope="module")
def panel(catalogue: Rows) -> Rows:
    return generate_panel(catalogue)


def fans_by_target(panel: Rows) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in panel.relations:
        if row["kind"] in ("follows", "likes", "buys"):
            found[row["target"]].add(row["source"])
    return found


def test_the_same_assumptions_give_the_same_panel(catalogue: Rows, panel: Rows) -> None:
    again = generate_panel(catalogue)

    assert again.entities == panel.entities
    assert again.relations == panel.relations


def test_the_panel_is_blind_to_tie_ups(catalogue: Rows, panel: Rows) -> None:
    untied = Rows(catalogue.entities, [row for row in catalogue.relations if row["kind"] != "tied_up"])

    assert generate_panel(untied).relations == panel.relations


def test_a_fan_carries_an_age_band_and_nothing_else(panel: Rows) -> None:
    fans = [row for row in panel.entities if row["kind"] == "fan"]

    assert len(fans) == 1200
    assert all(set(row) == {"id", "kind", "name", "attributes"} for row in fans)
    assert all(set(row["attributes"]) == {"age_band"} for row in fans)
    assert all(row["name"] == row["id"].removeprefix("fan:") for row in fans)


def test_every_fan_follows_likes_and_buys_something_once(panel: Rows) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    edges: Counter[tuple[str, str, str]] = Counter()
    for row in panel.relations:
        kinds[row["source"]].add(row["kind"])
        edges[row["kind"], row["source"], row["target"]] += 1

    assert all(found == {"related", "follows", "likes", "buys"} for found in kinds.values())
    assert max(edges.values()) == 1


def test_everybody_real_has_enough_fans_to_be_counted(catalogue: Rows, panel: Rows) -> None:
    fans = fans_by_target(panel)
    real = [
        row["id"]
        for row in catalogue.entities
        if row["kind"] in ("artist", "brand", "product") and not row["attributes"].get("fictional")
    ]

    assert min(len(fans[entity]) for entity in real) >= 5


def test_a_segment_leans_as_stated(panel: Rows) -> None:
    """Enka is lifted for the over-sixties and lowered for the young."""
    segment = {row["source"]: row["target"] for row in panel.relations if row["kind"] == "related"}
    sizes = Counter(segment.values())
    followers = Counter(segment[fan] for fan in fans_by_target(panel)["artist:sayuri-ishikawa"])

    old, young = "segment:sixties-over", "segment:twenties-urban"
    assert followers[old] / sizes[old] > 5 * followers[young] / sizes[young]


def small_catalogue() -> Rows:
    entities: list[Row] = []
    relations: list[Row] = []
    for kind in ("artist", "brand", "product"):
        for name, text in (("still", "静かな余白と安らぎ。"), ("loud", "激しい情熱と力強い叫び。")):
            row = {"id": f"{kind}:{name}", "kind": kind, "name": name, "text_ja": text, "attributes": {}}
            entities.append(row)
    relations.append({"kind": "made_by", "source": "product:still", "target": "brand:still"})
    return Rows(entities, relations)


def test_no_fan_names_more_than_there_is() -> None:
    panel = generate_panel(small_catalogue())

    assert max(Counter(row["source"] for row in panel.relations if row["kind"] == "follows").values()) == 2
