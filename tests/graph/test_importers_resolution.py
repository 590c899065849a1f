"""Which names are joined and which are kept apart, on cases with known answers."""

import json
from dataclasses import replace

import pytest

from kyokan.graph.importers import Outcome, import_source
from kyokan.graph.importers.merging import merge_entities
from kyokan.graph.model import Entity, EntityKind, Provenance, RelationKind
from kyokan.graph.stores import SqliteStore


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "graph.db") as opened:
        yield opened


@pytest.fixture
def bring(store, tmp_path):
    """Imports entities given as dictionaries as a source of that name; returns (outcome, rule, entity) of its notes."""

    def bring_in(source, *entities: dict[str, object], relations=()):
        folder = tmp_path / source
        folder.mkdir(exist_ok=True)
        rows = [{"kind": entity["id"].partition(":")[0]} | entity for entity in entities]
        (folder / "entities.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (folder / "relations.jsonl").write_text("".join(json.dumps(row) + "\n" for row in relations))
        report = import_source(folder, format="jsonl", store=store)
        assert report.problems == ()
        return [(note.outcome, note.rule, note.entity) for note in report.resolution]

    return bring_in


def artist(slug, name, **fields: object):
    return {"id": f"artist:{slug}", "name": name} | fields


def brand(slug, name, **fields: object):
    return {"id": f"brand:{slug}", "name": name} | fields


MERGED, AMBIGUOUS = Outcome.MERGED, Outcome.AMBIGUOUS


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Run-D.M.C.", "RUN DMC"),
        ("Beyoncé", "BEYONCE"),
        ("Earth, Wind & Fire", "Earth Wind and Fire"),
        ("P!nk", "P!NK"),
    ],
)
def test_the_same_name_typed_otherwise_is_joined(bring, store, first, second):
    bring("one", artist("a", first))
    assert bring("two", artist("b", second)) == [(MERGED, "same name", "artist:a")]
    assert store.count_entities() == {"artist": 1}
    entity = store.entity("artist:a")
    assert entity.name == first
    assert second in entity.aliases
    assert [record.source for record in entity.provenance] == ["one", "two"]


def test_an_external_id_joins_whatever_the_names(bring, store):
    bring("one", artist("a", "Moon", external_ids={"musicbrainz": "m1"}))
    assert bring("two", artist("b", "月", external_ids={"musicbrainz": "m1"})) == [
        (MERGED, "same external id", "artist:a")
    ]
    assert store.entity("artist:a").aliases == ("月",)


def test_other_external_ids_keep_the_same_name_apart(bring, store):
    bring("one", artist("a", "Nirvana", external_ids={"musicbrainz": "usa"}))
    assert bring("two", artist("b", "Nirvana", external_ids={"musicbrainz": "uk"})) == []
    assert store.count_entities() == {"artist": 2}


def test_names_of_one_act_in_two_scripts_are_joined_by_the_list_of_known_names(bring, store):
    bring("one", artist("a", "宇多田ヒカル"))
    assert bring("two", artist("b", "Utada Hikaru")) == [(MERGED, "known names", "artist:a")]
    bring("one", brand("c", "シチズン時計"))
    assert bring("three", brand("d", "Citizen")) == [(MERGED, "known names", "brand:c")]


def test_an_alias_joins(bring):
    bring("one", artist("a", "ほしぞら楽団", aliases=["Hoshizora Gakudan"]))
    assert bring("two", artist("b", "HOSHIZORA GAKUDAN")) == [(MERGED, "alias", "artist:a")]


def test_a_reading_of_kanji_is_reported_and_never_joined(bring, store):
    bring("one", artist("a", "森山花子"))
    assert bring("two", artist("b", "Moriyama Hanako"), artist("c", "Hanako Moriyama Band")) == [
        (AMBIGUOUS, "reading", "artist:b")
    ]
    assert store.count_entities() == {"artist": 3}


def test_two_orders_of_a_name_are_joined_only_where_both_are_of_one_country(bring, store):
    bring("one", artist("a", "Mori Yuka", attributes={"origin": "jp"}), artist("b", "Black Mary"))
    notes = bring("two", artist("c", "Yuka Mori", attributes={"origin": "jp"}), artist("d", "Mary Black"))
    assert notes == [
        (MERGED, "other order or script", "artist:a"),
        (AMBIGUOUS, "other order or script", "artist:d"),
    ]
    assert store.count_entities() == {"artist": 3}


def test_of_several_the_one_written_exactly_alike_is_taken(bring):
    bring(
        "one", artist("a", "Scorpions", external_ids={"x": "1"}), artist("b", "The Scorpions", external_ids={"x": "2"})
    )
    assert bring("two", artist("c", "The Scorpions")) == [(MERGED, "same name", "artist:b")]


def test_several_that_would_do_are_reported_and_none_is_taken(bring, store):
    bring("one", artist("a", "Bjork", external_ids={"x": "1"}), artist("b", "BJÖRK", external_ids={"x": "2"}))
    assert bring("two", artist("c", "Björk")) == [(AMBIGUOUS, "same name", "artist:c")]
    assert store.count_entities() == {"artist": 3}


def test_the_order_of_imports_does_not_make_more_or_fewer(tmp_path):
    """A tie-up list with one act, and a listening log that tells two of the same name apart."""
    counts = set()
    for order in ((0, 1), (1, 0)):
        folders = [tmp_path / f"{order}-{number}" for number in (0, 1)]
        for folder, rows in zip(
            folders,
            (
                [artist("one-1", "Scorpions")],
                [
                    artist("log-1", "Scorpions", external_ids={"log": "1"}),
                    artist("log-2", "The Scorpions", external_ids={"log": "2"}),
                ],
            ),
            strict=True,
        ):
            folder.mkdir()
            lines = [json.dumps({"kind": "artist"} | row) + "\n" for row in rows]
            (folder / "entities.jsonl").write_text("".join(lines))
        with SqliteStore(tmp_path / f"{order}.db") as store:
            merged = [import_source(folders[number], format="jsonl", store=store).merged for number in order]
            counts.add((store.count_entities()["artist"], sum(merged)))
    assert counts == {(2, 1)}


def test_one_of_two_of_a_source_with_the_very_same_name_is_not_picked_by_chance(bring, store):
    bring("one", artist("a", "Nirvana"))
    twins = artist("b", "Nirvana", external_ids={"log": "1"}), artist("c", "Nirvana", external_ids={"log": "2"})
    assert bring("log", *twins) == [(AMBIGUOUS, "same name", "artist:b"), (AMBIGUOUS, "same name", "artist:c")]
    assert store.count_entities() == {"artist": 3}


def test_what_is_ambiguous_is_reported_again_the_next_time(bring, store):
    bring("one", artist("a", "森山花子"))
    first = bring("two", artist("b", "Moriyama Hanako"))
    assert bring("two", artist("b", "Moriyama Hanako")) == first == [(AMBIGUOUS, "reading", "artist:b")]


def test_twins_of_one_source_are_not_joined_to_each_other(bring, store):
    bring("log", artist("a", "Gossip", external_ids={"log": "1"}), artist("b", "The Gossip", external_ids={"log": "2"}))
    assert store.count_entities() == {"artist": 2}
    assert bring("log", artist("a", "Gossip", external_ids={"log": "1"})) == []


def test_a_musician_and_an_athlete_of_one_name_are_kept_apart(bring):
    bring("one", artist("a", "Robert Quill", attributes={"type": "music"}))
    notes = bring("two", artist("b", "Robert Quill", attributes={"type": "athlete"}))
    assert notes == [(AMBIGUOUS, "same name", "artist:b")]


def test_brands_in_unlike_fields_are_kept_apart_and_in_like_ones_joined(bring):
    def member(slug, category):
        return {"kind": "in_category", "source": f"brand:{slug}", "target": f"category:{category}"}

    fields = [{"id": f"category:{name}", "name": name} for name in ("sake", "home", "luxury-fashion", "fragrance")]
    bring(
        "one",
        *fields,
        brand("a", "西川堂"),
        brand("b", "Maison Vert"),
        relations=[member("a", "home"), member("b", "luxury-fashion")],
    )
    notes = bring(
        "two",
        *fields,
        brand("c", "西川堂"),
        brand("d", "MAISON VERT"),
        relations=[member("c", "sake"), member("d", "fragrance")],
    )
    assert notes == [(AMBIGUOUS, "same name", "brand:c"), (MERGED, "same name", "brand:b")]


def test_very_short_names_must_be_written_alike(bring):
    bring("one", brand("mac", "mac"), artist("yes", "Yes"), artist("bz", "B'z"))
    assert bring("two", brand("m-a-c", "M·A·C"), artist("yes2", "YES"), artist("bz2", "Ｂ’ｚ")) == [
        (MERGED, "same name", "artist:yes"),
        (MERGED, "same name", "artist:bz"),
        (AMBIGUOUS, "same name", "brand:m-a-c"),
    ]


def test_products_are_joined_only_within_one_maker(bring, store):
    def made(slug, maker):
        return {"kind": "made_by", "source": f"product:{slug}", "target": f"brand:{maker}"}

    def product(slug, name):
        return {"id": f"product:{slug}", "name": name}

    bring("one", brand("h", "House"), product("a", "Classic"), relations=[made("a", "h")])
    notes = bring(
        "two",
        brand("house2", "HOUSE"),
        brand("o", "Other"),
        product("b", "CLASSIC"),
        product("c", "Classic"),
        relations=[made("b", "house2"), made("c", "o")],
    )
    assert notes == [(MERGED, "same name", "brand:h"), (MERGED, "same name", "product:a")]
    assert store.count_entities() == {"brand": 2, "product": 2}
    made_by = {(relation.source, relation.target) for relation in store.relations(RelationKind.MADE_BY)}
    assert made_by == {("product:a", "brand:h"), ("product:c", "brand:o")}


def test_kinds_are_never_mixed(bring, store):
    bring("one", artist("a", "Journey"))
    assert bring("two", brand("a", "Journey")) == []
    assert store.count_entities() == {"artist": 1, "brand": 1}


def entity(**fields: object):
    given = {"id": "artist:a", "kind": EntityKind.ARTIST, "name": "A", "provenance": (Provenance(source="one"),)}
    return Entity(**(given | fields))


def from_source(source, **fields: object):
    return entity(provenance=(Provenance(source=source),), **fields)


def test_a_second_source_fills_blanks_and_overwrites_nothing():
    stored = entity(text_en="Old.", attributes={"x": 1})
    merged = merge_entities(stored, from_source("two", text_en="New.", text_ja="新。", attributes={"x": 2, "y": 3}))
    assert (merged.text_en, merged.text_ja) == ("Old.", "新。")
    assert merged.attributes == {"x": 1, "y": 3, "field_sources": {"attributes.y": "two", "text_ja": "two"}}


def test_every_source_may_rewrite_what_it_wrote():
    stored = merge_entities(entity(text_en="Old."), from_source("two", text_ja="新。"))
    assert merge_entities(stored, from_source("two", text_ja="改。")).text_ja == "改。"
    assert merge_entities(stored, entity(text_en="Newer.", text_ja="他。")).text_en == "Newer."
    assert merge_entities(stored, entity(text_ja="他。")).text_ja == "新。"


def test_the_first_source_may_rename_and_the_old_name_stays_an_alias():
    merged = merge_entities(entity(aliases=("AA",)), entity(name="B"))
    assert (merged.name, merged.aliases) == ("B", ("AA", "A"))


def test_merging_again_changes_nothing():
    stored = entity(text_en="Old.", name_en="A")
    for incoming in (entity(name="B"), from_source("two", name="C", name_ja="あ", external_ids={"x": "1"})):
        once = merge_entities(stored, incoming)
        assert merge_entities(once, incoming) == once
        stored = once


def test_a_newer_record_takes_the_place_of_the_older_one_of_its_source():
    newer = replace(entity(), provenance=(Provenance(source="one", licence="CC0"),))
    assert merge_entities(entity(), newer).provenance == (Provenance(source="one", licence="CC0"),)
