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

_KINDS = ("artist", "brand", "product")


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The E entities of one kind that fans choose from; ``loadings`` (E, F) are unit rows, ``fame`` (E,) logs."""

    ids: tuple[str, ...]
    loadings: Floats
    fame: Floats
    tags: tuple[frozenset[str], ...]

    def lift(self, lifts: Mapping[str, float]) -> Floats:
        """(E,) what a segment adds to or takes from each entity for its tags."""
        return np.array([sum(lifts.get(tag, 0.0) for tag in sorted(tags)) for tags in self.tags])


@dataclass(frozen=True, slots=True)
class _Segment:
    """Fans of one kind: ``taste`` (F,) is their mean, ``lifts`` (E,) by kind of entity."""

    id: str
    age_band: str
    taste: Floats
    lifts: Mapping[str, Floats]


def generate_panel(catalogue: Rows, path: Path = DATA / "panel.yaml") -> Rows:
    """Segments, fans and what they follow, like and buy; the same catalogue and file give the same panel.

    Fans carry an age band and nothing else.
    """
    with path.open(encoding="utf-8") as file:
        plan: dict[str, Any] = yaml.safe_load(file)
    rng = np.random.default_rng(plan["seed"])
    shelves = {kind: _shelf(catalogue, kind, plan, rng) for kind in _KINDS}
    made_by = {row["source"]: row["target"] for row in catalogue.relations if row["kind"] == "made_by"}
    makers = np.array([made_by.get(product, "") for product in shelves["product"].ids])
    rows = Rows()
    segments = []
    for slug, stated in plan["segments"].items():
        (ja, en), age_band = stated["name"], stated["age_band"]
        entity = {"id": f"segment:{slug}", "kind": "segment", "name": en, "name_ja": ja, "name_en": en}
        rows.entities.append({**entity, "attributes": {"age_band": age_band}})
        taste = np.array([stated["taste"].get(family, 0.0) for family in plan["families"]])
        lifts = {kind: shelf.lift(stated["lifts"]) for kind, shelf in shelves.items()}
        segments.append(_Segment(entity["id"], age_band, taste, lifts))
    shares = np.array([stated["share"] for stated in plan["segments"].values()])
    drawn = rng.choice(len(segments), size=plan["fans"], p=shares / shares.sum())
    for number, place in enumerate(drawn.tolist(), start=1):
        _add_fan(rows, f"fan:panel-{number:04}", segments[place], plan, shelves, makers, rng)
    return rows


def _add_fan(
    rows: Rows,
    fan: str,
    segment: _Segment,
    plan: Mapping[str, Any],
    shelves: Mapping[str, _Shelf],
    makers: npt.NDArray[np.str_],
    rng: np.random.Generator,
) -> None:
    weights, counts = plan["weights"], plan["names"]
    taste = segment.taste + weights["spread"] * rng.standard_normal(len(segment.taste))
    wanted = {
        kind: weights["taste"] * (shelf.loadings @ taste) + weights["fame"] * shelf.fame + segment.lifts[kind]
        for kind, shelf in shelves.items()
    }
    attributes = {"age_band": segment.age_band}
    rows.entities.append({"id": fan, "kind": "fan", "name": fan.partition(":")[2], "attributes": attributes})
    rows.relate("related", fan, segment.id, attributes={"how": "segment"})

    def choose(kind: str, utility: Floats, mean: float) -> list[str]:
        """Ids of the greatest utilities under noise, about ``mean`` of them."""
        count = min(max(2, int(rng.poisson(mean))), len(utility))
        noisy = utility + weights["noise"] * rng.gumbel(size=len(utility))
        return [shelves[kind].ids[place] for place in np.argsort(-noisy, kind="stable")[:count]]

    brands = choose("brand", wanted["brand"], counts["brands"])
    loyal = weights["liked_brand"] * np.isin(makers, brands)
    named = {
        "follows": choose("artist", wanted["artist"], counts["artists"]),
        "likes": [*brands, *choose("product", wanted["product"], counts["products"])],
        "buys": choose("product", wanted["product"] + loyal, counts["bought"]),
    }
    for kind, targets in named.items():
        for target in targets:
            rows.relate(kind, fan, target)


def _shelf(catalogue: Rows, kind: str, plan: Mapping[str, Any], rng: np.random.Generator) -> _Shelf:
    entities = [row for row in catalogue.entities if row["kind"] == kind and not row["attributes"].get("fictional")]
    marks = _marks(catalogue.relations)
    ids = tuple(row["id"] for row in entities)
    tags = tuple(frozenset(mark.removeprefix("tag:") for mark in marks[entity]) for entity in ids)
    fame = -plan["fame_exponent"] * np.log(rng.permutation(len(ids)) + 1)
    return _Shelf(ids, _loadings(entities, marks, plan["families"]), fame, tags)


def _marks(relations: Sequence[Row]) -> Mapping[str, set[str]]:
    """Tags and categories of each entity, as ids."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in relations:
        if row["kind"] in ("tagged", "in_category"):
            found[row["source"]].add(row["target"])
    return found


def _loadings(
    entities: Sequence[Row], marks: Mapping[str, set[str]], families: Mapping[str, Mapping[str, list[str]]]
) -> Floats:
    """(E, F) how far each entity leans to each family beyond the shelf's mean, as unit rows.

    A word of the family in the Japanese text, a tag and a category count one each.
    """
    counts = np.zeros((len(entities), len(families)))
    for column, family in enumerate(families.values()):
        marked = {f"tag:{tag}" for tag in family["tags"]} | {f"category:{slug}" for slug in family["categories"]}
        for place, entity in enumerate(entities):
            words = sum(word in entity["text_ja"] for word in family["words"])
            counts[place, column] = words + len(marked & marks[entity["id"]])
    leaning = counts - counts.mean(axis=0)
    length = np.linalg.norm(leaning, axis=1, keepdims=True)
    return np.asarray(leaning / np.where(length > 0, length, 1.0))
