"""The fit of the sector order: 1 on a made circle, gone when shuffled, and mended step by step."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest

from kyokan.graph.dictionary import Dictionary
from kyokan.graph.dictionary.circle import circle_fit, fit_report, suggest_order
from kyokan.graph.dictionary.correlation import sector_correlations, sector_profiles
from kyokan.graph.dictionary.entries import Attribute, Axis, Bilingual, Sector

NAMES = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"]
ANGLE = {name: 2 * math.pi * k / 8 for k, name in enumerate(NAMES)}


def compass(order: list[str], extra: dict[str, str] | None = None) -> Dictionary:
    """A dictionary of one attribute a sector, ``extra`` naming further ones and their sector."""

    def attribute(name: str, sector: str) -> Attribute:
        text = Bilingual(ja=name, en=name)
        return Attribute(id=name, sector=sector, label=text, definition=text, source="ours")

    half = len(order) // 2
    return Dictionary(
        version="1",
        sectors=tuple(Sector(id=name, ja=name, en=name) for name in order),
        axes=tuple(
            Axis(id=order[k], poles=(order[k], order[k + half]), ja="軸", en="axis", source="ours") for k in range(half)
        ),
        attributes=tuple(attribute(name, name) for name in order)
        + tuple(attribute(name, sector) for name, sector in (extra or {}).items()),
        sources={},
    )


def directions(order: list[str], entities: int = 60) -> np.ndarray:
    """Entities spread evenly round the circle; each sector as strong as it is near."""
    angles = 2 * np.pi * np.arange(entities) / entities
    return np.array([[(1 + math.cos(angle - ANGLE[name])) / 2 for name in order] for angle in angles])


def neighbours(order: Sequence[str]) -> set[frozenset[str]]:
    return {frozenset((order[k - 1], order[k])) for k in range(8)}


def opposites(order: Sequence[str]) -> set[frozenset[str]]:
    return {frozenset((order[k], order[k + 4])) for k in range(4)}


def test_a_made_circle_fits_perfectly():
    fit = circle_fit(directions(NAMES), compass(NAMES))
    assert fit.spearman == pytest.approx(1.0)
    assert fit.p_value < 0.01
    assert fit.falls == pytest.approx(1.0)
    assert fit.steps == pytest.approx([math.cos(math.pi / 4), 0, -math.cos(math.pi / 4), -1], abs=1e-9)
    assert (fit.entities, fit.pairs) == (60, 28)


def test_a_sector_out_of_place_is_named_first_and_lowers_the_fit():
    order = ["north", "east", "northeast", "southeast", "south", "west", "southwest", "northwest"]
    fit = circle_fit(directions(order), compass(order))
    assert fit.spearman < 0.9
    assert next(iter(fit.sectors)) in {"east", "northeast", "west", "southwest"}


def test_the_suggestion_swaps_them_back_with_poles_still_opposite():
    order = ["north", "east", "northeast", "southeast", "south", "west", "southwest", "northwest"]
    suggested = suggest_order(directions(order), compass(order))
    assert suggested.spearman == pytest.approx(1.0)
    assert len(suggested.moves) == 1
    assert neighbours(suggested.order) == neighbours(NAMES)
    assert opposites(suggested.order) == opposites(NAMES)


def test_an_axis_laid_the_wrong_way_round_is_turned():
    order = ["north", "southwest", "east", "southeast", "south", "northeast", "west", "northwest"]
    suggested = suggest_order(directions(order), compass(order))
    assert suggested.moves == ("turn southwest–northeast around",)


def test_a_good_order_is_left_alone():
    assert suggest_order(directions(NAMES), compass(NAMES)).moves == ()


def test_no_more_moves_are_made_than_allowed():
    order = ["north", "east", "southwest", "northwest", "south", "west", "northeast", "southeast"]
    assert len(suggest_order(directions(order), compass(order), max_moves=1).moves) == 1


def test_a_sector_shows_its_strongest_known_attribute():
    dictionary = compass(NAMES, extra={"polar": "north", "arctic": "north"})
    profile = np.full((2, 10), np.nan)
    profile[0, [0, 8]] = [0.2, 0.7]
    sectors = sector_profiles(profile, dictionary)
    assert sectors[0, 0] == pytest.approx(0.7)
    assert np.isnan(sectors[0, 1:]).all()
    assert np.isnan(sectors[1]).all()


def test_correlations_can_be_kept_to_entities_that_know_both():
    profiles = directions(NAMES)
    profiles[:20, 0] = np.nan
    known = sector_correlations(profiles, compass(NAMES), unknown=None)
    centred = profiles[20:] - profiles[20:].mean(axis=1, keepdims=True)
    assert known[0, 2] == pytest.approx(np.corrcoef(centred[:, 0], centred[:, 2])[0, 1])


def test_what_an_entity_is_silent_on_counts_as_not_evoked():
    profiles = directions(NAMES)
    profiles[profiles < 0.49] = np.nan
    assert sector_correlations(profiles, compass(NAMES))[0, 4] < -0.5
    assert np.isnan(sector_correlations(profiles, compass(NAMES), unknown=None)[0, 4])  # never known together


@pytest.mark.parametrize("profiles", [np.empty((0, 8)), np.full((50, 8), np.nan), np.full((50, 8), 0.5)])
def test_data_that_say_nothing_give_no_figure(profiles: np.ndarray):
    fit = circle_fit(profiles, compass(NAMES))
    assert math.isnan(fit.spearman)
    assert math.isnan(fit.p_value)
    assert fit.pairs == 0
    assert suggest_order(profiles, compass(NAMES)).moves == ()


def test_noise_does_not_look_like_a_circle():
    noise = np.random.default_rng(3).random((200, 8))
    assert circle_fit(noise, compass(NAMES)).p_value > 0.05


def test_profiles_with_a_column_too_few_are_refused():
    with pytest.raises(ValueError, match="8 columns"):
        circle_fit(np.zeros((5, 7)), compass(NAMES))


def test_the_report_is_plain_json_and_the_same_every_time():
    order = ["north", "east", "northeast", "southeast", "south", "west", "southwest", "northwest"]
    report = fit_report(directions(order), compass(order), seed=7)
    assert json.dumps(report) == json.dumps(fit_report(directions(order), compass(order), seed=7))
    assert report["suggested"]["spearman"] > report["fit"]["spearman"]
    assert report["order"] == order


def test_what_cannot_be_measured_is_null_in_the_report():
    report = fit_report(np.empty((0, 8)), compass(NAMES))
    assert report["fit"]["spearman"] is None
    assert report["fit"]["steps"] == [None] * 4
