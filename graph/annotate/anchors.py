"""Anchors: where each kansei attribute lies in an encoder's space, learned from its words and from scenes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from kyokan.graph.annotate.language import Lang
from kyokan.graph.annotate.sectors import shares_by_distance
from kyokan.graph.dictionary import Attribute, Dictionary
from kyokan.graph.encoder import Encoder, Vectors
from kyokan.graph.headers import ONE_AT_A_TIME

DATA = Path(__file__).parent / "data"
SCENES_FILE = DATA / "scenes.yaml"
DEFINITION_WEIGHT = 1.0
LEAST_SPREAD = 1e-3  # of an attribute that an encoder cannot tell from others
SCENE_WEIGHTS = (1.0, 0.8)  # for the first kansei of a scene, and for the others
# What is learned from the scenes beside the mean (see ``_learned``); chosen on development texts, docs/annotator.md.
LEARNED = 5.0  # how much it counts
RIDGE = 1.0  # times the mean square of the scenes in one dimension
SCENE_SHARES = (0.2, 0.05, -0.1)  # of a scene's kansei for those of the same sector, the next and the opposite ones
NEUTRAL_BELOW = 0.323  # standard deviations by which neutral texts lie below scenes, on average over the attributes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scene:
    """A text in two languages and the attributes it evokes, with their weights; none for a neutral one."""

    ja: str
    en: str
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Anchors:
    """A direction for each attribute, and what scores along it are usual.

    ``directions`` (attributes, dimensions) are unit vectors around ``centre``, the mean of all dictionary words;
    ``offset`` (dimensions,) is how far the Japanese scenes lie from the same scenes in English on average: an encoder
    keeps the languages a little apart, which says nothing of kansei. ``usual`` and ``spread`` (attributes,) are what
    the projection on each direction is for a neutral text, and its standard deviation over all scenes.
    """

    encoder: str
    attributes: tuple[str, ...]
    digests: tuple[str, ...]
    centre: Vectors
    offset: Vectors
    directions: Vectors
    usual: Vectors
    spread: Vectors

    def scores(self, vectors: Vectors, lang: Lang) -> Floats:
        """Projections in standard deviations above a neutral text, shape (texts, attributes).

        z = ((v − centre ∓ offset / 2) · direction − usual) / spread; − for Japanese, + for English.
        """
        projected = (vectors - _centre_of(lang, self.centre, self.offset)) @ self.directions.T
        return np.asarray((projected - self.usual) / self.spread, dtype=np.float64)

    def save(self, path: Path) -> None:
        """Write the anchors as a compressed file of half-precision numbers."""
        np.savez_compressed(
            path,
            encoder=np.array(self.encoder),
            attributes=np.array(self.attributes),
            digests=np.array(self.digests),
            centre=self.centre.astype(np.float16),
            offset=self.offset.astype(np.float16),
            directions=self.directions.astype(np.float16),
            usual=self.usual,
            spread=self.spread,
        )


def find_anchors(dictionary: Dictionary, encoder: Encoder) -> Anchors:
    """Anchors of every attribute for ``encoder``: the shipped ones where their words are unchanged, others made now.

    Making all of them encodes every word of the dictionary (half a minute with the bundled encoder); those of the
    bundled encoder ship with the annotator.
    """
    known = read_anchors(anchors_file(encoder.name))
    material = _material(dictionary)
    targets = _targets(dictionary)
    digests = {a: _digest(texts, column) for (a, texts), column in zip(material.items(), targets.T, strict=True)}
    if known is not None and known.encoder == encoder.name:
        rows = {attribute: row for row, attribute in enumerate(known.attributes)}
        kept = [a for a in dictionary.ids if a in rows and known.digests[rows[a]] == digests[a]]
        centre, offset = known.centre, known.offset
    else:
        rows, kept, known = {}, [], None
        centre, offset = encoder.encode(_all_words(dictionary)).mean(axis=0), _offset(encoder)
    missing = [attribute for attribute in dictionary.ids if attribute not in set(kept)]
    columns: dict[str, tuple[Vectors, float, float]] = {}
    if missing:
        wanted = np.isin(dictionary.ids, missing)
        made = _make(encoder, [material[attribute] for attribute in missing], targets[:, wanted], centre, offset)
        columns |= dict(zip(missing, made, strict=True))
    if known is not None:
        columns |= {a: (known.directions[rows[a]], known.usual[rows[a]], known.spread[rows[a]]) for a in kept}
    return Anchors(
        encoder=encoder.name,
        attributes=dictionary.ids,
        digests=tuple(digests[attribute] for attribute in dictionary.ids),
        centre=centre,
        offset=offset,
        directions=np.stack([columns[attribute][0] for attribute in dictionary.ids]),
        usual=np.array([columns[attribute][1] for attribute in dictionary.ids], dtype=np.float32),
        spread=np.array([columns[attribute][2] for attribute in dictionary.ids], dtype=np.float32),
    )


def anchors_file(encoder: str) -> Path:
    """Where the anchors of an encoder ship: ``data/anchors-universal-0.2.1.npz``."""
    return DATA / f"anchors-{re.sub(r'[^A-Za-z0-9.]+', '-', encoder).strip('-').lower()}.npz"


@lru_cache(maxsize=2)
def read_anchors(path: Path) -> Anchors | None:
    """Anchors from a file; None where there is no such file."""
    if not path.is_file():
        return None
    with ONE_AT_A_TIME, np.load(path, allow_pickle=False) as file:
        return Anchors(
            encoder=str(file["encoder"]),
            attributes=tuple(file["attributes"].tolist()),
            digests=tuple(file["digests"].tolist()),
            centre=file["centre"].astype(np.float32),
            offset=file["offset"].astype(np.float32),
            directions=file["directions"].astype(np.float32),
            usual=file["usual"].astype(np.float32),
            spread=file["spread"].astype(np.float32),
        )


@lru_cache(maxsize=1)
def _scene_entries() -> tuple[Mapping[str, Any], ...]:
    return tuple(yaml.load(SCENES_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader))


def read_scenes(dictionary: Dictionary) -> list[Scene]:
    """The scenes, with the attributes of ``dictionary`` that their kansei words name."""
    named = kansei_words(dictionary)
    scenes = []
    for entry in _scene_entries():
        weights: dict[str, float] = {}
        for place, word in enumerate(entry["kansei"]):
            for attribute in named.get(word, ()):
                weights[attribute] = max(weights.get(attribute, 0.0), SCENE_WEIGHTS[min(place, 1)])
        scenes.append(Scene(entry["ja"], entry["en"], weights))
    return scenes


def kansei_words(dictionary: Dictionary) -> Mapping[str, tuple[str, ...]]:
    """English words to the attributes that they name: ids, labels and synonyms."""
    found: dict[str, tuple[str, ...]] = {}
    for term, entries in dictionary.terms("en").items():
        names = tuple(attribute for attribute, _, role in entries if role == "synonym")
        if names:
            found[term] = names
    return found | {attribute: (attribute,) for attribute in dictionary.ids}


def _material(dictionary: Dictionary) -> dict[str, list[tuple[str, float]]]:
    """For each attribute the texts that show where it lies, with weights: definition, words and scenes, ja and en."""
    material = {attribute.id: _own_texts(attribute) for attribute in dictionary.attributes}
    for lang in ("ja", "en"):
        for term, entries in dictionary.terms(lang).items():
            for attribute, weight, _ in entries:
                material[attribute].append((term, weight))
    for scene in read_scenes(dictionary):
        for attribute, weight in scene.weights.items():
            material[attribute] += [(scene.ja, weight), (scene.en, weight)]
    return material


def _own_texts(attribute: Attribute) -> list[tuple[str, float]]:
    return [(attribute.definition.ja, DEFINITION_WEIGHT), (attribute.definition.en, DEFINITION_WEIGHT)]


def _all_words(dictionary: Dictionary) -> list[str]:
    definitions = [text for attribute in dictionary.attributes for text, _ in _own_texts(attribute)]
    return [*dictionary.terms("ja"), *dictionary.terms("en"), *definitions]


def _targets(dictionary: Dictionary) -> Floats:
    """(scenes, attributes) how strongly each scene shows each attribute, −1..1, with what akin ones share."""
    scenes = read_scenes(dictionary)
    column = {attribute: place for place, attribute in enumerate(dictionary.ids)}
    shown = np.zeros((len(scenes), len(column)))
    for row, scene in enumerate(scenes):
        for attribute, weight in scene.weights.items():
            shown[row, column[attribute]] = weight
    shares = shares_by_distance(dictionary, SCENE_SHARES)
    np.fill_diagonal(shares, 1.0)
    return np.clip(shown @ shares, -1.0, 1.0)


def _digest(texts: Sequence[tuple[str, float]], targets: Floats) -> str:
    """Of all that an attribute's direction, usual and spread are made from."""
    made_from = [texts, _scenes_digest(), targets.round(3).tolist()]
    return hashlib.sha256(json.dumps(made_from, ensure_ascii=False).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def _scenes_digest() -> str:
    return hashlib.sha256(json.dumps(_scene_entries(), ensure_ascii=False).encode()).hexdigest()


def _offset(encoder: Encoder) -> Vectors:
    """Mean of the Japanese scenes less that of the English ones, rounded as when shipped."""
    ja, en = (encoder.encode([entry[lang] for entry in _scene_entries()]) for lang in ("ja", "en"))
    return np.asarray((ja.mean(axis=0) - en.mean(axis=0)).astype(np.float16).astype(np.float32))


def _centre_of(lang: Lang, centre: Vectors, offset: Vectors) -> Vectors:
    return np.asarray(centre + (offset if lang == "ja" else -offset) / 2)


def _make(
    encoder: Encoder,
    material: Sequence[Sequence[tuple[str, float]]],
    targets: Floats,
    centre: Vectors,
    offset: Vectors,
) -> list[tuple[Vectors, float, float]]:
    """(direction, usual, spread) of each attribute: the mean of its texts and what the scenes teach, as a unit vector.

    usual = mean over the scenes that show a kansei − NEUTRAL_BELOW · spread. The few neutral scenes would set the
    level of each attribute by chance; they only tell how far neutral texts lie below on average.
    """
    scenes = _scene_entries()
    langs: tuple[Lang, Lang] = ("ja", "en")
    backdrop = np.concatenate(
        [encoder.encode([entry[lang] for entry in scenes]) - _centre_of(lang, centre, offset) for lang in langs]
    )
    showing = np.tile([bool(entry["kansei"]) for entry in scenes], 2)
    learned = _learned(backdrop, np.tile(targets, (2, 1)))
    made = []
    for texts, lesson in zip(material, learned.T, strict=True):
        weights = np.array([weight for _, weight in texts], dtype=np.float32)
        mean = _unit(weights @ (encoder.encode([text for text, _ in texts]) - centre))
        told = _unit(mean / _spread(backdrop @ mean) + LEARNED * lesson)
        # rounded as when shipped, so that anchors made now equal those read from a file
        direction = told.astype(np.float16).astype(np.float32)
        projected = backdrop @ direction
        spread = _spread(projected)
        made.append((direction, float(projected[showing].mean()) - NEUTRAL_BELOW * spread, spread))
    return made


def _learned(backdrop: Vectors, targets: Floats) -> Floats:
    """(dimensions, attributes) ridge regression of ``targets`` on the scenes: (XᵀX + λI)⁻¹ Xᵀ (Y − mean Y).

    λ = RIDGE · mean of the diagonal of XᵀX. A mean says where an attribute lies; this says how to tell it from others.
    """
    squares = np.asarray(backdrop.T @ backdrop, dtype=np.float64)
    penalty = max(RIDGE * float(squares.diagonal().mean()), LEAST_SPREAD)
    right = backdrop.T @ (targets - targets.mean(axis=0))
    return np.asarray(np.linalg.solve(squares + penalty * np.eye(len(squares)), right))


def _spread(projected: NDArray[Any]) -> float:
    return max(float(projected.std()), LEAST_SPREAD)


def _unit(vector: NDArray[Any]) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float64)
