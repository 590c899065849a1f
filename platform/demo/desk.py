"""The demo's desk: a shortlist of made-up candidates with a note on each, and a saved search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyokan.graph.model import EntityKind
from kyokan.matching.ranking import Query
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.demo.dealings import BAND, PAPER, PIANIST, SINGER, WATCH
from kyokan.platform.desk.rights import readers_of
from kyokan.platform.desk.shortlists import Pick

if TYPE_CHECKING:
    from kyokan.platform.services import Services

LIST = "余白に書く人 / Who writes in the margin"
NOTES = {
    BAND: "雨の日に売れる帳面、という切り口。 / The angle: a notebook that sells on rainy days.",
    SINGER: "手紙の歌が三曲ある。澄時†の返事を待ってから。 / Three songs about letters. After Sumitoki† has answered.",
    PIANIST: "楽譜の余白に書きこむ人。澄時†と進行中、文具は空いている。 / "
    "Pencils notes into her scores. Running with Sumitoki†; stationery is free.",
}
SEARCH = "秒を数えない人 / People who do not count seconds"


def set_desk(services: Services, planner: Actor) -> None:
    """Keep the list and the search."""
    asked = Query(entity=PAPER, kinds=(EntityKind.ARTIST,))
    kept = services.shortlists.create(planner, LIST)
    for place in services.places(asked, tuple(NOTES), actor=planner):
        pick = Pick(entity=place.entity, question=asked, score=place.score, snapshot=services.snapshot().hash)
        services.shortlists.add(planner, kept.id, [pick], note=NOTES[place.entity])
    people = Query(entity=WATCH, kinds=(EntityKind.ARTIST,))
    services.searches.save(planner, SEARCH, people, services.ranking(people, actor=readers_of(planner.organisation)))
