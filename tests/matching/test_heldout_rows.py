"""What stands in a held-out folder is scored and nothing else is asked of it; a side without rows is refused."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from kyokan.errors import DataMissingError, InputError
from kyokan.matching.evaluation import PROTOCOLS, evaluate
from tests.matching.test_brand_personality import RATED
from tests.matching.test_brand_personality import _write as write_brands
from tests.matching.test_evaluation_kansei import write_captions, write_sakes, write_sentences, write_tracks
from tests.matching.test_protocol_fans import PLAYS
from tests.matching.test_protocol_fans import write as write_lastfm

LASTFM = "hetrec2011-lastfm-2k"
SHEETS = ["user,product,p0,id_p0,liking", *(f"{who},{what},{who * what},5,{what}" for who in (1, 2) for what in (1, 2))]
TIE_UPS = "id,artist,artist_type,brand_or_product,company,category,tie_type,year,song,evidence,name_script,source\n"
GRAPH = {"nodes.csv": "node,type,origin_hint,lastfm_artist_id\na,artist,,1\n", "edges.csv": "source,target,snapshot\n"}


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_sheets(root: Path) -> Path:
    put(root / "perfume_sensory" / "SensoMineR_perfume_ideal.csv", "\n".join(SHEETS))
    return root


def write_graph(root: Path) -> Path:
    for name, text in GRAPH.items():
        put(root / "reddit_fan_graph" / name, text)
    return write_lastfm(root, PLAYS)


def write_log(root: Path, campaign: str, policy: str, clicks: str) -> Path:
    folder = root / "obd"
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / f"{campaign}_{policy}.csv.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(["item_id,click,propensity_score", *(f"{n % 2},{c},0.5" for n, c in enumerate(clicks))]))
    (folder / f"{campaign}_items.csv").write_text("item_id\n0\n1\n", encoding="utf-8")
    return root


Writer = Callable[[Path], Path]
WHOLE: dict[str, Writer] = {
    "fans": lambda root: write_lastfm(root, PLAYS),
    "cold-artists": lambda root: write_lastfm(root, PLAYS),
    "attributes": lambda root: write_lastfm(root, PLAYS),
    "kansei-en": lambda root: write_captions(root, 8),
    "sake": lambda root: write_sakes(root, range(9)),
    "music-mood": lambda root: write_tracks(root, range(6)),
    "perfume": write_sheets,
    "brand-personality": lambda root: write_brands(root, RATED),
}


@pytest.mark.parametrize("protocol", WHOLE)
def test_a_held_out_folder_that_holds_every_row_leaves_nothing_to_learn_from(protocol: str, tmp_path: Path) -> None:
    data, same = WHOLE[protocol](tmp_path / "data"), WHOLE[protocol](tmp_path / "same")
    with pytest.raises(InputError, match=r"data: holds no .* to learn from beside those held out"):
        evaluate(protocol, data, same)


@pytest.mark.parametrize("protocol", WHOLE)
def test_a_held_out_folder_without_a_row_is_refused(protocol: str, tmp_path: Path) -> None:
    data, none = WHOLE[protocol](tmp_path / "data"), WHOLE[protocol](tmp_path / "none")
    for path in (path for path in none.rglob("*") if path.suffix in {".csv", ".tsv", ".dat"}):
        path.write_text(path.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    charts = none / "sakenowa_sake" / "flavor-charts.json"
    if charts.is_file():
        charts.write_text('{"flavorCharts": []}', encoding="utf-8")
    with pytest.raises(InputError, match=r"none: holds no .* to score"):
        evaluate(protocol, data, none)


@pytest.mark.parametrize("protocol", ["overlap", "cross-overlap"])
def test_a_held_out_graph_without_a_pair_is_refused(protocol: str, tmp_path: Path) -> None:
    data, none = write_graph(tmp_path / "data"), write_graph(tmp_path / "none")
    for heldout in (None, none):
        with pytest.raises(InputError, match="has no new pair in its latest snapshot"):
            evaluate(protocol, data, heldout)


@pytest.mark.parametrize("protocol", [name for name in PROTOCOLS if name in {*WHOLE, "overlap", "ads-ope"}])
def test_an_empty_held_out_folder_is_refused_with_the_file_that_is_not_there(protocol: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for writer in (write_graph, lambda root: write_captions(root, 4), lambda root: write_sakes(root, range(9))):
        if not (data / LASTFM).exists() or writer is not write_graph:
            writer(data)
    write_tracks(data, range(4))
    write_sheets(data)
    write_brands(data, RATED)
    write_log(data, "all", "random", "01")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataMissingError, match=rf"empty/.*is read by the {protocol} protocol and is not there"):
        evaluate(protocol, data, tmp_path / "empty")


def test_held_out_charts_without_tags_beside_them_are_read_with_the_tags_of_data(tmp_path: Path) -> None:
    data, heldout = write_sakes(tmp_path / "data", range(30)), write_sakes(tmp_path / "held", range(20, 30))
    both = evaluate("sake", data, heldout)
    for name in ("flavor-tags-ja.json", "brand-flavor-tags.json"):
        (heldout / "sakenowa_sake" / name).unlink()
    assert evaluate("sake", data, heldout).metrics == both.metrics


def test_facets_are_read_by_name_whatever_their_order(tmp_path: Path) -> None:
    data = write_brands(tmp_path / "data", dict(list(RATED.items())[:6]))
    heldout = write_brands(tmp_path / "held", dict(list(RATED.items())[6:]))
    before = evaluate("brand-personality", data, heldout)
    table = heldout / "brand_personality" / "brand_associations.csv"
    cells = [line.split(",") for line in table.read_text(encoding="utf-8").split("\n")]
    put(table, "\n".join(",".join([row[0], "New" if n == 0 else "0", *row[:0:-1]]) for n, row in enumerate(cells)))
    assert evaluate("brand-personality", data, heldout).metrics == before.metrics
    put(table, ",Tough\nJeep,0.9\n")
    with pytest.raises(InputError, match="lacks the facet Upper-class, Wholesome"):
        evaluate("brand-personality", data, heldout)


def test_a_brand_is_the_same_however_it_is_spelled(tmp_path: Path) -> None:
    data = write_brands(tmp_path / "data", RATED)
    heldout = write_brands(tmp_path / "held", {"LEVIS Jeans": (0.7, 0.2, 0.4), "Jeep": (0.9, 0.3, 0.2)})
    assert evaluate("brand-personality", data, heldout).settings["brands_learned"] == len(RATED) - 2


def test_sheets_are_read_by_the_names_of_their_columns(tmp_path: Path) -> None:
    data, heldout = write_sheets(tmp_path / "data"), tmp_path / "held"
    table = "perfume_sensory/SensoMineR_perfume_ideal.csv"
    put(heldout / table, "age,product,user,liking,p0,id_p0\n30,1,9,2,1,5\n30,2,9,1,1,5\n")
    result = evaluate("perfume", data, heldout)
    assert (result.n, result.settings["people_learned"]) == (1, 2)
    put(heldout / table, "user,product\n9,1\n")
    with pytest.raises(InputError, match="lacks a column"):
        evaluate("perfume", data, heldout)


def test_a_person_who_tried_one_perfume_is_not_counted(tmp_path: Path) -> None:
    data, heldout = write_sheets(tmp_path / "data"), tmp_path / "held"
    put(heldout / "perfume_sensory/SensoMineR_perfume_ideal.csv", "user,product,p0,id_p0,liking\n9,1,1,5,2\n")
    with pytest.raises(InputError, match="holds no people with two known perfumes or more to score"):
        evaluate("perfume", data, heldout)


@pytest.mark.parametrize("side", ["data", "held"])
def test_sentences_are_read_on_whichever_side_they_stand(side: str, tmp_path: Path) -> None:
    for name in ("data", "held"):
        (tmp_path / name).mkdir()
    write_sentences(tmp_path / side)
    result = evaluate("emotions-ja", tmp_path / "data", tmp_path / "held", without=frozenset({"embedding"}))
    assert result.n == 10


def test_a_held_out_random_log_scores_what_the_log_of_data_says(tmp_path: Path) -> None:
    data, heldout = write_log(tmp_path / "data", "men", "bts", "01" * 40), tmp_path / "held"
    write_log(data, "all", "random", "0" * 80)
    write_log(heldout, "men", "random", "0001" * 20)
    (heldout / "obd" / "men_items.csv").unlink()
    write_log(heldout, "women", "random", "01" * 40)
    write_log(heldout, "women", "bts", "01" * 40)
    result = evaluate("ads-ope", data, heldout)
    assert result.n == 2
    assert [result.settings["campaigns"][name]["random_log"] for name in ("men", "women")] == [0.25, 0.5]


def test_a_known_fan_of_a_hidden_artist_is_no_candidate(tmp_path: Path) -> None:
    hidden = [play for play in PLAYS if play[1] in (1, 2)]
    rest = [play for play in PLAYS if play[1] not in (1, 2)]
    heldout = write_lastfm(tmp_path / "held", hidden[:-1])
    clean = evaluate("cold-artists", write_lastfm(tmp_path / "clean", rest), heldout)
    known = evaluate("cold-artists", write_lastfm(tmp_path / "known", [*rest, hidden[-1]]), heldout)
    assert known.settings["artists"] == clean.settings["artists"]
    assert known.metrics["ndcg@20_artist_to_fans"] >= clean.metrics["ndcg@20_artist_to_fans"]


def test_faithfulness_needs_a_tie_up_that_data_does_not_hold(tmp_path: Path) -> None:
    row = "1,嵐,music,Suica,JR東日本,travel,cm,2010,,A_official,ja,https://example.com\n"
    for name in ("data", "held"):
        put(tmp_path / name / "tieups_web" / "tieups.csv", TIE_UPS + row)
    with pytest.raises(InputError, match="holds no tie-up of an artist that --data does not hold"):
        evaluate("faithfulness", tmp_path / "data", tmp_path / "held")
