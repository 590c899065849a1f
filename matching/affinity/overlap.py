"""Which communities will come to share members: by what is said of both, who listens to both, and whom both meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, hstack, vstack
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from kyokan.matching.affinity.factors import Factors

Matrix = NDArray[np.float64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
Feature = tuple[str, str, Matrix]  # signal, name, (N, N) values

SIGNALS = ("tags", "description", "co_listening", "co_tagging", "overlap_graph")
ATTRIBUTE_SIGNALS = frozenset({"tags", "description"})

# Chosen on hidden shares of earlier snapshots; figures are flat around them.
TAG_FACTORS, JOINT_FACTORS = 64, 100
FACTOR_SCALE = 16.0  # of the products of tag factors beside the standardised features, which ridge holds smaller
LISTENING_FACTORS = 128
TAG_SHARE, LIST_SHARE = 0.5, 0.2  # how much a tag or a list counts next to a listener in the listening factors
# Inverse strength of the ridge on the weights, for attributes and for the whole: graphs shift from year to year.
PENALTY, ENGINE_PENALTY = 0.005, 0.003
NEAR, FAR = 0.7, 0.5  # what neighbours and their neighbours lend to a community's own vector
WALK_ON = 0.85
ALIKE_TO_BOTH, ALIKE_TO_ONE = 8, 4  # powers of the cosine by which communities stand in for the ends of a pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Sayings:
    """What people do with artists, one row each.

    ``tagged`` counts the users who gave each tag; the others are above 0 where a fan listens (``heard``), a user gives
    any tag (``taggers``), or a list holds the artist (``listed``).
    """

    tagged: csr_array
    heard: csr_array
    taggers: csr_array
    listed: csr_array


@dataclass(frozen=True)
class Portraits:
    """What is known of N communities, one row each, without any pair of them; rows of zeros where nothing is.

    ``tags``, ``fans``, ``taggers`` and ``lists`` are unit rows, listeners as they are, the others as TF-IDF;
    ``tag_factors`` and ``factors`` unit rows of a spectral embedding of tags, and of tags and listeners together;
    ``listening_factors`` unit rows of the factors of listeners, tags and lists by alternating least squares; ``depth``
    (N, 2) the logarithms of how many taggings and listeners are known. ``compared`` marks the rows that a likeness is
    compared with.
    """

    tags: csr_array
    fans: csr_array
    taggers: csr_array
    lists: csr_array
    tag_factors: Matrix
    factors: Matrix
    listening_factors: Matrix
    depth: Matrix
    origin: NDArray[np.str_]
    compared: Flags

    @classmethod
    def of(cls, said: Sayings, rows: Rows, origin: Sequence[str], compared: Flags) -> Portraits:
        """Describe communities by artists.

        Args:
            said: what people do with artists.
            rows: (N,) the artist of each community, −1 where it has none.
            origin: (N,) home market of each community, empty where unknown.
            compared: (N,) rows that likeness is measured against.
        """
        listens = csr_array(said.heard > 0).astype(np.float64)
        weighted = said.tagged.log1p()
        by_tags = degree_normalised(weighted)
        joint = csr_array(hstack([by_tags, degree_normalised(listens)]))
        depth = np.log1p(np.column_stack([np.asarray(said.tagged.sum(axis=1)), np.asarray(listens.sum(axis=1))]))
        chosen = _picker(rows, said.tagged.shape[0])
        return cls(
            tags=normalize(chosen @ telling(weighted)),
            fans=normalize(chosen @ listens),
            taggers=normalize(chosen @ telling(csr_array(said.taggers > 0))),
            lists=normalize(chosen @ telling(csr_array(said.listed > 0))),
            tag_factors=normalize(chosen @ spectral(by_tags, TAG_FACTORS)),
            factors=normalize(chosen @ spectral(joint, JOINT_FACTORS)),
            listening_factors=normalize(chosen @ listening(listens, said.tagged, said.listed)),
            depth=chosen @ depth,
            origin=np.array(origin),
            compared=compared,
        )

    @cached_property
    def near_by_factors(self) -> Matrix:
        """(N, N) likeness by factors of tags and listeners."""
        return likeness(self.factors @ self.factors.T, self.compared)

    @cached_property
    def near_by_listening(self) -> Matrix:
        """(N, N) likeness by listening factors."""
        return likeness(self.listening_factors @ self.listening_factors.T, self.compared)

    def features(self) -> Iterator[Feature]:
        """Features that read no pair of communities."""
        described = (self.depth[:, 0] > 0).astype(np.float64)
        both = np.add.outer(described, described)
        volume, audience = self.depth.T
        known = self.origin != ""
        same = self.origin[:, None] == self.origin[None, :]
        yield "tags", "tag cosine", likeness((self.tags @ self.tags.T).toarray(), self.compared)
        yield "tags", "tag factors", likeness(self.tag_factors @ self.tag_factors.T, self.compared)
        yield "description", "neither is described", np.asarray(both == 0, dtype=np.float64)
        yield "description", "one is described", np.asarray(both == 1, dtype=np.float64)
        yield "description", "depth", np.add.outer(volume, volume)
        yield "description", "least depth", np.minimum.outer(volume, volume)
        yield "description", "difference of depth", np.abs(np.subtract.outer(volume, volume))
        yield "description", "same home market", (same & known[:, None]).astype(np.float64)
        yield "description", "other home market", (~same).astype(np.float64)
        yield "co_listening", "shared listeners", likeness((self.fans @ self.fans.T).toarray(), self.compared)
        yield "co_listening", "factors", self.near_by_factors
        yield "co_listening", "listening factors", self.near_by_listening
        yield "co_listening", "audience", np.add.outer(audience, audience)
        yield "co_listening", "difference of audience", np.abs(np.subtract.outer(audience, audience))
        for name, rows in (("shared taggers", self.taggers), ("shared lists", self.lists)):
            yield "co_tagging", name, likeness((rows @ rows.T).toarray(), self.compared)

    def graph_features(self, linked: csr_array) -> Iterator[Feature]:
        """Features of an overlap graph: ``linked`` (N, N), symmetric, 1 where two communities share members."""
        degree = np.asarray(linked.sum(axis=1), dtype=np.float64).ravel()
        share = csr_array(diags_array(1.0 / np.maximum(degree, 1.0)) @ linked)
        yield "overlap_graph", "resource allocation", (linked @ share).toarray()
        yield "overlap_graph", "walk", walk(linked, degree)
        for name, own, near in (
            ("factors", self.factors, self.near_by_factors),
            ("listening factors", self.listening_factors, self.near_by_listening),
        ):
            lent = lent_by_neighbours(own, share)
            yield "overlap_graph", f"{name} lent by neighbours", likeness(lent @ lent.T, self.compared)
            among = share @ near
            yield "overlap_graph", f"neighbours alike by {name}", among + among.T
        for name, value in self._precedents(linked, share):
            yield "overlap_graph", name, value
        level = np.log1p(degree)
        yield "overlap_graph", "degree", np.add.outer(level, level)
        yield "overlap_graph", "least degree", np.minimum.outer(level, level)

    def _precedents(self, linked: csr_array, share: csr_array) -> Iterator[tuple[str, Matrix]]:
        """Whether communities alike to the ends of a pair share members."""
        vectors = lent_by_neighbours(normalize(np.hstack([self.factors, self.listening_factors])), share)
        cosines = np.maximum(vectors @ vectors.T, 0.0)
        np.fill_diagonal(cosines, 1.0)
        yield "alike to both ends", linked_alike(cosines**ALIKE_TO_BOTH, linked, both=True)
        yield "alike to one end", linked_alike(cosines**ALIKE_TO_ONE, linked, both=False)

    def describe(self, pairs: Rows, linked: csr_array) -> Described:
        """Features of ``pairs`` (P, 2); matrices are made one at a time, only the pairs are kept."""
        signals, names, columns = [], [], []
        for source in (self.features(), self.graph_features(linked)):
            for signal, name, values in source:
                signals.append(signal)
                names.append(name)
                columns.append(values[pairs[:, 0], pairs[:, 1]])
        products = FACTOR_SCALE * self.tag_factors[pairs[:, 0]] * self.tag_factors[pairs[:, 1]]
        return Described(np.column_stack(columns), tuple(signals), tuple(names), products)


@dataclass(frozen=True)
class Described:
    """Features of P pairs: ``values`` (P, F) with signal and name, ``products`` (P, K) of the two tag factors."""

    values: Matrix
    signals: tuple[str, ...]
    names: tuple[str, ...]
    products: Matrix

    @classmethod
    def joined(cls, parts: Sequence[Described]) -> Described:
        """The pairs of several tables, one below the other."""
        first = parts[0]
        values, products = (np.vstack([getattr(part, name) for part in parts]) for name in ("values", "products"))
        return cls(values, first.signals, first.names, products)


@dataclass(frozen=True)
class OverlapModel:
    """Logistic regression over standardised features; what the signals contribute adds up to the log-odds.

    The products of tag factors let it learn which tags two communities must share: Σ_k w_k u_k v_k is a likeness with a
    learned diagonal metric. ``columns`` are the features in use; ``centre`` and ``spread`` those of the training pairs.
    """

    columns: Rows
    centre: Matrix
    spread: Matrix
    weights: Matrix
    product_weights: Matrix
    base: float

    @classmethod
    def fit(cls, described: Described, truth: Flags, signals: frozenset[str]) -> OverlapModel:
        """Learn to tell the pairs that came to share members, reading the features of ``signals`` alone."""
        columns = np.flatnonzero([signal in signals for signal in described.signals])
        values = described.values[:, columns]
        centre, spread = values.mean(axis=0), values.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        products = described.products if "tags" in signals else described.products[:, :0]
        table = np.hstack([(values - centre) / spread, products])
        penalty = PENALTY if signals <= ATTRIBUTE_SIGNALS else ENGINE_PENALTY
        model = LogisticRegression(C=penalty, max_iter=2000).fit(table, truth)
        weights = model.coef_.ravel()
        cut = len(columns)
        return cls(columns, centre, spread, weights[:cut], weights[cut:], float(model.intercept_[0]))

    def contributions(self, described: Described) -> Mapping[str, Matrix]:
        """Signal → (P,) its share of the log-odds; with ``base`` they add up to the score."""
        parts = (described.values[:, self.columns] - self.centre) / self.spread * self.weights
        shares = {"base": np.full(len(parts), self.base)}
        for column, values in zip(self.columns.tolist(), parts.T, strict=True):
            signal = described.signals[column]
            shares[signal] = shares.get(signal, 0.0) + values
        if len(self.product_weights):
            shares["tags"] = shares.get("tags", 0.0) + described.products @ self.product_weights
        return shares

    def scores(self, described: Described) -> Matrix:
        """(P,) log-odds."""
        return np.asarray(sum(self.contributions(described).values()))


def degree_normalised(links: csr_array) -> csr_array:
    """Entries divided by the roots of the sums of their row and column, plus 1 each: the many count less."""
    rows, columns = (np.asarray(links.sum(axis=axis)).ravel() for axis in (1, 0))
    return csr_array(diags_array((rows + 1.0) ** -0.5) @ links @ diags_array((columns + 1.0) ** -0.5))


def spectral(links: csr_array, factors: int) -> Matrix:
    """U √Σ of the truncated singular value decomposition, rows × factors, as many as there are dimensions."""
    reduction = TruncatedSVD(min(factors, min(links.shape) - 1), random_state=0).fit(links)
    return np.asarray(reduction.transform(links) / np.sqrt(np.maximum(reduction.singular_values_, 1e-9)))


def telling(counts: csr_array) -> csr_array:
    """Counts × inverse document frequency of the column: what few artists have tells more."""
    return csr_array(TfidfTransformer(norm=None).fit_transform(counts.astype(np.float64)))


def listening(listens: csr_array, tagged: csr_array, listed: csr_array) -> Matrix:
    """Item vectors of :class:`Factors`, artists × factors: listeners, tags and lists are the rows."""
    rows = [listens.T, TAG_SHARE * tagged.sqrt().T, LIST_SHARE * csr_array(listed > 0).astype(np.float64).T]
    confidence = csr_array(vstack(rows)) * 4.0
    size = min(LISTENING_FACTORS, *confidence.shape)
    vectors = Factors.fit(csr_array(confidence), size=size, ridge=3.5, rounds=4).items
    return np.asarray(vectors, dtype=np.float64)


def likeness(cosines: Matrix, compared: Flags) -> Matrix:
    """How far each cosine stands above those that its two ends have with the compared rows, in their spreads.

    (s_ab − mean_a) / spread_a + (s_ab − mean_b) / spread_b: what is near to everything is near to nothing in particular
    (a correction of hubness as in local scaling, Schnitzer, Flexer, Schedl & Widmer, JMLR 2012).
    """
    others = cosines[:, compared]
    centre, spread = others.mean(axis=1), others.std(axis=1)
    above = (cosines - centre[:, None]) / np.where(spread > 0, spread, 1.0)[:, None]
    return np.asarray(above + above.T)


def lent_by_neighbours(own: Matrix, share: csr_array) -> Matrix:
    """Unit rows of each community's own vector with what its neighbours and their neighbours lend to it."""
    once = share @ own
    return np.asarray(normalize(own + NEAR * once + FAR * (share @ once)))


def linked_alike(alike: Matrix, linked: csr_array, *, both: bool) -> Matrix:
    """(N, N) how often what is alike to the ends is linked, beyond what degrees make likely.

    With K the rows of ``alike`` (N, N) over what has a link, made to add up to 1, A the graph and d its degrees:
    log K A Kᵀ less log K d dᵀ Kᵀ / Σ d; where only one end is replaced, log (K A + A Kᵀ) less the same of the degrees.
    Every known pair (c, d) speaks with a share of its own, K_ac K_bd.
    """
    degree = np.asarray(linked.sum(axis=1), dtype=np.float64).ravel()
    near = normalize(alike * (degree > 0), norm="l1")
    met, reach, total = (linked @ near.T).T, near @ degree, max(float(degree.sum()), 1.0)
    if both:
        seen, usual, least = met @ near.T, np.outer(reach, reach) / total, 1e-5
    else:
        chance = np.outer(reach, degree) / total
        seen, usual, least = met + met.T, chance + chance.T, 1e-4
    return np.asarray(np.log(seen + least) - np.log(usual + least))


def walk(linked: csr_array, degree: Matrix) -> Matrix:
    """Logarithm of the walk with restart over the graph, symmetric in its ends: Σ_l 0.85^l (D^−½ A D^−½)^l."""
    scale = diags_array(np.maximum(degree, 1.0) ** -0.5)
    size = linked.shape[0]
    reached = np.linalg.inv(np.eye(size) - WALK_ON * (scale @ linked @ scale).toarray())
    np.fill_diagonal(reached, 0.0)
    return np.asarray(np.log(np.maximum(reached, 0.0) + 1e-6))


def _picker(rows: Rows, artists: int) -> csr_array:
    """(N, artists) with a 1 at the artist of each community that has one."""
    known = np.flatnonzero(rows >= 0)
    return csr_array((np.ones(len(known)), (known, rows[known])), shape=(len(rows), artists))
