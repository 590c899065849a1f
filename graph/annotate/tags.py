"""Tag evidence: tags that came with the data, mapped to attributes by the dictionary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from kyokan.graph.annotate.language import detect_language
from kyokan.graph.annotate.lexicon import Lexicon
from kyokan.graph.dictionary import Dictionary, normalise_term

IN_PASSING = 0.7  # of a word inside a longer tag ("really sad songs")


class TagReader:
    """What tags say, by the tag table of a dictionary and, for tags that are not in it, by the words in them."""

    def __init__(self, dictionary: Dictionary, lexicon: Lexicon) -> None:
        self._table = dictionary.tag_terms()
        self._lexicon = lexicon

    def read(self, tags: Mapping[str, float], scale: float | None = None) -> dict[str, dict[str, float]]:
        """Attribute → tag → share of evidence = weight of the tag for the attribute · min(1, weight / scale).

        Tags of weight 0 or less are passed over; ``scale`` is the highest weight if left out.
        """
        weights = {tag: weight for tag, weight in sorted(tags.items()) if weight > 0}
        full = scale if scale is not None else max(weights.values(), default=1.0)
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for tag, weight in weights.items():
            for attribute, share in self._shares(tag):
                known = found[attribute].get(tag, 0.0)
                found[attribute][tag] = max(known, share * min(1.0, weight / full))
        return dict(found)

    def _shares(self, tag: str) -> list[tuple[str, float]]:
        listed = self._table.get(normalise_term(tag))
        if listed is not None:
            return list(listed)
        hits = self._lexicon.hits(tag, detect_language(tag))
        return [
            (hit.attribute, hit.weight * hit.reading.factor * IN_PASSING)
            for hit in hits
            if hit.reading.factor > 0 and not hit.reading.negated
        ]
