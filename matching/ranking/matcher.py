"""The matcher: a question in, ranked matches with their evidence out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from kyokan.errors import QueryError
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.encoder import Encoder
from kyokan.matching.evidence.edited import EditedView, edited_context
from kyokan.matching.evidence.removal import Removal
from kyokan.matching.ranking.constraints import NOBODY, TOO_LITTLE, UNREAD, Binds, Decision, Plan, decisions
from kyokan.matching.ranking.counterfactuals import Rescore, counterfactuals
from kyokan.matching.ranking.fusion import FusionWeights, logistic
from kyokan.matching.ranking.matches import match_of
from kyokan.matching.ranking.model import (
    Counterfactual,
    Match,
    Place,
    Proposal,
    Query,
    Sentence,
    Standing,
    Status,
)
from kyokan.matching.ranking.places import Scored, Weighed, each, listed, ranking
from kyokan.matching.ranking.query import Reader, candidates_of, check, facets, subject_of
from kyokan.matching.signals import (
    ANSWERS,
    SIGNAL_RESTS_ON,
    Context,
    Signal,
    SignalSettings,
    SignalValues,
    Subject,
    precedent,
)
from kyokan.matching.signals.view import GraphView, Rows

SINGLE_PRECISION = 1e-6
POOL = 500  # candidates that confidence compares with
WHAT_IFS_KEPT = 4  # contexts with forgotten attributes kept for the next question


@dataclass(frozen=True, slots=True, kw_only=True)
class MatcherSettings:
    """How to match.

    ``as_of`` (ISO date) is when a tie-up without stated dates would begin; empty takes the latest date among the
    tie-ups, so that answers depend on the data alone. ``set_aside`` is how many of each standing are told.
    """

    signals: SignalSettings = field(default_factory=SignalSettings)
    weights: FusionWeights = field(default_factory=FusionWeights)
    as_of: str = ""
    set_aside: int = 5


class Matcher:
    """Answers questions over one snapshot; safe to share between threads.

    Args:
        snapshot: what is known.
        encoder: turns briefs and sentences into vectors; without it ``meaning`` is silent.
        settings: weights and constants.
        dictionary: names and opposites of attributes, where the graph's own nodes are not enough.
        read: reads the kansei of a written brief.
    """

    def __init__(
        self,
        snapshot: GraphView,
        encoder: Encoder | None = None,
        settings: MatcherSettings | None = None,
        *,
        dictionary: Dictionary | None = None,
        read: Reader | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.encoder = encoder
        self.settings = settings or MatcherSettings()
        self.dictionary = dictionary
        self._read = read
        self._binds: Binds = lambda *_: {}
        self._contexts: dict[frozenset[str], Context] = {}

    def context(self, without_attributes: frozenset[str] = frozenset()) -> Context:
        """What the signals read, as if some attributes did not exist."""
        found = self._contexts.get(without_attributes)
        if found is None:
            if len(self._contexts) >= WHAT_IFS_KEPT:
                for stale in [key for key in self._contexts if key]:  # in place: bound matchers share what is kept
                    self._contexts.pop(stale, None)
            found = self._contexts[without_attributes] = (
                edited_context(self.context(), Removal(), self.encoder, without_attributes)
                if without_attributes
                else Context(
                    self.snapshot, self.encoder, self.settings.signals, self.dictionary, self.settings.weights.pairs
                )
            )
        return found

    def propose(self, query: Query) -> Proposal:
        """Ranked matches for a question, diversified, each with its evidence; refusals with their reasons.

        Raises:
            QueryError: the question breaks a rule.
            UnknownEntityError: the entity asked for, or one to leave out, is not in the snapshot.
        """
        start = time.perf_counter()
        weighed = self.weigh(query)
        if weighed is None:
            return self._answer(query, start, Status.ABSTAINED, note=TOO_LITTLE)
        scored, refused = weighed
        left = facets(query, scored.subject, scored.context)
        if not len(scored.rows):
            return self._answer(query, start, Status.EMPTY, left=left, note=NOBODY)
        places, exposed = listed(query, scored, refused)
        matches = [
            match_of(self.settings.weights, scored, place, rank, exposure_slot=bool(exposed[rank - 1]))
            for rank, place in enumerate(places.tolist(), start=1)
        ]
        status, note = self._status(query, found=bool(matches))
        aside = self._set_aside(scored, refused)
        considered = len(scored.rows)
        return self._answer(
            query, start, status, matches=matches, set_aside=aside, considered=considered, left=left, note=note
        )

    def explain(self, first: str, second: str, query: Query | None = None) -> Proposal:
        """One pair looked at closely, whatever its standing, with counterfactuals.

        Args:
            first: id of who asks.
            second: id of the candidate.
            query: its wishes, brief, plan and what-if toggles; who asks in it and its filters are not used.

        Raises:
            QueryError: both are one.
            UnknownEntityError: either is not in the snapshot.
        """
        if first == second:
            raise QueryError(first, "cannot be its own partner", "Name two entities")
        start = time.perf_counter()
        kind = self.snapshot.entity(self.snapshot.row(second)).kind
        query = replace(query or Query(), entity=first, audience=(), kinds=(kind,), top=1)
        weighed = self.weigh(query, [second])
        if weighed is None:
            return self._answer(query, start, Status.ABSTAINED, note=TOO_LITTLE)
        scored, refused = weighed
        match = match_of(self.settings.weights, scored, 0, 1, decision=refused.get(int(scored.rows[0])))
        what_ifs = counterfactuals(match, scored.context.view, query, self._rescore(query, scored))
        return self._answer(query, start, Status.OK, matches=[match], considered=1, counterfactuals=tuple(what_ifs))

    def look(self, query: Query, ids: Sequence[str]) -> Proposal:
        """Some candidates of a question side by side, in the order given, whatever their standing; ranks say nothing.

        Raises:
            QueryError: the question breaks a rule.
            UnknownEntityError: the entity asked for, or one of ``ids``, is not in the snapshot.
        """
        start = time.perf_counter()
        weighed = self.weigh(query, ids)
        if weighed is None:
            return self._answer(query, start, Status.ABSTAINED, note=TOO_LITTLE)
        scored, refused = weighed
        matches = [
            match_of(self.settings.weights, scored, place, place + 1, decision=refused.get(row))
            for place, row in enumerate(scored.rows.tolist())
        ]
        return self._answer(query, start, Status.OK, matches=matches, considered=len(matches))

    def places(self, query: Query, ids: Sequence[str] = ()) -> tuple[Place, ...]:
        """Where those stand whom ``propose`` would list (or ``ids``, in that order), without the evidence.

        Raises:
            QueryError: the question breaks a rule.
            UnknownEntityError: the entity asked for, or one of ``ids``, is not in the snapshot.
        """
        weighed = self.weigh(query, ids)
        if weighed is None:
            return ()
        return each(weighed, self.settings.weights) if ids else ranking(query, weighed, self.settings.weights)

    def weigh(self, query: Query, ids: Sequence[str] = ()) -> Weighed | None:
        """All candidates of a question (or ``ids``) scored, and who of them cannot be proposed; no evidence is sought.

        Returns:
            None where too little is known of what is asked.

        Raises:
            QueryError: the question breaks a rule.
            UnknownEntityError: the entity asked for, or one of ``ids``, is not in the snapshot.
        """
        check(query, self.context())
        context = self.context(query.without_attributes)
        subject = subject_of(query, context, self._read)
        rows = np.array([context.view.row(one) for one in ids], dtype=np.int64)
        if not self._known(context, subject):
            return None
        everybody = candidates_of(query, subject, context)
        if ids:
            pool = self._score(query, context, subject, everybody[_evenly(len(everybody))]).likely
            scored = replace(self._score(query, context, subject, rows), pool=pool)
        else:
            scored = self._score(query, context, subject, everybody)
        plan = Plan.of(query, self._as_of(context))
        closed = self._binds(self.context(), subject.row, scored.rows, plan)  # whatever a what-if forgets
        return scored, decisions(context, subject, scored.rows, plan) | dict(closed)

    def score(self, query: Query, rows: Rows | None = None) -> Scored:
        """Values and contributions for all candidates of a question (or for ``rows``), nobody set aside."""
        check(query, self.context())
        context = self.context(query.without_attributes)
        subject = subject_of(query, context, self._read)
        return self._score(query, context, subject, candidates_of(query, subject, context) if rows is None else rows)

    def without(self, removal: Removal) -> Matcher:
        """A matcher over the same snapshot without some facts; everything but the weights is derived anew."""
        view = EditedView(self.snapshot, removal, encoder=self.encoder)
        matcher = Matcher(view, self.encoder, self.settings, dictionary=self.dictionary, read=self._read)
        matcher._contexts[frozenset()] = edited_context(self.context(), removal, self.encoder)  # one of us
        return matcher

    def bound_by(self, binds: Binds) -> Matcher:
        """This matcher where ``binds`` closes pairs besides those that the graph closes; what was derived is shared."""
        bound = Matcher(self.snapshot, self.encoder, self.settings, dictionary=self.dictionary, read=self._read)
        bound._contexts, bound._binds = self._contexts, binds  # one of us
        return bound

    def with_weights(self, weights: FusionWeights) -> Matcher:
        """A matcher over the same snapshot with other weights; what was derived is taken over."""
        settings = replace(self.settings, weights=weights)
        matcher = Matcher(self.snapshot, self.encoder, settings, dictionary=self.dictionary, read=self._read)
        matcher._contexts[frozenset()] = self.context().over(self.snapshot, frozenset(), weights.pairs)  # one of us
        return matcher

    # ----------------------------------------------------------------------------------------------------------

    def _rescore(self, query: Query, pair: Scored) -> Rescore:
        """The score of a pair without facts, derived anew, or without signals, which are terms of its sum.

        A brief is part of the question, no fact: it is read once and says the same whatever is taken away.
        """
        said = tuple(self._read(query.text)) if self._read and query.text else ()

        def rescore(removal: Removal, signals: frozenset[str]) -> float:
            scored = pair
            if removal:
                context = edited_context(pair.context, removal, self.encoder)
                left = {
                    signal: answer
                    for signal, answer in zip(ANSWERS, pair.answers, strict=True)
                    if not SIGNAL_RESTS_ON[signal.name] & removal.touched
                }
                subject = subject_of(query, context, lambda _: said)
                scored = self._score(query, context, subject, pair.rows, left)
            silent = [place for place, signal in enumerate(ANSWERS) if signal.name in signals]
            return float(logistic(scored.raw[0] - scored.contributions[silent, 0].sum()))

        return rescore

    def _score(
        self,
        query: Query,
        context: Context,
        subject: Subject,
        rows: Rows,
        known: Mapping[Signal, SignalValues] = MappingProxyType({}),
    ) -> Scored:
        """Everything but the evidence; answers that are ``known`` are not asked for again."""
        weights = self.settings.weights
        answers = [
            SignalValues.unknown(len(rows))
            if signal.name in query.without_signals
            else known[signal]
            if signal in known
            else signal.score(context, subject, rows)
            for signal in ANSWERS
        ]
        contributions = np.array(
            [weights.contribution(signal.name, answer.values) for signal, answer in zip(ANSWERS, answers, strict=True)]
        )
        raw = weights.base + contributions.sum(axis=0)
        likely = raw
        if subject.habit < 1 and "precedent" not in query.without_signals:
            whole = precedent.score(context, subject, rows, habit=1.0).values
            place = [signal.name for signal in ANSWERS].index("precedent")
            likely = raw + weights.contribution("precedent", whole) - contributions[place]
        return Scored(context, subject, rows, raw, contributions, answers, likely, likely[_evenly(len(raw))])

    def _set_aside(self, scored: Scored, refused: dict[int, Decision]) -> list[Match]:
        """The best of each standing, blocked first."""
        places = np.flatnonzero(np.isin(scored.rows, np.array(sorted(refused), dtype=np.int64)))
        order = places[np.lexsort((scored.rows[places], -scored.raw[places]))]
        of_place = [(int(place), refused[int(scored.rows[place])]) for place in order]
        aside: list[Match] = []
        for standing in (Standing.BLOCKED, Standing.RIVAL, Standing.TOO_LITTLE_KNOWN):
            best = [(place, decision) for place, decision in of_place if decision.standing is standing]
            for place, decision in best[: self.settings.set_aside]:
                aside.append(match_of(self.settings.weights, scored, place, len(aside) + 1, decision=decision))
        return aside

    def _known(self, context: Context, subject: Subject) -> bool:
        """Whether anything is known from which to answer."""
        if subject.described or subject.vector is not None:
            return True
        rows = np.array(subject.liked if subject.row is None else (subject.row,), dtype=np.int64)
        tied = np.isin(rows, np.concatenate([context.tie_ups.artists, context.tie_ups.things]))
        return bool(np.any(tied | (context.walk_graph.root[rows] > 0) | (context.audience_sizes[rows] > 0)))

    def _as_of(self, context: Context) -> str:
        dates = [date for relation in context.tie_ups.relations for date in (relation.since,) if date]
        return self.settings.as_of or max(dates, default="")

    def _status(self, query: Query, *, found: bool) -> tuple[Status, Sentence | None]:
        if not found:
            return Status.EMPTY, NOBODY
        if query.text and (self._read is None or self.encoder is None):
            return Status.PARTIAL, UNREAD
        return Status.OK, None

    def _answer(
        self,
        query: Query,
        start: float,
        status: Status,
        *,
        matches: Sequence[Match] = (),
        set_aside: Sequence[Match] = (),
        considered: int = 0,
        left: Mapping[str, int] = MappingProxyType({}),
        counterfactuals: tuple[Counterfactual, ...] = (),
        note: Sentence | None = None,
    ) -> Proposal:
        entity = self.snapshot.entity(self.snapshot.row(query.entity)) if query.entity else None
        return Proposal(
            status=status,
            query=query,
            entity=entity,
            audience=tuple(self.snapshot.entity(self.snapshot.row(one)) for one in query.audience),
            snapshot=self.snapshot.hash,
            encoder=self.encoder.name if self.encoder else "none",
            dictionary=self.snapshot.dictionary,
            took_ms=(time.perf_counter() - start) * 1000,
            matches=tuple(matches),
            set_aside=tuple(set_aside),
            considered=considered,
            facets=left,
            counterfactuals=counterfactuals,
            note=note,
        )


def _evenly(count: int) -> Rows:
    """At most ``POOL`` of so many places, evenly spaced."""
    return np.unique(np.linspace(0, count - 1, min(count, POOL)).astype(np.int64))
