"""The token both languages share, and how a string of tokens is matched against the terms of the dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A morpheme or word of a text.

    ``start`` and ``end`` are character offsets into the text. ``lemma`` is its normalised base form, on which rules of
    scope look; ``keys`` are the forms under which it may meet a term, the nearest first; ``denied_keys`` those of what
    the word itself says no to ("charmless"); ``denied`` tells that a prefix says no to the word (不〜). ``noun`` and
    ``mark`` (punctuation) are what scope needs of its part of speech.
    """

    start: int
    end: int
    lemma: str
    keys: tuple[str, ...]
    denied_keys: tuple[str, ...] = ()
    denied: bool = False
    noun: bool = False
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A term found at tokens ``first`` … ``last`` (inclusive); ``denied`` where the word itself says no to it."""

    first: int
    last: int
    term: str
    denied: bool = False


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    term: str | None = None


class TermTrie:
    """Terms as strings of keys; the longest term at a place wins, and of two as long the one by nearer keys."""

    def __init__(self, terms: Iterable[tuple[tuple[str, ...], str]]) -> None:
        """``terms`` are pairs of keys in order and the term they stand for; of equal keys the first pair counts."""
        self._root = _Node()
        for keys, term in terms:
            node = self._root
            for key in keys:
                node = node.children.setdefault(key, _Node())
            if node.term is None and keys:
                node.term = term

    def find(self, tokens: Sequence[Token]) -> Iterator[Found]:
        """Terms from left to right, none overlapping another."""
        first = 0
        while first < len(tokens):
            found = self._longest(tokens, first)
            if found is None:
                first += 1
            else:
                yield found
                first = found.last + 1

    def _longest(self, tokens: Sequence[Token], first: int) -> Found | None:
        best: Found | None = None
        nodes: Iterable[_Node] = (self._root,)
        for position in range(first, len(tokens)):
            nodes = [node.children[key] for node in nodes for key in tokens[position].keys if key in node.children]
            if not nodes:
                break
            # keys come nearest first, so the first node that ends a term is the nearest
            ended = next((node.term for node in nodes if node.term is not None), None)
            if ended is not None:
                best = Found(first, position, ended, denied=tokens[first].denied)
        return best or self._denied(tokens[first], first)

    def _denied(self, token: Token, place: int) -> Found | None:
        nodes = (self._root.children.get(key) for key in token.denied_keys)
        term = next((node.term for node in nodes if node is not None and node.term is not None), None)
        return None if term is None else Found(place, place, term, denied=True)
