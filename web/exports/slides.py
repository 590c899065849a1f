"""A proposal as slides that stay editable: one thought a slide, native bars and tables, fonts set for both scripts."""

from __future__ import annotations

from io import BytesIO

from kyokan.web import figures
from kyokan.web.exports.deck import Deck
from kyokan.web.exports.printing import png
from kyokan.web.exports.proposal import Paper, Step
from kyokan.web.exports.schedule import moments, running
from kyokan.web.fingerprint import overlay
from kyokan.web.marks import mark_of
from kyokan.web.wording import plain

OVERLAY_PX = 420.0
MOST_GROUNDS = 8  # a slide holds no more at a size that can be read from the back
INKS = {"artist": "artist", "brand": "brand", "both": "ink"}


def proposal(paper: Paper) -> bytes:
    """The pair, sketches, why, evidence, audience, terms, schedule."""
    deck = Deck(
        paper.lang,
        f"{paper.view.say('site.name')} · {paper.date} · {_say(paper, f'export.{paper.audience.value}')}",
        _say(paper, "site.demo") if paper.sample else "",
    )
    deck.properties(paper.headline, _say(paper, "export.proposal"))
    for slide in (_pair, _sketches, _why, _evidence, _audience, _terms, _own, _schedule):
        slide(deck, paper)
    if paper.sample:
        deck.note(_say(paper, "export.sample"))
    out = BytesIO()
    deck.save(out)
    return out.getvalue()


def _pair(deck: Deck, paper: Paper) -> None:
    drawn = overlay(*paper.profiles, OVERLAY_PX)
    deck.slide(paper.headline)
    deck.picture(png(drawn, OVERLAY_PX, OVERLAY_PX), (0.75, 2.0), 4.6, paper.in_words)
    deck.speak(paper.in_words)
    deck.text(paper.people.label(paper.lang), (6.0, 2.1), 6.6, size=26, serif=True, ink="artist")
    deck.text(plain(paper.view.kind(paper.people)), (6.0, 2.6), 6.6, size=12, ink="quiet")
    deck.text(paper.things.label(paper.lang), (6.0, 3.0), 6.6, size=26, serif=True, ink="brand")
    deck.text(plain(paper.view.kind(paper.things)), (6.0, 3.5), 6.6, size=12, ink="quiet")
    if paper.sentence or paper.rationale:
        deck.text(paper.sentence or paper.rationale, (6.0, 4.05), 6.6, size=18, high=1.5)
    for label, value in paper.scores[:1]:
        deck.text(f"{value:.2f}", (6.0, 5.6), 1.6, size=36)
        confidence = paper.seen.get("confidence")
        sure = f"\n{_say(paper, 'match.confidence')} {confidence:.2f}" if confidence is not None else ""
        deck.text(f"{label}{sure}", (7.5, 5.72), 5.0, size=12, ink="quiet")


def _sketches(deck: Deck, paper: Paper) -> None:
    for kind, title, text in paper.sketches:
        deck.slide(title or kind)
        deck.text(kind, (0.75, 1.9), 11.8, size=12, ink="quiet")
        deck.text(text, (0.75, 2.3), 11.8, size=20, serif=True, high=4.0)


def _why(deck: Deck, paper: Paper) -> None:
    title = _say(paper, "export.sum" if paper.scores else "deal.why")
    deck.slide(title)
    bars = [
        (f"{mark_of(step.signal).letter(paper.lang)}  {_signal(paper, step)}", step.adds, INKS[step.benefit])
        for step in paper.steps
    ]
    if paper.base is not None:
        bars.insert(0, (_say(paper, "why.base"), paper.base, "edge"))
    if bars:
        deck.bars(bars, (0.75, 1.75), (7.6, 4.7), title)
    dot = paper.dot
    lines = [(paper.view.say("why.brings", name=who.label(paper.lang)), dot.join(names)) for who, names in paper.brings]
    top = 1.9
    for (label, names), ink in zip(
        [(_say(paper, "export.both"), dot.join(paper.both)), *lines], ("ink", "artist", "brand"), strict=True
    ):
        deck.text(str(label), (8.9, top), 3.7, size=12, ink="quiet")
        deck.text(names or "—", (8.9, top + 0.3), 3.7, size=16, ink=ink, high=0.9)
        top += 1.35
    if paper.scores:
        raw, score = figures.plain(paper.raw), f"{paper.scores[0][1]:.2f}"
        deck.text(f"{_say(paper, 'why.total')} {raw} → {score}", (8.9, top), 3.7, size=16, bold=True)


def _evidence(deck: Deck, paper: Paper) -> None:
    deck.slide(_say(paper, "export.evidence"))
    strongest = sorted(
        ((ground, step) for step in paper.steps for ground in step.grounds if ground.weight > 0),
        key=lambda pair: -pair[0].weight,
    )[:MOST_GROUNDS]
    rows = [(_signal(paper, step), ground.note, figures.signed(ground.weight)) for ground, step in strongest]
    header = tuple(_say(paper, key) for key in ("why.signal", "export.evidence", "why.adds"))
    deck.table((header, *rows), (0.75, 1.75), (2.2, 8.4, 1.2))
    sources = [" ".join(filter(None, (one.name, one.licence, one.address))) for one in paper.sources]
    none = [] if paper.audience_grounds else [_say(paper, "export.fans_none")]
    deck.speak("\n".join([*none, _say(paper, "export.sources"), *sources]))
    if paper.withheld:
        deck.text(
            plain(paper.view.say("export.withheld", count=paper.withheld)), (0.75, 6.45), 11.0, size=11, ink="quiet"
        )


def _audience(deck: Deck, paper: Paper) -> None:
    if paper.audience_grounds:
        deck.slide(_say(paper, "export.fans"))
        header = (_say(paper, "export.content"), _say(paper, "why.adds"))
        rows = [(ground.note, figures.signed(ground.weight)) for ground in paper.audience_grounds[:MOST_GROUNDS]]
        deck.table((header, *rows), (0.75, 1.75), (10.6, 1.2))


def _terms(deck: Deck, paper: Paper) -> None:
    deck.slide(_say(paper, "deal.terms"))
    header = (_say(paper, "export.item"), _say(paper, "export.content"))
    deck.table((header, *paper.lines), (0.75, 1.75), (3.4, 8.4))


def _own(deck: Deck, paper: Paper) -> None:
    """What is for one's own eyes stands on a slide by itself; outside, and where nothing is stated, there is none."""
    if any(paper.seen[term.name] for term in paper.private):
        deck.slide(_say(paper, "export.own"))
        header = (_say(paper, "export.item"), _say(paper, "export.content"))
        deck.table((header, *((term.label, term.text) for term in paper.private)), (0.75, 1.75), (3.4, 8.4))


def _schedule(deck: Deck, paper: Paper) -> None:
    deck.slide(_say(paper, "export.schedule"))
    if points := moments(paper):
        deck.timeline(
            [(moment.place, moment.date, moment.label) for moment in points], running(points), (0.9, 3.7), 11.2
        )
    else:
        deck.text(_say(paper, "deal.open"), (0.75, 1.9), 11.0, size=20)


def _signal(paper: Paper, step: Step) -> str:
    return _say(paper, f"signal.{step.signal}")


def _say(paper: Paper, key: str) -> str:
    return plain(paper.view.say(key))
