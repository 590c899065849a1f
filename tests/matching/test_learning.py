"""Learning from tie-ups: weights leave the default only as far as deals warrant; nothing is learned by heart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kyokan.graph.model import RelationKind
from kyokan.matching.affinity.choice import fit_choice
from kyokan.matching.evidence.removal import Removal
from kyokan.matching.ranking import FusionWeights, Matcher, MatcherSettings
from kyokan.matching.ranking.learning import LEAST, Lesson, foresee, learn
from tests.matching.sketch import Sketch

KINDS = ("serene", "bold", "warm")


@pytest.fixture
def market(sketch: Sketch) -> Sketch:
    """Twenty-four artists of three kansei, each tied up with one of three brands of its own kansei."""
    for place in range(24):
        kansei = KINDS[place % 3]
        sketch.add(f"artist:{place:02d}", {kansei: 0.9, "nostalgic": 0.1 + 0.03 * place})
    for place in range(12):
        sketch.add(f"brand:{place:02d}", {KINDS[place % 3]: 0.8, "nostalgic": 0.3})
    for place in range(24):
        brand = place % 3 + 3 * (place // 3 % 3)
        sketch.edge("tied_up", f"artist:{place:02d}", f"brand:{brand:02d}", since="2020")
    return sketch


def test_the_fit_stands_still_where_choices_and_prior_balance() -> None:
    figures = np.array([[[1.0], [0.0]], [[2.0], [1.0]], [[0.0], [3.0]]])
    chosen = np.array([[1, 0], [1, 0], [1, 0]])
    weight = fit_choice(figures, chosen, prior=np.array([0.5]), penalty=2.0)[0]
    share = [1 / (1 + math.exp(-weight * gap)) for gap in (1.0, 1.0, -3.0)]  # of the first choice
    pull = sum((1 - one) * gap for one, gap in zip(share, (1.0, 1.0, -3.0), strict=True))
    assert pull == pytest.approx(2.0 * figures.std() ** 2 * (weight - 0.5), abs=1e-4)


def test_a_chooser_of_four_counts_twice_a_chooser_of_one() -> None:
    figures = np.zeros((2, 5, 2))
    figures[0, 0, 0] = figures[1, :4, 1] = 1.0
    busy, single = np.array([[0, 0, 0, 0, 0], [1, 1, 1, 1, 0]]), np.array([[0, 0, 0, 0, 0], [0, 0, 0, 0, 1]])
    weights = [fit_choice(figures, chosen, prior=np.zeros(2), penalty=1e6)[1] for chosen in (busy, single)]
    assert weights[0] == pytest.approx(2 * 0.2 / 0.8 * -weights[1], rel=1e-3)  # √4 · (1 − .8) against 0 − .8


def test_a_bound_holds_a_weight_that_choices_speak_against() -> None:
    figures = np.array([[[0.0], [1.0]]])
    found = fit_choice(figures, np.array([[1, 0]]), prior=np.ones(1), penalty=0.1, bounds=[(0.0, np.inf)])
    assert found.tolist() == [0.0]


def test_what_is_never_seen_keeps_its_prior() -> None:
    found = fit_choice(np.zeros((2, 2, 1)), np.eye(2), prior=np.array([0.7]), penalty=1.0)
    assert found.tolist() == pytest.approx([0.7])


def test_brands_without_tie_ups_are_choices_that_were_not_made(market: Sketch) -> None:
    lesson = Lesson.of(Matcher(market.snapshot()))
    assert lesson.chosen.shape == (24, 12)
    assert lesson.chosen.sum() == 24


def test_learning_finds_that_like_works_with_like(market: Sketch) -> None:
    matcher = Matcher(market.snapshot())
    learned = learn(matcher, version="mine", from_nothing=True)
    assert learned.version == "mine"
    assert learned.pairs.worth["alike"].weight > 0
    assert learned.weights["resonance"] > 0
    assert learned.weights["rivalry"] <= 0
    assert learned.base == FusionWeights().base


def test_too_few_artists_teach_nothing(sketch: Sketch) -> None:
    for place in range(LEAST - 1):
        sketch.add(f"artist:{place:02d}", {"serene": 0.5})
        sketch.edge("tied_up", f"artist:{place:02d}", "brand:x", since="2020")
    sketch.add("brand:x", {"serene": 0.5})
    matcher = Matcher(sketch.snapshot())
    assert learn(matcher, version="mine") == matcher.settings.weights


def test_no_tie_ups_teach_nothing(sketch: Sketch) -> None:
    sketch.add("artist:a", {"serene": 0.5})
    matcher = Matcher(sketch.snapshot())
    assert learn(matcher, version="mine") == matcher.settings.weights


def test_ten_deals_do_not_overturn_the_default(market: Sketch) -> None:
    before = learn(Matcher(market.snapshot()), version="mine")
    for place in range(10):  # against everything before: unlike with unlike
        market.edge("tied_up", f"artist:{place:02d}", f"brand:{(place + 1) % 3 + 9:02d}", since="2021", key="odd")
    after = learn(Matcher(market.snapshot(name="later")), version="mine")
    for name, weight in before.weights.items():
        assert after.weight(name) == pytest.approx(weight, abs=0.5), name
    assert after.pairs.worth["alike"].weight > 0


def test_later_tie_ups_are_foretold_from_earlier_ones_alone(market: Sketch) -> None:
    for place, edge in enumerate(market.relations):
        if edge.kind is RelationKind.TIED_UP:
            market.relations[place] = replace(edge, since="2021" if int(edge.source[-2:]) >= 20 else "2019")
    deaf = replace(FusionWeights(), weights=dict.fromkeys(FusionWeights().weights, 0.0))  # all brands are equal to it
    found = foresee(Matcher(market.snapshot(), settings=MatcherSettings(weights=deaf)), share=0.2)
    assert found is not None
    assert (found.since, found.earlier, found.later) == ("2021", 20, 4)
    assert found.before == pytest.approx(1 / 6.5)  # the mean rank of twelve equals
    assert found.after > found.before  # like works with like


def test_nothing_is_foretold_without_dates(market: Sketch) -> None:
    market.relations = [
        replace(edge, since="", until="") if edge.kind is RelationKind.TIED_UP else edge for edge in market.relations
    ]
    assert foresee(Matcher(market.snapshot())) is None


def test_what_came_later_changes_nothing_that_was_learned_before(market: Sketch) -> None:
    def taught() -> FusionWeights:
        past = frozenset(edge.identity for edge in market.relations if edge.since == "2030")
        matcher = Matcher(market.snapshot(name=str(len(market.relations)))).without(Removal(relations=past))
        return learn(matcher, version="past")

    before = taught()
    market.edge("tied_up", "artist:01", "brand:05", since="2030")
    assert taught() == before
