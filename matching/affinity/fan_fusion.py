"""Which artists will a fan listen to: five linear models in one score, taken apart exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from kyokan.errors import QueryError
from kyokan.matching.affinity.edlae import Edlae, item_weights
from kyokan.matching.affinity.factors import Factors

Matrix = NDArray[np.float32]

WEIGHTS: Mapping[str, float] = {
    "item-side": 0.45,
    "fan-side": 0.15,
    "factors": 0.3,
    "word-factors": 0.3,
    "firm-factors": 0.3,
}
TAG_SHARE, LIST_SHARE = 0.5, 0.2  # how much a tag or a list counts next to a fan in the factors
EXPOSURE = 0.4
LEAST_SPREAD = 1e-6  # a fan or artist that a model scores all alike keeps a finite scale


class Fact(NamedTuple):
    """What a share rests on: an artist or tag (its row), all similar fans together, or the level of the scale."""

    model: str
    kind: Literal["artist", "tag", "fans", "level"]
    row: int = -1


class Model(Protocol):
    """Scores of fans × artists, each a sum of shares."""

    def scores(self) -> Matrix:
        """Scores of all pairs, fans × artists."""

    def explain(self, fan: int, artist: int) -> dict[Fact, float]:
        """Shares that add up to the score of the pair."""


@dataclass(frozen=True, slots=True)
class ItemSide:
    """EDLAE between artists, learned from fans and tags: a share for each artist that the fan likes."""

    model: Edlae
    fans: int

    @classmethod
    def fit(cls, plays: csr_array, tags: csr_array) -> ItemSide:
        """Fit on fans × artists and tags × artists."""
        return cls(Edlae.fit(csr_array(vstack([plays, tags])), ridge=50.0, dropout=0.5), plays.shape[0])

    def scores(self) -> Matrix:
        """Scores of all pairs, fans × artists."""
        return self.model.scores(self.fans)

    def explain(self, fan: int, artist: int) -> dict[Fact, float]:
        """A share for each liked artist."""
        return {Fact("item-side", "artist", row): part for row, part in self.model.explain(fan, artist).items()}


@dataclass(frozen=True, slots=True)
class FanSide:
    """EDLAE between fans: score(f, a) = Σ_g plays_ga B_gf + Σ_t tags_ta B_tf over the artist's fans g and tags t."""

    columns: csr_array  # artists × (fans, then tags)
    weights: Matrix  # (fans, then tags) × fans

    @classmethod
    def fit(cls, plays: csr_array, tags: csr_array) -> FanSide:
        """Fit on fans × artists and tags × artists."""
        columns = csr_array(hstack([plays.T, tags.T * 0.6]))
        weights = item_weights(columns, ridge=200.0, dropout=0.5)[:, : plays.shape[0]]
        return cls(columns, weights.astype(np.float32))

    def scores(self) -> Matrix:
        """Scores of all pairs, fans × artists."""
        return np.ascontiguousarray((self.columns.astype(np.float32) @ self.weights).T)

    def explain(self, fan: int, artist: int) -> dict[Fact, float]:
        """One share for all similar fans together, so that none can be told, and one for each tag."""
        start, stop = self.columns.indptr[artist], self.columns.indptr[artist + 1]
        fans = self.weights.shape[1]
        shares = {Fact("fan-side", "fans"): 0.0}
        for column, value in zip(self.columns.indices[start:stop], self.columns.data[start:stop], strict=True):
            fact = Fact("fan-side", "fans") if column < fans else Fact("fan-side", "tag", int(column) - fans)
            shares[fact] = shares.get(fact, 0.0) + float(value) * float(self.weights[column, fan])
        return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSetting:
    """Dimensions, confidence of an average play, ridge, and the seed of the first random vectors."""

    size: int
    confidence: float
    ridge: float
    seed: int


# Alone, a small confidence is best; in the sum a large one is, which says what the other models do not.
FACTORS: Mapping[str, FactorSetting] = {
    "factors": FactorSetting(size=96, confidence=14.0, ridge=6.0, seed=3),
    "word-factors": FactorSetting(size=96, confidence=14.0, ridge=6.0, seed=2),
    "firm-factors": FactorSetting(size=96, confidence=24.0, ridge=10.0, seed=0),
}
FACTORS_ALONE = FactorSetting(size=192, confidence=4.0, ridge=3.5, seed=0)


@dataclass(frozen=True, slots=True)
class FactorSide:
    """Factors of plays, of tags (or their words) and of lists: a share for each artist that the fan likes.

    A list holds the artists that one user gave one tag; it speaks of artists as a short playlist does.
    """

    name: str
    model: Factors
    fans: int

    @classmethod
    def fit(
        cls, name: str, plays: csr_array, tags: csr_array, lists: csr_array, setting: FactorSetting | None = None
    ) -> FactorSide:
        """Fit on fans, tags and lists × artists; ``setting`` is that of ``FACTORS`` for ``name`` unless given."""
        chosen = setting or FACTORS[name]
        confidence = csr_array(vstack([plays, tags * TAG_SHARE, lists * LIST_SHARE])) * chosen.confidence
        size = min(chosen.size, *confidence.shape)
        model = Factors.fit(csr_array(confidence), size=size, ridge=chosen.ridge, rounds=4, seed=chosen.seed)
        return cls(name, model, plays.shape[0])

    def scores(self) -> Matrix:
        """Scores of all pairs, fans × artists."""
        return self.model.scores(self.fans)

    def explain(self, fan: int, artist: int) -> dict[Fact, float]:
        """A share for each liked artist."""
        return {Fact(self.name, "artist", row): part for row, part in self.model.explain(fan, artist).items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """Mean and spread of one model's scores over each fan's row and each artist's column."""

    fan: tuple[Matrix, Matrix]
    artist: tuple[Matrix, Matrix]

    @classmethod
    def of(cls, scores: Matrix) -> Standing:
        """Measure both sides of fans × artists."""
        fan, artist = (
            (scores.mean(axis=axis, dtype=np.float64), scores.std(axis=axis, dtype=np.float64) + LEAST_SPREAD)
            for axis in (1, 0)
        )
        return cls(
            (fan[0].astype(np.float32), fan[1].astype(np.float32)),
            (artist[0].astype(np.float32), artist[1].astype(np.float32)),
        )


@dataclass(frozen=True, slots=True)
class FanFusion:
    """score(f, a) = Σ_m w_m (z of model m over the fan's artists + exposure · z over the artist's fans).

    The second term asks whether the fan stands out among all whom the artist could reach: it takes the artist's general
    level off, so a larger ``exposure`` shows less known artists. Both z are straight lines in the model's score, so the
    shares of a model stay exact shares of the whole; the means are the ``level`` of the scale.
    """

    models: Mapping[str, Model]
    alone: Mapping[str, Matrix]
    standings: Mapping[str, Standing]
    fan_side: Matrix = field(repr=False)
    artist_side: Matrix = field(repr=False)

    @classmethod
    def fit(
        cls,
        plays: csr_array,
        tags: csr_array,
        words: csr_array,
        lists: csr_array,
        without: frozenset[str] = frozenset(),
    ) -> FanFusion:
        """Fit on fans, tags, words of tags and lists × artists.

        ``without`` names models of ``WEIGHTS`` to leave out.

        Raises:
            QueryError: no model is left.
        """
        fits: dict[str, Callable[[], Model]] = {
            "item-side": lambda: ItemSide.fit(plays, tags),
            "fan-side": lambda: FanSide.fit(plays, tags),
            "factors": lambda: FactorSide.fit("factors", plays, tags, lists),
            "word-factors": lambda: FactorSide.fit("word-factors", plays, words, lists),
            "firm-factors": lambda: FactorSide.fit("firm-factors", plays, tags, lists),
        }
        used = [name for name in WEIGHTS if name not in without]
        if not used:
            raise QueryError(f"without {', '.join(sorted(without))}", "leaves no model", "Keep one of them")
        models: dict[str, Model] = {name: fits[name]() for name in used}
        alone = {name: model.scores() for name, model in models.items()}
        standings = {name: Standing.of(scores) for name, scores in alone.items()}
        fan_side, artist_side = np.zeros(plays.shape, np.float32), np.zeros(plays.shape, np.float32)
        for name, scores in alone.items():
            (mean, spread), (level, width) = standings[name].fan, standings[name].artist
            fan_side += (scores - mean[:, None]) * (np.float32(WEIGHTS[name]) / spread[:, None])
            artist_side += (scores - level) * (np.float32(WEIGHTS[name]) / width)
        return cls(models, alone, standings, fan_side, artist_side)

    def scores(self, exposure: float = EXPOSURE) -> Matrix:
        """Fused scores, fans × artists; ``exposure`` ≥ 0 is the weight of the artist's side."""
        return np.asarray(self.fan_side + np.float32(exposure) * self.artist_side)

    def explain(self, fan: int, artist: int, exposure: float = EXPOSURE) -> dict[Fact, float]:
        """Shares that add up to the fused score of the pair."""
        shares: dict[Fact, float] = {}
        for name, model in self.models.items():
            (mean, spread), (level, width) = self.standings[name].fan, self.standings[name].artist
            slope = WEIGHTS[name] * (1.0 / float(spread[fan]) + exposure / float(width[artist]))
            for fact, part in model.explain(fan, artist).items():
                shares[fact] = slope * part
            shares[Fact(name, "level")] = -WEIGHTS[name] * (
                float(mean[fan]) / float(spread[fan]) + exposure * float(level[artist]) / float(width[artist])
            )
        return shares
