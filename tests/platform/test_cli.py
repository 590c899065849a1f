"""The command line as a person meets it: what it answers, where it writes, and the status it leaves with."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pysqlite3
import pytest

from kyokan import __version__
from kyokan.platform.cli import main
from kyokan.platform.jobs import JobService

DATA = Path(__file__).parents[1] / "fixtures" / "cli"
ARTIST = "River Lantern"
CALM_JA = "静かで懐かしい、手作りの文具。"
CALM_EN = "A calm and nostalgic duo."

pytestmark = pytest.mark.xdist_group("cli")  # one worker fills the store once


@dataclass(frozen=True)
class Answer:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


def kyokan(*arguments: str) -> Answer:
    """Run one command through the function that the console script calls."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err, pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return Answer(ended.value.code, out.getvalue(), err.getvalue())


def refused(answer: Answer, *words: str) -> None:
    """Bad input: status 2, nothing on standard output, one line that names it on standard error."""
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("kyokan: ")
    assert answer.err.count("\n") == 1
    for word in words:
        assert word in answer.err


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A home with the small data set, and what its import answered."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KYOKAN_HOME", str(home))
        return home, kyokan("import", str(DATA), "--json")


@pytest.fixture(autouse=True)
def home(filled: tuple[Path, Answer], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The filled home is in force, in an English terminal."""
    monkeypatch.setenv("KYOKAN_HOME", str(filled[0]))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    return filled[0]


@pytest.fixture
def empty(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a store; the vectors of the texts are known, so that the encoder need not load."""
    new = tmp_path / "home"
    new.mkdir()
    shutil.copy(home / "vectors.db", new)
    monkeypatch.setenv("KYOKAN_HOME", str(new))
    return new


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the small data set, to be spoilt."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


# import ----------------------------------------------------------------------------------------------------------


def test_an_import_counts_what_it_added_by_kind(filled: tuple[Path, Answer]):
    answer = filled[1]
    added = answer.json["added"]
    assert (answer.status, answer.json["problems"], answer.json["annotated"]) == (0, [], 7)
    assert {kind: added[kind] for kind in ("artist", "brand", "category", "tied_up", "in_category")} == {
        "artist": 3,
        "brand": 4,
        "category": 1,
        "tied_up": 2,
        "in_category": 1,
    }


def test_importing_the_same_again_changes_nothing():
    before = kyokan("stats", "--json").json
    again = kyokan("import", str(DATA), "--json")
    assert (again.status, again.json["added"], again.json["updated"]) == (0, {}, {})
    assert kyokan("stats", "--json").json == before


def test_a_dry_run_counts_the_same_and_writes_nothing(filled: tuple[Path, Answer], empty: Path):
    trial = kyokan("import", str(DATA), "--dry-run", "--json")
    assert (trial.status, trial.json["dry_run"]) == (0, True)
    assert trial.json["added"] == filled[1].json["added"]
    assert kyokan("stats", "--json").json["entities"] == {}


def test_a_bad_row_is_named_by_file_and_line_and_the_rest_comes_in(empty: Path, data: Path):
    with (data / "entities.csv").open("a", encoding="utf-8") as file:
        file.write("brand:nameless,brand,,,,\n")
    answer = kyokan("import", str(data), "--no-annotate")
    assert answer.status == 1
    (problem,) = [line for line in answer.out.splitlines() if "entities.csv" in line]
    assert problem.strip().startswith("entities.csv:10:name: ")
    assert kyokan("stats", "--json").json["entities"]["brand"] == 4


def test_a_source_with_an_unknown_column_is_refused_whole(empty: Path, data: Path):
    table = data / "entities.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("text_en", "txet_en", 1), encoding="utf-8")
    refused(kyokan("import", str(data)), "txet_en")
    assert kyokan("stats", "--json").json["entities"] == {}


def test_a_source_that_is_not_there_is_named(tmp_path: Path):
    refused(kyokan("import", str(tmp_path / "nowhere")), "nowhere")


# stats, dictionary, doctor ---------------------------------------------------------------------------------------


def test_stats_count_the_store_and_name_its_snapshot(home: Path):
    stats = kyokan("stats", "--json").json
    assert stats["store"] == f"sqlite:///{home / 'kyokan.db'}"
    assert (stats["entities"]["artist"], stats["entities"]["brand"], stats["relations"]["tied_up"]) == (3, 4, 2)
    assert stats["snapshot"].startswith("sha256:")


def test_the_dictionary_tells_its_version_and_its_circle_in_both_languages():
    told = kyokan("dictionary", "--json").json
    assert told["version"] == kyokan("stats", "--json").json["dictionary"]
    assert {"id": "serene", "ja": "静謐", "en": "Serene"} in told["sectors"]


def test_the_doctor_finds_every_part_well():
    answer = kyokan("doctor", "--json")
    assert answer.status == 0
    assert {check["part"] for check in answer.json["checks"] if check["passed"]} == {
        "home",
        "dictionary",
        "encoder",
        "store",
        "snapshot",
        "weights",
        "workroom",
        "trail",
        "jobs",
        "broker",
        "mail",
    }


def test_the_doctor_fails_while_a_job_is_dead_until_the_operator_retries_or_cancels_it(monkeypatch, tmp_path):
    monkeypatch.setenv("KYOKAN_HOME", str(tmp_path))
    assert kyokan("doctor").status == 0
    with JobService(tmp_path / "jobs.db", lambda _job: None) as jobs:
        job_id = jobs.enqueue("outcomes").id
        for _ in range(3):
            jobs.fail(jobs.claim(job_id), "no room", again=True)
    answer = kyokan("doctor")
    assert answer.status == 1
    assert f"holds 1 that did not end: {job_id}. See why in kyokan jobs, then kyokan jobs retry ID" in answer.out
    assert kyokan("jobs", "retry", job_id, "--json").json["state"] == "queued"
    assert kyokan("jobs", "cancel", job_id).out.split() == [job_id, "outcomes", "cancelled"]
    assert kyokan("jobs", "cancel", job_id).status == 2
    assert kyokan("doctor").status == 0
    assert [one["id"] for one in kyokan("jobs", "--json").json["jobs"]] == [job_id]


def test_the_doctor_names_the_first_record_of_the_trail_that_was_changed_behind_its_back(monkeypatch, tmp_path):
    monkeypatch.setenv("KYOKAN_HOME", str(tmp_path))
    kyokan("user", "add", "saeki@example.com", "--organisation", "Minato Agency")
    assert "ok    trail: 1 records, each fits the one before it" in kyokan("doctor").out
    with closing(pysqlite3.connect(tmp_path / "workroom.db")) as opened, opened:
        opened.execute("DROP TRIGGER audit_refuses_update")
        opened.execute("UPDATE audit SET name = 'nobody'")
    answer = kyokan("doctor")
    assert answer.status == 1
    assert "FAIL  trail: audit record 1: does not fit the one before it. Restore a backup" in answer.out


def test_the_doctor_gives_each_part_one_line():
    parts = [line.split()[1] for line in kyokan("doctor").out.splitlines()]
    wanted = ("home", "dictionary", "encoder", "store", "snapshot", "weights", "workroom")
    wanted += ("trail", "jobs", "broker", "mail")
    assert parts == [f"{part}:" for part in wanted]


def test_the_doctor_names_a_store_that_does_not_answer_and_leaves_with_3():
    answer = kyokan("doctor", "--store", "neo4j://127.0.0.1:1")
    assert answer.status == 3
    assert "FAIL  store: neo4j://127.0.0.1:1" in answer.out
    assert "ok    encoder" in answer.out


def test_the_doctor_names_a_broker_that_does_not_answer_and_no_password(monkeypatch):
    monkeypatch.setenv("KYOKAN_BROKER", "redis://:secret@127.0.0.1:1/0")
    answer = kyokan("doctor")
    assert answer.status == 3
    assert "FAIL  broker: " in answer.out
    assert "secret" not in answer.out


# annotate --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lang", "words"), [(CALM_JA, "ja", {"静か", "懐かしい"}), (CALM_EN, "en", {"calm", "nostalgic"})]
)
def test_a_text_is_read_in_its_language_with_the_words_behind_each_value(text: str, lang: str, words: set[str]):
    read = kyokan("annotate", text, "--json").json
    values = {value["attribute"]: value for value in read["profile"]}
    assert read["lang"] == lang
    assert {"calm", "nostalgic"} <= values.keys()
    assert words <= {span[2] for value in values.values() for span in value["spans"]}


def test_lines_are_read_one_by_one_from_standard_input(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", StringIO(f"{CALM_JA}\n\n{CALM_EN}\n"))
    read = [json.loads(line) for line in kyokan("annotate", "-", "--lines").out.splitlines()]
    assert [bool(each["profile"]) for each in read] == [True, False, True]
    assert (read[0]["lang"], read[2]["lang"]) == ("ja", "en")


def test_a_language_that_is_not_read_is_refused():
    refused(kyokan("annotate", CALM_EN, "--lang", "fr"), "--lang", "fr")


# propose ---------------------------------------------------------------------------------------------------------


def test_an_artist_is_answered_with_brands_and_the_nearest_in_kansei_is_first():
    answer = kyokan("propose", ARTIST, "--json")
    proposal = answer.json
    assert (answer.status, answer.err, proposal["status"]) == (0, "", "ok")
    assert (proposal["query"]["entity"]["id"], proposal["query"]["for"]) == ("artist:river-lantern", ["brand"])
    assert proposal["matches"][0]["entity"]["id"] == "brand:paper-kite"
    assert [match["rank"] for match in proposal["matches"]] == [1, 2, 3, 4]


def test_an_audience_is_named_by_whose_fans_it_is():
    asked = ("propose", "--audience", ARTIST, "--audience", "ペーパーカイト")
    proposal = kyokan(*asked, "--json").json
    assert [entity["id"] for entity in proposal["query"]["audience"]] == ["artist:river-lantern", "brand:paper-kite"]
    assert proposal["query"]["entity"] is None
    assert {match["entity"]["kind"] for match in proposal["matches"]} == {"brand"}
    assert "brand:paper-kite" not in [match["entity"]["id"] for match in proposal["matches"]]
    asked_in_words = kyokan(*asked).out.strip().partition("\n")[0]
    assert asked_in_words == "fans of River Lantern  リバーランタン + Paper Kite  ペーパーカイト  →  brand"
    refused(kyokan("propose", ARTIST, "--audience", "Paper Kite"), "audience", "beside an entity")


def test_contributions_add_up_to_the_raw_score_and_their_evidence_to_them():
    for match in kyokan("propose", ARTIST, "--json").json["matches"]:
        parts = match["contributions"]
        assert match["base"] + sum(part["contribution"] for part in parts) == pytest.approx(match["raw"])
        for part in parts:
            assert sum(item["weight"] for item in part["evidence"]) == pytest.approx(part["contribution"])


def test_a_brand_named_in_kana_is_answered_with_artists():
    proposal = kyokan("propose", "ペーパーカイト", "--top", "1", "--json").json
    assert proposal["query"]["for"] == ["artist"]
    assert [match["entity"]["id"] for match in proposal["matches"]] == ["artist:river-lantern"]


def test_a_brief_is_answered_without_a_name():
    proposal = kyokan("propose", "--text", CALM_JA, "--json").json
    assert (proposal["query"]["entity"], proposal["query"]["text"]) == (None, CALM_JA)
    assert proposal["matches"][0]["entity"]["id"] == "brand:paper-kite"


def test_what_is_wanted_avoided_and_left_out_is_part_of_the_question():
    options = [
        "--want",
        "静謐=0.8",
        "--avoid",
        "cute",
        "--without",
        "walk",
        "--without",
        "calm",
        "--exclude",
        "Sugar Post",
    ]
    proposal = kyokan("propose", ARTIST, *options, "--habit", "0", "--exposure", "0.5", "--json").json
    assert proposal["query"]["filters"] == {
        "kansei": {"cute": -1.0, "serene": 0.8},
        "exclude": ["brand:sugar-post"],
        "without_signals": ["walk"],
        "without_attributes": ["calm"],
        "exposure": 0.5,
        "habit": 0.0,
    }
    assert "brand:sugar-post" not in {match["entity"]["id"] for match in proposal["matches"]}
    signals = {part["signal"] for match in proposal["matches"] for part in match["contributions"]}
    assert "resonance" in signals
    assert "walk" not in signals


def test_half_of_the_places_go_to_little_known_names_where_that_is_asked():
    def slots(*options: str) -> int:
        matches = kyokan("propose", ARTIST, "--top", "2", "--json", *options).json["matches"]
        return sum(match["exposure_slot"] for match in matches)

    assert (slots(), slots("--exposure", "0.5")) == (0, 1)


def test_filters_that_nobody_passes_are_answered_so_in_both_languages():
    answer = kyokan("propose", ARTIST, "--category", "stationery", "--exclude", "Paper Kite", "--json")
    assert (answer.status, answer.json["status"], answer.json["matches"]) == (0, "empty", [])
    assert answer.json["note"].keys() == {"ja", "en"}


@pytest.mark.parametrize("command", [["propose", "Hazel"], ["explain", ARTIST, "Hazel"]], ids=" ".join)
def test_a_name_that_may_mean_two_is_answered_with_both(command: list[str]):
    answer = kyokan(*command, "--json")
    assert (answer.status, answer.json["status"], answer.json["matches"]) == (2, "needs_input", [])
    assert {each["id"] for each in answer.json["candidates"]} == {"artist:hazel", "brand:hazel"}
    assert answer.json["encoder"] == kyokan("propose", ARTIST, "--json").json["encoder"]
    assert answer.err.count("\n") == 1
    assert "Name one by its id" in answer.err


def test_an_id_tells_two_of_one_name_apart():
    assert kyokan("propose", "brand:hazel", "--json").json["query"]["entity"]["id"] == "brand:hazel"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["Quiet Nobody"], "Quiet Nobody"),
        ([], "--want"),
        ([ARTIST, "--want", "sernee"], "sernee"),
        ([ARTIST, "--want", "serene=2"], "between 0 and 1"),
        ([ARTIST, "--avoid", "静謐=much"], "静謐=much"),
        ([ARTIST, "--without", "luck"], "resonance"),
        ([ARTIST, "--for", "band"], "artist, brand, product"),
        ([ARTIST, "--category", "boats"], "category:stationery"),
        ([ARTIST, "--top", "0"], "--top"),
        ([ARTIST, "--habit", "1.5"], "--habit"),
        ([ARTIST, "--store", "paper://shelf"], "sqlite:///"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_question_that_cannot_be_asked_is_refused_in_one_line(arguments: list[str], named: str):
    refused(kyokan("propose", *arguments), named)


def test_a_store_that_does_not_answer_leaves_with_3():
    answer = kyokan("propose", ARTIST, "--store", "neo4j://127.0.0.1:1")
    assert (answer.status, answer.out, answer.err.count("\n")) == (3, "", 1)


@pytest.mark.parametrize("everything", [None, ""], ids=["LC_ALL unset", "LC_ALL empty"])
def test_a_japanese_terminal_is_answered_in_japanese(monkeypatch: pytest.MonkeyPatch, everything: str | None):
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    if everything is not None:
        monkeypatch.setenv("LC_ALL", everything)
    shown = kyokan("propose", ARTIST).out
    assert "確かさ" in shown
    assert "→  ブランド" in shown
    assert shown.index("リバーランタン") < shown.index(ARTIST)
    assert "confidence" not in shown


def test_a_japanese_sentence_is_broken_where_the_line_ends_and_never_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    monkeypatch.setenv("COLUMNS", "60")
    assert "…" not in kyokan("propose", ARTIST).out


def test_an_english_terminal_is_answered_in_english():
    shown = kyokan("propose", ARTIST).out
    assert "confidence" in shown
    assert "確かさ" not in shown


# explain ---------------------------------------------------------------------------------------------------------


def test_a_pair_is_explained_with_the_score_it_would_have_without_each_signal():
    told = kyokan("explain", ARTIST, "Paper Kite", "--json").json
    (match,) = told["matches"]
    signals = {part["signal"] for part in match["contributions"]}
    without = {
        one["without"]["id"]: one["score"] for one in told["counterfactuals"] if one["without"]["kind"] == "signal"
    }
    assert without.keys() == signals
    left_out = kyokan("explain", ARTIST, "Paper Kite", "--without", "meaning", "--json").json["matches"][0]
    assert without["meaning"] == pytest.approx(left_out["score"])
    assert left_out["score"] < match["score"]


def test_an_explanation_shows_the_sum_and_the_evidence():
    shown = kyokan("explain", ARTIST, "Paper Kite").out
    assert "kansei:" not in shown  # an attribute is called by its word
    assert "-0.000" not in shown
    for word in ("base", "resonance", "sum", "without meaning"):
        assert word in shown


def test_an_explanation_of_somebody_unknown_is_refused():
    refused(kyokan("explain", ARTIST, "Quiet Nobody"), "Quiet Nobody")


# evaluate, bench, learn ------------------------------------------------------------------------------------------


def test_an_unknown_protocol_is_named_with_those_there_are(tmp_path: Path):
    refused(kyokan("evaluate", "luck", "--data", str(tmp_path)), "luck", "fans", "tieups")


def test_a_protocol_whose_data_is_not_there_names_the_file(tmp_path: Path):
    refused(kyokan("evaluate", "tieups", "--data", str(tmp_path)), str(tmp_path), "tieups")


def test_an_unknown_benchmark_is_named_with_those_there_are():
    refused(kyokan("bench", "luck"), "luck", "snapshot", "propose")


def test_learning_from_too_few_tie_ups_says_so_and_keeps_nothing(home: Path):
    before = kyokan("propose", ARTIST, "--json").json["matches"]
    said, told = kyokan("learn"), kyokan("learn", "--json")
    assert (said.status, told.status) == (0, 0)
    assert "Too few dated tie-ups" in said.out
    assert (told.json["foresight"], told.json["kept"]) == (None, False)
    assert not list(home.glob("weights*"))
    assert kyokan("propose", ARTIST, "--json").json["matches"] == before


# the whole program -----------------------------------------------------------------------------------------------


def test_without_a_command_the_help_is_all_there_is():
    answer = kyokan()
    assert answer.status == 2
    assert "propose" in answer.out
    assert answer.err == ""


@pytest.mark.parametrize("arguments", [["prupose"], ["propose", ARTIST, "--best"], ["explain", ARTIST]], ids=" ".join)
def test_a_slip_of_the_pen_is_one_line_that_points_to_the_help(arguments: list[str]):
    refused(kyokan(*arguments), ". See kyokan --help.")


def test_an_unknown_setting_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KYOKAN_STROE", "sqlite:///x.db")
    refused(kyokan("stats"), "KYOKAN_STROE", "KYOKAN_STORE")


def test_the_version_is_told():
    assert kyokan("--version") == Answer(0, f"kyokan {__version__}\n", "")


def test_the_installed_program_ends_with_the_status_and_no_traceback():
    script = Path(sys.executable).with_name("kyokan")
    ended = subprocess.run([script, "propose", "静かな誰か"], capture_output=True, encoding="utf-8", check=False)
    refused(Answer(ended.returncode, ended.stdout, ended.stderr), "静かな誰か")
