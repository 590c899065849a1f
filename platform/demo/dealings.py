"""The demo's proposals: one that both sides keep to, one that waits for an answer, one that waits for an approval."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.approvals.steps import Criterion
from kyokan.platform.deals import Step
from kyokan.platform.deals.talk import To
from kyokan.platform.proposals.service import SketchKind

if TYPE_CHECKING:
    from kyokan.matching.evidence import Statement
    from kyokan.platform.services import Services

SINGER, PIANIST, BAND = (f"artist:fictional-{name}" for name in ("akari-nagihara", "tamaki-shiomi", "amayadori-densha"))
WATCH, PAPER = "brand:fictional-sumitoki", "brand:fictional-yohakudo"
DAYS_TO_ANSWER = 30
TERMS: dict[str, Any] = {
    "category": "腕時計 / Watches",
    "territories": ["日本 / Japan"],
    "media": ["TV", "屋外 / Outdoor", "SNS"],
    "since": "2027-07-01",
    "until": "2028-06-30",
    "exclusive": True,
    "fee_low": 18_000_000,
    "fee_high": 18_000_000,
}
COUNTER = TERMS | {"media": ["TV", "SNS"], "fee_low": 21_000_000, "fee_high": 21_000_000}
AGREED = TERMS | {"media": ["TV", "店頭 / In store"], "fee_low": 12_000_000, "fee_high": 12_000_000}
PLANNED = TERMS | {
    "category": "文具 / Stationery",
    "media": ["店頭 / In store", "SNS"],
    "since": "2027-06-01",
    "until": "2027-08-31",
    "exclusive": False,
    "fee_low": 20_000_000,
    "fee_high": 24_000_000,
}
FLOOR = 16_000_000
NOTE = "費用の落としどころは 2,000万円。 / Expect to settle at ¥20M."
ASKED = "屋外を外されたのはなぜでしょうか。 / Why was outdoor left out?"
ANSWERED = (
    "夜道の歌です。看板に照らされると、夜道ではなくなります。 / "
    "They are songs for the road at night. Under a billboard it is no longer night."
)
APPROVAL = {
    "name": "2,000万円から / From ¥20M",
    "criterion": Criterion.FEE,
    "value": "20000000",
    "role": Role.PLANNER,
    "lock": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Who acts for the agency, the brand and the artist's side, and the id of a brand that knows of nothing yet."""

    planner: Actor
    brand: Actor
    manager: Actor
    stationer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """What one proposal is: whose, how it is called, what it says of its own, what comes next in how many days.

    ``name`` stays as it is, for the deal is found by it.
    """

    name: str
    artist: str
    brand: str
    headline: str
    own: Mapping[str, str]
    act: str
    days: int
    sketch: Mapping[str, str] | None = None

    @property
    def key(self) -> str:
        """Id of its deal."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:32]


RUNNING = Idea(
    name="the demo's running deal",
    artist=PIANIST,
    brand=WATCH,
    headline="拍は刻む。秒は刻まない。 / Keeping the beat, not the seconds.",
    own={
        "ja": "いちばん大きな音を弾かない人と、秒針を置かない時計。どちらも、引き算で覚えられる。",
        "en": "A pianist who leaves out the loudest note, a watch without a second hand: known by what is not there.",
    },
    act="店頭映像の試写 / Screen the film",
    days=10,
)
OFFERED = Idea(
    name="the demo's proposal",
    artist=SINGER,
    brand=WATCH,
    headline="針は二本。夜道は、それで足りる。 / Two hands are enough for the road at night.",
    own={
        "ja": "急がない歌と、急かさない文字板。夜更けの散歩に、どちらも荷物にならない。",
        "en": "Songs that do not hurry, a dial that hurries nobody: neither weighs anything on a late walk.",
    },
    act="澄時†に電話 / Call Sumitoki†",
    days=3,
    sketch={
        "kind": SketchKind.VISUAL,
        "title": "街灯のあいだ / Between two lamps",
        "text": "街灯と街灯のあいだ、いちばん暗いところに立つ人。見えるのは手首の二本の針だけ。 / "
        "Somebody stands between two street lamps, where it is darkest. All we see is two hands on a wrist.",
    },
)
DRAFTED = Idea(
    name="the demo's draft",
    artist=BAND,
    brand=PAPER,
    headline="雨がやむまで、あと一頁。 / One more page until the rain stops.",
    own={
        "ja": "雨宿りは、予定にない余白。そこで生まれた歌を、罫線のない帳面に書きとめる。",
        "en": "Waiting for the rain is a margin in the day; songs that began there go into a book without lines.",
    },
    act="承認後に送る / Send once approved",
    days=7,
)


def propose_all(services: Services, sides: Sides) -> None:
    """Make the proposals that are not there; one that is there stays as people have left it."""
    there = {deal["id"] for deal in services.deals.of(sides.planner)}
    for idea, make in ((RUNNING, _run), (OFFERED, _offer), (DRAFTED, _ask_approval)):
        if idea.key not in there:
            make(services, sides)


def _run(services: Services, sides: Sides) -> None:
    """Agreed two months ago and kept exclusive for a year."""
    deals, key = services.deals, RUNNING.key
    began = (services.clock().date() - timedelta(days=61)).replace(day=1)
    over = began.replace(year=began.year + 1) - timedelta(days=1)
    terms = AGREED | {"since": began.isoformat(), "until": over.isoformat()}
    _draft(services, sides, RUNNING, terms, sides.brand.organisation)
    for actor, step in ((sides.planner, Step.SEND), (sides.brand, Step.ACCEPT), (sides.manager, Step.ACCEPT)):
        deals.take(actor, key, deals.get(actor, key)["version"], step)
    deals.take(sides.planner, key, deals.get(sides.planner, key)["version"], Step.START)


def _offer(services: Services, sides: Sides) -> None:
    """Sent, countered by the artist's side, asked about by the brand, which has yet to answer."""
    deals, key = services.deals, OFFERED.key
    _draft(services, sides, OFFERED, TERMS, sides.brand.organisation)
    made = deals.change(sides.planner, key, deals.get(sides.planner, key)["version"], {"internal_note": NOTE})
    made = deals.take(sides.planner, key, made["version"], Step.SEND)
    made = deals.change(sides.manager, key, made["version"], {"fee_floor": FLOOR})
    deals.take(sides.manager, key, made["version"], Step.COUNTER, terms=COUNTER)
    for actor, text in ((sides.brand, ASKED), (sides.manager, ANSWERED)):
        said = hashlib.sha256(f"{key} {text}".encode()).hexdigest()[:32]
        services.talk.say(actor, key, said, {"to": To.ALL, "text": text})


def _ask_approval(services: Services, sides: Sides) -> None:
    """A draft that its agency has yet to agree to; its brand knows of nothing."""
    _draft(services, sides, DRAFTED, PLANNED, sides.stationer)
    steps, _, version = services.approvals.steps(sides.planner)
    if not steps and not version:
        services.approvals.arrange(sides.planner, version, [APPROVAL])
        services.approvals.ask(sides.planner, DRAFTED.key, services.deals.get(sides.planner, DRAFTED.key)["version"])


def _draft(services: Services, sides: Sides, idea: Idea, terms: Mapping[str, Any], brand_side: str) -> None:
    """A draft with its sentences, on the board of its planner."""
    planner, key = sides.planner, idea.key
    proposal = services.explain(idea.artist, idea.brand, actor=planner)
    match = next(iter((*proposal.matches, *proposal.set_aside)))
    fields = {
        "artist": idea.artist,
        "brand": idea.brand,
        "headline": idea.headline,
        "rationale": match.sentence.ja,
        "brand_side": brand_side,
        "artist_side": sides.manager.organisation,
        "expires": (services.clock().date() + timedelta(days=DAYS_TO_ANSWER)).isoformat(),
        "terms": terms,
    }
    made = services.deals.create(planner, fields, match.to_json(), proposal.snapshot, key=key)
    chosen = [{"key": one.key} for one in _chosen(services.manuscripts.offered(planner, key))]
    written = {"sentences": [*chosen, idea.own], "sketches": [idea.sketch] if idea.sketch else []}
    services.manuscripts.keep(planner, key, made["version"], written)
    next_on = services.clock().date() + timedelta(days=idea.days)
    services.pipeline.plan(planner, key, 0, {"owner": planner.person, "next_act": idea.act, "next_on": next_on})


def _chosen(offered: list[Statement]) -> list[Statement]:
    """The strongest sentence on what the two share: of nobody but them, and for both sides to read."""
    return [one for one in offered if one.benefit == "both" and one.signal == "resonance"][:1]
