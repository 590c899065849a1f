"""Questions and answers of the matcher over small real snapshots."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kyokan.errors import QueryError, UnknownEntityError
from kyokan.graph.model import EntityKind, KanseiValue
from kyokan.matching.ranking import FusionWeights, Matcher, MatcherSettings, Proposal, Query, Standing, Status, matches
from kyokan.matching.ranking.fusion import logistic
from kyokan.matching.ranking.model import Sentence
from tests.matching.sketch import Sketch


def matcher_of(sketch: Sketch) -> Matcher:
    return Matcher(sketch.snapshot())


def test_contributions_and_base_add_up_to_the_score(town: Sketch) -> None:
    for match in matcher_of(town).propose(Query(entity="artist:a0", top=9)).matches:
        raw = match.base + sum(part.contribution for part in match.contributions)
        assert match.score == pytest.approx(1 / (1 + np.exp(-raw)), abs=1e-9)


def test_evidence_adds_up_to_each_contribution(town: Sketch) -> None:
    matcher = matcher_of(town)
    for query in (Query(entity="artist:a0"), Query(entity="brand:b1"), Query(kansei={"warm": 1.0, "bold": -1.0})):
        for match in matcher.propose(query).matches:
            for part in match.contributions:
                assert sum(item.weight for item in part.evidence) == pytest.approx(part.contribution, abs=1e-9)


def test_ranks_go_by_score_and_ties_by_id(sketch: Sketch) -> None:
    profile = {"serene": 0.5, "warm": 0.5, "nostalgic": 0.3}
    sketch.add("artist:a", profile)
    for name in ("n", "m", "k"):
        sketch.add(f"brand:{name}", profile)
    found = matcher_of(sketch).propose(Query(entity="artist:a"))
    assert [match.entity.id for match in found.matches] == ["brand:k", "brand:m", "brand:n"]
    assert [match.rank for match in found.matches] == [1, 2, 3]


def test_the_same_question_gets_the_same_answer_to_the_byte(town: Sketch) -> None:
    snapshot = town.snapshot()
    answers = [Matcher(snapshot).propose(Query(entity="artist:a2")) for _ in range(2)]
    written = [json.dumps(replace(answer, took_ms=0.0).to_json(), ensure_ascii=False) for answer in answers]
    assert written[0] == written[1]


def test_insertion_order_does_not_change_the_ranking(new_sketch: Callable[[str], Sketch]) -> None:
    answers = []
    for name in ("forward", "backward"):
        sketch = new_sketch(name)
        entities = [
            ("artist:a", {"serene": 0.7}),
            ("brand:x", {"serene": 0.6}),
            ("brand:y", {"bold": 0.6, "warm": 0.2}),
        ]
        for entity, kansei in entities if name == "forward" else reversed(entities):
            sketch.add(entity, kansei)
        answers.append(matcher_of(sketch).propose(Query(entity="artist:a")))
    scores = [[(match.entity.id, match.score) for match in answer.matches] for answer in answers]
    assert answers[0].snapshot == answers[1].snapshot
    assert scores[0] == scores[1]


def test_side_scores_count_what_is_good_for_that_side_or_both(town: Sketch) -> None:
    match = matcher_of(town).propose(Query(entity="artist:a1")).matches[0]
    both = match.base + sum(part.contribution for part in match.contributions if part.benefit == "both")
    artist = sum(part.contribution for part in match.contributions if part.benefit == "artist")
    assert match.score_artist == pytest.approx(logistic(both + artist))


def test_things_are_answered_with_artists_and_people_with_brands(town: Sketch) -> None:
    town.edge("made_by", "product:p", "brand:b0")
    matcher = matcher_of(town)
    kinds = {
        entity: {match.entity.kind for match in matcher.propose(Query(entity=entity)).matches}
        for entity in ("artist:a0", "brand:b0", "product:p", "fan:0003")
    }
    assert kinds == {
        "artist:a0": {EntityKind.BRAND},
        "brand:b0": {EntityKind.ARTIST},
        "product:p": {EntityKind.ARTIST},
        "fan:0003": {EntityKind.ARTIST},
    }


def test_a_fan_is_offered_what_the_fan_does_not_follow_yet(town: Sketch) -> None:
    found = matcher_of(town).propose(Query(entity="fan:0003", top=9))
    assert found.status is Status.OK
    assert "artist:a0" not in [match.entity.id for match in found.matches]
    assert len(found.matches) == 5


def values(found: Proposal, signal: str) -> dict[str, float]:
    parts = [(match.entity.id, part) for match in found.matches for part in match.contributions]
    return {entity: part.value for entity, part in parts if part.signal == signal}


def test_an_audience_asks_as_the_mean_of_what_its_people_like(town: Sketch) -> None:
    matcher = matcher_of(town)
    town_brands = {"kinds": (EntityKind.BRAND,), "top": 9, "diversity": 0.0}
    alone = [matcher.propose(Query(entity=one, **town_brands)) for one in ("artist:a0", "artist:a1")]
    found = matcher.propose(Query(audience=("artist:a0", "artist:a1"), **town_brands))
    bridges = [values(one, "fan_bridge") for one in alone]
    assert values(found, "fan_bridge") == pytest.approx(
        {brand: (bridges[0].get(brand, 0.0) + bridges[1].get(brand, 0.0)) / 2 for brand in bridges[0] | bridges[1]}
    )
    assert [entity.id for entity in found.audience] == ["artist:a0", "artist:a1"]
    told = [item.note for match in found.matches for part in match.contributions for item in part.evidence]
    assert any(note.startswith("7 fans of A0 like it too") for note in told), told
    single = matcher.propose(Query(audience=("artist:a0",), **town_brands))
    assert values(single, "resonance") == pytest.approx(values(alone[0], "resonance"))
    for match in found.matches:
        for part in match.contributions:
            assert sum(item.weight for item in part.evidence) == pytest.approx(part.contribution, abs=1e-9)


def test_an_audience_is_answered_with_what_it_does_not_like_yet(town: Sketch) -> None:
    matcher = matcher_of(town)
    assert {one.entity.kind for one in matcher.propose(Query(audience=("artist:a0",))).matches} == {EntityKind.BRAND}
    asked = Query(audience=("artist:a0", "brand:b1"), kinds=(EntityKind.ARTIST, EntityKind.BRAND), top=20)
    listed = {match.entity.id for match in matcher.propose(asked).matches}
    assert len(listed) == 13
    assert not listed & set(asked.audience)


def test_past_tie_ups_say_nothing_of_what_an_audience_likes(town: Sketch) -> None:
    for place in range(6, 30):  # enough of them to teach
        town.edge("tied_up", town.add(f"artist:a{place}", {"serene": 0.6}), f"brand:b{place % 9}")
    matcher = matcher_of(town)
    brands = {"kinds": (EntityKind.BRAND,), "top": 9}
    assert values(matcher.propose(Query(entity="artist:a0", **brands)), "precedent")
    assert not values(matcher.propose(Query(audience=("artist:a0",), **brands)), "precedent")


def test_an_audience_of_which_nothing_is_known_is_not_answered_by_guessing(town: Sketch) -> None:
    town.add("artist:nobody", {})
    assert matcher_of(town).propose(Query(audience=("artist:nobody",))).status is Status.ABSTAINED


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        (Query(audience=("fan:0003",)), "fan:0003: is a fan, which has no fans"),
        (Query(audience=("artist:a0",), entity="artist:a1"), "audience: cannot ask beside an entity"),
    ],
)
def test_a_person_is_no_audience_and_an_audience_asks_alone(town: Sketch, query: Query, rule: str) -> None:
    with pytest.raises(QueryError, match=rule):
        matcher_of(town).propose(query)


def test_artists_can_be_asked_for_artists_like_them(town: Sketch) -> None:
    found = matcher_of(town).propose(Query(entity="artist:a0", kinds=(EntityKind.ARTIST,), diversity=0.0))
    assert found.matches[0].entity.id == "artist:a3"  # the same profile
    assert "artist:a0" not in [match.entity.id for match in found.matches]


def test_facets_count_whom_each_category_and_place_would_leave(town: Sketch) -> None:
    for place in range(3):
        town.edge("in_place", f"brand:b{place}", "place:japan")
    matcher = matcher_of(town)
    whole = matcher.propose(Query(entity="artist:a0"))
    assert whole.facets == {"category:c0": 5, "category:c1": 4, "place:japan": 3}
    odd = matcher.propose(Query(entity="artist:a0", categories=("category:c1",)))
    assert odd.facets == {"category:c0": 5, "category:c1": 4, "place:japan": 1}  # of b0, b1 and b2 only b1 is odd
    narrow = {"categories": ("category:c1",), "places": ("place:japan",), "exclude": ("brand:b1",)}
    nobody = matcher.propose(Query(entity="artist:a0", **narrow))
    assert (nobody.status, nobody.facets) == (Status.EMPTY, {"category:c0": 2})


def test_a_brief_is_read_by_the_annotator(town: Sketch) -> None:
    read = {"静かで落ち着いた": [KanseiValue(attribute="serene", intensity=0.9, confidence=0.8)]}
    matcher = Matcher(town.snapshot(), read=lambda text: read[text])
    found = matcher.propose(Query(text="静かで落ち着いた", kinds=(EntityKind.BRAND,), diversity=0.0))
    assert found.status is Status.PARTIAL  # no encoder: said so
    assert found.note is not None
    top = matcher.snapshot.kansei.intensity[matcher.snapshot.row(found.matches[0].entity.id), 0]
    assert top == pytest.approx(0.8)


def test_an_unread_brief_is_not_guessed_at(town: Sketch) -> None:
    assert matcher_of(town).propose(Query(text="anything")).status is Status.ABSTAINED


def test_wanted_kansei_lift_and_avoided_kansei_lower(town: Sketch) -> None:
    matcher = matcher_of(town)
    plain = {m.entity.id: m.score for m in matcher.propose(Query(entity="artist:a2", top=9)).matches}
    asked = {
        m.entity.id: m.score for m in matcher.propose(Query(entity="artist:a2", top=9, kansei={"bold": -1})).matches
    }
    assert asked["brand:b1"] < plain["brand:b1"]
    assert asked["brand:b0"] > plain["brand:b0"]


def test_categories_places_and_exclusions_filter(town: Sketch) -> None:
    town.edge("in_place", "brand:b3", "place:kyoto")
    matcher = matcher_of(town)

    def ids(**query: object) -> list[str]:
        found = matcher.propose(Query(entity="artist:a0", top=20, **query))  # type: ignore[arg-type]
        return sorted(match.entity.id for match in found.matches)

    assert ids(categories=("c1",)) == ["brand:b1", "brand:b3", "brand:b5", "brand:b7"]
    assert ids(categories=("category:c1",), exclude=("brand:b3", "brand:b5")) == ["brand:b1", "brand:b7"]
    assert ids(places=("kyoto",)) == ["brand:b3"]


def test_nobody_left_is_an_empty_answer_with_a_way_out(town: Sketch) -> None:
    found = matcher_of(town).propose(
        Query(entity="artist:a0", categories=("c1",), exclude=tuple(f"brand:b{n}" for n in (1, 3, 5, 7)))
    )
    assert found.status is Status.EMPTY
    assert found.note is not None


@pytest.mark.parametrize(
    "wrong",
    [
        Query(),
        Query(entity="artist:a0", top=0),
        Query(entity="artist:a0", diversity=1.5),
        Query(entity="artist:a0", exposure=-0.1),
        Query(entity="artist:a0", kansei={"loud": 1.0}),
        Query(entity="artist:a0", kansei={"bold": 2.0}),
        Query(entity="artist:a0", categories=("c9",)),
        Query(entity="artist:a0", places=("atlantis",)),
        Query(entity="artist:a0", without_signals=frozenset({"charm"})),
        Query(entity="artist:a0", without_attributes=frozenset({"loud"})),
        Query(entity="artist:a0", kinds=(EntityKind.FAN,)),
        Query(entity="tag:t0"),
    ],
)
def test_a_question_that_breaks_a_rule_is_refused(town: Sketch, wrong: Query) -> None:
    with pytest.raises(QueryError):
        matcher_of(town).propose(wrong)


def test_an_unknown_entity_is_named(town: Sketch) -> None:
    with pytest.raises(UnknownEntityError, match="artist:nobody"):
        matcher_of(town).propose(Query(entity="artist:nobody"))


def test_without_an_attribute_nobody_evokes_it(town: Sketch) -> None:
    query = Query(entity="artist:a0", without_attributes=frozenset({"serene"}))
    found = matcher_of(town).propose(query)
    cited = [
        name for match in found.matches for part in match.contributions for item in part.evidence for name in item.ids
    ]
    assert "kansei:warm" in cited
    assert "kansei:serene" not in cited


def test_diversity_keeps_one_category_from_flooding_the_page(sketch: Sketch) -> None:
    sketch.add("artist:a", {"serene": 0.8, "nostalgic": 0.5, "warm": 0.1})
    sketch.add("artist:other", {"bold": 0.8, "warm": 0.6})
    for place in range(12):
        brand = sketch.add(f"brand:watch{place:02d}", {"serene": 0.7, "nostalgic": 0.5, "warm": 0.1})
        sketch.edge("in_category", brand, "category:watch")
    for place in range(6):
        brand = sketch.add(f"brand:tea{place}", {"serene": 0.65, "nostalgic": 0.5, "warm": 0.15})
        sketch.edge("in_category", brand, f"category:tea{place}")
    matcher = matcher_of(sketch)
    plain, mixed = (
        matcher.propose(Query(entity="artist:a", top=8, diversity=weight, without_signals=frozenset({"walk"}))).matches
        for weight in (0.0, 0.2)
    )
    assert sum("watch" in match.entity.id for match in plain) == 8
    assert sum("watch" in match.entity.id for match in mixed) <= 4
    assert [match.score for match in mixed] == sorted((match.score for match in mixed), reverse=True)


def test_exposure_places_go_to_the_less_known(sketch: Sketch) -> None:
    sketch.add("brand:x", {"serene": 0.9, "nostalgic": 0.4, "warm": 0.1})
    sketch.add("brand:y", {"bold": 0.8, "warm": 0.5})
    for place in range(10):
        profile = {"serene": 0.9 - 0.05 * place, "nostalgic": 0.4, "warm": 0.05 * place, "bold": 0.05 * place}
        sketch.add(f"artist:a{place}", profile, attributes={"followers": 10000 - 1000 * place})
    matcher = matcher_of(sketch)
    query = Query(entity="brand:x", top=4, diversity=0.0)
    plain = [m.entity.id for m in matcher.propose(query).matches]
    mixed = matcher.propose(replace(query, exposure=0.5)).matches
    assert not {"artist:a5", "artist:a6"} & set(plain)
    assert {m.entity.id for m in mixed if m.exposure_slot} == {"artist:a5", "artist:a6"}
    assert len(mixed) == 4


def test_past_partners_say_since_when_and_can_be_left_out(town: Sketch) -> None:
    matcher = matcher_of(town)
    found = matcher.propose(Query(entity="artist:a1", top=9))
    since = {match.entity.id: match.partners_since for match in found.matches}
    assert since["brand:b2"] == "2016"
    assert since["brand:b3"] is None
    fresh = matcher.propose(Query(entity="artist:a1", top=9, include_partners=False))
    assert "brand:b2" not in [match.entity.id for match in fresh.matches]


def test_an_entity_of_which_nothing_is_known_gets_no_guess(town: Sketch) -> None:
    town.add("artist:blank")
    found = matcher_of(town).propose(Query(entity="artist:blank"))
    assert found.status is Status.ABSTAINED
    assert not found.matches
    assert found.note is not None


def test_candidates_of_whom_too_little_is_known_are_set_aside_with_the_way_out(town: Sketch) -> None:
    town.add("brand:hardly", {"serene": 0.9})
    found = matcher_of(town).propose(Query(entity="artist:a0", top=20))
    aside = {match.entity.id: match for match in found.set_aside}
    assert aside["brand:hardly"].standing is Standing.TOO_LITTLE_KNOWN
    assert aside["brand:hardly"].reason is not None
    assert "brand:hardly" not in [match.entity.id for match in found.matches]


def test_an_artist_with_text_or_tags_and_no_fans_still_gets_matches(sketch: Sketch) -> None:
    for tag in ("quiet", "piano", "night"):
        sketch.edge("tagged", "artist:new", f"tag:{tag}", weight=5)
        sketch.edge("tagged", "brand:x", f"tag:{tag}", weight=5)
    sketch.edge("tagged", "brand:y", "tag:loud", weight=5)
    found = matcher_of(sketch).propose(Query(entity="artist:new"))
    assert found.status is Status.OK
    assert found.matches[0].entity.id == "brand:x"


def test_other_weights_change_the_order_only_through_the_sum(town: Sketch) -> None:
    weights = FusionWeights(base=0.0, weights={"walk": 1.0})
    matcher = Matcher(town.snapshot(), settings=MatcherSettings(weights=weights))
    for match in matcher.propose(Query(entity="artist:a0", diversity=0.0)).matches:
        walk = next(part for part in match.contributions if part.signal == "walk")
        assert match.raw == pytest.approx(walk.contribution)


def test_a_sentence_is_put_together_once_and_only_when_somebody_reads_it(
    town: Sketch, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_together, really = [], matches.sentence

    def counted(*parts: object) -> Sentence:
        put_together.append(parts)
        return really(*parts)  # type: ignore[arg-type]

    monkeypatch.setattr(matches, "sentence", counted)
    first, *others = matcher_of(town).propose(Query(entity="artist:a0")).matches
    assert (len(put_together), bool(others)) == (0, True)
    assert first.sentence.ja
    assert first.sentence.en
    assert len(put_together) == 1


def test_the_json_has_the_stated_keys(town: Sketch) -> None:
    proposal: Proposal = matcher_of(town).propose(Query(entity="artist:a0", top=2))
    found = json.loads(json.dumps(proposal.to_json()))
    assert {
        "status",
        "query",
        "candidates",
        "snapshot",
        "encoder",
        "dictionary",
        "took_ms",
        "matches",
        "counterfactuals",
    } <= found.keys()
    assert {"entity", "text", "for", "top", "filters"} <= found["query"].keys()
    match = found["matches"][0]
    keys = {"rank", "entity", "score", "base", "confidence", "coverage", "standing", "reason", "blocked_until"}
    assert keys | {"contributions", "sentence"} <= match.keys()
    assert {"signal", "contribution", "value", "for", "evidence"} == match["contributions"][0].keys()
    assert {"kind", "ids", "weight", "note"} <= match["contributions"][0]["evidence"][0].keys()
    assert match["sentence"].keys() == {"ja", "en"}
