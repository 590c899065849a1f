"""Protocol ``annotation``: the annotator on texts, minimal pairs and the gold set written for this project.

Nothing is fitted. Validation texts and pairs (``data/annotation_*.yaml``) come in rounds: round 1 chose between ways to
read, round 2 was written and measured after all choices, round 3 by an author who knew the attributes' names alone.
``python -m kyokan.matching.evaluation.annotator_sets FOLDER`` measures a folder of development sets (``texts.yaml``,
``pairs.yaml``) in the same way.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from kyokan.graph.annotate import Annotation, Annotator
from kyokan.graph.annotate.anchors import kansei_words
from kyokan.graph.dictionary import Dictionary, load_dictionary
from kyokan.graph.encoder import Encoder
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.annotator_gold import agreement, consensus, read_gold
from kyokan.matching.evaluation.harness import Result, check_without

NAME = "annotation"
PARTS = ("lexicon", "embedding")
ALIKE = 0.1  # two spellings may differ by this much
BOOTSTRAP = 500
SIDES = ("present", "absent")

Entries = Sequence[Mapping[str, Any]]
Sides = tuple[list[float], list[float]]


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Read the sets that ship with the evaluation; ``data`` and ``heldout`` hold nothing that they need."""
    del data, heldout
    check_without(without, PARTS, NAME)
    dictionary, encoder = load_dictionary(), open_encoder()
    annotator = Annotator(dictionary, None if "embedding" in without else encoder, lexicon="lexicon" not in without)
    texts, pairs, gold = packaged("texts"), packaged("pairs"), gold_entries()
    values = {"text": text_values(annotator, texts), "gold": text_values(annotator, gold)}
    right = are_right(annotator, pairs)
    groups = {"text": _groups(texts, ("lang", "plain", "round")), "gold": {"gold": np.arange(len(gold))}}
    figures: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    for kind, rows_by_name in groups.items():
        for name, rows in rows_by_name.items():
            figures[f"auc_{name}"] = _auc(values[kind], rows)
            intervals[f"auc_{name}"] = _interval(values[kind], rows, seed)
    for name, rows in ({"pairs": np.arange(len(pairs))} | _groups(pairs, ("type", "round"), "pairs_")).items():
        kept = [float(right[row]) for row in rows]
        figures[name], intervals[name] = float(np.mean(kept)), metrics.bootstrap_mean(kept, seed, BOOTSTRAP)
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(texts) + len(pairs) + len(gold),
        metrics=figures | _agreement(dictionary),
        baselines={
            "words_alone": _baseline(text_values(Annotator(dictionary), texts), groups["text"]),
            "label_words": _baseline(label_values(dictionary, encoder, texts), groups["text"]),
        },
        ci95=intervals,
        settings={"annotator": annotator.version, "fitted": False, "without": sorted(without)},
    )


def packaged(name: str) -> list[dict[str, Any]]:
    """The validation ``texts`` or ``pairs`` that ship with the evaluation."""
    content = files(__package__).joinpath(f"data/annotation_{name}.yaml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = yaml.safe_load(content)
    return entries


def gold_entries() -> list[dict[str, Any]]:
    """The gold set in the shape of validation texts, present and absent by consensus; those without either left out."""
    found = []
    for text in read_gold():
        present, absent = consensus(text)
        if present and absent:
            found.append({"lang": "ja", "text": text.text, "present": present, "absent": absent})
    return found


def text_values(annotator: Annotator, texts: Entries) -> list[Sides]:
    """Intensities of the (present, absent) kansei of each text; one that is not in a profile counts as 0."""
    annotations = annotator.annotate_many([entry["text"] for entry in texts])
    named = kansei_words(annotator.dictionary)
    found = []
    for entry, annotation in zip(texts, annotations, strict=True):
        present, absent = ([intensity(annotation, named[word]) for word in entry[side]] for side in SIDES)
        found.append((present, absent))
    return found


def label_values(dictionary: Dictionary, encoder: Encoder, texts: Entries) -> list[Sides]:
    """The peer: cosine of a text's vector with the mean vector of an attribute's two labels, as ``text_values``."""
    labels = [dictionary.get(attribute).label for attribute in dictionary.ids]
    vectors = encoder.encode([label.ja for label in labels]) + encoder.encode([label.en for label in labels])
    scores = (
        encoder.encode([entry["text"] for entry in texts])
        @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T
    )
    column = {attribute: place for place, attribute in enumerate(dictionary.ids)}
    named = kansei_words(dictionary)
    found = []
    for entry, row in zip(texts, scores, strict=True):
        present, absent = (
            [max(float(row[column[name]]) for name in named[word]) for word in entry[side]] for side in SIDES
        )
        found.append((present, absent))
    return found


def text_auc(annotator: Annotator, texts: Entries) -> dict[str, float]:
    """AUC present vs absent by language, over all texts and over those without an affect word."""
    values = text_values(annotator, texts)
    return {name: round(_auc(values, rows), 3) for name, rows in sorted(_groups(texts, ("lang", "plain")).items())}


def pair_accuracy(annotator: Annotator, pairs: Entries) -> dict[str, float]:
    """Share of pairs in the right order, by type and over all."""
    right = np.array(are_right(annotator, pairs))
    rows_by_name = {"all": np.arange(len(pairs))} | _groups(pairs, ("type",))
    return {name: round(float(right[rows].mean()), 3) for name, rows in sorted(rows_by_name.items())}


def are_right(annotator: Annotator, pairs: Entries) -> list[bool]:
    """Whether ``more`` carries the kansei more strongly than ``less``, or both spellings of ``same`` alike."""
    read: dict[tuple[str, str], Annotation] = {}
    for lang in sorted({pair["lang"] for pair in pairs}):
        texts = [text for pair in pairs if pair["lang"] == lang for text in _both_texts(pair)]
        read |= zip(((lang, text) for text in texts), annotator.annotate_many(texts, lang), strict=True)
    named = kansei_words(annotator.dictionary)
    right = []
    for pair in pairs:
        first, second = (intensity(read[pair["lang"], text], named[pair["kansei"]]) for text in _both_texts(pair))
        right.append(abs(first - second) <= ALIKE and first > 0 if "same" in pair else first > second)
    return right


def _both_texts(pair: Mapping[str, Any]) -> tuple[str, str]:
    first, second = pair.get("same") or (pair["more"], pair["less"])
    return first, second


def intensity(annotation: Annotation, attributes: Sequence[str]) -> float:
    """The highest intensity of some attributes; 0 where none is in the profile."""
    return max((value.intensity for value in annotation.profile if value.attribute in attributes), default=0.0)


def _groups(entries: Entries, keys: Sequence[str], prefix: str = "") -> dict[str, NDArray[np.int64]]:
    """Rows by what the entries are: ``ja``, ``ja_plain``, ``round2_ja``; of pairs ``pairs_wish``, ``pairs_round2``."""
    found: dict[str, list[int]] = defaultdict(list)
    for row, entry in enumerate(entries):
        name = entry[keys[0]]
        names = [name, f"{name}_plain"] if "plain" in keys and entry["plain"] else [name]
        if "round" in keys:
            names += [f"round{entry['round']}_{name}"] if "plain" in keys else [f"round{entry['round']}"]
        for each in names:
            found[prefix + each].append(row)
    return {name: np.array(rows) for name, rows in found.items()}


def _auc(values: Sequence[Sides], rows: NDArray[np.int64]) -> float:
    present, absent = ([value for row in rows for value in values[row][side]] for side in (0, 1))
    return metrics.auc(present, absent)


def _interval(values: Sequence[Sides], rows: NDArray[np.int64], seed: int) -> tuple[float, float]:
    return metrics.bootstrap(len(rows), lambda drawn: _auc(values, rows[drawn]), seed, BOOTSTRAP)


def _baseline(values: Sequence[Sides], groups: Mapping[str, NDArray[np.int64]]) -> dict[str, float]:
    return {f"auc_{name}": _auc(values, rows) for name, rows in groups.items()}


def _agreement(dictionary: Dictionary) -> dict[str, float]:
    sectors = {attribute.id: attribute.sector for attribute in dictionary.attributes}
    gold = read_gold()
    found = {f"gold_{name}": value for name, value in agreement(gold).items()}
    return found | {f"gold_sector_{name}": value for name, value in agreement(gold, sectors).items() if name != "texts"}


def measure(folder: Path) -> dict[str, Any]:
    """Figures of a folder of development sets for the words alone, the encoder alone and both."""
    dictionary, encoder = load_dictionary(), open_encoder()
    texts, pairs = (
        yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("texts", "pairs")
    )
    annotators = {
        "lexicon": Annotator(dictionary),
        "embedding": Annotator(dictionary, encoder, lexicon=False),
        "fused": Annotator(dictionary, encoder),
    }
    return {
        name: {"texts": text_auc(annotator, texts), "pairs": pair_accuracy(annotator, pairs)}
        for name, annotator in annotators.items()
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1])), indent=1))  # noqa: T201 - what the command says
