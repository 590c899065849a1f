"""The graph that the tie-ups protocol asks: artists and companies as described, tie-ups of some of the artists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.encoder import Encoder
from kyokan.graph.importers.annotation import annotate_entities
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.graph.names import slug
from kyokan.graph.snapshot import Snapshot, build_snapshot
from kyokan.graph.stores.sqlite import SqliteStore

SOURCE = Provenance(source="tieups")
# Home markets that the texts name; everybody else is taken to be from abroad and has no place.
HOMES = {"japan": ("日本", "japan"), "korea": ("韓国", "korea")}

Described = Mapping[str, Mapping[str, str]]
"""Name → ``group`` (an artist's type, a company's category), ``text_ja``, ``text_en``, ``kansei`` (words; …)."""


def entity_id(kind: EntityKind, name: str) -> str:
    """The id of an artist or company."""
    return f"{kind.value}:{slug(name)}"


def build_graph(
    folder: Path,
    artists: Described,
    companies: Described,
    pairs: Iterable[tuple[str, str]],
    dictionary: Dictionary,
    encoder: Encoder,
) -> Snapshot:
    """A snapshot, kept in ``folder``, of described artists and companies with the (artist, company) tie-ups given.

    Profiles are read from texts and words by the annotator, as in any import.
    """
    entities: dict[str, Entity] = {}
    relations: dict[tuple[str, str, str, str], Relation] = {}
    sides = ((EntityKind.ARTIST, artists), (EntityKind.BRAND, companies))
    for one in (record for kind, described in sides for record in _records(kind, described)):
        if isinstance(one, Entity):
            entities[one.id] = one
        else:
            relations[one.identity] = one
    for artist, company in sorted(pairs):
        ends = entity_id(EntityKind.ARTIST, artist), entity_id(EntityKind.BRAND, company)
        tie_up = _relation(RelationKind.TIED_UP, *ends)
        relations[tie_up.identity] = tie_up
    with SqliteStore(str(folder / "graph.db")) as store:
        read = annotate_entities(entities, relations, store, Annotator(dictionary, encoder))
        store.write((entities | read.entities).values(), (relations | read.relations).values())
        return build_snapshot(store, folder / "snapshots", dictionary=dictionary, encoder=encoder)


def _records(kind: EntityKind, described: Described) -> Iterator[Entity | Relation]:
    """Entities with their category, home and tags."""
    for name, known in described.items():
        own = entity_id(kind, name)
        ja, en = known.get("text_ja", ""), known.get("text_en", "")
        yield Entity(id=own, kind=kind, name=name, text_ja=ja, text_en=en, provenance=(SOURCE,))
        prose = f"{ja} {en}".lower()
        homes = [home for home, words in HOMES.items() if any(word in prose for word in words)]
        words = [word for word in known.get("kansei", "").split(";") if word]
        groups = [known["group"]] if known.get("group") else []
        for end, relation, names in (
            (EntityKind.CATEGORY, RelationKind.IN_CATEGORY, groups),
            (EntityKind.PLACE, RelationKind.IN_PLACE, homes),
            (EntityKind.TAG, RelationKind.TAGGED, words),
        ):
            for label in names:
                yield Entity(id=entity_id(end, label), kind=end, name=label, provenance=(SOURCE,))
                yield _relation(relation, own, entity_id(end, label))


def _relation(kind: RelationKind, source: str, target: str) -> Relation:
    return Relation(kind=kind, source=source, target=target, provenance=SOURCE)
