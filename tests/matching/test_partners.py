"""Precedent carried to similar artists and companies: exact sums, honest leave-one-out, nothing hidden learned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kyokan.errors import DataMissingError
from kyokan.matching.affinity.partners import PartnerModel, Side, _Precedent, pair_features
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation.tieups import build_task, choose_hidden, evaluate, group_of, measure, read_tieups


def _side(count: int, kinds: tuple[str, ...], seed: int) -> Side:
    vectors = np.random.default_rng(seed).normal(size=(count, 4)).astype(np.float32)
    group = tuple(kinds[row % len(kinds)] for row in range(count))
    texts = tuple(f"Japan {name} music number {row}" for row, name in enumerate(group))
    return Side(group, tuple("日本の" + name for name in group), texts, group, ("",) * count, vectors, np.arange(count))


@pytest.fixture
def world():
    artists, companies = _side(8, ("music", "actor"), 1), _side(6, ("beauty", "watch"), 2)
    known = (artists.indicators @ companies.indicators.T > 0).astype(float)
    known[:, 4:] = 0
    known[0] = [0, 1, 0, 0, 0, 0]
    return artists, companies, known


def test_the_parts_of_the_signals_add_up_to_the_score(world):
    artists, companies, known = world
    features = pair_features(artists, companies, known)
    model = PartnerModel.fit(features, known, artists.learned, companies.learned)
    total = sum(model.contributions(features).values())
    np.testing.assert_allclose(total, model.scores(features), atol=1e-9)


def test_a_learned_artist_sees_what_it_would_see_had_it_been_new(world):
    artists, companies, known = world
    kernel = {"vectors": 1.0, "group": 1.0}
    between = companies.kernels["vectors"]
    left_out = _Precedent(artists, companies, known).carried(kernel, between, 1.0)[3]
    rest = np.array([row for row in range(8) if row != 3])
    # the means are those of all artists here: only the tie-ups of the third are forgotten
    vectors = artists.centred
    kernels = artists.indicators @ artists.indicators.T + vectors @ vectors.T
    weights = kernels[3, rest] @ np.linalg.inv(kernels[np.ix_(rest, rest)] + 3.0 * np.eye(7))
    expected = weights @ known[rest] @ np.linalg.solve(between + np.eye(6), between)
    np.testing.assert_allclose(left_out, expected, atol=1e-9)


def test_lift_is_zero_where_a_group_chooses_like_everybody(world):
    artists, companies, known = world
    same = np.ones_like(known)
    members = np.ones((8, 1))
    lift = _Precedent(artists, companies, same).lift(members, same)
    np.testing.assert_allclose(lift, 0.0, atol=1e-9)


def test_a_signal_left_out_contributes_nothing(world):
    artists, companies, known = world
    features = pair_features(artists, companies, known)
    model = PartnerModel.fit(features, known, artists.learned, companies.learned, frozenset({"precedent"}))
    assert not model.contributions(features)["precedent"].any()


def test_what_is_not_learned_from_does_not_change_what_is_learned(world):
    artists, companies, known = world
    learned = np.arange(6)
    known[6:] = 0
    before = replace(artists, learned=learned)
    changed = tuple("entirely other words" if row >= 6 else text for row, text in enumerate(artists.text_en))
    after = replace(before, text_en=changed)
    models = []
    for side in (before, after):
        features = pair_features(side, companies, known)
        models.append(PartnerModel.fit(features, known, learned, companies.learned))
    np.testing.assert_allclose(models[0].weights, models[1].weights)


@pytest.fixture
def folder(tmp_path):
    """Twelve singers with beauty companies, twelve athletes with sports companies; nothing else to learn."""
    root = tmp_path / "tieups_web"
    root.mkdir()
    rows, artists, companies = (
        ["artist,artist_type,brand_or_product,company,category"],
        ["name\ttext_ja\ttext_en\tkansei"],
        ["name\ttext_ja\ttext_en\tkansei\taudience"],
    )
    for kind, category in (("music", "beauty"), ("athlete", "sports")):
        companies += [f"{category} {n}\t日本の{category}\tJapanese {category} company\tfresh\tmass" for n in range(3)]
        artists += [f"{kind} {n}\t日本の{kind}\tJapanese {kind} act\tfresh" for n in range(12)]
        rows += [f"{kind} {n},{kind},x,{category} {n % 3},{category}" for n in range(12)]
    for name, lines in (("tieups.csv", rows), ("artists.tsv", artists), ("companies.tsv", companies)):
        (root / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_an_obvious_habit_is_found(folder):
    result = evaluate(folder, None, 0, frozenset())
    assert result.metrics["hit@10"] == 1.0
    assert result.metrics["mrr"] >= 1 / 3  # any of the three companies of the right category
    assert set(result.ci95) == {"mrr", "hit@10", "auc_same_category", "auc_same_popularity"}


def test_a_hidden_artist_has_no_tie_up_in_training(folder):
    data = read_tieups(folder)
    task = build_task(data, None, 0, open_encoder("universal", cache=None))
    assert not task.known[task.hidden].any()
    assert task.truth.sum() + task.known.sum() == len(data.pairs)
    assert not set(task.hidden) & set(task.artists.learned)


def test_members_of_a_group_stay_on_one_side():
    assert group_of("Lisa (BLACKPINK)") == group_of("Jennie (BLACKPINK)") == "BLACKPINK"


def test_the_split_depends_on_the_seed_alone(folder):
    data = read_tieups(folder)
    assert choose_hidden(data, 1) == choose_hidden(read_tieups(folder), 1) != choose_hidden(data, 2)


def test_other_partners_of_the_artist_are_left_out_of_the_ranking(folder):
    task = build_task(read_tieups(folder), None, 0, open_encoder("universal", cache=None))
    artist = int(task.hidden[0])
    task.truth[artist] = [1, 1, 0, 0, 0, 0]
    scores = np.zeros_like(task.truth)
    scores[artist] = [2, 1, 0, 0, 0, 0]
    ranks = measure(replace(task, hidden=task.hidden[:1]), scores)[:, 0]
    assert ranks.tolist() == [1.0, 1.0]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataMissingError, match=r"tieups\.csv"):
        evaluate(tmp_path, None, 0, frozenset())
