"""Importing twice, trying first, failing half-way, annotating: what an import as a whole promises."""

import shutil
from pathlib import Path

import pytest

from kyokan.errors import StoreError
from kyokan.graph.importers import import_source
from kyokan.graph.importers.annotation import GROUNDS
from kyokan.graph.model import EntityKind
from kyokan.graph.stores import SqliteStore
from tests.graph.annotating import WordAnnotator, correct, evoked

EXAMPLES = Path(__file__).parents[1] / "fixtures" / "imports"
SOURCES = ("lastfm", "fan_graph", "tieups", "sakenowa", "csv", "jsonl")


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "graph.db") as opened:
        yield opened


def content(store):
    return list(store.entities()), list(store.relations())


@pytest.mark.parametrize("name", SOURCES)
def test_importing_again_changes_nothing(store, name):
    first = import_source(EXAMPLES / name, store=store)
    before, revision = content(store), store.revision()
    again = import_source(EXAMPLES / name, store=store)
    assert (again.added, again.updated) == ({}, {})
    assert again.unchanged == first.added
    assert (content(store), store.revision()) == (before, revision)


def test_importing_all_sources_again_in_another_order_changes_nothing(store):
    for name in SOURCES:
        import_source(EXAMPLES / name, store=store)
    before = content(store)
    for name in reversed(SOURCES):
        again = import_source(EXAMPLES / name, store=store)
        assert (again.added, again.updated) == ({}, {}), name
    assert content(store) == before


def test_every_source_of_an_act_is_in_its_provenance(store):
    for name in SOURCES:
        import_source(EXAMPLES / name, store=store)
    act = store.entity("artist:river-lantern")
    assert [record.source for record in act.provenance] == ["lastfm", "fan-graph", "tieups", "house-list", "jsonl"]
    assert sum("river" in artist.name.casefold() for artist in store.entities(EntityKind.ARTIST)) == 1


@pytest.mark.parametrize("before", [(), ("lastfm",), SOURCES])
def test_a_dry_run_writes_nothing_and_reports_the_same(store, before):
    for name in before:
        import_source(EXAMPLES / name, store=store)
    kept, revision = content(store), store.revision()
    dry = import_source(EXAMPLES / "tieups", store=store, dry_run=True)
    assert (content(store), store.revision()) == (kept, revision)
    real = import_source(EXAMPLES / "tieups", store=store)
    assert dry.to_json() == real.to_json() | {"dry_run": True}


def test_a_dry_run_tells_updates_from_what_stays(store, tmp_path):
    folder = Path(shutil.copytree(EXAMPLES / "jsonl", tmp_path / "jsonl"))
    import_source(folder, store=store)
    lines = (folder / "entities.jsonl").read_text().replace("1999", "1998")
    (folder / "entities.jsonl").write_text(lines)
    dry = import_source(folder, store=store, dry_run=True)
    assert (dry.updated, dry.unchanged) == ({"brand": 1}, {"artist": 1, "tied_up": 1})
    assert store.entity("brand:paper-kite").attributes == {"founded": 1999}


def test_a_fact_that_two_sources_state_stays_with_the_first(store, tmp_path):
    folder = tmp_path / "second"
    shutil.copytree(EXAMPLES / "csv", folder)
    (folder / "source.json").write_text('{"source": "second"}')
    import_source(EXAMPLES / "csv", store=store)
    report = import_source(folder, store=store)
    assert report.unchanged == {"made_by": 1, "tied_up": 1}
    assert {relation.provenance.source for relation in store.relations()} == {"house-list"}


class FailingStore(SqliteStore):
    """Loses its connection while relations are written."""

    def write(self, entities=(), relations=()):
        def breaking():
            yield from list(relations)[:1]
            raise StoreError(self.url, "the disk is full")

        return super().write(entities, breaking())


def test_a_failure_while_writing_leaves_nothing_behind(tmp_path):
    with FailingStore(tmp_path / "graph.db") as store:
        with pytest.raises(StoreError, match="disk is full"):
            import_source(EXAMPLES / "lastfm", store=store)
        assert store.count_entities() == {}
        assert store.count_relations() == {}


def test_progress_never_runs_backwards_and_ends_at_the_whole(store):
    seen = {}
    import_source(
        EXAMPLES / "lastfm", store=store, progress=lambda *step: seen.setdefault(step[0], []).append(step[1:])
    )
    assert {"reading artists.dat", "writing entities", "writing relations"} <= seen.keys()
    for steps in seen.values():
        done = [step for step, _ in steps]
        assert done == sorted(done)
        assert steps[-1][0] == steps[-1][1]


def test_the_report_has_the_shape_that_programs_read(store):
    report = import_source(EXAMPLES / "jsonl", store=store).to_json()
    assert {
        "source",
        "format",
        "store",
        "added",
        "updated",
        "unchanged",
        "problems",
        "merged",
        "ambiguous",
    } <= report.keys()
    assert report["store"] == store.url
    assert report["resolution"] == []


@pytest.fixture
def annotated(store, tmp_path):
    folder = Path(shutil.copytree(EXAMPLES / "tieups", tmp_path / "tieups"))
    (folder / "artists.tsv").write_text(
        (folder / "artists.tsv").read_text(encoding="utf-8").replace("A quiet voice", "A quiet, quiet voice"),
        encoding="utf-8",
    )
    import_source(folder, store=store, annotator=WordAnnotator())
    return folder


def test_what_is_imported_gets_its_kansei_in_the_same_write(store, annotated):
    assert evoked(store) == {
        ("artist:宇多田ヒカル", "kansei:quiet"): 0.5,
        ("artist:宇多田ヒカル", "kansei:calm"): 1.0,
        ("brand:シチズン時計", "kansei:calm"): 1.0,
    }
    assert GROUNDS in store.entity("brand:シチズン時計").attributes


def test_what_did_not_change_is_not_read_again(store, annotated):
    annotator = WordAnnotator()
    report = import_source(annotated, store=store, annotator=annotator)
    assert annotator.asked == []
    assert (report.added, report.updated, report.annotated) == ({}, {}, 0)


def test_a_changed_text_is_read_again_and_values_without_ground_go(store, annotated):
    path = annotated / "artists.tsv"
    path.write_text(path.read_text(encoding="utf-8").replace("quiet", "loud"), encoding="utf-8")
    annotator = WordAnnotator()
    report = import_source(annotated, store=store, annotator=annotator)
    assert annotator.asked == ["artist:宇多田ヒカル"]
    assert report.annotated == 1
    assert ("artist:宇多田ヒカル", "kansei:quiet") not in evoked(store)


def test_a_newer_annotator_reads_everything_again(store, annotated):
    annotator = WordAnnotator("words 2")
    import_source(annotated, store=store, annotator=annotator)
    assert annotator.asked == ["artist:宇多田ヒカル", "brand:シチズン時計"]


def test_a_correction_by_a_person_survives(store, annotated):
    correct(store, "brand:シチズン時計", 0.1)
    import_source(annotated, store=store, annotator=WordAnnotator("words 2"))
    assert evoked(store)["brand:シチズン時計", "kansei:calm"] == 0.1


def test_a_dry_run_annotates_without_writing(store):
    report = import_source(EXAMPLES / "tieups", store=store, annotator=WordAnnotator(), dry_run=True)
    assert report.added["evokes"] == 3
    assert store.count_relations() == {}
