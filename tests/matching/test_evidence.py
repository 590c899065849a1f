"""Evidence holds: take it away and the score falls by what was claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import RelationKind
from kyokan.graph.snapshot import build_snapshot
from kyokan.matching.evidence.removal import Removal
from kyokan.matching.evidence.sentences import felt, something
from kyokan.matching.ranking import FusionWeights, Match, Matcher, MatcherSettings, Query
from kyokan.matching.signals.profiles import Profiles
from tests.matching.sketch import Sketch, Terms


def only(*signals: str) -> MatcherSettings:
    return MatcherSettings(weights=FusionWeights(base=0.0, weights=dict.fromkeys(signals, 1.0)))


def items_of(match: Match) -> list:
    return [item for part in match.contributions for item in part.evidence if item.detail.get("role") != "rest"]


def fall(matcher: Matcher, match: Match, asked: str, removal: Removal) -> float:
    row = np.array([matcher.snapshot.row(match.entity.id)])
    return match.raw - float(matcher.without(removal).score(Query(entity=asked), row).raw[0])


@pytest.fixture
def crowd(sketch: Sketch) -> Sketch:
    """Forty artists and forty brands, so that one pair's facts hardly move what is typical."""
    rng = np.random.default_rng(7)
    for side in ("artist", "brand"):
        for place in range(40):
            chosen = rng.choice(sketch.attributes, 2, replace=False)
            sketch.add(f"{side}:{place:02d}", {name: round(float(rng.uniform(0.2, 1)), 2) for name in chosen})
            for tag in rng.choice(30, 3, replace=False):
                sketch.edge("tagged", f"{side}:{place:02d}", f"tag:{tag}", weight=2)
    for place in range(30):
        sketch.edge("tied_up", f"artist:{place:02d}", f"brand:{(place * 7) % 40:02d}", since="2020")
    sketch.fans(0, 30, "artist:00", "brand:01")
    sketch.fans(30, 90, "artist:03")
    return sketch


def test_resonance_falls_by_exactly_what_each_attribute_claimed(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot(), settings=only("resonance"))
    match = matcher.propose(Query(entity="artist:00")).matches[0]
    for item in items_of(match):
        removed = fall(matcher, match, "artist:00", Removal.of(matcher.snapshot, [item]))
        assert removed == pytest.approx(item.weight, abs=0.03 * abs(match.raw))


def test_precedent_falls_by_what_each_tie_up_claimed(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot(), settings=only("precedent"))
    match = matcher.propose(Query(entity="artist:35")).matches[0]
    for item in items_of(match):
        removed = fall(matcher, match, "artist:35", Removal.of(matcher.snapshot, [item]))
        assert removed == pytest.approx(item.weight, abs=1e-5)


def test_the_fan_bridge_falls_to_nothing_without_the_shared_fans(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot(), settings=only("fan_bridge"))
    match = matcher.explain("artist:00", "brand:01").matches[0]
    items = items_of(match)
    assert [item.kind for item in items] == ["audience"]
    assert fall(matcher, match, "artist:00", Removal.of(matcher.snapshot, items)) == pytest.approx(items[0].weight)


def test_walks_fall_without_their_paths(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot(), settings=only("walk"))
    match = matcher.propose(Query(entity="artist:00")).matches[0]
    items = items_of(match)
    claimed = sum(item.weight for item in items)
    removed = fall(matcher, match, "artist:00", Removal.of(matcher.snapshot, items))
    assert removed == pytest.approx(claimed, rel=0.25)


def test_cited_evidence_costs_far_more_than_uncited(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot())
    match = matcher.propose(Query(entity="artist:00")).matches[0]
    cited = Removal.of(matcher.snapshot, [item for item in items_of(match) if item.weight > 0])
    bystanders = [f"brand:{place}" for place in range(20, 40) if f"brand:{place}" != match.entity.id]
    others = Removal(values=frozenset((name, "kansei:bold") for name in bystanders[: len(cited.values)]))
    assert fall(matcher, match, "artist:00", cited) > 5 * abs(fall(matcher, match, "artist:00", others))


def test_an_edited_copy_scores_like_a_store_that_never_held_the_facts(new_sketch: Callable[[str], Sketch]) -> None:
    whole, less = new_sketch("whole"), new_sketch("less")
    for sketch in (whole, less):
        sketch.add("artist:a", {"serene": 0.8, "warm": 0.4})
        sketch.add("brand:x", {"warm": 0.9, "serene": 0.5})
        sketch.add("brand:y", {"bold": 0.5})
        sketch.edge("tagged", "artist:a", "tag:t", weight=3)
        sketch.edge("tagged", "brand:x", "tag:t", weight=3)
        sketch.edge("overlaps", "artist:a", "brand:y", weight=0.4)
    removal = Removal(
        values=frozenset({("brand:x", "kansei:serene")}), relations=frozenset({("tagged", "brand:x", "tag:t", "")})
    )
    with less.store() as store:
        store.delete(relations=[("evokes", "brand:x", "kansei:serene", ""), *removal.relations])
        small = build_snapshot(store, less.folder / "snapshots", dictionary=Terms(less.attributes))
    query = Query(entity="artist:a")
    edited, stored = Matcher(whole.snapshot()).without(removal).score(query), Matcher(small).score(query)
    assert edited.raw.tolist() == pytest.approx(stored.raw.tolist(), abs=1e-12)


def test_counterfactuals_are_recomputed_without_the_thing(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot())
    found = matcher.explain("artist:00", "brand:01")
    by_kind = {
        kind: [one for one in found.counterfactuals if one.kind == kind] for kind in ("attribute", "signal", "path")
    }
    assert all(by_kind.values())
    for one in by_kind["signal"]:
        query = Query(without_signals=frozenset({one.id}))
        assert one.score == pytest.approx(matcher.explain("artist:00", "brand:01", query).matches[0].score)
    attribute = by_kind["attribute"][0]
    values = frozenset((name, attribute.id) for name in ("artist:00", "brand:01"))
    again = matcher.without(Removal(values=values)).explain("artist:00", "brand:01")
    assert attribute.score == pytest.approx(again.matches[0].score)


def test_a_what_if_derives_anew_only_what_the_facts_touch(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot())
    matcher.propose(Query(entity="artist:00"))
    tie_up = next(iter(matcher.context().tie_ups.relations)).identity
    edited = matcher.without(Removal(relations=frozenset({tie_up}))).context()
    assert edited.profiles is matcher.context().profiles
    assert len(edited.tie_ups) == len(matcher.context().tie_ups) - 1


def test_forgotten_sentences_leave_the_text(sketch: Sketch) -> None:
    sketch.add("artist:a", text_en="Soft songs. Loud drums.", text_ja="静かな歌。")
    matcher = Matcher(sketch.snapshot())
    less = matcher.without(Removal(texts=frozenset({("artist:a", "en", "Loud drums.")})))
    assert less.snapshot.entity(less.snapshot.row("artist:a")).text_en == "Soft songs."


def test_shared_fans_let_go_of_the_second_entity_only(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot())
    less = matcher.without(Removal(audiences=frozenset({("artist:00", "brand:01")}))).context()
    assert less.audiences.fans[less.view.row("brand:01")] == 0
    assert less.audiences.fans[less.view.row("artist:00")] == 30


def test_the_sentence_names_what_both_evoke_and_what_is_brought(sketch: Sketch) -> None:
    sketch.add("artist:a", {"serene": 0.8})
    sketch.add("artist:other", {"bold": 0.8})
    sketch.add("brand:other", {"bold": 0.8})
    sketch.add("brand:x", {"serene": 0.7, "nostalgic": 0.6, "warm": 0.5})
    match = Matcher(sketch.snapshot(), settings=only("resonance")).explain("artist:a", "brand:x").matches[0]
    assert match.sentence.en == "Both feel serene; X adds something nostalgic and warm."
    assert match.sentence.ja == "「serene」がともに響き、xが「nostalgic」「warm」を添える。"


def test_what_is_shared_is_not_said_to_be_brought_as_well(sketch: Sketch) -> None:
    sketch.add("artist:a", {"serene": 0.3, "bold": 0.2})
    sketch.add("artist:other", {"warm": 0.8})
    sketch.add("brand:x", {"serene": 0.9})
    sketch.add("brand:other", {"warm": 0.8})
    match = Matcher(sketch.snapshot(), settings=only("resonance")).explain("artist:a", "brand:x").matches[0]
    assert match.sentence.en == "Both feel serene."


class Circle(Terms):
    """Serene and quiet are of one sector; all else stands alone."""

    def __contains__(self, slug: str) -> bool:
        return slug in self.ids

    def get(self, slug: str) -> SimpleNamespace:
        return SimpleNamespace(label={"ja": slug, "en": slug.title()}, opposite=None, noun=None)

    def sector_index(self, slug: str) -> int:
        return 0 if slug in {"serene", "quiet"} else 1 + self.ids.index(slug)


@pytest.mark.parametrize(
    ("quiet", "said"),
    [
        (0.8, "Both feel plain; X adds something warm."),  # quieter than X is serene: X brings nothing to that sector
        (0.6, "Both feel plain; X adds something serene and warm."),
    ],
)
def test_nothing_is_added_to_a_sector_that_the_asker_leads_by_another_word(
    tmp_path: Path, quiet: float, said: str
) -> None:
    sketch = Sketch(tmp_path, ("serene", "quiet", "warm", "plain", "bold"), {})
    sketch.add("artist:a", {"quiet": quiet, "plain": 0.8})
    sketch.add("artist:other", {"bold": 0.8})
    sketch.add("brand:other", {"bold": 0.8})
    sketch.add("brand:x", {"serene": 0.7, "plain": 0.7, "warm": 0.5})
    matcher = Matcher(sketch.snapshot(), settings=only("resonance"), dictionary=Circle(sketch.attributes))
    assert matcher.explain("artist:a", "brand:x").matches[0].sentence.en == said


def test_an_attribute_with_a_noun_is_evoked_and_never_felt(tmp_path: Path) -> None:
    sketch = Sketch(tmp_path, ("serene", "anguished", "lonely", "bold"), {})
    sketch.add("artist:a", {"serene": 0.5, "anguished": 0.8})
    for number in range(4):
        sketch.add(f"artist:other{number}", {"bold": 0.8})
        sketch.add(f"brand:other{number}", {"bold": 0.8})
    sketch.add("brand:x", {"serene": 0.5, "anguished": 0.8, "lonely": 0.6})
    matcher = Matcher(sketch.snapshot(), settings=only("resonance"), dictionary=load_dictionary())
    said = matcher.explain("artist:a", "brand:x").matches[0].sentence
    assert said.en == "Both evoke anguish and feel serene; X adds loneliness."
    assert said.ja == "「苦悩」「静謐」がともに響き、xが「孤独」を添える。"


SERENE, QUIET, ANGUISH, HOPE = (
    {"ja": name, "en": name.title()} | ({"noun": noun} if noun else {})
    for name, noun in (("serene", ""), ("quiet", ""), ("anguished", "anguish"), ("hopeful", "hope"))
)


@pytest.mark.parametrize(
    ("named", "both", "one"),
    [
        ([SERENE], "feel serene", "something serene"),
        ([SERENE, QUIET], "feel serene and quiet", "something serene and quiet"),
        ([ANGUISH], "evoke anguish", "anguish"),
        ([ANGUISH, HOPE], "evoke anguish and hope", "anguish and hope"),
        ([SERENE, ANGUISH], "feel serene and evoke anguish", "anguish and something serene"),
        ([ANGUISH, SERENE, QUIET], "evoke anguish and feel serene and quiet", "anguish and something serene and quiet"),
    ],
)
def test_adjectives_are_felt_and_nouns_evoked(named: list, both: str, one: str) -> None:
    assert (felt(named), something(named)) == (both, one)


def test_how_the_asker_stands_is_worked_out_once_for_all_candidates(
    crowd: Sketch, monkeypatch: pytest.MonkeyPatch
) -> None:
    matcher = Matcher(crowd.snapshot())
    matcher.propose(Query(entity="artist:00", top=1))
    asked = []
    peaks = Profiles.peaks
    monkeypatch.setattr(Profiles, "peaks", lambda self, row: asked.append(row) or peaks(self, row))
    matches = matcher.propose(Query(entity="artist:00", top=10)).matches
    assert not asked  # nobody has read a sentence
    assert len([match.sentence.en for match in matches]) == 10
    assert asked.count(matcher.snapshot.row("artist:00")) == 1


def test_the_sentence_claims_nothing_where_nothing_speaks_for_the_pair(sketch: Sketch) -> None:
    sketch.add("artist:a", {"serene": 0.8})
    sketch.add("brand:x", {"bold": 0.1})
    match = Matcher(sketch.snapshot()).explain("artist:a", "brand:x").matches[0]
    assert match.sentence.en == "Nothing yet speaks clearly for this pair."


def test_the_sentence_names_only_attributes_that_the_graph_holds_for_the_two(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot())
    held = {(edge.source, edge.target) for edge in crowd.relations if edge.kind is RelationKind.EVOKES}
    for match in matcher.propose(Query(entity="artist:00", top=40)).matches:
        spoken = match.sentence.en.partition(".")[0]
        for attribute in crowd.attributes:
            if f" {attribute}" in spoken and "Connected" not in spoken:
                assert (match.entity.id, f"kansei:{attribute}") in held


def test_removals_meet_when_they_share_a_fact() -> None:
    one = Removal(audiences=frozenset({("artist:a", "brand:b")}))
    assert one.meets(Removal(audiences=frozenset({("brand:b", "artist:a")})))
    assert one.meets(Removal(sizes=frozenset({"artist:a"})))
    assert not one.meets(replace(one, audiences=frozenset({("artist:a", "brand:c")})))
    assert not Removal().meets(one)
    assert not Removal()
