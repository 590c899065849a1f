"""An export read back is the same graph, and an export to share holds only what may be shared."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from kyokan.errors import ImportRefusedError, InputError
from kyokan.graph.importers import export_graph, import_source
from kyokan.graph.model import Entity, EntityKind, Provenance, Rights
from kyokan.graph.snapshot import build_snapshot
from kyokan.graph.stores import SqliteStore
from tests.graph.annotating import WordAnnotator, evoked

OWN = (Provenance(source="house-list"),)
EXAMPLES = Path(__file__).parents[1] / "fixtures" / "imports"


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "graph.db") as opened:
        for name in ("lastfm", "fan_graph", "tieups", "sakenowa", "csv"):
            import_source(EXAMPLES / name, store=opened)
        yield opened


@pytest.fixture
def other(tmp_path):
    with SqliteStore(tmp_path / "other.db") as opened:
        yield opened


def content(store):
    entities, relations = list(store.entities()), list(store.relations())
    stamps = [[record.imported_at for record in entity.provenance] for entity in entities]
    return entities, relations, stamps, [relation.provenance.imported_at for relation in relations]


def test_an_export_read_back_is_the_same_graph(store, other, tmp_path):
    manifest = export_graph(store, tmp_path / "out")
    report = import_source(tmp_path / "out", store=other)
    assert report.format == "kyokan"
    assert report.problems == ()
    assert sum(report.added.values()) == manifest["entities"] + manifest["relations"]
    assert content(other) == content(store)


def test_the_words_that_define_a_kansei_are_read_for_nobodys_profile(other, tmp_path):
    quiet = Entity(
        id="kansei:quiet", kind=EntityKind.KANSEI, name="quiet", text_en="A quiet, calm sound.", provenance=OWN
    )
    singer = Entity(id="artist:a", kind=EntityKind.ARTIST, name="A", text_en="A quiet voice.", provenance=OWN)
    with SqliteStore(tmp_path / "first.db") as first:
        first.write([quiet, singer])
        export_graph(first, tmp_path / "out")
    reader = WordAnnotator()
    import_source(tmp_path / "out", store=other, annotator=reader)
    assert reader.asked == ["artist:a"]
    assert evoked(other) == {("artist:a", "kansei:quiet"): 0.5}
    assert "annotated" not in other.entity("kansei:quiet").attributes


def test_an_export_read_back_has_the_same_snapshot(store, other, tmp_path):
    export_graph(store, tmp_path / "out")
    import_source(tmp_path / "out", store=other)
    dictionary = SimpleNamespace(version="1", ids=())
    hashes = {build_snapshot(one, tmp_path / "snapshots", dictionary=dictionary).hash for one in (store, other)}
    assert len(hashes) == 1


def test_two_exports_of_one_graph_are_the_same_bytes(store, other, tmp_path):
    export_graph(store, tmp_path / "out")
    import_source(tmp_path / "out", store=other)
    export_graph(other, tmp_path / "again")
    for name in ("manifest.json", "entities.jsonl", "relations.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_an_export_read_into_its_own_store_changes_nothing(store, tmp_path):
    export_graph(store, tmp_path / "out")
    before = store.revision()
    report = import_source(tmp_path / "out", store=store)
    assert (report.added, report.updated) == ({}, {})
    assert store.revision() == before


def test_an_export_to_share_leaves_out_what_its_licence_forbids(store, other, tmp_path):
    export_graph(store, tmp_path / "out", rights=Rights.SHARE)
    import_source(tmp_path / "out", store=other)
    assert {r.rights for entity in other.entities() for r in entity.provenance} == {Rights.SHARE}
    assert {relation.provenance.rights for relation in other.relations()} == {Rights.SHARE}
    assert other.count_entities().keys() == {"artist", "brand", "category", "place", "product", "tag"}
    company = other.entity("brand:シチズン時計")
    assert company.text_ja == company.text_en == ""
    assert "audience" not in company.attributes
    assert company.name_en == "Citizen"


def test_ids_and_attributes_of_a_source_for_use_inside_do_not_leave_with_a_shared_entity(store, other, tmp_path):
    act = store.entity("artist:river-lantern")
    assert {"lastfm", "reddit", "musicbrainz"} <= act.external_ids.keys()
    export_graph(store, tmp_path / "out", rights=Rights.SHARE)
    import_source(tmp_path / "out", store=other)
    shared = other.entity("artist:river-lantern")
    assert "lastfm" not in shared.external_ids
    assert "reddit" not in shared.external_ids
    assert shared.external_ids["musicbrainz"] == "abc"
    assert "members" not in shared.attributes
    assert shared.attributes["founded"] == 2001


def test_a_shared_export_does_not_take_away_what_the_store_knows_more(store, tmp_path):
    export_graph(store, tmp_path / "out", rights=Rights.SHARE)
    before = content(store)[:2]
    import_source(tmp_path / "out", store=store)
    assert content(store)[:2] == before


def test_an_export_never_writes_over_files(store, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        export_graph(store, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["entities.jsonl", "relations.jsonl"])
def test_a_torn_export_is_refused(store, other, tmp_path, name):
    export_graph(store, tmp_path / "out")
    path = tmp_path / "out" / name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ImportRefusedError, match="SHA-256"):
        import_source(tmp_path / "out", store=other)
    path.unlink()
    with pytest.raises(ImportRefusedError, match="not there"):
        import_source(tmp_path / "out", store=other)
    assert other.count_entities() == {}


def test_an_export_of_another_version_is_refused(store, other, tmp_path):
    export_graph(store, tmp_path / "out")
    path = tmp_path / "out" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 99}))
    with pytest.raises(ImportRefusedError, match="version"):
        import_source(tmp_path / "out", store=other)
