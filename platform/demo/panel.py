"""Generates the demo's synthetic fan panel from stated assumptions: tastes drawn at random, none of a real person.

A fan belongs to a segment, has a taste over eight families (the segment's mean plus normal noise), and names the
artists, brands and products of the greatest

    utility = taste weight · (taste · loading) + fame weight · log fame + lift + Gumbel noise

which is a draw without replacement from a multinomial logit. An entity's loading comes from the words of its Japanese
text, its tags and its categories alone: tie-ups and the annotator's profiles are not looked at, so what the panel says
of a pair is not an echo of either. All figures stand in ``data/panel.yaml``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from kyokan.platform.demo.catalogue import DATA, Row, Rows

Floats = npt.NDArray[np.float64]

_MARKED = 1.0  # what a tag or a category of a family counts, a word of it counting the same


@dataclass(frozen=True, slots=True)
class Shelf:
    """The E entities of one kind that fans choose from."""

    ids: tuple[str, ...]
    loadings: Floats  # (E, F) unit rows, or zeros where nothing speaks for any family
    fame: Floats  # (E,) logs
    tags: tuple[frozenset[str], ...]


def generate_panel(catalogue: Rows, path: Path = DATA / "panel.yaml") -> Rows:
    """Segments, fans and what they follow, like and buy; the same catalogue and file give the same panel.

    Fans carry an age band and nothing else.
    """
    with path.open(encoding="utf-8") as file:
        plan: dict[str, Any] = yaml.safe_load(file)
    rng = np.random.default_rng(plan["seed"])
    shelves = {kind: _shelf(catalogue, kind, plan, rng) for kind in ("artist", "brand", "product")}
    makers = {row["source"]: row["target"] for row in catalogue.relations if row["kind"] == "made_by"}
    rows = Rows()
    for slug, segment in plan["segments"].items():
        ja, en = segment["name"]
        entity = {"id": f"segment:{slug}", "kind": "segment", "name": en, "name_ja": ja, "name_en": en}
        rows.entities.append({**entity, "attributes": {"age_band": segment["age_band"]}})
    slugs = list(plan["segments"])
    shares = np.array([plan["segments"][slug]["share"] for slug in slugs])
    for number in range(1, plan["fans"] + 1):
        slug = slugs[int(np.searchsorted(np.cumsum(shares), rng.random() * shares.sum()))]
        _add_fan(rows, f"fan:panel-{number:04}", slug, plan, shelves, makers, rng)
    return rows


def _add_fan(
    rows: Rows,
    fan: str,
    slug: str,
    plan: Mapping[str, Any],
    shelves: Mapping[str, Shelf],
    makers: Mapping[str, str],
    rng: np.random.Generator,
) -> None:
    segment, weights = plan["segments"][slug], plan["weights"]
    mean = np.array([segment["taste"].get(family, 0.0) for family in plan["families"]])
    taste = mean + weights["spread"] * rng.standard_normal(len(mean))
    attributes = {"age_band": segment["age_band"]}
    rows.entities.append({"id": fan, "kind": "fan", "name": fan.partition(":")[2], "attributes": attributes})
    rows.relate("related", fan, f"segment:{slug}", attributes={"how": "segment"})
    wanted = {kind: _utility(shelf, taste, segment["lifts"], weights) for kind, shelf in shelves.items()}
    counts = plan["follows"]
    for artist in _choose(shelves["artist"], wanted["artist"], counts["artists"], weights, rng):
        rows.relate("follows", fan, artist)
    brands = _choose(shelves["brand"], wanted["brand"], counts["brands"], weights, rng)
    for brand in brands:
        rows.relate("likes", fan, brand)
    for product in _choose(shelves["product"], wanted["product"], counts["products"], weights, rng):
        rows.relate("likes", fan, product)
    loyal = np.array([makers.get(product) in brands for product in shelves["product"].ids])
    bought = wanted["product"] + weights["liked_brand"] * loyal
    for product in _choose(shelves["product"], bought, plan["buys"], weights, rng):
        rows.relate("buys", fan, product)


def _utility(shelf: Shelf, taste: Floats, lifts: Mapping[str, float], weights: Mapping[str, float]) -> Floats:
    """(E,) what a fan makes of each entity, chance left out."""
    lift = np.array([sum(lifts.get(tag, 0.0) for tag in sorted(tags)) for tags in shelf.tags])
    return np.asarray(weights["taste"] * (shelf.loadings @ taste) + weights["fame"] * shelf.fame + lift)


def _choose(
    shelf: Shelf, utility: Floats, mean: float, weights: Mapping[str, float], rng: np.random.Generator
) -> list[str]:
    """The ids of the greatest utilities under Gumbel noise, about ``mean`` of them."""
    count = min(max(2, int(rng.poisson(mean))), len(shelf.ids))
    noisy = utility + weights["noise"] * rng.gumbel(size=len(utility))
    return [shelf.ids[place] for place in np.argsort(-noisy, kind="stable")[:count]]


def _shelf(catalogue: Rows, kind: str, plan: Mapping[str, Any], rng: np.random.Generator) -> Shelf:
    entities = [row for row in catalogue.entities if row["kind"] == kind and not row["attributes"].get("fictional")]
    marks = _marks(catalogue.relations)
    ids = tuple(row["id"] for row in entities)
    tags = tuple(frozenset(mark.removeprefix("tag:") for mark in marks[entity]) for entity in ids)
    rank = rng.permutation(len(ids)) + 1
    fame = -plan["fame_exponent"] * np.log(rank)
    return Shelf(ids, _loadings(entities, marks, plan["families"]), fame, tags)


def _marks(relations: Sequence[Row]) -> Mapping[str, frozenset[str]]:
    """Tags and categories of each entity, as ids."""
    found = defaultdict(set)
    for row in relations:
        if row["kind"] in ("tagged", "in_category"):
            found[row["source"]].add(row["target"])
    return defaultdict(frozenset, {entity: frozenset(marks) for entity, marks in found.items()})


def _loadings(
    entities: Sequence[Row], marks: Mapping[str, frozenset[str]], families: Mapping[str, Mapping[str, list[str]]]
) -> Floats:
    """(E, F) how far each entity leans to each family beyond the shelf's mean, as unit rows."""
    counts = np.zeros((len(entities), len(families)))
    for column, family in enumerate(families.values()):
        marked = {f"tag:{tag}" for tag in family["tags"]} | {f"category:{slug}" for slug in family["categories"]}
        for place, entity in enumerate(entities):
            words = sum(word in entity["text_ja"] for word in family["words"])
            counts[place, column] = words + _MARKED * len(marked & marks[entity["id"]])
    leaning = counts - counts.mean(axis=0)
    length = np.linalg.norm(leaning, axis=1, keepdims=True)
    return np.asarray(leaning / np.where(length > 0, length, 1.0))
