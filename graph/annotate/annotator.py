"""The annotator: texts and tags in, kansei profiles with their evidence out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Any

import numpy as np

from kyokan.errors import InputError
from kyokan.graph.annotate.embedding import EmbeddingEvidence
from kyokan.graph.annotate.emotions import EMOTIONS, EmotionReader
from kyokan.graph.annotate.fusion import (
    DIGITS,
    EMBEDDING_CONFIDENCE,
    ENTITY_FLOOR,
    FLOOR,
    TAG_CONFIDENCE,
    finished,
    fuse,
    louder,
    tag_intensity,
    word_value,
)
from kyokan.graph.annotate.language import Lang, detect_language, sentences
from kyokan.graph.annotate.lexicon import Hit, Lexicon
from kyokan.graph.annotate.relations import made_from, to_relations
from kyokan.graph.annotate.tags import TagReader
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.encoder import Encoder
from kyokan.graph.model import Entity, KanseiValue, Relation, Span

ANNOTATOR = "kyokan-annotator/3"
BATCH = 64  # texts of which all profiles are held at once
_KANA = re.compile(r"[ぁ-ゖァ-ヺｦ-ﾟー]+")
_UNUSUAL = re.compile(r"([a-zA-Z])\1\1|[ぁ-ゖ]ー")
Values = dict[str, KanseiValue]


@dataclass(frozen=True, slots=True)
class Annotation:
    """The profile of one text, strongest first; spans are offsets into that text."""

    lang: Lang
    annotator: str
    dictionary: str
    profile: tuple[KanseiValue, ...]

    def to_json(self, dictionary: Dictionary) -> dict[str, Any]:
        """Plain lists, dicts and numbers, with label and axis of each attribute."""
        return {
            "lang": self.lang,
            "annotator": self.annotator,
            "dictionary": self.dictionary,
            "profile": [_value_json(value, dictionary) for value in self.profile],
        }


def _value_json(value: KanseiValue, dictionary: Dictionary) -> dict[str, Any]:
    attribute = dictionary.get(value.attribute)
    return {
        "attribute": value.attribute,
        "label": {"ja": attribute.label.ja, "en": attribute.label.en},
        "axis": dictionary.axis_of(value.attribute).id,
        "sector": attribute.sector,
        "intensity": value.intensity,
        "confidence": value.confidence,
        "negated": value.negated,
        "source": value.source,
        "spans": [[span.start, span.end, span.text] for span in value.spans],
    }


@dataclass(frozen=True, slots=True)
class _Read:
    """A text taken apart: its sentences, and the words in it that speak for kansei."""

    text: str
    lang: Lang
    sentences: tuple[tuple[int, int], ...]
    hits: tuple[Hit, ...]


class Annotator:
    """Reads kansei from Japanese and English texts and from tags.

    Args:
        dictionary: the attributes and their words.
        encoder: makes sentences into vectors; without one there is no embedding evidence.
        lexicon: whether the words of the dictionary count.
        embedding: whether the nearness of sentences to the attributes counts.
        tags: whether tags count.

    The same text gives the same profile, whatever was read before it. An annotator may be shared by threads.
    """

    def __init__(
        self,
        dictionary: Dictionary,
        encoder: Encoder | None = None,
        *,
        lexicon: bool = True,
        embedding: bool = True,
        tags: bool = True,
    ) -> None:
        self.dictionary = dictionary
        self._encoder = encoder if embedding else None
        self._order = {attribute: place for place, attribute in enumerate(dictionary.ids)}
        self._use_lexicon, self._use_tags = lexicon, tags

    @cached_property
    def version(self) -> str:
        """Annotator, dictionary, encoder and the kinds of evidence in use."""
        kinds = [("lexicon", self._use_lexicon), ("embedding", self._encoder is not None), ("tags", self._use_tags)]
        used = "+".join(name for name, on in kinds if on) or "nothing"
        encoder = f" encoder/{self._encoder.name}" if self._encoder is not None else ""
        return f"{ANNOTATOR} dictionary/{self.dictionary.version}{encoder} {used}"

    def annotate(self, text: str, lang: str | None = None) -> Annotation:
        """The kansei profile of a text.

        Args:
            text: any length; a blank text gives an empty profile.
            lang: ``ja`` or ``en``; recognised by its script if left out.

        Raises:
            InputError: ``lang`` is neither.
        """
        return self.annotate_many([text], lang)[0]

    def annotate_many(self, texts: Sequence[str], lang: str | None = None) -> list[Annotation]:
        """As ``annotate`` for each text, but many at a time are faster: their sentences are encoded together."""
        read = [self._take_apart(text, _language(text, lang)) for text in texts]
        return [
            Annotation(part.lang, self.version, self.dictionary.version, finished(values.values(), FLOOR, self._order))
            for part, values in zip(read, self._values(read), strict=True)
        ]

    def annotate_tags(self, tags: Mapping[str, float], scale: float | None = None) -> tuple[KanseiValue, ...]:
        """The kansei profile of tags.

        Args:
            tags: name to weight (people who gave it, or a strength).
            scale: the weight at which a tag counts fully; the highest of ``tags`` if left out.
        """
        return finished(self._tag_values(tags, scale).values(), FLOOR, self._order)

    def intensities(self, texts: Sequence[str], lang: str | None = None) -> list[dict[str, float]]:
        """Intensity by attribute of each text, as ``annotate_many`` gives it; faster, since no sentence is cited."""
        read = (self._take_apart(text, _language(text, lang)) for text in texts)
        return [
            {value.attribute: value.intensity for value in finished(values.values(), FLOOR, self._order)}
            for batch in iter(lambda: list(islice(read, BATCH)), [])
            for values in self._values(batch, cited=False)
        ]

    def emotions(self, text: str) -> dict[str, float]:
        """How strongly a reader finds eight emotions in a Japanese text, each 0..3 and 0 in a blank one.

        Learned from posts of our own: ``kyokan.graph.annotate.emotions``. Many texts at a time are faster:
        ``emotion_reader().read``.
        """
        return dict(zip(EMOTIONS, self._emotions.read([text])[0].tolist(), strict=True))

    def emotion_reader(self, without: frozenset[str] = frozenset()) -> EmotionReader:
        """What reads emotions from this annotator's evidence.

        Args:
            without: likenesses to leave out, ``letters``, ``kansei`` or ``cues``.

        Raises:
            QueryError: no likeness is left.
        """
        if not without:
            return self._emotions
        return EmotionReader(partial(self.intensities, lang="ja"), self._encoder, without)

    def profile(self, entity: Entity, tags: Mapping[str, float]) -> tuple[KanseiValue, ...]:
        """The kansei of an entity from its texts in both languages and its tags (name to weight)."""
        langs: tuple[Lang, ...] = ("ja", "en")
        texts = [self._take_apart(entity.text(lang), lang) for lang in langs if entity.text(lang)]
        told: Values = {}
        for values in self._values(texts):
            told = louder(told, values)
        return finished(fuse(told, self._tag_values(tags, None)).values(), ENTITY_FLOOR, self._order)

    def to_relations(self, entity: Entity, profile: Sequence[KanseiValue]) -> tuple[Relation, ...]:
        """The evokes relations of an entity's profile, with the entity's own rights."""
        return to_relations(entity.id, profile, made_from(entity, self.version))

    def entities(self) -> list[Entity]:
        """The kansei attributes that the relations point at."""
        return self.dictionary.to_entities()

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon(self.dictionary)

    @cached_property
    def _embedding(self) -> EmbeddingEvidence | None:
        return None if self._encoder is None else EmbeddingEvidence(self.dictionary, self._encoder)

    @cached_property
    def _tags(self) -> TagReader:
        return TagReader(self.dictionary, self._lexicon)

    @cached_property
    def _emotions(self) -> EmotionReader:
        return EmotionReader(partial(self.intensities, lang="ja"), self._encoder)

    def _take_apart(self, text: str, lang: Lang) -> _Read:
        # Denials are looked for even with the lexicon off: the encoder must not hear what a text denies.
        hits = tuple(self._lexicon.hits(text, lang)) if text.strip() else ()
        return _Read(text, lang, tuple(sentences(text)), hits)

    def _values(self, read: Sequence[_Read], *, cited: bool = True) -> list[Values]:
        words = [self._word_values(part) if self._use_lexicon else {} for part in read]
        heard = self._heard(read, words, cited=cited)
        return [fuse(said, meant) for said, meant in zip(words, heard, strict=True)]

    def _word_values(self, part: _Read) -> Values:
        by_attribute: dict[str, list[Hit]] = defaultdict(list)
        for hit in part.hits:
            by_attribute[hit.attribute].append(hit)
        return {
            attribute: word_value(attribute, hits, [_span(part, h.start, h.end) for h in hits], len(part.sentences))
            for attribute, hits in by_attribute.items()
        }

    def _heard(self, read: Sequence[_Read], words: Sequence[Values], *, cited: bool) -> list[Values]:
        """What the encoder makes of each text, in its own spelling and without what it denies or only wishes for."""
        if self._embedding is None:
            return [{} for _ in read]
        cut = [_as_heard(part, start, end) for part in read for start, end in part.sentences]
        vectors = self._embedding.encode(cut)
        found, row = [], 0
        for part, said in zip(read, words, strict=True):
            found.append(self._embedding_values(part, vectors[row : row + len(part.sentences)], said, cited=cited))
            row += len(part.sentences)
        return found

    def _embedding_values(self, part: _Read, vectors: Any, said: Values, *, cited: bool) -> Values:
        if not part.sentences or self._embedding is None:
            return {}
        heard = {self._order[attribute]: value.intensity for attribute, value in said.items()}
        readings = self._embedding.read(vectors, heard, part.lang)
        intensities = readings.intensity().round(DIGITS)
        confidences = (intensities * EMBEDDING_CONFIDENCE).round(DIGITS).tolist()
        spans = [_span(part, start, end) for start, end in part.sentences]
        columns = np.flatnonzero(intensities >= FLOOR)
        evidence = readings.telling(columns) if cited else [[]] * len(columns)
        return {
            (attribute := self.dictionary.ids[column]): KanseiValue(
                attribute=attribute,
                intensity=float(intensities[column]),
                confidence=confidences[column],
                source="embedding",
                spans=tuple(spans[sentence] for sentence in telling),
            )
            for column, telling in zip(columns.tolist(), evidence, strict=True)
        }

    def _tag_values(self, tags: Mapping[str, float], scale: float | None) -> Values:
        if not self._use_tags:
            return {}
        return {
            attribute: KanseiValue(
                attribute=attribute,
                intensity=tag_intensity(sum(shares.values())),
                confidence=TAG_CONFIDENCE * tag_intensity(sum(shares.values())),
                source="tags",
                tags=shares,
            )
            for attribute, shares in self._tags.read(tags, scale).items()
        }


def _language(text: str, lang: str | None) -> Lang:
    match lang:
        case None:
            return detect_language(text)
        case "ja" | "en":
            return lang
    raise InputError(f"language {lang!r}", "is neither ja nor en", "Name one of them, or leave it out")


def _span(part: _Read, start: int, end: int) -> Span:
    return Span(lang=part.lang, start=start, end=end, text=part.text[start:end])


def _as_heard(part: _Read, start: int, end: int) -> str:
    """A sentence as the encoder is to hear it.

    Words whose reading is not heard are left out; those in kana, in capitals or with lengthened letters are written as
    in the dictionary, since the encoder knows 静か better than しずか and "cute" better than "cuuute".
    """
    kept, place = [], start
    for hit in part.hits:
        if not (start <= hit.start and hit.end <= end and hit.start >= place):
            continue
        spelling = part.text[hit.start : hit.end]
        if not hit.reading.heard:
            spelling = ""
        elif _UNUSUAL.search(spelling) or _KANA.fullmatch(spelling) or spelling.isupper():
            spelling = hit.term
        kept += [part.text[place : hit.start], spelling]
        place = hit.end
    return "".join([*kept, part.text[place:end]])
