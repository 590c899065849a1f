"""Every sentence that frozen evidence bears, each with the piece it rests on, for a person to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kyokan.matching.evidence.sentences import (
    LEAST_SHARED,
    NEAR_TEXTS,
    quoted,
    reason,
    something,
    together,
    worth_telling,
)
from kyokan.matching.ranking.model import Evidence, Sentence

TOGETHER = 3  # kansei that one sentence names as shared
EACH = 4  # sentences of one signal at most: the strongest say enough
LEAST_PEOPLE = 5  # no figure of fewer people is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence. ``key`` names the evidence it rests on and stays the same while that does.

    ``benefit`` is ``both``, ``artist`` or ``brand``: whom its evidence speaks for, and so who may read it.
    """

    key: str
    ja: str
    en: str
    signal: str
    benefit: str


def statements(match: Mapping[str, Any]) -> list[Statement]:
    """Sentences on what both evoke, what one brings, fans, precedents, paths, texts and reach, strongest first.

    Args:
        match: as ``Match.to_json`` gives it, frozen at any time.

    Only evidence that speaks for the pair is told, and no group of fewer than five people.
    """
    parts = sorted(
        match.get("contributions", ()), key=lambda part: (-part["contribution"], part["signal"], part["for"])
    )
    both = _shared(parts)
    found: dict[str, Statement] = {}
    for part in parts:
        if part["contribution"] <= 0:
            break  # what speaks against the pair is no reason for it
        told = [(item.ids, said) for item, said in _told(part, both)][:EACH]
        for ids, said in (*_together(part), *told):
            key = f"{part['signal']}:{part['for']}:{'|'.join(ids)}"
            made = Statement(key=key, ja=said.ja, en=said.en, signal=part["signal"], benefit=part["for"])
            found.setdefault(key, made)
    return list(found.values())


def _shared(parts: Iterable[Mapping[str, Any]]) -> set[str]:
    """Ids of the kansei that both evoke: nobody brings them."""
    items = [item for part in parts if part["signal"] == "resonance" for item in part["evidence"]]
    shared = [item["ids"] for item in items if item["detail"].get("role") == "shared" and item["weight"] > 0]
    return {one for ids in shared for one in ids if one.startswith("kansei:")}


def _together(part: Mapping[str, Any]) -> Iterator[tuple[Sequence[str], Sentence]]:
    """The strongest kansei that both evoke, in one sentence; none where there are no two."""
    if part["signal"] != "resonance":
        return
    shared = [
        item
        for item in sorted(part["evidence"], key=lambda one: (-one["weight"], one["ids"]))
        if item["detail"].get("role") == "shared" and item["detail"].get("label") and item["weight"] >= LEAST_SHARED
    ][:TOGETHER]
    if len(shared) > 1:
        ids = list(dict.fromkeys(one for item in shared for one in item["ids"]))
        yield ids, together([item["detail"]["label"] for item in shared])


def _told(part: Mapping[str, Any], both: set[str]) -> Iterator[tuple[Evidence, Sentence]]:
    """The pieces of a contribution that bear a sentence, strongest first."""
    items = [Evidence(**{**item, "ids": tuple(item["ids"])}) for item in part["evidence"]]
    for item in sorted(items, key=lambda one: (-one.weight, one.ids)):
        repeated = part["signal"] == "complement" and not both.isdisjoint(item.ids)
        said = _sentence(part["signal"], item) if item.weight > 0 and not repeated else None
        if said is not None:
            yield item, said


def _sentence(signal: str, item: Evidence) -> Sentence | None:
    """What one piece says; None where it sums up, says nothing of its own, or is about too few people."""
    detail = item.detail
    role, label = detail.get("role"), detail.get("label")
    told = {
        "fan_bridge": detail.get("shared", LEAST_PEOPLE) >= LEAST_PEOPLE,
        "reach": detail.get("new", 0) >= LEAST_PEOPLE,
        "precedent": "relation" in detail,
        "walk": role == "path",
    }
    if told.get(signal):
        return reason(signal, item) if worth_telling(signal, item) else None
    if signal == "meaning" and detail.get("texts"):
        return NEAR_TEXTS
    if signal == "resonance" and role == "shared" and item.weight >= LEAST_SHARED and label:
        return together([label])
    if signal == "complement" and role == "brings" and label:
        by = detail["by"]
        return Sentence(
            ja=f"{by['ja']}が持ち込む{quoted([label])}は、似た過去のタイアップでよく選ばれた。",
            en=f"{by['en']} brings {something([label])}, often sought in past tie-ups like this.",
        )
    return None
