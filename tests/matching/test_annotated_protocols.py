"""Protocols that read kansei: sake by its tags, tracks by theirs, Japanese texts by the annotator's own reading."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kyokan.errors import DataMissingError, InputError
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.evaluation import emotions_ja, music_mood, sake

HEADER = "\t".join(["Sentence", *(f"Avg. Readers_{emotion.capitalize()}" for emotion in emotions_ja.EMOTIONS)])
TEXTS = (
    ("合格して本当に嬉しい", 0),
    ("友だちと会えて楽しい一日だった", 0),
    ("別れが悲しい", 1),
    ("ひとりの夜は寂しい", 1),
    ("突然のことに驚いた", 3),
    ("約束を破られて怒っている", 4),
)


def _rated(root, rows=TEXTS):
    folder = root / "wrime_subset"
    folder.mkdir()
    lines = [HEADER, *("\t".join([text, *("3" if e == emotion else "0" for e in range(8))]) for text, emotion in rows)]
    (folder / "test.tsv").write_text("\n".join(lines), encoding="utf-8")


def test_readers_emotions_are_found_without_fitting(tmp_path):
    _rated(tmp_path)
    result = emotions_ja.evaluate(tmp_path, None, 0, frozenset())
    assert result.n == 6
    assert result.metrics["r_joy"] > 0.7
    assert result.metrics["r_sadness"] > 0.7


def test_every_emotion_has_attributes_in_the_dictionary():
    assert all(emotions_ja.emotion_attributes(load_dictionary()))


def test_a_rating_that_is_no_number_is_named_by_its_row(tmp_path):
    _rated(tmp_path)
    path = tmp_path / "wrime_subset" / "test.tsv"
    path.write_text(path.read_text(encoding="utf-8").replace("\t3", "\tmuch", 1), encoding="utf-8")
    with pytest.raises(InputError, match="row 2"):
        emotions_ja.read_rated(tmp_path)


def test_missing_texts_are_named(tmp_path):
    with pytest.raises(DataMissingError, match="wrime_subset"):
        emotions_ja.evaluate(tmp_path, None, 0, frozenset())


def _sake(root, brands=60):
    """Dry sakes are tagged 辛口 and chart high on f5, fruity ones フルーティ and high on f1."""
    folder = root / "sakenowa_sake"
    folder.mkdir()
    names = {1: "辛口", 2: "フルーティ", 3: "旨味"}
    random = np.random.default_rng(0)
    tagged, charts = [], []
    for brand in range(brands):
        dry = brand % 2
        tagged.append({"brandId": brand, "tagIds": [1, 3] if dry else [2, 3]})
        noise = random.uniform(0, 0.1, 6)
        charts.append({"brandId": brand, **{f"f{n + 1}": float(noise[n]) for n in range(6)}})
        charts[-1]["f5" if dry else "f1"] += 0.7
    for file, value in (
        ("flavor-tags-ja.json", {"tags": [{"id": key, "tag": name} for key, name in names.items()]}),
        ("brand-flavor-tags.json", {"flavorTags": tagged}),
        ("flavor-charts.json", {"flavorCharts": charts}),
    ):
        (folder / file).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return folder


def test_the_axes_that_tags_decide_are_predicted(tmp_path):
    _sake(tmp_path)
    axes = sake.evaluate(tmp_path, None, 0, frozenset()).settings["spearman_fitted_by_axis"]
    assert axes["f1"] > 0.8
    assert axes["f5"] > 0.8


def test_the_dictionary_alone_tells_dry_from_fruity(tmp_path):
    _sake(tmp_path)
    known = sake.read_sake(tmp_path)
    alone = sake.axes_by_dictionary(known, load_dictionary())
    dry = np.array([tags[0] == "辛口" for tags in known.tags])
    assert alone[dry, 4].mean() > alone[~dry, 4].mean()
    assert alone[~dry, 0].mean() > alone[dry, 0].mean()


def test_charts_of_hidden_sake_are_not_learned_from(tmp_path):
    _sake(tmp_path)
    known = sake.read_sake(tmp_path)
    some = known.subset(np.arange(40))
    model = sake.FlavourModel(some)
    altered = sake.Sake(known.ids, known.tags, 1 - known.charts)
    np.testing.assert_array_equal(model.predict(known), model.predict(altered))


def test_a_file_of_another_shape_is_refused(tmp_path):
    (_sake(tmp_path) / "flavor-charts.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="shape"):
        sake.read_sake(tmp_path)


def _tracks(root, artists=30):
    """Ambient tracks are calm, metal tracks are heavy."""
    folder = root / "mtg_jamendo"
    folder.mkdir()
    rows = {"genre": [], "instrument": [], "moodtheme": []}
    for number in range(artists):
        start = f"track_{number}\tartist_{number}\talbum\t100"
        calm = number % 2
        rows["genre"].append(f"{start}\tgenre---{'ambient' if calm else 'metal'}")
        rows["instrument"].append(f"{start}\tinstrument---piano")
        rows["moodtheme"].append(f"{start}\tmood/theme---{'calm' if calm else 'heavy'}")
    for kind, lines in rows.items():
        text = "\n".join(["TRACK_ID\tARTIST_ID\tALBUM_ID\tDURATION\tTAGS", *lines])
        (folder / f"autotagging_{kind}.tsv").write_text(text, encoding="utf-8")


def test_moods_follow_genres(tmp_path):
    _tracks(tmp_path)
    result = music_mood.evaluate(tmp_path, None, 0, frozenset())
    assert result.metrics == {"macro_ap": 1.0, "lrap": 1.0}
    assert result.baselines["kansei_alone"]["lrap"] == 1.0


def test_tracks_of_a_held_out_artist_are_never_learned_from(tmp_path):
    for name in ("data", "held"):
        (tmp_path / name).mkdir()
        _tracks(tmp_path / name, artists=20 if name == "data" else 5)
    result = music_mood.evaluate(tmp_path / "data", tmp_path / "held", 0, frozenset())
    assert result.settings["tracks_learned"] == 15
    assert result.n == 5


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(DataMissingError, match="autotagging_genre"):
        music_mood.evaluate(tmp_path, None, 0, frozenset())
