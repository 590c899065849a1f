"""Evidence paths: the two ends fixed left and right, one lane a path, fingerprints as nodes, words on the edges."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind
from kyokan.matching.ranking.model import Evidence, Match
from kyokan.web.figures import short
from kyokan.web.fingerprint.cores import side
from kyokan.web.fingerprint.sectors import core_kind
from kyokan.web.fingerprint.svg import element, text
from kyokan.web.ports import Known
from kyokan.web.view import View
from kyokan.web.wording import field_width

WIDTH, LANE, PAD = 960, 104, 74
END_PX, NODE_PX = 64, 44
LANES, NODES = 4, 12
THINNEST, THICKEST = 1.2, 5.0
EDGE_GAP = 12
HALF_LETTER = 6.6  # px a half-width letter takes at 12 px bold
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a path and the edge that led to it (None for the first)."""

    entity: Entity
    relation: Relation | None


@dataclass(frozen=True, slots=True)
class Stage:
    """A path: its steps, its weight in the score and what it says."""

    steps: tuple[Step, ...]
    weight: float
    note: str


def stages(view: View, match: Match) -> list[Stage]:
    """The paths among a match's evidence, heaviest first; at most four, of at most twelve nodes together."""
    found: list[Stage] = []
    items = [item for part in match.contributions for item in part.evidence if item.kind == "path"]
    for item in sorted(items, key=lambda item: (-abs(item.weight), item.ids)):
        if len(item.ids) < 3 or not all(one in view.known for one in item.ids):  # noqa: PLR2004 - an end, a node, an end
            continue
        stage = Stage(_steps(view, item), item.weight, (item.note_ja or item.note) if view.lang == "ja" else item.note)
        inner = sum(len(other.steps) - 2 for other in (*found, stage))
        if len(found) < LANES and inner <= NODES - 2:
            found.append(stage)
    return found


def _steps(view: View, item: Evidence) -> tuple[Step, ...]:
    ids = item.ids
    if view.pair(view.entity(ids[0]), view.entity(ids[-1]))[0].id != ids[0]:
        ids = ids[::-1]  # people left, things right, as everywhere
    entities = [view.entity(one) for one in ids]
    edges = [between(view.known, one, other) for one, other in pairwise(ids)]
    return tuple(Step(entity, edge) for entity, edge in zip(entities, (None, *edges), strict=True))


def between(known: Known, one: str, other: str) -> Relation | None:
    """The edge between two neighbours of a path, in either direction; of several the first kind."""
    for kind in RelationKind:
        for source, target in ((one, other), (other, one)):
            if found := known.relations(kind, source=source, target=target):
                return found[0]
    return None


def edge_words(view: View, relation: Relation | None) -> str:
    """What an edge says: its kind, and its strength or year where that says more."""
    if relation is None:
        return str(view.say("relation.near"))
    words = str(view.say(f"relation.{relation.kind.value}"))
    if relation.kind is RelationKind.EVOKES:
        return f"{words} {short(relation.weight)}"
    if relation.kind is RelationKind.TIED_UP and relation.since:
        return f"{words} {relation.since[:4]}"
    return words


def drawn_paths(view: View, found: list[Stage]) -> Markup:
    """The paths as one picture, for wide screens; hidden from assistive technology, which reads the steps."""
    if not found:
        return Markup()
    height = LANE * len(found) + 24
    middle = LANE * len(found) / 2
    heaviest = max(abs(stage.weight) for stage in found) or 1.0
    lines, words, nodes = Markup(), Markup(), Markup()
    for lane, stage in enumerate(found):
        y = LANE * (lane + 0.5)
        places = _places(len(stage.steps), y, middle)
        width = THINNEST + (THICKEST - THINNEST) * abs(stage.weight) / heaviest
        for (one, other), (start, end) in zip(pairwise(stage.steps), pairwise(places), strict=True):
            lines += _line(one, other, start, end, width)
            words += _word(view, other, start, end)
        for step, place in zip(stage.steps[1:-1], places[1:-1], strict=True):
            nodes += _node(view, step.entity, place, NODE_PX)
    for step, x in ((found[0].steps[0], PAD), (found[0].steps[-1], WIDTH - PAD)):
        nodes += _node(view, step.entity, (x, middle), END_PX)
    box = f"0 0 {WIDTH} {height}"
    drawn = lines + words + nodes
    return element("svg", drawn, class_="paths", viewBox=box, width=WIDTH, height=height, aria_hidden="true")


def _places(count: int, y: float, middle: float) -> list[Place]:
    """Where the nodes of a lane stand: the ends at mid height, the others in the lane."""
    inner = count - 2
    span = WIDTH - 2 * PAD
    between_ends = [(PAD + span * (index + 1) / (inner + 1), y) for index in range(inner)]
    return [(PAD, middle), *between_ends, (WIDTH - PAD, middle)]


def _line(one: Step, other: Step, start: Place, end: Place, width: float) -> Markup:
    """An edge, in the ink of the side it leads from or to; ink where it joins both sides or neither."""
    letters = {side(core_kind(step.entity.kind.value))[0] for step in (one, other)} - {"k"}
    css = f"edge edge-{letters.pop() if len(letters) == 1 else 'k'}"
    (x1, y1), (x2, y2) = start, end
    return element("line", class_=css, x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=width)


def _word(view: View, step: Step, start: Place, end: Place) -> Markup:
    """What the edge says, over a gap of paper."""
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    words = edge_words(view, step.relation)
    wide = field_width(words) * HALF_LETTER + EDGE_GAP
    gap = element("rect", class_="plate", x=x - wide / 2, y=y - EDGE_GAP, width=wide, height=2 * EDGE_GAP)
    return gap + _text(words, "edge-word", x, y)


def _node(view: View, entity: Entity, place: Place, size: float) -> Markup:
    """A fingerprint with its name under it; a kansei is its name in a ring as wide as it needs."""
    x, y = place
    name = entity.label(view.lang)
    if entity.kind is EntityKind.KANSEI:
        wide = max(size, field_width(name) * HALF_LETTER + size / 2)
        ring = element("rect", class_="node-ring", x=x - wide / 2, y=y - size / 2, width=wide, height=size, rx=size / 2)
        return ring + _text(name, "node-kansei", x, y)
    plate = element("circle", class_="plate", cx=x, cy=y, r=size / 2 + EDGE_GAP / 2)
    glyph = element("g", view.glyph(entity, size), transform=f"translate({x - size / 2:g} {y - size / 2:g})")
    return plate + glyph + _text(name, "node-name", x, y + size / 2 + 14)


def _text(words: str, css: str, x: float, y: float) -> Markup:
    return text(words, class_=css, x=x, y=y, text_anchor="middle", dominant_baseline="central")
