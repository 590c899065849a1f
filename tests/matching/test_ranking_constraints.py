"""Vetoes, exclusivity and rivals: what binds before any ranking."""

from __future__ import annotations

import pytest

from kyokan.matching.ranking import Match, Matcher, Query, Standing
from tests.matching.sketch import Sketch


@pytest.fixture
def market(sketch: Sketch) -> Sketch:
    """An artist, three watch brands and a tea, all described alike enough to be proposed."""
    profile = {"serene": 0.6, "warm": 0.3, "nostalgic": 0.2}
    sketch.add("artist:a", profile)
    for name, category in (("one", "watch"), ("two", "watch"), ("three", "watch"), ("leaf", "tea")):
        sketch.add(f"brand:{name}", profile | {"bold": 0.1})
        sketch.edge("in_category", f"brand:{name}", f"category:{category}")
    return sketch


def exclusive(sketch: Sketch, artist: str = "artist:a", **parts: object) -> None:
    attributes = {"exclusive": True, "category": "watch"} | dict(parts.pop("attributes", {}))  # type: ignore[call-overload]
    sketch.edge("tied_up", artist, "brand:one", attributes=attributes, **parts)


def pair(sketch: Sketch, brand: str = "brand:two", artist: str = "artist:a", **query: object) -> Match:
    return Matcher(sketch.snapshot()).explain(artist, brand, Query(**query)).matches[0]  # type: ignore[arg-type]


def test_an_exclusive_partner_blocks_the_others_of_its_category_until_it_ends(market: Sketch) -> None:
    exclusive(market, since="2025-04-01", until="2027-06-30", attributes={"territory": "日本 / Japan", "media": "TV"})
    match = pair(market)
    assert match.standing is Standing.BLOCKED
    assert match.blocked_until == "2027-06-30"
    assert match.reason is not None
    assert match.reason.ja == "2027-06-30 まで不可。oneとの独占：watch × 日本 × TV。"
    assert match.reason.en == "Blocked until 2027-06-30. Exclusive with One: Watch × Japan × TV."


def test_blocked_candidates_are_set_aside_with_their_reason(market: Sketch) -> None:
    exclusive(market, since="2025", until="2027")
    found = Matcher(market.snapshot()).propose(Query(entity="artist:a"))
    assert sorted(match.entity.id for match in found.matches) == ["brand:leaf", "brand:one"]
    assert {match.entity.id: match.standing for match in found.set_aside} == {
        "brand:two": Standing.BLOCKED,
        "brand:three": Standing.BLOCKED,
    }


def test_the_brand_that_asks_sees_the_artist_blocked_too(market: Sketch) -> None:
    exclusive(market, since="2025", until="2027")
    found = Matcher(market.snapshot()).propose(Query(entity="brand:two"))
    assert [(match.entity.id, match.standing) for match in found.set_aside] == [("artist:a", Standing.BLOCKED)]


@pytest.mark.parametrize(
    ("plan", "standing"),
    [
        ({"since": "2027-07-01"}, Standing.OPEN),
        ({"since": "2027-06-30"}, Standing.BLOCKED),
        ({"since": "2024-01", "until": "2025-03-31"}, Standing.OPEN),
        ({"since": "2024-01", "until": "2025-04"}, Standing.BLOCKED),
        ({"media": ("radio",)}, Standing.OPEN),
        ({"media": ("radio", "tv")}, Standing.BLOCKED),
    ],
)
def test_exclusivity_binds_its_dates_and_media_only(
    market: Sketch, plan: dict[str, object], standing: Standing
) -> None:
    exclusive(market, since="2025-04-01", until="2027-06-30", attributes={"media": ["TV"]})
    assert pair(market, **plan).standing is standing


def test_exclusivity_binds_its_territory_only(market: Sketch) -> None:
    for place in ("japan", "france"):
        market.edge("in_place", "brand:two", f"place:{place}")
    exclusive(market, attributes={"territory": "japan"})
    matcher = Matcher(market.snapshot())
    for place, count in (("japan", 0), ("france", 1)):
        assert len(matcher.propose(Query(entity="artist:a", places=(place,))).matches) == count


def test_other_categories_and_the_partner_itself_stay_open(market: Sketch) -> None:
    exclusive(market, until="2027")
    assert pair(market, "brand:leaf").standing is Standing.OPEN
    assert pair(market, "brand:one").standing is Standing.OPEN


def test_a_tie_up_that_is_not_exclusive_blocks_nobody(market: Sketch) -> None:
    market.edge("tied_up", "artist:a", "brand:one", until="2027", attributes={"category": "watch"})
    assert pair(market).standing is Standing.OPEN


def test_a_groups_exclusivity_binds_its_members_and_spares_the_partners_sisters(market: Sketch) -> None:
    market.add("artist:group", {"serene": 0.5, "warm": 0.2, "bold": 0.2})
    market.edge("related", "artist:a", "artist:group", attributes={"how": "member_of"})
    market.edge("related", "brand:one", "brand:house", attributes={"how": "part_of"})
    market.edge("related", "brand:three", "brand:house", attributes={"how": "part_of"})
    exclusive(market, artist="artist:group", until="2027")
    assert pair(market, "brand:two").standing is Standing.BLOCKED
    assert pair(market, "brand:three").standing is Standing.OPEN


def test_a_product_is_blocked_by_its_brands_category(market: Sketch) -> None:
    market.add("product:dial", {"serene": 0.4, "warm": 0.4, "bold": 0.2})
    market.edge("made_by", "product:dial", "brand:two")
    exclusive(market, until="2027")
    assert pair(market, "product:dial").standing is Standing.BLOCKED


@pytest.mark.parametrize("refused", ["brand:two", "category:watch", "watch", "kansei:bold"])
def test_an_artists_veto_blocks_a_brand_a_category_or_a_kansei(market: Sketch, refused: str) -> None:
    market.add("artist:strict", {"serene": 0.6, "warm": 0.3, "nostalgic": 0.1}, attributes={"vetoes": [refused]})
    match = pair(market, artist="artist:strict")
    assert match.standing is Standing.BLOCKED
    assert match.reason is not None
    assert "Strict" in match.reason.en
    back = Matcher(market.snapshot()).explain("brand:two", "artist:strict").matches[0]
    assert back.standing is Standing.BLOCKED


def test_rivals_are_set_aside_when_a_brand_asks_for_brands(market: Sketch) -> None:
    market.edge("rival_of", "brand:leaf", "brand:one")
    found = Matcher(market.snapshot()).explain("brand:one", "brand:leaf").matches[0]
    assert found.standing is Standing.RIVAL
    assert found.reason is not None
    assert any(part.signal == "rivalry" and part.contribution < 0 for part in found.contributions)


def test_a_block_outweighs_rivalry(market: Sketch) -> None:
    market.edge("made_by", "product:own", "artist:a")
    market.edge("in_category", "product:own", "category:watch")
    assert pair(market).standing is Standing.RIVAL
    exclusive(market, until="2027")
    assert pair(market).standing is Standing.BLOCKED


def test_a_blocked_pair_can_still_be_explained(market: Sketch) -> None:
    exclusive(market, until="2027")
    match = pair(market)
    assert match.contributions
    assert match.sentence.en
