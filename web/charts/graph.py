"""The graph of everything that a match rests on: what each piece of evidence names, joined as it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kyokan.graph.model import Entity, EntityKind, KanseiValue, Relation, RelationKind
from kyokan.matching.ranking.model import Contribution, Evidence
from kyokan.web.charts.paths import between
from kyokan.web.marks import in_order
from kyokan.web.ports import Known

TEXT, AUDIENCE = "text", "audience"
NEAR, SAYS, READ, OPPOSITE, COMPARED, FANS = "near", "says", "read", "opposite", "compared", "fans"
SHARED = (RelationKind.IN_CATEGORY, RelationKind.IN_PLACE)


@dataclass(frozen=True, slots=True)
class Node:
    """Something that evidence names: an entity, one sentence of a text, or fans counted together.

    A text has its sentence in ``words``, its language, and whose it is in ``who``; an audience the number of the
    evidence that it stands for in ``row``.
    """

    id: str
    kind: str
    words: str = ""
    lang: str = ""
    who: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two nodes. ``kind`` is that of a relation, or one of this module's words.

    ``rows`` are the numbers of the evidence that runs along it and ``weight`` is the sum of theirs; a line that only
    shows how things hang together has neither.
    """

    source: str
    target: str
    kind: str
    rows: tuple[int, ...] = ()
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of evidence with its number, from the first to the last it names, and the facts it stands on.

    ``item`` is None for fans in common who are too few to be counted.
    """

    number: int
    signal: str
    item: Evidence | None
    source: str
    target: str
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceGraph:
    """Nodes and edges in the order in which they are first named, and all evidence, heaviest first."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    rows: tuple[Row, ...]


@dataclass
class _Drawing:
    """A graph in the making."""

    known: Known
    people: str
    things: str
    nodes: dict[str, Node] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], list[tuple[int, float]]] = field(default_factory=dict)

    def stand(self, one: str) -> None:
        """Put an entity into the picture."""
        self.nodes.setdefault(one, Node(one, one.partition(":")[0]))

    def join(self, one: str, other: str, kind: str, row: int = 0, weight: float = 0.0) -> None:
        """Draw a line; what runs along one that stands already is added to it."""
        backward = (other, one, kind)
        line = self.lines.setdefault(backward if backward in self.lines else (one, other, kind), [])
        if row:
            line.append((row, weight))

    def follow(self, ids: Sequence[str], row: int, weight: float) -> tuple[Relation, ...]:
        """Draw the lines between neighbours as the graph has them; returns the relations along the way."""
        found = []
        for one in ids:
            self.stand(one)
        for one, other in pairwise(ids):
            relation = between(self.known, one, other)
            met = one.startswith("kansei:") and other.startswith("kansei:")
            self.join(one, other, relation.kind.value if relation else OPPOSITE if met else NEAR, row, weight)
            found += [relation] if relation else []
        return tuple(found)


def evidence_graph(
    contributions: Sequence[Contribution],
    pair: tuple[Entity, Entity],
    known: Known,
    values: Callable[[Entity], tuple[KanseiValue, ...]],
) -> EvidenceGraph:
    """The graph of a match.

    A piece of evidence that names a way (an attribute that both evoke, a path) runs along each line with all its
    weight. Two sentences that are near hang on those who say them and on the attributes read from them. Fans stand only
    as a number, and not as that where they are fewer than may be shown. A past tie-up hangs on the pair that it is
    compared with. Remainders ("all other attributes") name nothing to draw and are rows alone. Last, categories and
    places of the pair that others in the picture share are drawn in.

    Args:
        contributions: a match's, with their evidence.
        pair: people's side first.
        known: what the evidence's ids are looked up in.
        values: the kansei profile of an entity.
    """
    drawing = _Drawing(known, pair[0].id, pair[1].id)
    for end in pair:
        drawing.stand(end.id)
    pieces = [(part.signal, item) for part in in_order(contributions) for item in part.evidence]
    pieces.sort(key=lambda piece: -abs(piece[1].weight))  # stable: signals keep their order among equals
    rows = [_row(drawing, number, signal, item) for number, (signal, item) in enumerate(pieces, 1)]
    if not any(signal == "fan_bridge" and "lift" in item.detail for signal, item in pieces):
        rows.append(_too_few(drawing, len(rows) + 1))
    _read(drawing, known, values)
    _share(drawing)
    edges = (Edge(*ends, *_load(runs)) for ends, runs in drawing.lines.items())
    return EvidenceGraph(tuple(drawing.nodes.values()), tuple(edges), tuple(rows))


def _load(runs: list[tuple[int, float]]) -> tuple[tuple[int, ...], float | None]:
    return tuple(row for row, _ in runs), sum(weight for _, weight in runs) if runs else None


def _row(drawing: _Drawing, number: int, signal: str, item: Evidence) -> Row:
    if item.detail.get("role") == "rest":
        return Row(number, signal, item, item.ids[0], item.ids[-1])
    draw = {"attribute": _attribute, "text": _texts, "tie_up": _tie_up, "audience": _audience}.get(item.kind, _path)
    way, relations = draw(drawing, number, item)
    return Row(number, signal, item, way[0], way[-1], relations)


def _path(drawing: _Drawing, number: int, item: Evidence) -> tuple[Sequence[str], tuple[Relation, ...]]:
    return item.ids, drawing.follow(item.ids, number, item.weight)


def _attribute(drawing: _Drawing, number: int, item: Evidence) -> tuple[Sequence[str], tuple[Relation, ...]]:
    """The way to the end that evokes it last; after it stand brands whose products speak with their voice."""
    last = max(place for place, one in enumerate(item.ids) if one in {drawing.people, drawing.things})
    way, voices = item.ids[: last + 1], item.ids[last + 1 :]
    relations = drawing.follow(way, number, item.weight)
    for voice in voices:
        for end in {way[0], way[-1]}:
            if (made := between(drawing.known, end, voice)) and made.kind is RelationKind.MADE_BY:
                relations += drawing.follow((end, voice), number, item.weight)
    return way, relations


def _texts(drawing: _Drawing, number: int, item: Evidence) -> tuple[Sequence[str], tuple[Relation, ...]]:
    said = []
    for who, text in zip(item.ids, item.detail["texts"], strict=True):
        name = f"{TEXT}:{who}:{text['text']}"
        drawing.nodes.setdefault(name, Node(name, TEXT, text["text"], text["lang"], who))
        drawing.join(who, name, SAYS, number, item.weight)
        said.append(name)
    drawing.join(said[0], said[1], NEAR, number, item.weight)
    return item.ids, ()


def _tie_up(drawing: _Drawing, number: int, item: Evidence) -> tuple[Sequence[str], tuple[Relation, ...]]:
    relations = drawing.follow(item.ids, number, item.weight)
    for one, end in zip(item.ids, (drawing.people, drawing.things), strict=True):
        if one != end:
            drawing.join(end, one, COMPARED)
    return item.ids, relations


def _audience(drawing: _Drawing, number: int, item: Evidence) -> tuple[Sequence[str], tuple[Relation, ...]]:
    name = f"{AUDIENCE}:{number}"
    drawing.nodes[name] = Node(name, AUDIENCE, row=number)
    for one in item.ids:
        drawing.join(one, name, FANS, number, item.weight)
    return item.ids, ()


def _too_few(drawing: _Drawing, number: int) -> Row:
    name = f"{AUDIENCE}:{number}"
    drawing.nodes[name] = Node(name, AUDIENCE, row=number)
    for end in (drawing.people, drawing.things):
        drawing.join(end, name, FANS)
    return Row(number, "fan_bridge", None, drawing.people, drawing.things)


def _read(drawing: _Drawing, known: Known, values: Callable[[Entity], tuple[KanseiValue, ...]]) -> None:
    """Hang each sentence on those attributes in the picture that were read from its words."""
    for text in [node for node in drawing.nodes.values() if node.kind == TEXT]:
        entity = known.entity(known.row(text.who))
        start = entity.text(text.lang).find(text.words)
        end = start + len(text.words)
        for value in values(entity):
            attribute = f"kansei:{value.attribute.removeprefix('kansei:')}"
            read = any(span.lang == text.lang and start <= span.start and span.end <= end for span in value.spans)
            if read and start >= 0 and attribute in drawing.nodes:
                drawing.join(text.id, attribute, READ)


def _share(drawing: _Drawing) -> None:
    """Draw in each category and place of the pair that something else in the picture shares."""
    drawn = [name for name, node in drawing.nodes.items() if node.kind in {kind.value for kind in EntityKind}]
    for end in (drawing.people, drawing.things):
        for kind in SHARED:
            for relation in drawing.known.relations(kind, source=end):
                others = [
                    one
                    for one in drawn
                    if one != end and drawing.known.relations(kind, source=one, target=relation.target)
                ]
                for one in (end, *others) if others else ():
                    drawing.stand(relation.target)
                    drawing.join(one, relation.target, kind.value)
