"""Bad input of every kind: one clear line a problem, and never a half-loaded store."""

import json
import os
import shutil
import tracemalloc
from pathlib import Path

import pytest

from kyokan.errors import ImportRefusedError
from kyokan.graph.importers import Limits, import_source
from kyokan.graph.model import RelationKind
from kyokan.graph.stores import SqliteStore

EXAMPLES = Path(__file__).parents[1] / "fixtures" / "imports"


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "graph.db") as opened:
        yield opened


@pytest.fixture
def example(tmp_path):
    """A copy of an example folder, to be broken."""

    def copy(name):
        return Path(shutil.copytree(EXAMPLES / name, tmp_path / name))

    return copy


def replace(path, old, new):
    text = path.read_bytes()
    assert old in text
    path.write_bytes(text.replace(old, new))


def refused(source, store, format=None, options=None):  # noqa: A002 - the word of the import
    """The problems of a source that must be refused, after a look that nothing was written."""
    with pytest.raises(ImportRefusedError) as caught:
        import_source(source, store=store, format=format, options=options)
    assert store.count_entities() == {}
    assert "\n" not in str(caught.value)
    return caught.value.problems


def found(report):
    return [(problem.file, problem.row, problem.column, problem.rule) for problem in report.problems]


def test_a_missing_file_refuses_the_source(store, example):
    folder = example("lastfm")
    (folder / "tags.dat").unlink()
    (problem,) = refused(folder, store, format="lastfm")
    assert (problem.file, problem.rule) == ("tags.dat", "missing_file")


def test_a_missing_column_refuses_the_source(store, example):
    folder = example("lastfm")
    replace(folder / "user_artists.dat", b"weight", b"wait")
    (problem,) = refused(folder, store)
    assert (problem.file, problem.row, problem.column, problem.rule) == (
        "user_artists.dat",
        1,
        "weight",
        "missing_column",
    )


def test_another_encoding_refuses_the_source_and_names_the_line(store, example):
    folder = example("tieups")
    path = folder / "tieups.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp932"))
    (problem,) = refused(folder, store)
    assert (problem.file, problem.row, problem.rule) == ("tieups.csv", 2, "wrong_encoding")


def test_utf_16_is_named(store, example):
    folder = example("csv")
    path = folder / "entities.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    (problem,) = refused(folder, store)
    assert problem.message == "the file is UTF-16"


def test_bytes_of_another_encoding_can_be_let_pass_by_a_mapping(store, example):
    folder = example("catalogue")
    replace(folder / "teas.csv", b"Pale", b"P\xe2le")
    mapping = folder / "teas.yaml"
    (problem,) = refused(folder, store, format="catalogue", options={"mapping": mapping})
    assert problem.rule == "wrong_encoding"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "undecodable: replace\n", encoding="utf-8")
    report = import_source(folder, format="catalogue", store=store, options={"mapping": mapping})
    assert found(report) == [("teas.csv", 2, "", "wrong_encoding")]
    assert store.entity("product:paper-kite-morning-fog").text_en.startswith("P\N{REPLACEMENT CHARACTER}le")


def test_a_giant_line_is_left_out_and_the_rest_comes_in(store, example):
    folder = example("jsonl")
    with (folder / "entities.jsonl").open("ab") as stream:
        stream.write(b'{"id": "artist:giant", "kind": "artist", "name": "' + b"x" * 5_000_000 + b'"}\n')
        stream.write(b'{"id": "artist:after", "kind": "artist", "name": "After"}\n')
    report = import_source(folder, store=store, options={"limits": Limits(line_bytes=100_000)})
    assert found(report) == [("entities.jsonl", 3, "", "line_too_long")]
    assert store.entity("artist:after") is not None


def test_a_giant_file_of_one_line_is_never_held_in_memory(store, tmp_path):
    folder = tmp_path / "sparse"
    folder.mkdir()
    with (folder / "entities.csv").open("wb") as stream:
        os.truncate(stream.fileno(), 256 << 20)
    tracemalloc.start()
    try:
        problems = refused(folder, store)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [problem.rule for problem in problems] == ["line_too_long", "empty_file"]
    assert peak < 16 << 20


def test_a_json_file_that_is_too_large_is_refused(store, example):
    folder = example("sakenowa")
    problems = refused(folder, store, options={"limits": Limits(document_bytes=60)})
    assert [problem.rule for problem in problems] == ["file_too_large"]


@pytest.mark.parametrize(
    ("value", "rule"),
    [("NaN", "number"), ("inf", "number"), ("-3", "range"), ("many", "number"), ("1_000", "number"), ("", "blank")],
)
def test_a_weight_that_is_no_count_leaves_its_row_out(store, example, value, rule):
    folder = example("lastfm")
    replace(folder / "user_artists.dat", b"5\t2\t2\n", f"5\t2\t{value}\n".encode())
    report = import_source(folder, store=store)
    assert found(report) == [("user_artists.dat", 3, "weight", rule)]
    assert report.added["follows"] == 3


@pytest.mark.parametrize("weight", ["NaN", "Infinity", "1e999", "-1", '"nan"', '"1_0"'])
def test_a_weight_in_json_must_be_finite_and_not_negative(store, example, weight):
    folder = example("jsonl")
    replace(folder / "relations.jsonl", b"2.5", weight.encode())
    report = import_source(folder, store=store)
    assert [(p.file, p.row) for p in report.problems] == [("relations.jsonl", 1)]
    assert store.count_relations() == {}


def test_unknown_ids_are_named_with_their_row(store, example):
    folder = example("lastfm")
    with (folder / "user_artists.dat").open("a") as stream:
        stream.write("5\t99\t1\n")
    with (folder / "user_taggedartists.dat").open("a") as stream:
        stream.write("5\t1\t77\t1\t1\t2009\n")
    report = import_source(folder, store=store)
    assert found(report) == [
        ("user_taggedartists.dat", 8, "tagID", "unknown_id"),
        ("user_artists.dat", 6, "artistID", "unknown_id"),
    ]


def test_a_relation_may_point_into_the_store_but_not_into_nothing(store, example, tmp_path):
    import_source(EXAMPLES / "csv", store=store)
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "entities.csv").write_text("id,kind,name\nfan:one,fan,One\n")
    (folder / "relations.csv").write_text(
        "kind,source,target\nlikes,fan:one,brand:paper-kite\nlikes,fan:one,brand:nobody\n"
    )
    report = import_source(folder, store=store)
    assert found(report) == [("relations.csv", 3, "", "unknown_id")]
    assert report.added == {"fan": 1, "likes": 1}


def test_a_row_that_comes_twice_is_kept_once(store, example):
    folder = example("lastfm")
    with (folder / "user_artists.dat").open("a") as stream:
        stream.write("5\t1\t31\n")
    report = import_source(folder, store=store)
    assert found(report) == [("user_artists.dat", 6, "userID", "duplicate")]
    assert max(r.weight for r in store.relations(RelationKind.FOLLOWS, source="fan:lastfm-5")) == 30.0


def test_an_entity_that_comes_twice_is_kept_once(store, example):
    folder = example("jsonl")
    with (folder / "entities.jsonl").open("a") as stream:
        stream.write('{"id": "brand:paper-kite", "kind": "brand", "name": "Other"}\n')
    report = import_source(folder, store=store)
    assert found(report) == [("entities.jsonl", 3, "id", "duplicate")]
    assert store.entity("brand:paper-kite").name == "Paper Kite"


@pytest.mark.parametrize("year", ["soon", "20012", "2012-13", "2012-02-30", "0000"])
def test_a_date_that_does_not_exist_leaves_its_row_out(store, example, year):
    folder = example("tieups")
    replace(folder / "tieups.csv", b"cm_song,2012", f"cm_song,{year}".encode())
    report = import_source(folder, store=store)
    assert found(report) == [("tieups.csv", 2, "year", "date")]
    assert report.added["tied_up"] == 2


def test_an_end_before_the_start_leaves_its_row_out(store, example):
    folder = example("csv")
    replace(folder / "relations.csv", b"2020-06-30", b"2019-12-31")
    assert found(import_source(folder, store=store)) == [("relations.csv", 3, "until", "date")]


def test_ragged_rows_and_nul_bytes_are_left_out(store, example):
    folder = example("fan_graph")
    with (folder / "nodes.csv").open("ab") as stream:
        stream.write(b"short,artist\nnul\x00,artist,,,,1,0\n")
    report = import_source(folder, store=store)
    assert found(report) == [("nodes.csv", 8, "", "ragged_row"), ("nodes.csv", 9, "", "nul_byte")]
    assert report.added["artist"] == 2


def test_a_row_is_named_by_the_line_it_begins_on(store, example):
    folder = example("catalogue")
    with (folder / "teas.csv").open("a") as stream:
        stream.write('"",Paper Kite,"two\nlines",x,1,green\n')
    options = {"mapping": folder / "teas.yaml"}
    report = import_source(folder, format="catalogue", store=store, options=options)
    assert found(report) == [("teas.csv", 5, "Tea", "blank")]


def test_a_quotation_mark_that_never_closes_refuses_the_source(store, example):
    folder = example("csv")
    with (folder / "entities.csv").open("a") as stream:
        stream.write('artist:x,artist,"X,,,,,\n')
    (problem,) = refused(folder, store)
    assert (problem.row, problem.rule) == (5, "broken_table")


def test_a_column_that_is_not_known_refuses_own_tables(store, example):
    folder = example("csv")
    replace(folder / "relations.csv", b"weight", b"wieght")
    (problem,) = refused(folder, store)
    assert (problem.file, problem.column, problem.rule) == ("relations.csv", "wieght", "unknown_column")


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        ("not json", "", "json"),
        ("[1]", "", "json"),
        ('{"kind": "artist", "name": "X"}', "id", "missing_column"),
        ('{"id": "artist:x", "kind": "artist", "name": ""}', "name", "value"),
        ('{"id": "artist:x", "kind": "singer", "name": "X"}', "kind", "value"),
        ('{"id": "brand:x", "kind": "artist", "name": "X"}', "id", "id"),
        ('{"id": "artist:x", "kind": "artist", "name": "X", "nme_ja": ""}', "nme_ja", "unknown_column"),
        ('{"id": "artist:x", "kind": "artist", "name": "X", "attributes": {"a": NaN}}', "", "json"),
        ('{"id": "artist:x", "kind": "artist", "name": "half \\ud800"}', "name", "value"),
        ('{"id": "artist:\\u0007", "kind": "artist", "name": "bell"}', "", "value"),
        ("[" * 100_000, "", "json"),
    ],
)
def test_a_json_line_that_breaks_a_rule_is_left_out(store, example, line, column, rule):
    folder = example("jsonl")
    with (folder / "entities.jsonl").open("a") as stream:
        stream.write(line + "\n")
    assert found(import_source(folder, store=store)) == [("entities.jsonl", 3, column, rule)]


def test_nothing_to_import_is_a_refusal(store, example):
    folder = example("csv")
    (folder / "entities.csv").write_text("id,kind,name\n")
    (folder / "relations.csv").unlink()
    (problem,) = refused(folder, store)
    assert problem.rule == "nothing_to_import"


def test_json_of_another_shape_is_refused(store, example):
    folder = example("sakenowa")
    (folder / "brands.json").write_text('{"brands": {"id": 1}}')
    (problem,) = refused(folder, store)
    assert (problem.file, problem.rule) == ("brands.json", "missing_column")


def test_items_of_sakenowa_that_break_a_rule_are_left_out(store, example):
    folder = example("sakenowa")
    document = json.loads((folder / "brands.json").read_text(encoding="utf-8"))
    document["brands"] += [{"id": 100, "name": "二度", "breweryId": 10}, {"id": 7, "name": " ", "breweryId": 10}]
    document["brands"] += [{"id": 8, "name": "迷子", "breweryId": 99}, {"name": "番号なし"}, 5]
    (folder / "brands.json").write_text(json.dumps(document), encoding="utf-8")
    replace(folder / "flavor-charts.json", b"0.75", b"75")
    report = import_source(folder, store=store)
    assert [(row, column, rule) for _, row, column, rule in found(report)] == [
        (3, "id", "duplicate"),
        (6, "id", "blank"),
        (7, "id", "blank"),
        (1, "f5", "range"),
        (3, "name", "blank"),
        (4, "breweryId", "unknown_id"),
        (1, "", "unknown_id"),
        (1, "", "unknown_id"),
    ]
    assert report.added["brand"] == 1


def test_a_fault_that_repeats_is_listed_some_times_and_counted(store, example):
    folder = example("lastfm")
    with (folder / "user_artists.dat").open("a") as stream:
        stream.writelines(f"5\t{artist}\t1\n" for artist in range(1000, 1500))
    with (folder / "user_friends.dat").open("a") as stream:
        stream.write("5\t999\n")
    report = import_source(folder, store=store, options={"limits": Limits(repeats=3)})
    assert report.problem_count == 501
    assert [problem.message for problem in report.problems if problem.row is None] == ["497 more like this"]
    assert [(p.file, p.row) for p in report.problems if p.rule == "unknown_id" and p.row][-1] == ("user_friends.dat", 6)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("colums: {name: Tea}", "colums"),
        ("source: teas\nlicence: x\ncolumns: {name: Tea, nmae: x}", "columns.nmae"),
        ("source: Teas!\nlicence: x\ncolumns: {name: Tea}", "source"),
    ],
)
def test_a_mapping_that_breaks_a_rule_is_refused(store, example, text, column):
    folder = example("catalogue")
    (folder / "teas.yaml").write_text(text)
    (problem,) = refused(folder, store, format="catalogue", options={"mapping": folder / "teas.yaml"})
    assert (problem.file, problem.column, problem.rule) == ("teas.yaml", column, "mapping")


def test_a_mapping_that_is_no_yaml_is_refused(store, example):
    folder = example("catalogue")
    (folder / "teas.yaml").write_text("source: [")
    (problem,) = refused(folder, store, format="catalogue", options={"mapping": folder / "teas.yaml"})
    assert problem.rule == "yaml"


def test_a_source_or_format_that_is_not_there_is_refused(store, tmp_path):
    for source, name in ((tmp_path / "nowhere", None), (tmp_path, "excel"), (tmp_path, None)):
        with pytest.raises(ImportRefusedError):
            import_source(source, format=name, store=store)


def test_a_catalogue_that_no_mapping_knows_asks_for_one(store, example):
    folder = example("catalogue")
    with pytest.raises(ImportRefusedError, match="--mapping"):
        import_source(folder, format="catalogue", store=store)


def test_an_option_that_is_not_known_is_refused(store):
    with pytest.raises(ImportRefusedError, match="maping"):
        import_source(EXAMPLES / "csv", store=store, options={"maping": "x"})
