"""The table of measured protocols, how one is run, and the shape of its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from kyokan.errors import DataMissingError, InputError, QueryError

ProtocolFunction = Callable[[Path, Path | None, int, frozenset[str]], "Result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run measured.

    ``n`` counts what was averaged over (fans, artists, pairs); ``metrics`` are the engine's figures, ``baselines``
    those of simpler methods on the same split, ``ci95`` bootstrap intervals of the engine's metrics. ``settings`` names
    what was fitted and how, so that a figure can be repeated.
    """

    protocol: str
    seed: int
    n: int
    metrics: Mapping[str, float]
    baselines: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ci95: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    took_s: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain lists, dicts and numbers, in a fixed order."""
        return {
            "protocol": self.protocol,
            "seed": self.seed,
            "n": self.n,
            "metrics": {name: float(value) for name, value in self.metrics.items()},
            "baselines": {
                name: {metric: float(value) for metric, value in metrics.items()}
                for name, metrics in self.baselines.items()
            },
            "ci95": {name: [float(low), float(high)] for name, (low, high) in self.ci95.items()},
            "settings": dict(self.settings),
            "took_s": round(self.took_s, 3),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One measured question: ``module:function`` is imported only when the protocol is run."""

    name: str
    question: str
    function: str

    def load(self) -> ProtocolFunction:
        """The function ``(data, heldout, seed, without) -> Result`` behind the protocol."""
        module, _, function = self.function.partition(":")
        loaded: ProtocolFunction = getattr(import_module(f"{__package__}.{module}"), function)
        return loaded


def _table(*rows: tuple[str, str, str]) -> dict[str, Protocol]:
    return {name: Protocol(name=name, function=function, question=question) for name, function, question in rows}


PROTOCOLS: Mapping[str, Protocol] = _table(
    ("fans", "fans:evaluate", "which artists will a fan listen to?"),
    ("cold-artists", "cold_artists:evaluate", "whose fans will an artist find of whom only tags are known?"),
    ("attributes", "attributes:evaluate", "which further tags does an artist have?"),
    ("overlap", "overlap:evaluate", "which two artists' communities will share fans?"),
    ("cross-overlap", "overlap:evaluate_cross", "which artist's and consumer community will share fans?"),
    ("tieups", "tieups:evaluate", "which company did an artist work with?"),
    ("kansei-en", "kansei_en:evaluate", "which mood words were given to a piece of music, from its caption?"),
    ("emotions-ja", "emotions_ja:evaluate", "how strong are eight emotions in a Japanese text?"),
    ("annotation", "annotator_sets:evaluate", "which kansei does a text evoke, and which not?"),
    ("ja-en", "bilingual:evaluate", "is an entity the same in Japanese and in English?"),
    ("sake", "sake:evaluate", "which flavour chart has a sake, from its flavour tags?"),
    ("perfume", "perfume:evaluate", "which perfumes does a person like, from their ideal profile?"),
    ("brand-personality", "brand_personality:evaluate", "which personality has a brand, from its description?"),
    ("music-mood", "music_mood:evaluate", "which moods has a track, from its genres and instruments?"),
    ("ads-ope", "ads_ope:evaluate", "what would another ad policy have earned?"),
    ("faithfulness", "faithfulness:evaluate", "does a score fall by what its evidence claims?"),
    ("rivalry", "rivalry:evaluate", "are rivals held apart from partners?"),
)


def evaluate(
    protocol: str,
    data: Path,
    heldout: Path | None = None,
    seed: int = 0,
    without: frozenset[str] = frozenset(),
) -> Result:
    """Run one protocol.

    Args:
        protocol: a name of ``PROTOCOLS``.
        data: folder of data folders; everything is fitted on it.
        heldout: the same folders and files with the rows to score; without it the protocol splits ``data`` by ``seed``.
        seed: of the split, of negative samples and of the bootstrap.
        without: parts of the model to leave out (ablation).

    Raises:
        QueryError: no such protocol, or a part in ``without`` that the protocol does not have.
        DataMissingError: a file that the protocol reads is not in ``data`` or ``heldout``.
    """
    if protocol not in PROTOCOLS:
        raise QueryError(f"protocol {protocol!r}", f"is none of {', '.join(PROTOCOLS)}", "Name one of these")
    for folder in (data, heldout):
        if folder is not None and not folder.is_dir():
            raise DataMissingError(str(folder), "is not a folder", "Name the folder that holds the data folders")
    if seed < 0:
        raise QueryError(f"seed {seed}", "must be 0 or more")
    start = time.perf_counter()
    result = PROTOCOLS[protocol].load()(data, heldout, seed, without)
    return replace(result, took_s=time.perf_counter() - start)


def require_file(root: Path, folder: str, file: str, protocol: str) -> Path:
    """``root/folder/file``, known to exist.

    Raises:
        DataMissingError: it is not there; the message names the file and the protocol that reads it.
    """
    path = root / folder / file
    if not path.is_file():
        raise DataMissingError(
            str(path), f"is read by the {protocol} protocol and is not there", f"Put {file} into {root / folder}"
        )
    return path


def require_sides(learned: int, hidden: int, data: Path, heldout: Path | None, what: str) -> None:
    """Refuse a split with nothing to score, or with nothing left to learn from.

    Args:
        learned: how many rows of ``data`` are left once those to be scored are taken out.
        hidden: how many rows there are to score.
        data: folder that is fitted on.
        heldout: folder that is scored on; None where ``data`` was split.
        what: what a row is, as "captions with a mood word".

    Raises:
        InputError: names the folder and what it lacks.
    """
    if not hidden:
        raise InputError(str(heldout or data), f"holds no {what} to score", "Check the rows of its files")
    if not learned:
        rule = f"holds no {what} to learn from" + ("" if heldout is None else " beside those held out")
        raise InputError(str(data), rule, "Name a folder with rows that are not scored")


def check_without(without: Iterable[str], parts: Iterable[str], protocol: str) -> None:
    """Refuse to leave out a part that the protocol does not have.

    Raises:
        QueryError: names the unknown part and those that there are.
    """
    known = tuple(parts)
    for part in sorted(without):
        if part not in known:
            named = f"is no part of the {protocol} protocol; its parts are {', '.join(known) or 'none'}"
            raise QueryError(f"without {part!r}", named, "Name one of these")
