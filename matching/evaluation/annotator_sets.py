"""Measures the annotator on its development sets: ``python -m kyokan.matching.evaluation.annotator_sets FOLDER``.

``FOLDER/texts.yaml`` holds texts with kansei that are present and absent: AUC of the intensities over all (text,
kansei), an attribute that is not in a profile counting as 0. ``FOLDER/pairs.yaml`` holds minimal pairs: the share where
the first text carries the kansei more strongly than the second, or both alike where they are two spellings.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from kyokan.graph.annotate import Annotation, Annotator
from kyokan.graph.annotate.anchors import attributes_named
from kyokan.graph.dictionary import Dictionary, load_dictionary
from kyokan.matching.encoders import UniversalEncoder
from kyokan.matching.evaluation.metrics import auc

ALIKE = 0.1  # two spellings may differ by this much


def measure(folder: Path) -> dict[str, Any]:
    """Figures for the words alone, the encoder alone and both."""
    dictionary, encoder = load_dictionary(), UniversalEncoder()
    texts = yaml.safe_load((folder / "texts.yaml").read_text(encoding="utf-8"))
    pairs = yaml.safe_load((folder / "pairs.yaml").read_text(encoding="utf-8"))
    annotators = {
        "lexicon": Annotator(dictionary),
        "embedding": Annotator(dictionary, encoder, lexicon=False),
        "fused": Annotator(dictionary, encoder),
    }
    return {
        name: {"texts": text_auc(annotator, texts), "pairs": pair_accuracy(annotator, pairs)}
        for name, annotator in annotators.items()
    }


def text_auc(annotator: Annotator, texts: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """AUC present vs absent by language, over all texts and over those without an affect word."""
    found: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    annotations = annotator.annotate_many([entry["text"] for entry in texts])
    for entry, annotation in zip(texts, annotations, strict=True):
        names = [entry["lang"], *([f"{entry['lang']} plain"] if entry["plain"] else [])]
        for side, words in enumerate((entry["present"], entry["absent"])):
            values = [intensity(annotation, annotator.dictionary, word) for word in words]
            for name in names:
                found[name][side].extend(values)
    return {name: round(auc(*sides), 3) for name, sides in sorted(found.items())}


def pair_accuracy(annotator: Annotator, pairs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Share of pairs in the right order, by type and over all."""
    found: dict[str, list[bool]] = defaultdict(list)
    for pair in pairs:
        right = _right(annotator, pair)
        found[pair["type"]].append(right)
        found["all"].append(right)
        if not right and "-v" in sys.argv:
            sys.stderr.write(f"{annotator.version}: {pair}\n")
    return {name: round(sum(right) / len(right), 3) for name, right in sorted(found.items())}


def _right(annotator: Annotator, pair: Mapping[str, Any]) -> bool:
    texts = pair.get("same") or (pair["more"], pair["less"])
    first, second = (
        intensity(annotator.annotate(text, pair["lang"]), annotator.dictionary, pair["kansei"]) for text in texts
    )
    return abs(first - second) <= ALIKE and first > 0 if "same" in pair else first > second


def intensity(annotation: Annotation, dictionary: Dictionary, word: str) -> float:
    """The highest intensity of the attributes that an English word names."""
    named = attributes_named(dictionary, word)
    return max((value.intensity for value in annotation.profile if value.attribute in named), default=0.0)


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1])), indent=1))  # noqa: T201 - what the command says
