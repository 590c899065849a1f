"""A text with the words behind each kansei marked: plain runs and evidence runs, in order."""

from __future__ import annotations

from dataclasses import dataclass

from kyokan.graph.model import Entity, KanseiValue, Span
from kyokan.web.view import View
from kyokan.web.wording import field_width

PHRASE = 26  # half-width columns; longer evidence is a sentence, which cannot carry ruby in one piece


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; with an attribute where it is evidence."""

    text: str
    attribute: str = ""
    intensity: float = 0.0
    negated: bool = False

    @property
    def sentence(self) -> bool:
        """Whether the evidence is too long for ruby above it."""
        return field_width(self.text) > PHRASE


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in one language, cut into runs."""

    lang: str
    runs: tuple[Run, ...]
    source: str

    @property
    def marked(self) -> bool:
        """Whether any word of it is evidence."""
        return any(run.attribute for run in self.runs)


def passages(view: View, entity: Entity) -> list[Passage]:
    """The entity's text in the page's language, or in the other where it has only that."""
    for lang in (view.lang, "en" if view.lang == "ja" else "ja"):
        if text := entity.text(lang):
            source = entity.provenance[0].source if entity.provenance else ""
            return [Passage(lang, runs(view, text, lang, view.values(entity)), source)]
    return []


def runs(view: View, text: str, lang: str, values: tuple[KanseiValue, ...]) -> tuple[Run, ...]:
    """Cut a text at its evidence; of overlapping spans a phrase goes before a sentence, then the stronger value's."""
    found = [
        (span, value)
        for value in sorted(values, key=lambda value: (-value.intensity * value.confidence, value.attribute))
        for span in value.spans
        if span.lang == lang and text[span.start : span.end] == span.text
    ]
    placed: list[tuple[Span, KanseiValue]] = []
    for span, value in sorted(found, key=lambda pair: field_width(pair[0].text) > PHRASE):
        if all(span.end <= other.start or span.start >= other.end for other, _ in placed):
            placed.append((span, value))
    pieces: list[Run] = []
    position = 0
    for span, value in sorted(placed, key=lambda pair: pair[0].start):
        plain = value.attribute.removeprefix("kansei:")
        if plain not in view.dictionary:
            continue
        if span.start > position:
            pieces.append(Run(text[position : span.start]))
        label = view.dictionary.get(plain).label[view.lang]
        pieces.append(Run(span.text, label, value.intensity, value.negated))
        position = span.end
    if position < len(text):
        pieces.append(Run(text[position:]))
    return tuple(pieces)
