"""The reason for a match in one or two sentences, made from its evidence alone; every template is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

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


Names = Mapping[str, str]
"""What an attribute is called: ``ja``, ``en`` and, where English sentences say it by one, its ``noun``."""


def quoted(named: Sequence[Names]) -> str:
    """Japanese names as one phrase; they are of every word class, so they are quoted."""
    return "".join(f"「{one['ja']}」" for one in named)


def felt(named: Sequence[Names]) -> str:
    """What two do in English: "feel serene and quiet", "evoke anguish", "feel serene and evoke anguish"."""
    by_noun, rest = _parted(named)
    parts = [f"feel {_listed(rest)}" if rest else "", f"evoke {_listed(by_noun)}" if by_noun else ""]
    return " and ".join(part for part in (reversed(parts) if "noun" in named[0] else parts) if part)


def something(named: Sequence[Names]) -> str:
    """What one adds or brings in English: "something serene", "anguish", "anguish and something serene"."""
    by_noun, rest = _parted(named)
    return _listed([*by_noun, *([f"something {_listed(rest)}"] if rest else [])])


def _parted(named: Sequence[Names]) -> tuple[list[str], list[str]]:
    return [one["noun"] for one in named if "noun" in one], [one["en"].lower() for one in named if "noun" not in one]


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def sentence(context: Context, subject: Subject, candidate: int, contributions: Sequence[Contribution]) -> Sentence:
    """What both evoke and what the candidate brings; then the strongest other reason, if it helps.

    Names only attributes that the graph holds for the two, and only reasons with a positive part in the score.
    """
    shared = _shared(contributions)
    brought = _brought(context, subject, candidate, besides=[one["en"] for one in shared])
    name = Sentence(ja=context.label(candidate, "ja"), en=context.label(candidate, "en"))
    parts = [found for found in (_kansei_sentence(name, shared, brought), _support(contributions)) if found]
    if not parts:
        return NOTHING
    return Sentence(ja="".join(part.ja for part in parts), en=" ".join(part.en for part in parts))


def _kansei_sentence(name: Sentence, shared: Sequence[Names], brought: Sequence[Names]) -> Sentence | None:
    if not brought:
        return together(shared) if shared else None
    adds = Sentence(ja=f"{name.ja}が{quoted(brought)}を添える。", en=f"{name.en} adds {something(brought)}.")
    if not shared:
        return adds
    return Sentence(ja=f"{quoted(shared)}がともに響き、{adds.ja}", en=f"Both {felt(shared)}; {adds.en}")


def together(shared: Sequence[Names]) -> Sentence:
    """What both evoke."""
    return Sentence(ja=f"{quoted(shared)}がともに響く。", en=f"Both {felt(shared)}.")


def _shared(contributions: Sequence[Contribution]) -> Sequence[Names]:
    """Attributes both evoke (or that were wished for), strongest first."""
    items = [
        item
        for part in contributions
        if part.signal == "resonance"
        for item in part.evidence
        if item.detail.get("role") == "shared" and item.weight >= LEAST_SHARED
    ]
    items.sort(key=lambda item: (-item.weight, item.ids))
    return [item.detail["label"] for item in items[:NAMED]]


def _brought(context: Context, subject: Subject, candidate: int, *, besides: Sequence[str]) -> Sequence[Names]:
    """What the candidate evokes tellingly and at least twice as strongly as the subject, not told yet.

    Nothing is brought where the subject leads the sector by another attribute: "serene" to somebody who is "quiet".
    """
    profiles = context.profiles
    q: Floats = profiles.strength_of(candidate).astype(float)
    there = subject.once(context, "sector peaks", lambda: _peaks(context, subject))
    brought = (q >= LEAST_BROUGHT) & (q >= TWICE * subject.strength) & (subject.wishes >= 0)
    brought &= profiles.peaks(candidate) > there
    parts = brought * q * np.sqrt(np.maximum(profiles.telling, 0.0))
    if not subject.strength.any():
        return ()
    order = sorted(np.flatnonzero(parts > 0).tolist(), key=lambda one: (-parts[one], one))
    named = (profiles.named(column) for column in order)
    return list(islice((one for one in named if one["en"] not in besides), NAMED))


def _peaks(context: Context, subject: Subject) -> Floats:
    """(A,) how strongly the subject stands in the sector of each attribute."""
    profiles = context.profiles
    return profiles.peaks_of(subject.strength) if subject.row is None else profiles.peaks(subject.row)


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
