"""Resonance, complement and meaning on graphs small enough to work out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from kyokan.graph.encoder import Vectors
from kyokan.matching.ranking import Query
from kyokan.matching.ranking.query import subject_of
from kyokan.matching.signals import Context, SignalSettings, Subject, complement, meaning, resonance
from tests.matching.sketch import Sketch

PLAIN = SignalSettings(resonance_unit=1.0, clash=0.5, complement_unit=1.0, complement_prior=1.0, complement_tie_ups=2)
T_SERENE, T_WARM = math.log(6 / 3.4), math.log(6 / 3.0)  # four described entities, two pseudo-entities


def ask(context: Context, entity: str, **query: object) -> Subject:
    return subject_of(Query(entity=entity, **query), context, None)  # type: ignore[arg-type]


def rows(context: Context, *ids: str) -> np.ndarray:
    return np.array([context.view.row(name) for name in ids])


@pytest.fixture
def two_pairs(sketch: Sketch) -> Sketch:
    sketch.add("artist:quiet", {"serene": 0.8})
    sketch.add("artist:kind", {"warm": 0.5})
    sketch.add("brand:still", {"serene": 0.6})
    sketch.add("brand:cosy", {"warm": 0.5})
    return sketch


def test_resonance_is_the_telling_overlap_less_what_typical_profiles_share(two_pairs: Sketch) -> None:
    context = Context(two_pairs.snapshot(), settings=PLAIN)
    found = resonance.score(context, ask(context, "artist:quiet"), rows(context, "brand:still", "brand:cosy"))
    mean_shared = T_SERENE * 0.3  # one of two artists, and one of two brands, share .6 of serene
    grand = T_SERENE * 0.6 / 4 + T_WARM * 0.5 / 4
    assert found.values[0] == pytest.approx(T_SERENE * 0.6 - mean_shared**2 / grand)
    assert found.values[1] == pytest.approx(-mean_shared * (T_WARM * 0.25) / grand)
    assert found.known.tolist() == [True, True]


def test_resonance_reads_the_same_from_either_end(two_pairs: Sketch) -> None:
    context = Context(two_pairs.snapshot(), settings=PLAIN)
    there = resonance.score(context, ask(context, "artist:quiet"), rows(context, "brand:still"))
    back = resonance.score(context, ask(context, "brand:still"), rows(context, "artist:quiet"))
    assert there.values[0] == pytest.approx(back.values[0])


def test_an_attribute_of_resonance_weighs_what_is_lost_when_both_forget_it(two_pairs: Sketch) -> None:
    context = Context(two_pairs.snapshot(), settings=PLAIN)
    items = resonance.evidence(context, ask(context, "artist:quiet"), context.view.row("brand:still"))
    mean_shared, grand = T_SERENE * 0.3, T_SERENE * 0.6 / 4 + T_WARM * 0.5 / 4
    assert [item.ids for item in items] == [("artist:quiet", "kansei:serene", "brand:still")]
    assert items[0].weight == pytest.approx(T_SERENE * 0.6 - mean_shared**2 / grand)


def test_opposites_clash(two_pairs: Sketch) -> None:
    two_pairs.add("brand:loud", {"bold": 0.4})
    context = Context(two_pairs.snapshot(), settings=PLAIN)
    subject = ask(context, "artist:quiet")
    found = resonance.score(context, subject, rows(context, "brand:loud"))
    t_serene, t_bold = math.log(7 / 3.4), math.log(7 / 2.4)
    assert found.values[0] == pytest.approx(-0.5 * 0.5 * (t_serene + t_bold) * 0.4)
    items = resonance.evidence(context, subject, context.view.row("brand:loud"))
    assert items[0].detail["role"] == "clash"
    assert items[0].weight == pytest.approx(found.values[0])


def test_wishes_alone_ask_for_what_is_wanted_and_against_what_is_avoided(two_pairs: Sketch) -> None:
    context = Context(two_pairs.snapshot(), settings=PLAIN)
    subject = subject_of(Query(kansei={"serene": 1.0, "warm": -0.5}), context, None)
    found = resonance.score(context, subject, rows(context, "brand:still", "brand:cosy"))
    assert found.values[0] == pytest.approx(T_SERENE * (0.6 - 0.3) - 0.5 * T_WARM * (0 - 0.25))
    assert found.values[1] == pytest.approx(T_SERENE * (0 - 0.3) - 0.5 * T_WARM * (0.5 - 0.25))


def test_nothing_is_said_of_an_entity_without_kansei(two_pairs: Sketch) -> None:
    two_pairs.add("brand:blank")
    context = Context(two_pairs.snapshot(), settings=PLAIN)
    found = resonance.score(context, ask(context, "artist:quiet"), rows(context, "brand:blank"))
    assert found.known.tolist() == [False]
    assert found.values.tolist() == [0.0]
    assert resonance.evidence(context, ask(context, "artist:quiet"), context.view.row("brand:blank")) == ()


def test_a_negated_attribute_is_known_and_cannot_resonate(two_pairs: Sketch) -> None:
    two_pairs.add("brand:plain", {"serene": 0.0, "warm": 0.2})
    context = Context(two_pairs.snapshot(), settings=PLAIN)
    items = resonance.evidence(context, ask(context, "artist:quiet"), context.view.row("brand:plain"))
    assert [item.detail["role"] for item in items] == ["rest"]


def test_evoking_everything_a_little_does_not_win(sketch: Sketch) -> None:
    for name, attribute in (("one", "serene"), ("two", "bold"), ("three", "warm"), ("four", "nostalgic")):
        sketch.add(f"artist:{name}", {attribute: 0.8})
        sketch.add(f"brand:{name}", {attribute: 0.8})
    sketch.opposites = {}
    sketch.add("brand:everything", dict.fromkeys(sketch.attributes, 0.8))
    context = Context(sketch.snapshot(), settings=PLAIN)
    found = resonance.score(context, ask(context, "artist:one"), rows(context, "brand:one", "brand:everything"))
    assert found.values[0] > found.values[1] + 0.2


def test_a_product_speaks_with_half_of_its_brands_voice_where_it_has_none(two_pairs: Sketch) -> None:
    two_pairs.add("product:lamp", {"warm": 0.4})
    two_pairs.edge("made_by", "product:lamp", "brand:still")
    context = Context(two_pairs.snapshot(), settings=PLAIN)
    strength = context.profiles.strength_of(context.view.row("product:lamp"))
    columns = [context.profiles.column(name) for name in ("serene", "warm", "bold")]
    assert strength[columns].tolist() == pytest.approx([0.3, 0.4, 0.0])
    items = resonance.evidence(context, ask(context, "artist:quiet"), context.view.row("product:lamp"))
    assert ("artist:quiet", "kansei:serene", "product:lamp", "brand:still") in [item.ids for item in items]


@pytest.fixture
def taught(sketch: Sketch) -> Sketch:
    sketch.add("artist:s1", {"serene": 1.0})
    sketch.add("artist:b1", {"bold": 1.0})
    sketch.add("artist:s2", {"serene": 1.0})
    sketch.add("brand:w1", {"warm": 1.0})
    sketch.add("brand:n1", {"nostalgic": 1.0})
    sketch.add("brand:w2", {"warm": 0.8})
    sketch.edge("tied_up", "artist:s1", "brand:w1", since="2020")
    sketch.edge("tied_up", "artist:b1", "brand:n1", since="2020")
    return sketch


def test_complement_learns_what_went_with_what_beyond_chance(taught: Sketch) -> None:
    context = Context(taught.snapshot(), settings=PLAIN)
    found = complement.score(context, ask(context, "artist:s2"), rows(context, "brand:w2", "brand:n1"))
    # p − p̄ = (serene .5, bold −.5); M(serene, warm) = ln(2 / 1.5), M(bold, warm) = ln(1 / 1.5): want = ½ ln 2, the
    # same as between any two of those who tied up, so that the typical value is ½ ln 2
    assert context.complement_typical == pytest.approx(0.5 * math.log(2))
    assert found.values.tolist() == pytest.approx([0.8, -1.0])
    items = complement.evidence(context, ask(context, "artist:s2"), context.view.row("brand:w2"))
    assert items[0].ids == ("kansei:warm", "brand:w2")
    assert items[0].weight == pytest.approx(0.8)


def test_complement_asked_by_a_brand_reads_the_same_table_the_other_way(taught: Sketch) -> None:
    context = Context(taught.snapshot(), settings=PLAIN)
    found = complement.score(context, ask(context, "brand:w2"), rows(context, "artist:s2"))
    # q − q̄ = (warm .8 − .5, nostalgic −.5); M(serene, warm) = ln(4/3), M(serene, nostalgic) = ln(2/3)
    assert found.values[0] == pytest.approx((0.3 * math.log(4 / 3) - 0.5 * math.log(2 / 3)) / (0.5 * math.log(2)))


def test_complement_is_silent_with_too_few_tie_ups(taught: Sketch) -> None:
    context = Context(taught.snapshot(), settings=SignalSettings(complement_tie_ups=3))
    found = complement.score(context, ask(context, "artist:s2"), rows(context, "brand:w2"))
    assert not found.known.any()


def test_an_artists_own_tie_ups_teach_nothing_about_the_artist(taught: Sketch) -> None:
    context = Context(taught.snapshot(), settings=PLAIN)
    assert not complement.score(context, ask(context, "artist:s1"), rows(context, "brand:w2")).known.any()


def test_complement_says_nothing_within_one_side(taught: Sketch) -> None:
    context = Context(taught.snapshot(), settings=PLAIN)
    assert not complement.score(context, ask(context, "artist:s2"), rows(context, "artist:b1")).known.any()


class Compass:
    """Encodes a text by its letters n, e, s, w into a plane; a real encoder as far as the signal asks."""

    name = "compass"
    dimensions = 2
    POINTS = {"n": (0.0, 1.0), "e": (1.0, 0.0), "s": (0.0, -1.0), "w": (-1.0, 0.0)}  # noqa: RUF012

    def encode(self, texts: Sequence[str]) -> Vectors:
        sums = np.array(
            [np.sum([self.POINTS[x] for x in text if x in self.POINTS] or [(0, 0)], axis=0) for text in texts]
        )
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0).astype(np.float32)


def test_meaning_is_the_cosine_after_the_mean_of_each_side_is_taken_off(sketch: Sketch) -> None:
    for name, text in (("artist:n", "n."), ("artist:e", "e."), ("brand:n", "n."), ("brand:s", "s.")):
        sketch.add(name, text_en=text)
    sketch.add("brand:mute")
    encoder = Compass()
    context = Context(sketch.snapshot(encoder), encoder, SignalSettings(meaning_unit=0.5))
    found = meaning.score(context, ask(context, "artist:n"), rows(context, "brand:n", "brand:s", "brand:mute"))
    # artists: mean (.5, .5), so n becomes (−1, 1)/√2; brands: mean 0
    assert found.values.tolist() == pytest.approx([math.sqrt(0.5) / 0.5, -math.sqrt(0.5) / 0.5, 0.0])
    assert found.known.tolist() == [True, True, False]


def test_meaning_shows_the_nearest_sentences_and_adds_up(sketch: Sketch) -> None:
    for name, text in (("artist:a", "n n. e."), ("artist:e", "e. s."), ("brand:b", "n. w."), ("brand:s", "s. e.")):
        sketch.add(name, text_en=text)
    encoder = Compass()
    context = Context(sketch.snapshot(encoder), encoder)
    subject, row = ask(context, "artist:a"), context.view.row("brand:b")
    value = meaning.score(context, subject, np.array([row])).values[0]
    items = meaning.evidence(context, subject, row)
    assert sum(item.weight for item in items) == pytest.approx(value, abs=1e-12)
    assert [one["text"] for one in items[0].detail["texts"]] == ["n n.", "n."]


def test_meaning_is_silent_without_an_encoder(two_pairs: Sketch) -> None:
    context = Context(two_pairs.snapshot())
    assert not meaning.score(context, ask(context, "artist:quiet"), rows(context, "brand:still")).known.any()
