"""What binds before any ranking: vetoes, exclusivity, rivals, and pairs of which too little is known."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from kyokan.graph.languages import spoken
from kyokan.graph.model import EntityKind, Relation, RelationKind
from kyokan.matching.ranking.model import Query, Sentence, Standing
from kyokan.matching.signals import MIN_CELL, Context, Side, Subject
from kyokan.matching.signals.facts import words
from kyokan.matching.signals.rivalry import rivals
from kyokan.matching.signals.view import Flags, Rows

FEW_TAGS = 3
VETOABLE = (EntityKind.CATEGORY, EntityKind.BRAND, EntityKind.PRODUCT, EntityKind.ARTIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why a pair cannot be proposed."""

    standing: Standing
    reason: Sentence
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is planned: when, where and in which medium; empty means anywhere, any medium."""

    since: str
    until: str
    places: tuple[str, ...]
    media: tuple[str, ...]

    @classmethod
    def of(cls, query: Query, as_of: str) -> Plan:
        """The plan a query states; without dates it begins at ``as_of`` and is open."""
        return cls(since=query.since or as_of, until=query.until, places=query.places, media=query.media)


Binds = Callable[[Context, int | None, Rows, Plan], Mapping[int, Decision]]
"""What binds from outside the graph: candidates that may not be proposed, by row, to a subject (its row) and a plan."""


def decisions(context: Context, subject: Subject, candidates: Rows, plan: Plan) -> dict[int, Decision]:
    """Candidates that cannot be proposed, by row; a veto or exclusivity outweighs rivalry, rivalry too little known."""
    found: dict[int, Decision] = {}
    for row in candidates[too_little_known(context, candidates)].tolist():
        found[row] = Decision(standing=Standing.TOO_LITTLE_KNOWN, reason=TOO_LITTLE)
    if subject.row is None:
        return found
    for row in candidates[rivals(context, subject, candidates)].tolist():
        found[row] = Decision(standing=Standing.RIVAL, reason=RIVAL)
    found |= dict(_exclusive(context, subject.row, candidates, plan))
    return found | dict(_vetoed(context, subject.row, candidates))


TOO_LITTLE = Sentence(
    ja="まだ判断できません。紹介文を 1 本足すと、点を出せる見込みです。",
    en="Not enough is known. One more text would likely do.",
)
NOBODY = Sentence(
    ja="条件に合う候補がありません。絞り込みを一つ外してください。", en="Nobody passes the filters. Take one away."
)
UNREAD = Sentence(
    ja="文章の一部の読み取りが使えないため、残りの手がかりで答えました。",
    en="Part of the reading of texts is switched off; the rest answered.",
)
RIVAL = Sentence(ja="競い合い。近いほど代わりになります。", en="Rival. Near, but a substitute.")


def too_little_known(context: Context, rows: Rows) -> Flags:
    """(C,) fewer than ``known_kansei`` attributes and no text, no audience, no tie-up and hardly a tag."""
    if context not in _little_known:
        _little_known[context] = _hardly_known(context)
    return _little_known[context][rows]


_little_known: WeakKeyDictionary[Context, Flags] = WeakKeyDictionary()


def _hardly_known(context: Context) -> Flags:
    tags = np.diff(context.view.matrix(RelationKind.TAGGED).indptr)
    tied = np.zeros(len(context.sides), dtype=np.bool_)
    tied[context.tie_ups.artists] = tied[context.tie_ups.things] = True
    overlaps = np.diff(context.audiences.overlaps.indptr) > 0
    known = context.profiles.counts >= context.settings.known_kansei
    known |= context.texts.known | tied | overlaps | (tags >= FEW_TAGS) | (context.audiences.fans >= MIN_CELL)
    return np.asarray(~known)


def _vetoed(context: Context, subject: int, candidates: Rows) -> Iterator[tuple[int, Decision]]:
    """Pairs that either side's own rules refuse: an id, a category or a kansei that the other evokes."""
    vetoes = context.facts.vetoes
    for refused in vetoes.get(subject, ()):
        for row in candidates[_meets(context, candidates, refused)].tolist():
            yield row, _veto(context, subject, refused)
    asking = np.array([subject], dtype=np.int64)
    for row in candidates[np.isin(candidates, list(vetoes))].tolist():
        for refused in vetoes[row]:
            if _meets(context, asking, refused)[0]:
                yield row, _veto(context, row, refused)


def _meets(context: Context, rows: Rows, refused: str) -> Flags:
    """(R,) whether each row is, is in, or evokes what is refused; a word without a kind may name any of these."""
    if refused.startswith("kansei:"):
        column = context.profiles.column(refused)
        columns = np.array([column] if column >= 0 else [], dtype=np.int64)
        return np.asarray(context.profiles.cells.add_up(rows, columns, lambda strengths, _: strengths) > 0)
    names = [refused] if ":" in refused else [f"{kind}:{refused}" for kind in VETOABLE]
    known = [row for row in map(context.find, names) if row >= 0]
    return np.asarray(np.isin(rows, known) | (context.categories[rows][:, known].sum(axis=1) > 0))


def _veto(context: Context, row: int, refused: str) -> Decision:
    names = {lang: context.label(row, lang) for lang in ("ja", "en")}
    what = {lang: _named(context, refused, lang) for lang in ("ja", "en")}
    reason = Sentence(
        ja=f"{names['ja']}のルールで{what['ja']}とは組めません。", en=f"{names['en']} does not work with {what['en']}."
    )
    return Decision(standing=Standing.BLOCKED, reason=reason)


def _exclusive(context: Context, subject: int, candidates: Rows, plan: Plan) -> Iterator[tuple[int, Decision]]:
    """Pairs that an exclusive tie-up of the artist (or its group) with another house forbids."""
    for relation in context.tie_ups.relations:
        if relation.attributes.get("exclusive") is not True or not _in_force(relation, plan):
            continue
        artist, thing = context.view.row(relation.source), context.view.row(relation.target)
        things = candidates[_covered(context, relation, thing, candidates)]
        if _bound(context, subject, artist):
            barred = [row for row in things.tolist() if not same_house(context, thing, row)]
        elif _covered(context, relation, thing, np.array([subject]))[0] and not same_house(context, thing, subject):
            barred = [row for row in candidates.tolist() if _bound(context, row, artist)]
        else:
            continue
        for row in barred:
            yield row, _blocked(context, relation, thing)


def _bound(context: Context, row: int, artist: int) -> bool:
    return bool(context.sides[row] == context.sides[artist]) and context.facts.same_group(row, artist)


def _in_force(relation: Relation, plan: Plan) -> bool:
    """Whether the tie-up's term, territory and medium meet the plan's; what is not stated meets everything."""
    if not meets_dates(relation.since, relation.until or str(relation.attributes.get("until") or ""), plan):
        return False
    for stated, planned in (("territory", plan.places), ("media", plan.media)):
        bound = {_slug(word) for word in _stated(relation, stated)}
        if bound and planned and not bound & {_slug(word) for word in planned}:
            return False
    return True


def meets_dates(since: str, until: str, plan: Plan) -> bool:
    """Whether a term (ISO dates, months or years; empty where open) and the plan's have a day in common."""
    starts, ends = first_day(since), last_day(until)
    return not (
        (ends and plan.since and ends < first_day(plan.since))
        or (starts and plan.until and starts > last_day(plan.until))
    )


def _stated(relation: Relation, name: str) -> tuple[str, ...]:
    singular = {"media": "medium"}.get(name, name)
    return words(relation.attributes.get(name)) or words(relation.attributes.get(singular))


def _covered(context: Context, relation: Relation, partner: int, rows: Rows) -> Flags:
    """(R,) whether each row is a thing of a category that the exclusivity covers; of any where none is known."""
    things = np.asarray(context.sides[rows] == Side.THINGS)
    stated = words(relation.attributes.get("category"))
    covered = [context.find(word if ":" in word else f"category:{word}") for word in stated]
    covered = covered or context.categories_of(partner).tolist()
    if not covered:
        return things
    known = [row for row in covered if row >= 0]
    return np.asarray(things & (context.categories[rows][:, known].sum(axis=1) > 0))


def same_house(context: Context, one: int, other: int) -> bool:
    """Whether two things belong to one brand or one group."""
    maker = context.profiles.brand_of
    houses = [int(maker[row]) if maker[row] >= 0 else row for row in (one, other)]
    return context.facts.same_group(houses[0], houses[1])


def _blocked(context: Context, relation: Relation, partner: int) -> Decision:
    """Until when, with whom, and the clause: category × territory × medium."""
    until = relation.until or str(relation.attributes.get("until") or "")
    categories = words(relation.attributes.get("category"))
    categories = categories or tuple(context.id(int(row)) for row in context.categories_of(partner))
    scope = (*categories, *_stated(relation, "territory"), *_stated(relation, "media"))
    clause = {lang: " × ".join(_named(context, word, lang) for word in scope) for lang in ("ja", "en")}
    names = {lang: context.label(partner, lang) for lang in ("ja", "en")}
    when = Sentence(
        ja=f"{until} まで不可。" if until else "不可。", en=f"Blocked until {until}." if until else "Blocked."
    )
    what = Sentence(ja=f"：{clause['ja']}" if scope else "", en=f": {clause['en']}" if scope else "")
    ja = f"{when.ja}{names['ja']}との独占{what.ja}。"
    en = f"{when.en} Exclusive with {names['en']}{what.en}."
    return Decision(standing=Standing.BLOCKED, reason=Sentence(ja=ja, en=en), until=until or None)


def _named(context: Context, word: str, lang: str) -> str:
    """The label of an id, or of the category or place of that slug; else the word itself, in that language."""
    for entity_id in (word, f"category:{word}", f"place:{word}"):
        if ":" in entity_id and (row := context.find(entity_id)) >= 0:
            return context.label(row, lang)
    return spoken(word, lang)


def _slug(word: str) -> str:
    return word.rpartition(":")[2].strip().casefold()


def first_day(date: str) -> str:
    """The first day of an ISO date, month or year."""
    return f"{date}-01-01" if len(date) == len("2027") else f"{date}-01" if len(date) == len("2027-06") else date


def last_day(date: str) -> str:
    """The last day of an ISO date, month or year."""
    if len(date) == len("2027-06"):
        return f"{date}-{monthrange(int(date[:4]), int(date[5:]))[1]}"
    return f"{date}-12-31" if len(date) == len("2027") else date
