"""Where a ring carries ink, against hand-computed arcs and against F itself."""

import math

import pytest
from fingerprint_samples import CHOIR, SINGER, WATCH, sure
from hypothesis import given
from hypothesis import strategies as st

from kyokan.web.fingerprint.geometry import (
    around,
    difference,
    intersection,
    merged,
    reaching,
    sectors,
    value_at,
)
from kyokan.web.fingerprint.profile import SectorProfile, brought, query_profile, shared
from kyokan.web.fingerprint.silhouette import POINTS, known_arcs, smoothed
from kyokan.web.fingerprint.svg import Pen, number
from kyokan.web.fingerprint.tiers import TIERS, tier_for

values24 = st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=24, max_size=24)
levels = st.floats(0.01, 1)


def inside(arcs, angle):
    return any(start <= angle <= end for start, end in arcs)


def test_two_equal_rays_are_joined_and_an_unknown_one_ends_half_a_sector_away():
    values = [0.5, 0.5, None, None]
    assert reaching(values, 0.5) == [(0, 135), (315, 360)]


def test_the_crossing_between_full_and_empty_is_half_way():
    assert reaching([1.0, 0.0, 0.0, 0.0], 0.5) == [(0, pytest.approx(45)), (pytest.approx(315), 360)]


def test_a_quarter_of_the_fall_is_crossed_a_third_of_the_way():
    # w = (1 - cos πf)/2 = 1/4 gives f = 1/3
    ((start, end), _) = reaching([1.0, 0.0, 0.0, 0.0], 0.75)
    assert (start, end) == (0, pytest.approx(30))


def test_nothing_reaches_a_level_above_every_value():
    assert reaching([0.4] * 24, 0.41) == []


def test_everything_known_and_equal_is_a_full_circle():
    assert reaching([0.4] * 24, 0.4) == [(0, 360)]


@given(values24, levels, st.floats(0, 359.99))
def test_ink_is_exactly_where_the_value_reaches_the_ring(values, level, angle):
    value = value_at(values, angle)
    reached = inside(reaching(values, level), angle)
    if value is None or value < level - 1e-6:
        edge = any(abs(angle - end) < 1e-6 for arc in reaching(values, level) for end in arc)
        assert not reached or edge
    elif value > level + 1e-6:
        assert reached


@given(values24, levels)
def test_an_unknown_sector_never_carries_ink(values, level):
    arcs = reaching(values, level)
    for index, value in enumerate(values):
        if value is None:
            assert not inside(arcs, index * 15)
            assert not inside(arcs, (index * 15 + 7.4) % 360)
            assert not inside(arcs, (index * 15 - 7.4) % 360)


@given(values24, levels, st.sampled_from([tier for tier in TIERS if tier.rings]))
def test_a_run_with_its_round_caps_stays_within_the_value(values, level, tier):
    width, radius = tier.stroke * tier.step, tier.radius(tier.rings - 1)
    cap = math.degrees(width / 2 / radius)
    for start, end in around(reaching(values, level)):
        if end - start >= 360:
            continue
        lines, dots = Pen(width).draw([(start, end)], radius)
        if lines:
            assert end - start >= 2 * cap - 1e-9
        else:
            assert dots
            assert start <= (start + end) / 2 <= end


@given(values24, values24, levels)
def test_shared_and_brought_arcs_make_up_each_side(first, second, level):
    a, b = reaching(first, level), reaching(second, level)
    both, only = intersection(a, b), difference(a, b)
    total = sum(end - start for start, end in both + only)
    assert total == pytest.approx(sum(end - start for start, end in a), abs=1e-5)
    assert intersection(only, b) == []


def test_sets_of_arcs():
    assert merged([(20, 30), (0, 10), (10, 15)]) == [(0, 15), (20, 30)]
    assert intersection([(0, 20), (40, 60)], [(10, 50)]) == [(10, 20), (40, 50)]
    assert difference([(0, 60)], [(10, 20), (30, 40)]) == [(0, 10), (20, 30), (40, 60)]
    assert around([(0, 5), (100, 120), (350, 360)]) == [(100, 120), (350, 365)]
    assert sectors([True, False, False, False]) == [(0, 45), (315, 360)]


def test_the_silhouette_averages_over_what_is_known_only():
    lone = smoothed([0.5] + [None] * 23)
    assert lone[0] == pytest.approx(0.56)
    assert lone[POINTS // 2] == 0
    assert known_arcs(CHOIR) == [(67.5, 112.5)]


def test_a_run_shorter_than_its_stroke_becomes_a_dot_and_shorter_runs_of_an_overlay_are_dropped():
    degree_at_10 = 180 / (math.pi * 10)
    assert Pen(1).draw([(0, 0.9 * degree_at_10)], 10)[0] == ""
    assert Pen(1, drop=0.3, dot=1.15).draw([(0, 0.29 * degree_at_10)], 10) == ("", "")
    assert Pen(1, drop=0.3, dot=1.15).draw([(0, 1.1 * degree_at_10)], 10)[1] != ""
    assert Pen(1, drop=0.3, dot=1.15).draw([(0, 1.2 * degree_at_10)], 10)[0] != ""


@pytest.mark.parametrize(
    ("size", "rings"), [(24, 0), (36, 0), (37, 4), (56, 4), (84, 5), (110, 5), (111, 7), (220, 7), (221, 10)]
)
def test_tiers(size, rings):
    assert tier_for(size).rings == rings


def test_what_is_shared_and_what_each_brings():
    assert shared(SINGER, WATCH, 2) == [11, 7]  # 安らぎ min .62, 柔らかい min .52 before 凛 by the order of the circle
    assert brought(SINGER, WATCH, 1) == [8]  # 郷愁 .70 against .24
    assert brought(WATCH, SINGER, 3) == [23, 21, 22]  # 挑戦 .46 against a known 0, 洗練 and 都会 both .42 ahead


def test_no_sector_is_told_of_both_and_of_one():
    one = SectorProfile((0.6, 0.6, 0.6, 0.1), (1.0,) * 4, "artist")
    other = SectorProfile((0.5, 0.3, 0.29, 0.0), (1.0,) * 4, "brand")
    assert shared(one, other) == [0, 1]  # .30 of both is as much as the lead
    assert brought(one, other) == [2, 3]
    assert brought(other, one) == []


def test_what_is_not_known_of_the_other_comes_after_every_known_lead_and_only_where_it_is_strong():
    one = SectorProfile((0.6, 0.9, 0.46, 0.45, None), (1.0,) * 5, "artist")
    other = SectorProfile((0.2, None, None, None, 0.9), (1.0,) * 5, "brand")
    assert brought(one, other) == [0, 1, 2]  # .60 against .20; then .90 and .46 alone, but not .45
    assert brought(other, one) == [4]
    assert brought(CHOIR, CHOIR) == []


def test_a_query_is_split_into_wanted_and_avoided():
    profile = query_profile([0.8, -0.5, None, 0.0])
    assert profile.values == (0.8, None, None, 0.0)
    assert profile.avoided == (None, 0.5, None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: sure([0.5, 1.2], "artist"),
        lambda: sure([0.5, 0.5], "robot"),
        lambda: SectorProfile((0.5, 0.5), (1.0,), "artist"),
        lambda: SectorProfile((0.5, 0.5), (1.0, 1.0), "query", (0.1,)),
    ],
)
def test_impossible_profiles_are_refused(wrong):
    with pytest.raises(ValueError, match=r"fingerprint|sector"):
        wrong()


def test_numbers_are_short_and_never_minus_zero():
    assert [number(value) for value in (1.0, -0.001, 2.5, 3.14159)] == ["1", "0", "2.5", "3.14"]
