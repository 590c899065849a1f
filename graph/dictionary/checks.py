"""The rules a kansei dictionary keeps beyond the shape of its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NoReturn

from kyokan.errors import DictionaryError
from kyokan.graph.dictionary.entries import LANGS, Attribute, normalise_term
from kyokan.graph.dictionary.model import Dictionary


def check_dictionary(dictionary: Dictionary, file: str) -> None:
    """Hold ``dictionary`` to its rules; ``file`` is named in the message.

    Raises:
        DictionaryError: the first rule broken, with file, entry and remedy.
    """
    _check_circle(dictionary, file)
    _check_attributes(dictionary, file)
    _check_words(dictionary, file)


def _refuse(file: str, entry: str, rule: str, remedy: str) -> NoReturn:
    raise DictionaryError(f"{file}, {entry}", rule, remedy)


def _check_circle(dictionary: Dictionary, file: str) -> None:
    """Sectors in pairs, and axis k joins sector k with the one opposite."""
    sectors = [sector.id for sector in dictionary.sectors]
    for sector, times in Counter(sectors).items():
        if times > 1:
            _refuse(file, f"sector {sector}", "stands twice", "Give each sector its own id")
    half = len(dictionary.axes)
    if not half or len(sectors) != 2 * half:
        _refuse(file, "sectors", f"there are {len(sectors)} for {half} axes", "Name two opposite sectors for each axis")
    for k, axis in enumerate(dictionary.axes):
        opposite = (sectors[k], sectors[k + half])
        if axis.poles != opposite:
            _refuse(
                file,
                f"axis {axis.id}",
                f"joins {' and '.join(axis.poles)}, but position {k + 1} of the circle is {' and '.join(opposite)}",
                "List axes in the order of the sectors, each between sectors opposite each other",
            )


def _check_attributes(dictionary: Dictionary, file: str) -> None:
    """Ids once, sectors known and each with its own attribute, opposites mutual, sources known."""
    for attribute_id, times in Counter(dictionary.ids).items():
        if times > 1:
            _refuse(file, f"attribute {attribute_id}", "stands twice", "Merge the entries or rename one")
    sectors = {sector.id for sector in dictionary.sectors}
    for attribute in dictionary.attributes:
        if attribute.sector not in sectors:
            _refuse(
                file,
                _name(attribute),
                f"sector {attribute.sector} is unknown",
                f"Name one of {', '.join(sorted(sectors))}",
            )
        _check_opposite(dictionary, attribute, file)
        for key in _source_keys(attribute):
            if dictionary.sources and key not in dictionary.sources and key != "own":
                _refuse(file, _name(attribute), f"source {key} is unknown", "Describe it under sources, or write own")
    for sector in dictionary.sectors:
        if sector.id not in dictionary or dictionary.get(sector.id).sector != sector.id:
            _refuse(file, f"sector {sector.id}", "has no attribute of its own name", "Add one with the sector's id")


def _check_opposite(dictionary: Dictionary, attribute: Attribute, file: str) -> None:
    if attribute.opposite is None:
        return
    if attribute.opposite not in dictionary:
        _refuse(file, _name(attribute), f"opposite {attribute.opposite} is unknown", "Name an attribute, or null")
    other = dictionary.get(attribute.opposite)
    if other.opposite != attribute.id:
        rule = f"opposite {other.id} names {other.opposite or 'none'} as its own opposite"
        _refuse(file, _name(attribute), rule, "Opposites name each other; write null where there is no clear one")
    if other.sector == attribute.sector:
        _refuse(file, _name(attribute), f"opposite {other.id} is in the same sector", "Move one of them, or write null")


def _check_words(dictionary: Dictionary, file: str) -> None:
    """A word once in an attribute, and never naming two attributes of opposite sectors."""
    for attribute in dictionary.attributes:
        for what, term in _repeated(attribute):
            _refuse(file, _name(attribute), f"{what} {term} stands twice", "Keep it where it fits best")
    half = len(dictionary.axes)
    for lang in LANGS:
        for term, entries in dictionary.terms(lang).items():
            named = [attribute_id for attribute_id, _, role in entries if role == "synonym"]
            for position, one in enumerate(named):
                for other in named[position + 1 :]:
                    if abs(dictionary.sector_index(one) - dictionary.sector_index(other)) == half:
                        rule = f"synonym {term} also names {one}, of the opposite sector"
                        _refuse(file, f"attribute {other}", rule, "Keep it in one of them, or make it a cue")


def _repeated(attribute: Attribute) -> Iterator[tuple[str, str]]:
    lists = [
        *((f"term ({lang})", (*attribute.synonyms[lang], *attribute.cues[lang])) for lang in LANGS),
        ("tag", attribute.tags),
    ]
    for what, entries in lists:
        for term, times in Counter(normalise_term(entry.term) for entry in entries).items():
            if times > 1:
                yield what, term


def _source_keys(attribute: Attribute) -> list[str]:
    """The schemes an attribute draws on: ``mirex`` and ``ours`` of ``"mirex:cluster3; ours"``."""
    return [part.split(":")[0].strip() for part in attribute.source.split(";")]


def _name(attribute: Attribute) -> str:
    return f"attribute {attribute.id}"
