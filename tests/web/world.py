"""A small real world for the web tests: a SQLite store, its snapshot and the matcher, over entities made by hand."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import Entity, EntityKind, KanseiValue, Provenance, Relation, RelationKind, Rights, Span
from kyokan.graph.snapshot import SnapshotDirectory
from kyokan.graph.stores import open_store
from kyokan.matching.ranking import Matcher
from kyokan.platform.accounts.passwords import Passwords
from kyokan.platform.accounts.service import Accounts
from kyokan.platform.approvals import ApprovalGate, Approvals
from kyokan.platform.attachments import Attachments
from kyokan.platform.audit import Denials
from kyokan.platform.clock import Clock, clock_in
from kyokan.platform.database import Database
from kyokan.platform.deals import Deals
from kyokan.platform.deals.notices import Notices
from kyokan.platform.deals.talk import Talk
from kyokan.platform.desk import Batches, Searches, Shortlists
from kyokan.platform.desk.atlas import draw_up
from kyokan.platform.desk.rankings import rank
from kyokan.platform.jobs import JobService
from kyokan.platform.jobs.room import JobRoom
from kyokan.platform.mail import Outbox
from kyokan.platform.mail.news import News
from kyokan.platform.pipeline import Pipeline
from kyokan.platform.pipeline.reminders import Reminders
from kyokan.platform.proposals import Manuscripts
from kyokan.platform.rules import Calendar, Rules
from kyokan.platform.rules.gate import RuleGate
from kyokan.platform.rules.inbox import under_floor
from kyokan.platform.shares import Shares

TOKYO = clock_in(ZoneInfo("Asia/Tokyo"))
OURS = Provenance(source="見本", licence="Apache-2.0", rights=Rights.SHARE)
PRESS = Provenance(source="press", address="https://www.example.com/news/1", rights=Rights.SHARE)
MADE = Provenance(source="synthetic fans", synthetic=True)

# id, Japanese name, English name, aliases, category, strengths by sector id (clockwise, a few each)
PEOPLE = (
    ("akari", "凪原 灯", "Akari Nagihara", ("なぎはら あかり",), "夜明け前の浜で録った息の近い声。派手さはない。", 12),
    ("takeuchi", "竹内まりや", "Mariya Takeuchi", (), "都会の夜に似合う、洗練された歌声。", 21),
    ("shakai", "緑黄色社会", "Ryokuoushoku Shakai", (), "華やかで躍動する四人組のバンド。", 1),
    ("hara", "原 由子", "Yuko Hara", (), "温かい声で、懐かしい景色を歌う。", 7),
    ("yano", "矢野顕子", "Akiko Yano", (), "遊び心のあるピアノと、自由な歌。", 3),
    ("imawano", "忌野清志郎+坂本龍一", "Kiyoshiro Imawano + Ryuichi Sakamoto", (), "挑む二人の一曲。", 23),
    ("ac/dc", "", "AC/DC", ("エーシー・ディーシー",), "", 2),
    ("yakan", "白夜郵便", "Byakuya Yubin", (), "静かな余白を大切にするバンド。", 13),
)
THINGS = (
    (
        "xc",
        "クロスシー",
        "Citizen xC",
        ("シチズン クロスシー",),
        "watch",
        "節度のある輝きと、肌になじむ軽さ。静かに毎日を支える。",
        21,
    ),
    ("koyomido", "暦堂", "Koyomido", (), "watch", "端正な文字盤をつくる時計店。", 15),
    ("yukiakari", "雪灯", "Yukiakari", (), "beauty", "やわらかく、静かな肌の手入れ。", 12),
    ("みなも", "みなも", "Minamo", (), "beverage", "自然の水の、軽やかな飲みもの。", 10),
)
SECTORS_KNOWN = 18


def _values(dictionary, centre, text="", lang="ja"):
    """Strong around one sector, weaker with distance, unknown on the far side; the first span is the text's start."""
    values = []
    for step in range(-SECTORS_KNOWN // 2, SECTORS_KNOWN // 2 + 1):
        sector = dictionary.sectors[(centre + step) % 24]
        intensity = round(max(0.06, 0.92 - 0.085 * abs(step) + 0.11 * ((centre * 7 + step * 5) % 3 - 1)), 2)
        phrase, sentence = (
            Span(lang=lang, start=0, end=4, text=text[:4]),
            Span(lang=lang, start=0, end=20, text=text[:20]),
        )
        spans = (phrase,) if text and step == 0 else (sentence,) if len(text) > 20 and step == 1 else ()
        values.append(KanseiValue(attribute=sector.id, intensity=min(1.0, intensity), confidence=0.8, spans=spans))
    return tuple(values)


class World:
    """Keeps the promises of ``kyokan.web.ports.Services`` with the real parts, without an encoder."""

    def __init__(self, folder: Path, clock: Clock = TOKYO) -> None:
        self.clock = clock
        self.dictionary = load_dictionary()
        self.folder = folder
        self.profiles: dict[str, tuple[KanseiValue, ...]] = {}
        self.store = open_store(f"sqlite:///{folder / 'world.db'}")
        self._fill()

    demo = True

    def _fill(self) -> None:
        entities = list(self.dictionary.to_entities())
        relations: list[Relation] = []
        for slug, name_en in (
            ("watch", "Watches"),
            ("beauty", "Beauty"),
            ("beverage", "Drinks"),
            ("singer", "Singers"),
        ):
            entities.append(
                Entity(
                    id=f"category:{slug}",
                    kind=EntityKind.CATEGORY,
                    name=name_en,
                    name_ja={"watch": "腕時計"}.get(slug, ""),
                    name_en=name_en,
                    provenance=(OURS,),
                )
            )
        for slug, ja, en, aliases, text, centre in PEOPLE:
            values = _values(self.dictionary, centre, text) if text else ()
            self._add(entities, relations, EntityKind.ARTIST, slug, ja, en, aliases, text, values)
        for slug, ja, en, aliases, category, text, centre in THINGS:
            values = _values(self.dictionary, centre, text)
            self._add(entities, relations, EntityKind.BRAND, slug, ja, en, aliases, text, values)
            relations.append(edge(RelationKind.IN_CATEGORY, f"brand:{slug}", f"category:{category}"))
        few = _values(self.dictionary, 4)[:3]
        self._add(entities, relations, EntityKind.ARTIST, "minato", "ミナト・クワイア", "Minato Choir", (), "", few)
        quiet = _values(self.dictionary, 11)
        self._add(entities, relations, EntityKind.PRODUCT, "xc-01", "xC 見本 01", "xC Sample 01", (), "", quiet)
        relations += [
            edge(RelationKind.MADE_BY, "product:xc-01", "brand:xc"),
            edge(RelationKind.IN_CATEGORY, "product:xc-01", "category:watch"),
            edge(
                RelationKind.TIED_UP,
                "artist:hara",
                "brand:koyomido",
                provenance=PRESS,
                since="2019",
                medium="アンバサダー",
            ),
            edge(
                RelationKind.TIED_UP,
                "artist:yakan",
                "brand:koyomido",
                provenance=PRESS,
                since="2026-07-01",
                until="2027-06-30",
                exclusive=True,
                medium="TV",
            ),
        ]
        for number in range(24):
            fan = f"fan:s{number}"
            entities.append(Entity(id=fan, kind=EntityKind.FAN, name=f"s{number}", provenance=(MADE,)))
            liked = ["artist:akari", "brand:xc"] if number < 9 else ["artist:hara", "brand:みなも"]
            if number % 6 == 0:
                liked.append("artist:takeuchi")
            relations += [edge(RelationKind.LIKES, fan, one, provenance=MADE) for one in liked]
        self.store.write(entities, relations)

    def _add(self, entities, relations, kind, slug, ja, en, aliases, text, values):
        entity_id = f"{kind.value}:{slug}"
        entities.append(
            Entity(
                id=entity_id,
                kind=kind,
                name=ja or en,
                name_ja=ja,
                name_en=en,
                aliases=aliases,
                text_ja=text,
                provenance=(OURS,),
            )
        )
        self.profiles[entity_id] = values
        relations += [
            edge(RelationKind.EVOKES, entity_id, f"kansei:{value.attribute}", weight=value.intensity)
            for value in values
        ]

    @cached_property
    def database(self):
        return Database(self.folder / "workroom.db")

    @cached_property
    def accounts(self):
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        return Accounts(self.database, passwords=Passwords(quick))

    @cached_property
    def denials(self):
        return Denials(self.database, self.clock)

    @cached_property
    def deals(self):
        admission = RuleGate(self.rules, self._matcher.context)
        return Deals(self.database, self.clock, gates=(ApprovalGate(),), admission=admission)

    dictionary_fault = ""
    weights_aside = ""

    @cached_property
    def notices(self):
        return Notices(self.database, under_floor)

    @cached_property
    def approvals(self):
        return Approvals(self.database, self.clock)

    @cached_property
    def talk(self):
        return Talk(self.database, self.clock)

    @cached_property
    def rules(self):
        return Rules(self.database, lambda: self.dictionary, self.clock)

    @cached_property
    def calendar(self):
        return Calendar(self.deals, self.rules, self._matcher.context)

    def bound(self, actor):
        return self._matcher.bound_by(self.rules.binding(actor))

    post = None
    issuer = None

    @cached_property
    def outbox(self):
        return Outbox(self.database)

    @cached_property
    def news(self):
        return News(self.database, self.outbox, "http://localhost", self.clock, under_floor)

    @cached_property
    def shortlists(self):
        return Shortlists(self.database, self.clock)

    @cached_property
    def manuscripts(self):
        return Manuscripts(self.database, self.clock, gates=(ApprovalGate(),))

    @cached_property
    def attachments(self):
        return Attachments(self.database, self.clock, gates=(ApprovalGate(),))

    @cached_property
    def pipeline(self):
        return Pipeline(self.database, self.deals, self.clock)

    @cached_property
    def shares(self):
        rooms = (self.database, self.deals, self.manuscripts, self.accounts)
        return Shares(*rooms, clock=self.clock, gates=(ApprovalGate(),))

    @cached_property
    def reminders(self):
        return Reminders(self.database, self.clock)

    @cached_property
    def job_file(self):
        return JobService(self.folder / "jobs.db", lambda _job_id: None)

    @cached_property
    def jobs(self):
        return JobRoom(self.job_file, self.database, self.clock)

    @cached_property
    def batches(self):
        return Batches(self.database, self.accounts.acting)

    @cached_property
    def searches(self):
        return Searches(self.database, self.clock)

    @cached_property
    def _snapshot(self):
        return SnapshotDirectory(self.folder / "snapshots").current(self.store, dictionary=self.dictionary)

    @cached_property
    def _matcher(self):
        return Matcher(self._snapshot, dictionary=self.dictionary, read=self.read)

    def snapshot(self):
        return self._snapshot

    def find(self, text, kinds=(), limit=10):
        return self._snapshot.find(text, kinds=kinds, limit=limit)

    def profile(self, entity_id, known=None):
        return self.profiles.get(entity_id, ())

    def read(self, text):
        """Sectors whose own name stands in the brief."""
        return tuple(
            KanseiValue(attribute=sector.id, intensity=0.8, confidence=0.7)
            for sector in self.dictionary.sectors
            if sector.ja in text or sector.en.casefold() in text.casefold()
        )

    def propose(self, query, *, actor):
        return self.bound(actor).propose(query)

    def explain(self, first, second, query=None, *, actor):
        return self.bound(actor).explain(first, second, query)

    def look(self, query, ids, *, actor):
        return self.bound(actor).look(query, ids)

    def atlas(self):
        return draw_up(self._snapshot, self.dictionary)

    def ranking(self, query, also=(), *, actor):
        return rank(self.bound(actor), query, also)

    def places(self, query, ids=(), *, actor):
        return self.bound(actor).places(query, ids)

    def close(self):
        if jobs := self.__dict__.get("job_file"):
            jobs.close()
        self.store.close()
        self.database.close()


def edge(kind, source, target, *, weight=1.0, since="", until="", provenance=OURS, exclusive=False, medium=""):
    return Relation(
        kind=kind,
        source=source,
        target=target,
        weight=weight,
        confidence=0.8,
        since=since,
        until=until,
        attributes={"exclusive": True, "medium": medium} if exclusive else {"medium": medium} if medium else {},
        provenance=provenance,
    )
