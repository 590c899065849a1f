"""A generated catalogue of any size with all that a real one holds: texts, profiles, fans, surveys, tie-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kyokan.errors import StoreError
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.graph.stores import GraphStore

ORIGIN = Provenance(source="bench", licence="generated", synthetic=True)
SHARES = {EntityKind.ARTIST: 0.45, EntityKind.BRAND: 0.15, EntityKind.PRODUCT: 0.15, EntityKind.FAN: 0.25}
TAGS, CATEGORIES, PLACES = 400, 60, 47
VOICES, KANSEI_EACH, SENTENCES = 800, 10, 3  # ways of being described: the entities of a voice share its text
TAGS_EACH, LIKES_EACH = 6, 25
WITH_OVERLAPS, WITH_TIE_UPS = 0.4, 0.02  # surveys and tie-ups for each artist
YEARS = (2005, 2026)

Numbers = NDArray[np.int64]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class City:
    """The catalogue of ``entities`` described entities and fans; the same for the same seed."""

    dictionary: Dictionary
    entities: int
    seed: int = 0

    def count(self, kind: EntityKind) -> int:
        """How many there are of a kind."""
        return round(self.entities * SHARES[kind])

    def fills(self, store: GraphStore) -> bool:
        """Whether a store holds the catalogue already; another one, in part or whole, is refused.

        Raises:
            StoreError: the store holds something else.
        """
        found = store.count_entities()
        if not found:
            return False
        if all(found.get(kind.value, 0) == self.count(kind) for kind in SHARES) and store.count_relations().get(
            "tied_up"
        ):
            return True
        raise StoreError(store.url, f"holds no catalogue of {self.entities} generated entities", "Name another folder")

    def fill(self, store: GraphStore, progress: Progress) -> None:
        """Write everything into an empty store, kind by kind."""
        store.write([*self.dictionary.to_entities(), *self._entities()])
        streams = (self._evokes, self._marks, self._fans, self._surveys, self._tie_ups)
        for done, stream in enumerate(streams):
            progress("generated catalogue", done, len(streams))
            store.write(relations=stream(np.random.default_rng([self.seed, done])))

    # ----------------------------------------------------------------------------------------------------------

    def _voice(self, kind: EntityKind, number: int) -> int:
        return (number * 7919 + list(SHARES).index(kind) * 131 + self.seed) % VOICES

    def _profile(self, voice: int) -> tuple[Numbers, NDArray[np.float64]]:
        """Attributes of a voice, strongest first, with their intensities; some attributes are far commoner."""
        random = np.random.default_rng([self.seed, voice])
        commonness = 1.0 / np.arange(5, len(self.dictionary.ids) + 5)
        chosen = random.choice(
            len(self.dictionary.ids), KANSEI_EACH, replace=False, p=commonness / commonness.sum()
        ).astype(np.int64)
        return chosen, np.sort(random.uniform(0.15, 1.0, KANSEI_EACH))[::-1]

    def _texts(self) -> list[tuple[str, str]]:
        """(Japanese, English) text of every voice."""
        found = []
        for voice in range(VOICES):
            names = [self.dictionary.get(self.dictionary.ids[one]).label for one in self._profile(voice)[0]]
            pairs = list(zip(names[::2], names[1::2], strict=False))[:SENTENCES]
            found.append(
                (
                    "".join(f"{one['ja']}、そして{other['ja']}。" for one, other in pairs),
                    " ".join(f"There is something {one['en']} and {other['en']} in it." for one, other in pairs),
                )
            )
        return found

    def _entities(self) -> Iterator[Entity]:
        for kind, count in ((EntityKind.TAG, TAGS), (EntityKind.CATEGORY, CATEGORIES), (EntityKind.PLACE, PLACES)):
            for number in range(count):
                yield Entity(id=f"{kind}:{number}", kind=kind, name=f"{kind} {number}", provenance=(ORIGIN,))
        texts = self._texts()
        for kind in SHARES:
            for number in range(self.count(kind)):
                ja, en = texts[self._voice(kind, number)] if kind is not EntityKind.FAN else ("", "")
                name, people = f"{kind.value.title()} {number}", {"members": 20 + number * 977 % 90_000}
                yield Entity(
                    id=f"{kind}:{number}",
                    kind=kind,
                    name=name,
                    text_ja=ja,
                    text_en=en,
                    attributes=people if kind in {EntityKind.ARTIST, EntityKind.BRAND} and number % 3 else {},
                    provenance=(ORIGIN,),
                )

    def _described(self) -> Iterator[tuple[EntityKind, int]]:
        for kind in (EntityKind.ARTIST, EntityKind.BRAND, EntityKind.PRODUCT):
            for number in range(self.count(kind)):
                yield kind, number

    def _evokes(self, random: np.random.Generator) -> Iterator[Relation]:
        profiles = [self._profile(voice) for voice in range(VOICES)]
        for kind, number in self._described():
            columns, intensities = profiles[self._voice(kind, number)]
            drawn = np.clip(intensities + random.normal(0.0, 0.08, KANSEI_EACH), 0.05, 1.0)
            for column, intensity in zip(columns.tolist(), drawn.tolist(), strict=True):
                target = f"kansei:{self.dictionary.ids[column]}"
                yield _relation(RelationKind.EVOKES, f"{kind}:{number}", target, round(intensity, 3), 0.8)

    def _marks(self, random: np.random.Generator) -> Iterator[Relation]:
        """Tags by popularity, categories and homes, and the brand of every product."""
        brands = self.count(EntityKind.BRAND)
        for kind, number in self._described():
            source, group = f"{kind}:{number}", self._voice(kind, number) % CATEGORIES
            tags = np.unique((TAGS * random.beta(0.6, 2.0, TAGS_EACH)).astype(np.int64))
            for tag in tags.tolist():
                yield _relation(RelationKind.TAGGED, source, f"tag:{tag}", 1.0 + number % 5)
            yield _relation(RelationKind.IN_CATEGORY, source, f"category:{group}")
            yield _relation(RelationKind.IN_PLACE, source, f"place:{int(PLACES * random.beta(0.5, 3.0))}")
            if kind is EntityKind.PRODUCT:
                yield _relation(RelationKind.MADE_BY, source, f"brand:{number * 31 % brands}")

    def _fans(self, random: np.random.Generator) -> Iterator[Relation]:
        """Each fan's artists and products, the famous far oftener."""
        artists, products = self.count(EntityKind.ARTIST), self.count(EntityKind.PRODUCT)
        for fan in range(self.count(EntityKind.FAN)):
            for artist in np.unique((artists * random.beta(0.5, 6.0, LIKES_EACH)).astype(np.int64)).tolist():
                yield _relation(RelationKind.FOLLOWS, f"fan:{fan}", f"artist:{artist}")
            for product in np.unique((products * random.beta(0.5, 6.0, LIKES_EACH // 3)).astype(np.int64)).tolist():
                yield _relation(RelationKind.BUYS, f"fan:{fan}", f"product:{product}")

    def _surveys(self, random: np.random.Generator) -> Iterator[Relation]:
        """Overlaps of audiences, artists with artists and with brands."""
        artists, brands = self.count(EntityKind.ARTIST), self.count(EntityKind.BRAND)
        for one in random.integers(0, artists, round(WITH_OVERLAPS * artists)).tolist():
            other = f"brand:{random.integers(brands)}" if one % 2 else f"artist:{(one + 17) % artists}"
            weight = round(float(random.uniform(0.05, 0.9)), 3)
            yield _relation(RelationKind.OVERLAPS, f"artist:{one}", other, weight)

    def _tie_ups(self, random: np.random.Generator) -> Iterator[Relation]:
        """Tie-ups, the famous oftener, over twenty years."""
        artists, brands = self.count(EntityKind.ARTIST), self.count(EntityKind.BRAND)
        for number in range(round(WITH_TIE_UPS * artists)):
            artist, brand = int(artists * random.beta(0.5, 6.0)), int(brands * random.beta(0.5, 6.0))
            yield Relation(
                kind=RelationKind.TIED_UP,
                source=f"artist:{artist}",
                target=f"brand:{brand}",
                key=str(number),
                since=str(random.integers(*YEARS)),
                provenance=Provenance(source="bench", licence="generated"),  # else nobody could learn from it
            )


def _relation(kind: RelationKind, source: str, target: str, weight: float = 1.0, confidence: float = 1.0) -> Relation:
    return Relation(kind=kind, source=source, target=target, weight=weight, confidence=confidence, provenance=ORIGIN)
