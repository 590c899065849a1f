"""The reason for a match in one or two sentences, made from its evidence alone; every template is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kyokan.matching.ranking.model import Contribution, Evidence, Sentence
from kyokan.matching.signals import Context, Subject
from kyokan.matching.signals.base import NEGLIGIBLE
from kyokan.matching.signals.view import Floats

NAMED = 2  # attributes named in a sentence
LEAST_SHARED = 0.02  # a weaker part of the score is not worth a word
LEAST_BROUGHT = 0.25  # strength from which an attribute is said to be brought
LEAST_NAMED = 0.05  # a tie-up or a path that adds less is not worth naming
TWICE = 2.0
SUPPORT = ("fan_bridge", "precedent", "walk", "meaning")
NEAR_TEXTS = Sentence(ja="紹介文の言葉も近い。", en="Their descriptions are near in meaning.")
NOTHING = Sentence(ja="まだ決め手はない。", en="Nothing yet speaks clearly for this pair.")


@dataclass(frozen=True, slots=True)
class _Words:
    ja: tuple[str, ...]
    en: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.en)

    @property
    def joined(self) -> Sentence:
        """The words as one phrase: a and b. Japanese ones are of every word class, so they are quoted."""
        return Sentence(ja="".join(f"「{word}」" for word in self.ja), en=" and ".join(self.en).lower())


def sentence(context: Context, subject: Subject, candidate: int, contributions: Sequence[Contribution]) -> Sentence:
    """What both evoke and what the candidate brings; then the strongest other reason, if it helps.

    Names only attributes that the graph holds for the two, and only reasons with a positive part in the score.
    """
    shared = _shared(contributions)
    brought = _brought(context, subject, candidate, besides=shared.en)
    name = Sentence(ja=context.label(candidate, "ja"), en=context.label(candidate, "en"))
    parts = [found for found in (_kansei_sentence(name, shared, brought), _support(contributions)) if found]
    if not parts:
        return NOTHING
    return Sentence(ja="".join(part.ja for part in parts), en=" ".join(part.en for part in parts))


def _kansei_sentence(name: Sentence, shared: _Words, brought: _Words) -> Sentence | None:
    both = shared.joined
    adds = Sentence(ja=f"{name.ja}が{brought.joined.ja}を添える。", en=f"{name.en} adds something {brought.joined.en}.")
    if shared and brought:
        return Sentence(ja=f"{both.ja}がともに響き、{adds.ja}", en=f"Both feel {both.en}; {adds.en}")
    if shared:
        return Sentence(ja=f"{both.ja}がともに響く。", en=f"Both feel {both.en}.")
    return adds if brought else None


def _shared(contributions: Sequence[Contribution]) -> _Words:
    """Attributes both evoke (or that were wished for), strongest first."""
    items = [
        item
        for part in contributions
        if part.signal == "resonance"
        for item in part.evidence
        if item.detail.get("role") == "shared" and item.weight >= LEAST_SHARED
    ]
    items.sort(key=lambda item: (-item.weight, item.ids))
    labels = [item.detail["label"] for item in items[:NAMED]]
    return _Words(tuple(one["ja"] for one in labels), tuple(one["en"] for one in labels))


def _brought(context: Context, subject: Subject, candidate: int, *, besides: tuple[str, ...]) -> _Words:
    """What the candidate evokes tellingly and at least twice as strongly as the subject, not told yet.

    Nothing is brought where the subject leads the sector by another attribute: "serene" to somebody who is "quiet".
    """
    profiles = context.profiles
    q: Floats = profiles.strength_of(candidate).astype(float)
    there = profiles.peaks_of(subject.strength) if subject.row is None else profiles.peaks(subject.row)
    brought = (q >= LEAST_BROUGHT) & (q >= TWICE * subject.strength) & (subject.wishes >= 0)
    brought &= profiles.peaks(candidate) > there
    parts = brought * q * np.sqrt(np.maximum(profiles.telling, 0.0))
    if not subject.strength.any():
        return _Words((), ())
    order = sorted(np.flatnonzero(parts > 0).tolist(), key=lambda one: (-parts[one], one))
    named = ([profiles.label(column, lang) for lang in ("ja", "en")] for column in order)
    labels = [(ja, en) for ja, en in named if en not in besides][:NAMED]
    return _Words(tuple(ja for ja, _ in labels), tuple(en for _, en in labels))


def _support(contributions: Sequence[Contribution]) -> Sentence | None:
    """The strongest helpful reason apart from kansei."""
    helpful = [part for part in contributions if part.signal in SUPPORT and part.contribution >= LEAST_SHARED]
    for part in sorted(helpful, key=lambda one: (-one.contribution, one.signal)):
        if part.signal == "meaning":  # told alike whatever its sentences are, so these are not sought
            return NEAR_TEXTS
        best = next((item for item in part.evidence if worth_telling(part.signal, item)), None)
        if best is not None:
            return reason(part.signal, best)
    return None


def worth_telling(signal: str, item: Evidence) -> bool:
    """Whether a reason other than kansei says something of its own; a path by way of a kansei is told as kansei."""
    if item.detail.get("role") == "rest":
        return False
    if signal == "walk" and any(one.startswith("kansei:") for one in item.ids):
        return False
    return item.weight >= (LEAST_NAMED if signal in ("precedent", "walk") else NEGLIGIBLE)


def reason(signal: str, item: Evidence) -> Sentence:
    """A reason other than kansei, from its one piece of evidence."""
    note = item.note[:1].upper() + item.note[1:]
    if signal == "walk":
        return Sentence(ja=f"{item.note_ja}とつながる。", en=f"Connected by {item.note}.")
    if signal == "precedent":
        return Sentence(ja=f"前例に近い：{item.note_ja}。", en=f"A precedent is near: {item.note}.")
    return Sentence(ja=f"{item.note_ja}。", en=f"{note}.")
