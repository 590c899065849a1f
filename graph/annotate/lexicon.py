"""Lexicon evidence: dictionary terms found in a text, each with the reading its clause gives it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kyokan.graph.annotate.guards import Guards
from kyokan.graph.annotate.language import Lang
from kyokan.graph.annotate.morphology_en import term_keys_en, tokenize_en
from kyokan.graph.annotate.morphology_ja import term_keys_ja, term_reading, tokenize_ja
from kyokan.graph.annotate.scope import DENIED, Reading
from kyokan.graph.annotate.scope_en import read_en
from kyokan.graph.annotate.scope_ja import read_ja
from kyokan.graph.annotate.tokens import Found, TermTrie, Token
from kyokan.graph.dictionary import Dictionary

SYNONYM_CERTAINTY = 0.8
CUE_CERTAINTY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A term at ``text[start:end]`` that speaks for ``attribute`` with ``weight`` as ``reading`` says.

    ``certainty`` is how surely the term is about the attribute: a word that names it more than one that evokes it.
    """

    attribute: str
    term: str
    start: int
    end: int
    weight: float
    certainty: float
    reading: Reading


class Lexicon:
    """The terms of one dictionary, ready to be found in Japanese and English texts."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._terms = {"ja": dictionary.terms("ja"), "en": dictionary.terms("en")}
        self._guards = Guards.load()
        self._tries = {"ja": TermTrie(self._keys_ja()), "en": TermTrie(self._keys_en())}

    def hits(self, text: str, lang: Lang) -> list[Hit]:
        """Terms from left to right; one that speaks for several attributes gives a hit for each."""
        tokens = tokenize_ja(text) if lang == "ja" else tokenize_en(text)
        found: list[Hit] = []
        for term in self._tries[lang].find(tokens):
            start, end = tokens[term.first].start, tokens[term.last].end
            entries = self._terms[lang].get(term.term) or self._terms["en"].get(term.term, ())
            if entries and not self._guards.forbid(term.term, text, start, end, lang):
                reading = _read(text, tokens, term, lang)
                found += [
                    Hit(
                        attribute=attribute,
                        term=term.term,
                        start=start,
                        end=end,
                        weight=weight,
                        certainty=SYNONYM_CERTAINTY if role == "synonym" else CUE_CERTAINTY,
                        reading=reading,
                    )
                    for attribute, weight, role in entries
                ]
        return found

    def _keys_ja(self) -> list[tuple[tuple[str, ...], str]]:
        """Terms by their lemmas, then by their reading where it has one meaning, then English words."""
        terms = self._terms["ja"]
        pairs = [(term_keys_ja(term), term) for term in terms]
        by_reading: dict[str, list[str]] = defaultdict(list)
        for term in terms:
            reading = term_reading(term)
            if reading:
                by_reading[reading].append(term)
        for reading, same in by_reading.items():
            if len({terms[term][0][0] for term in same}) == 1:
                pairs.append(((reading,), same[0]))
        latin = [term for term in self._terms["en"] if " " not in term]
        return pairs + [((term,), term) for term in latin]

    def _keys_en(self) -> list[tuple[tuple[str, ...], str]]:
        """Terms by their exact words first, so that an inflected form never hides a term that is spelled so."""
        exact: list[tuple[tuple[str, ...], str]] = []
        other: list[tuple[tuple[str, ...], str]] = []
        for term, entries in self._terms["en"].items():
            first, *more = term_keys_en(term, cue=all(role == "cue" for _, _, role in entries))
            exact.append((first, term))
            other += [(keys, term) for keys in more]
        return exact + other


def _read(text: str, tokens: Sequence[Token], found: Found, lang: Lang) -> Reading:
    if lang == "ja":
        reading = read_ja(tokens, found.first, found.last)
    else:
        reading = read_en(text, tokens[found.first].start, tokens[found.last].end)
    if found.denied:  # "charmless" says no; "not charmless" takes it back
        return Reading(factor=1.0) if reading.negated else DENIED
    return reading
