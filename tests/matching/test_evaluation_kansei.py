"""The protocols that go through the kansei space, on small folders of the same layout as the real ones."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kyokan.errors import DataMissingError, InputError, QueryError
from kyokan.graph.annotate import Annotator
from kyokan.graph.annotate.emotions import EMOTIONS
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.encoder import Vectors
from kyokan.matching.evaluation import captions, emotions_ja, evaluate, kansei_en, music_mood, sake
from kyokan.matching.evaluation.caption_model import CaptionReader, kernel_ridge
from kyokan.matching.evaluation.label_links import linked

HEAVY, LIGHT = ["濃厚", "コク", "どっしり"], ["スッキリ", "軽快", "さわやか"]


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def write_sakes(root: Path, brands: range) -> Path:
    """Brands of even number are heavy, of odd number light; the more of their tags, the more so."""
    names = [*HEAVY, *LIGHT]
    write_json(root / sake.FOLDER / "flavor-tags-ja.json", {"tags": [{"id": k, "tag": t} for k, t in enumerate(names)]})
    tagged, charts = [], []
    for brand in brands:
        count = 1 + brand % 3
        tagged.append({"brandId": brand, "tagIds": [(brand % 2) * 3 + k for k in range(count)]})
        heavy, light = (0.5 + 0.1 * count, 0.4 - 0.1 * count)[:: 1 if brand % 2 == 0 else -1]
        chart = {"f1": light / 2, "f2": heavy, "f3": heavy, "f4": 0.1 * count, "f5": light, "f6": light}
        charts.append({"brandId": brand, **{axis: value + brand / 1000 for axis, value in chart.items()}})
    write_json(root / sake.FOLDER / "brand-flavor-tags.json", {"flavorTags": [*tagged, {"brandId": 999, "tagIds": []}]})
    write_json(root / sake.FOLDER / "flavor-charts.json", {"flavorCharts": charts})
    return root


def test_sake_axes_follow_the_tags_with_and_without_fitting(tmp_path: Path) -> None:
    data, heldout = write_sakes(tmp_path / "data", range(30)), write_sakes(tmp_path / "held", range(30, 50))
    result = evaluate("sake", data, heldout)
    assert result.n == 20
    for name in ("spearman_fitted_f3", "spearman_fitted_f6", "spearman_dictionary_f3", "spearman_dictionary_f6"):
        assert result.metrics[name] > 0.6
    assert set(result.baselines) == {"ridge_on_tags"}
    assert result.ci95["spearman_fitted"][0] <= result.metrics["spearman_fitted"]
    assert result.settings["brands_learned"] == 30


def test_sake_never_learns_from_a_tested_brand(tmp_path: Path) -> None:
    data, heldout = write_sakes(tmp_path / "data", range(30)), write_sakes(tmp_path / "held", range(20, 40))
    assert evaluate("sake", data, heldout).settings["brands_learned"] == 20


def test_sake_read_by_the_dictionary_ignores_the_charts_of_data(tmp_path: Path) -> None:
    heldout = write_sakes(tmp_path / "held", range(30, 50))
    one = evaluate("sake", write_sakes(tmp_path / "a", range(30)), heldout)
    other = evaluate("sake", write_sakes(tmp_path / "b", range(3, 25)), heldout)
    assert one.metrics["spearman_dictionary"] == other.metrics["spearman_dictionary"]


def test_earlier_flavour_tags_weigh_more() -> None:
    assert sake.weights(["a", "b", "c"], order=True) == {"a": 1.0, "b": 0.8, "c": 2 / 3}
    assert sake.weights(["a", "b"], order=False) == {"a": 1.0, "b": 1.0}


def test_a_tag_that_does_nothing_to_a_chart_is_irrelevant() -> None:
    known = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    scale = sake.relevance(known, np.array([[0.0], [0.0], [1.0], [1.0]]))
    np.testing.assert_allclose(scale, [[np.sqrt(2.0), 0.0]], atol=1e-9)


def test_a_tag_counts_most_for_the_axis_that_it_moves() -> None:
    known = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    scale = sake.relevance(known, known)
    np.testing.assert_allclose(scale, np.sqrt([[1.5, 0.5], [0.5, 1.5]]), atol=1e-9)


def test_a_short_list_is_filled_up_with_tags_that_go_with_its_own() -> None:
    known = np.array([[1.0, 1.0, 0.0]] * 200 + [[0.0, 0.0, 1.0]] * 200)
    tags = sake.filled(np.vstack([known, [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]), len(known))
    # The first is foretold from the second by 200 / (200 + FILLING_RIDGE); 19 of 20 places are empty, counted twice.
    np.testing.assert_allclose(tags[-2], [1.0, 2.0 * 0.95 * 200 / 300, 0.0], atol=1e-9)
    np.testing.assert_allclose(tags[-1], 0.0)


def test_filling_up_learns_nothing_from_the_lists_to_be_filled() -> None:
    known, short = np.eye(3)[[0, 1, 2, 0]], np.array([[1.0, 0.0, 0.0]])
    alone = sake.filled(np.vstack([known, short]), 4)[4]
    np.testing.assert_array_equal(sake.filled(np.vstack([known, short, np.ones((5, 3))]), 4)[4], alone)


def test_a_full_list_is_not_filled_up() -> None:
    known = np.ones((4, 21))
    full = np.append(np.ones(20), 0.0)
    np.testing.assert_array_equal(sake.filled(np.vstack([known, full]), 4)[4], full)


def test_each_part_of_sake_can_be_left_out(tmp_path: Path) -> None:
    data = write_sakes(tmp_path, range(40))
    for part in sake.PARTS:
        assert evaluate("sake", data, without=frozenset({part})).metrics["spearman_fitted_f3"] > 0.6


def test_a_chart_with_few_tags_is_trusted_less() -> None:
    known, charts = np.array([[0.0], [0.0], [9.0], [9.0]]), np.array([[0.0], [1.0], [2.0], [3.0]])
    low_trusted, high_trusted = (
        sake.fit_axes(known, charts, np.array(counts), np.array([[0.0]])).item()
        for counts in ([20, 1, 9, 9], [1, 20, 9, 9])
    )
    assert low_trusted < high_trusted


def test_a_broken_sake_file_is_named(tmp_path: Path) -> None:
    data = write_sakes(tmp_path, range(6))
    write_json(data / sake.FOLDER / "flavor-charts.json", {"flavorCharts": [{"brandId": 1}]})
    with pytest.raises(InputError, match="known shape"):
        evaluate("sake", data)


def write_tracks(root: Path, artists: range) -> Path:
    """Two tracks an artist: ambient piano is calm, metal with distorted guitar is heavy."""
    lines: dict[str, list[str]] = {
        kind: ["TRACK_ID\tARTIST_ID\tALBUM_ID\tDURATION\tTAGS"] for kind in ("genre", "instrument", "moodtheme")
    }
    for artist in artists:
        for track, tags in enumerate((("ambient", "piano", "calm"), ("metal", "electricguitar", "heavy"))):
            row = f"track_{artist:03}{track}\tartist_{artist:03}\talbum_1\t100.0\t"
            for kind, tag in zip(lines, tags, strict=True):
                prefix = "mood/theme" if kind == "moodtheme" else kind
                lines[kind].append(f"{row}{prefix}---{tag}")
    for kind, rows in lines.items():
        path = root / music_mood.FOLDER / f"autotagging_{kind}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


def test_moods_follow_genres_and_instruments_of_other_artists(tmp_path: Path) -> None:
    result = evaluate("music-mood", write_tracks(tmp_path, range(20)), seed=1)
    assert result.metrics == {"macro_ap": 1.0, "lrap": 1.0}
    assert result.baselines["popularity"]["lrap"] < 1.0
    assert (result.n, result.settings["tracks_learned"]) == (16, 24)


def test_no_artist_is_on_both_sides(tmp_path: Path) -> None:
    data, heldout = write_tracks(tmp_path / "data", range(20)), write_tracks(tmp_path / "held", range(15, 25))
    assert evaluate("music-mood", data, heldout).settings["tracks_learned"] == 30


def test_each_part_of_music_mood_can_be_left_out(tmp_path: Path) -> None:
    data = write_tracks(tmp_path, range(12))
    for part in music_mood.PARTS:
        assert evaluate("music-mood", data, without=frozenset({part})).metrics["lrap"] == 1.0
    with pytest.raises(QueryError, match="its parts are kansei, kernel, artist_weights, mood_links"):
        evaluate("music-mood", data, without=frozenset({"tempo"}))


def test_four_tracks_of_one_artist_weigh_as_two_of_two_others() -> None:
    np.testing.assert_allclose(music_mood.artist_weights(["a", "a", "a", "a", "b", "c"]), [0.75] * 4 + [1.5] * 2)


def test_a_mood_takes_over_from_moods_it_goes_with() -> None:
    target = np.array([[1, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 1]], dtype=bool)
    scores = linked(np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]), target, 0.3)
    np.testing.assert_allclose(scores[0], [1.0, 0.3, -0.3])


CAPTIONS = {
    "sad": ["A slow minor piano mourns a loss, sad and alone.", "Sad strings weep over a farewell at the station."],
    "happy": [
        "Handclaps and a happy chorus for a sunny picnic.",
        "A happy ukulele whistles along with laughing children.",
    ],
}


def write_captions(root: Path, number: int, first: int = 0) -> Path:
    folder = root / captions.FOLDER
    write_json(folder / "mood_vocab.json", ["happy", "sad"])
    with (folder / "musiccaps-public.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["ytid", "start_s", "end_s", "aspect_list", "caption"])
        for row in range(first, first + number):
            for mood, texts in CAPTIONS.items():
                table.writerow([f"{mood}{row}", 0, 10, f"['{mood}', 'piano']", f"{texts[row % 2]} Take {row}."])
            table.writerow([f"none{row}", 0, 10, "['piano']", "A piano."])
    return root


def test_mood_words_are_found_in_captions_and_behind_them(tmp_path: Path) -> None:
    data, heldout = write_captions(tmp_path / "data", 8), write_captions(tmp_path / "held", 3, first=100)
    result = evaluate("kansei-en", data, heldout)
    assert result.n == 6
    assert result.metrics == {"lrap": 1.0, "macro_ap": 1.0, "lrap_masked": 1.0, "macro_ap_masked": 1.0}
    assert set(result.baselines["tfidf_logistic"]) == set(result.metrics)


def test_masking_takes_out_whole_words_only() -> None:
    assert captions.masked("Sad, unsad and SAD sadness", ["sad"]) == ", unsad and  sadness"


def write_rows(root: Path, rows: Sequence[tuple[str, str, str]]) -> Path:
    folder = root / captions.FOLDER
    write_json(folder / "mood_vocab.json", ["happy", "sad"])
    with (folder / "musiccaps-public.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["ytid", "start_s", "aspect_list", "caption"], *((n, 0, a, c) for n, a, c in rows)])
    return root


NAMING = [
    ("given", "['sad', 'piano']", "A happy piano."),
    ("in text", "['piano']", "It has a Happy feel."),
    ("in aspect", "['sad melody', 'piano']", "A melody."),
    ("within a word", "['piano']", "Full of sadness."),
]


def test_a_caption_names_a_mood_in_its_text_or_within_an_aspect(tmp_path: Path) -> None:
    named = captions.read_named(write_rows(tmp_path, NAMING), ["happy", "sad"], "kansei-en")
    assert named.ids == ("in text-0", "in aspect-0")
    np.testing.assert_array_equal(named.moods, [[True, False], [False, True]])


def test_a_mood_that_is_only_named_is_half_believed(tmp_path: Path) -> None:
    data, vocabulary = write_rows(tmp_path, [*NAMING, *(("like given", *NAMING[0][1:]),) * 2]), ["happy", "sad"]
    known = captions.read_captions(data, vocabulary, "kansei-en")
    named = captions.read_named(data, vocabulary, "kansei-en")
    target, usual = kansei_en.learned_targets(known, named, frozenset())
    # Learned captions that are all the same tell nothing beyond how usual a mood is: never happy, always sad.
    np.testing.assert_allclose(target, [[0.0, 1.0]] * 3 + [[0.5, 1.0], [0.0, 1.0]])
    np.testing.assert_allclose(usual, [0.0, 1.0])
    alone, _ = kansei_en.learned_targets(known, named, frozenset({"aspects"}))
    np.testing.assert_allclose(alone[3:], [[0.5, 0.0], [0.0, 0.5]])


def test_captions_that_only_name_a_mood_are_learned_but_no_tested_one_and_can_be_left_out(tmp_path: Path) -> None:
    data, heldout = write_captions(tmp_path / "data", 8), write_captions(tmp_path / "held", 3, first=100)
    table = data / captions.FOLDER / "musiccaps-public.csv"
    extra = ["new,0,10,\"['piano']\",A happy waltz.", "happy100,0,10,\"['piano']\",A happy march."]
    table.write_text("\n".join([table.read_text(encoding="utf-8").strip(), *extra, ""]), encoding="utf-8")
    assert evaluate("kansei-en", data, heldout).settings["captions_naming_a_mood"] == 1
    without = evaluate("kansei-en", data, heldout, without=frozenset({"named"}))
    assert without.settings["captions_naming_a_mood"] == 0


def test_what_is_trusted_less_moves_a_regression_less() -> None:
    kernel, target = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]), np.array([[1.0], [1.0]])
    found = kernel_ridge(kernel, target, np.array([1.0, 3.0]), np.zeros(1))
    np.testing.assert_allclose(found, [[0.5], [0.25]])


def test_a_caption_of_both_sides_is_not_learned(tmp_path: Path) -> None:
    data, heldout = write_captions(tmp_path / "data", 8), write_captions(tmp_path / "held", 4, first=6)
    assert evaluate("kansei-en", data, heldout).settings["captions_learned"] == 12


class ByHand:
    """An encoder with vectors of its own for a few texts."""

    name, dimensions = "by hand", 2

    def encode(self, texts: Sequence[str]) -> Vectors:
        known = {
            "up": [1.0, 0.0],
            "down": [0.0, 1.0],
            "The music is happy.": [0.8, 0.6],
            "The music is sad.": [0.6, 0.8],
        }
        return np.array([known[text] for text in texts], dtype=np.float32)


def test_a_caption_stands_near_the_mood_word_that_means_the_same() -> None:
    texts = ["up", "down", "down", "up"]
    reader = CaptionReader(texts, 2, ["happy", "sad"], Annotator(load_dictionary()), ByHand())
    np.testing.assert_allclose(reader.meant({"vector"}), [[-1.0, 1.0], [1.0, -1.0]], atol=1e-5)
    assert not reader.meant(frozenset()).any()


def test_a_caption_stands_near_the_mood_word_whose_kansei_it_has() -> None:
    texts = ["A cheerful chorus.", "A sorrowful dirge.", "Strings of grief.", "A cheerful ukulele."]
    near = CaptionReader(texts, 2, ["happy", "sad"], Annotator(load_dictionary()), ByHand()).meant({"kansei"})
    assert near[0, 1] > near[0, 0]
    assert near[1, 0] > near[1, 1]


def test_parts_of_kansei_en_can_be_left_out_but_one_way_to_read_must_stay(tmp_path: Path) -> None:
    data, heldout = write_captions(tmp_path / "data", 8), write_captions(tmp_path / "held", 3, first=100)
    assert evaluate("kansei-en", data, heldout, without=frozenset(kansei_en.PARTS) - {"words"}).metrics["lrap"] == 1.0
    with pytest.raises(QueryError, match="leaves nothing to read a caption by"):
        evaluate("kansei-en", data, heldout, without=frozenset(kansei_en.KERNELS))


def write_sentences(root: Path) -> Path:
    rows = [
        ("今日は最高に嬉しい！", "joy"), ("つらい。泣きそう", "sadness"), ("は？むかつく", "anger"),
        ("怖くて眠れない", "fear"),
        ("びっくりした", "surprise"), ("気持ち悪いし臭い", "disgust"), ("明日が楽しみでわくわくする", "anticipation"),
        ("ありがとう、頼りにしています", "trust"), ("電車は十時に着く", ""), ("資料を三部印刷した", ""),
    ]  # fmt: skip
    folder = root / "wrime_subset"
    folder.mkdir(parents=True)
    header = ["Sentence", *(f"Avg. Readers_{name.capitalize()}" for name in EMOTIONS)]
    lines = [[text, *(str(2 * (name == felt)) for name in EMOTIONS)] for text, felt in rows]
    table = "\n".join("\t".join(line) for line in [header, *lines])
    (folder / "part.tsv").write_text(table, encoding="utf-8")
    return root


def test_emotions_are_read_without_fitting(tmp_path: Path) -> None:
    result = evaluate("emotions-ja", write_sentences(tmp_path))
    assert result.n == 10
    assert result.metrics["r_mean"] > 0.5
    assert result.metrics["r_joy"] > 0.5
    assert result.settings["fitted"] is False


def test_what_readers_said_changes_no_reading(tmp_path: Path) -> None:
    """A sentence's score is the annotator's own: with other readings only the figures differ, by sign."""
    data = write_sentences(tmp_path)
    table = data / "wrime_subset" / "part.tsv"
    before = evaluate("emotions-ja", data, without=frozenset({"embedding"}))
    swapped = table.read_text(encoding="utf-8").replace("\t0", "\tx").replace("\t2", "\t0").replace("\tx", "\t2")
    table.write_text(swapped, encoding="utf-8")
    after = evaluate("emotions-ja", data, without=frozenset({"embedding"}))
    assert after.metrics["r_joy"] == pytest.approx(-before.metrics["r_joy"])


def test_tables_of_our_own_posts_are_measured_beside_the_learned_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "posts.tsv"
    table.write_text("# joy to trust\n90000000\tやった、合格\n09000000\t泣いた\n00000000\t駅\n", encoding="utf-8")
    emotions_ja.main([str(table)])
    learned, reading, cues, _ = capsys.readouterr().out.splitlines()
    assert learned.startswith("learned posts, each left out")
    assert reading.startswith("posts.tsv (3): r_joy")
    assert "r_joy 1.00" in cues


def test_missing_sentences_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataMissingError, match=r"wrime_subset.*emotions-ja"):
        evaluate("emotions-ja", tmp_path)


def test_the_sake_axes_are_in_the_dictionary() -> None:
    annotator = Annotator(load_dictionary())
    axes = sake.axes_of(annotator.dictionary)
    assert axes.shape == (6, len(annotator.dictionary))
    assert np.all(axes.max(axis=1) > 0)
