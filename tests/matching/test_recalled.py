"""An answer that was kept as JSON is the proposal that it was, less whoever is not known any more."""

from __future__ import annotations

import json

from kyokan.matching.ranking import Matcher, Query
from kyokan.matching.ranking.recalled import recalled
from tests.matching.sketch import Sketch

ASKED = Query(entity="artist:a", top=2)


def answered(sketch: Sketch):
    profile = {"serene": 0.8, "warm": 0.5, "nostalgic": 0.3}
    sketch.add("artist:a", profile)
    for name in ("m", "n"):
        sketch.fans(0, 12, sketch.add(f"brand:{name}", profile))
    sketch.fans(0, 14, "artist:a", kind="follows")
    sketch.add("brand:poor", {"serene": 0.2})
    sketch.edge("tied_up", "artist:a", "brand:n", since="2015")
    snapshot = sketch.snapshot()
    proposal = Matcher(snapshot).propose(ASKED)
    return proposal, json.loads(json.dumps(proposal.to_json())), snapshot


def test_what_was_kept_is_the_proposal_that_it_was(sketch: Sketch) -> None:
    proposal, kept, snapshot = answered(sketch)
    assert proposal.matches
    assert proposal.set_aside
    again = recalled(ASKED, kept, lambda one: snapshot.entity(snapshot.row(one)))
    assert again == proposal
    assert again.to_json() == proposal.to_json()


def test_who_is_not_known_any_more_is_left_out(sketch: Sketch) -> None:
    _, kept, snapshot = answered(sketch)
    gone = {"brand:m", "artist:a"}
    again = recalled(ASKED, kept, lambda one: None if one in gone else snapshot.entity(snapshot.row(one)))
    assert [match.entity.id for match in again.matches] == ["brand:n"]
    assert again.entity is None
