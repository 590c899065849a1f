"""What rules and agreed deals close in a ranking, and what others can find out by asking."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.ranking import Matcher, Query, Standing
from kyokan.platform.rules import ArtistRules, Binding, BrandRules, Window
from tests.matching.sketch import Sketch

TODAY = "2026-11-23"
DICTIONARY = load_dictionary()
BRANDS = {"one": "watch", "two": "watch", "leaf": "tea", "bloom": "beauty"}
STRONG = {"one": "serene", "two": "lively", "leaf": "natural", "bloom": "lively"}  # at 0.8; all else at 0.3
ARTISTS = {"a": "serene", "b": "lively", "c": "natural"}
PAST = {("a", "leaf"), ("b", "bloom")}  # tie-ups that there were
SECTORS = ("serene", "lively", "natural")


@pytest.fixture(scope="module")
def matcher(tmp_path_factory):
    sketch = Sketch(tmp_path_factory.mktemp("market"), attributes=SECTORS, opposites={})
    for kind, names in (("artist", ARTISTS), ("brand", STRONG)):
        for name, strong in names.items():
            sketch.add(f"{kind}:{name}", dict.fromkeys(SECTORS, 0.3) | {strong: 0.8})
    for name, category in BRANDS.items():
        sketch.edge("in_category", f"brand:{name}", f"category:{category}")
    sketch.add("product:one-1")
    sketch.edge("made_by", "product:one-1", "brand:one")
    sketch.add("category:watch", name_ja="腕時計", name_en="Watches")
    sketch.add("place:japan", name_ja="日本", name_en="Japan")
    sketch.add("place:korea")
    for artist, brand in PAST:
        sketch.edge("tied_up", f"artist:{artist}", f"brand:{brand}", since="2020")
    return Matcher(sketch.snapshot(), dictionary=DICTIONARY)


def bound(matcher, rules=None, *windows: Window):
    return matcher.bound_by(Binding(DICTIONARY, TODAY, rules or {}, windows))


def pair(matcher, artist, brand, rules=None, *windows: Window, **query: object):
    kind = brand if ":" in brand else f"brand:{brand}"
    return bound(matcher, rules, *windows).explain(f"artist:{artist}", kind, Query(**query)).matches[0]


def closed(matcher, artist, rules, **query: object):
    """The brands that are blocked for an artist."""
    found = bound(matcher, rules).propose(Query(entity=f"artist:{artist}", **query))
    assert not {one.entity.id for one in found.matches} & {one.entity.id for one in found.set_aside}
    return {one.entity.id for one in found.set_aside if one.standing is Standing.BLOCKED}


@pytest.mark.parametrize(
    ("rules", "blocked"),
    [
        ({"categories": ["category:watch"]}, {"brand:one", "brand:two"}),
        ({"companies": ["brand:leaf"]}, {"brand:leaf"}),
        ({"companies": ["product:one-1"]}, {"brand:one"}),  # a company is refused with its whole house
        ({"kansei": ["kansei:lively"]}, {"brand:two", "brand:bloom"}),
        ({"fee_floor": 10**9}, set()),
        ({"categories": ["category:unheard-of"]}, set()),
    ],
)
def test_what_an_artists_side_refuses_is_blocked_for_that_artist_alone(matcher, rules, blocked):
    kept = {"artist:a": ArtistRules(**rules)}
    assert closed(matcher, "a", kept) == blocked
    assert closed(matcher, "b", kept) == set()


@pytest.mark.parametrize(
    ("rules", "blocked"),
    [
        ({"artists": ["artist:b"]}, {"b"}),
        ({"topics": ["category:tea"]}, {"a"}),  # who tied up with a tea once
        ({"kansei": ["kansei:natural"]}, {"c"}),
        ({"known": 3}, set()),
        ({"known": 4}, {"a", "b", "c"}),
    ],
)
def test_a_brands_guard_rails_hold_for_it_and_its_products(matcher, rules, blocked):
    kept = {"brand:one": BrandRules(**rules)}
    for thing in ("brand:one", "product:one-1"):
        standings = {name: pair(matcher, name, thing, kept).standing for name in ARTISTS}
        assert {name for name, standing in standings.items() if standing is Standing.BLOCKED} == blocked
    assert pair(matcher, "b", "two", kept).standing is not Standing.BLOCKED


@pytest.mark.parametrize(
    ("plan", "until"),
    [
        ({"since": "2027-08-01", "until": "2027-09-30"}, "2027-08-20"),
        ({"since": "2027-08-15"}, "2027-08-20"),
        ({"since": "2027-08-21", "until": "2027-09-30"}, None),
        ({}, None),
    ],
)
def test_days_kept_free_close_a_plan_that_meets_them(matcher, plan, until):
    kept = {"artist:a": ArtistRules(free=[{"since": date(2027, 8, 10), "until": date(2027, 8, 20)}])}
    match = pair(matcher, "a", "leaf", kept, **plan)
    assert match.blocked_until == until
    assert (match.standing is Standing.BLOCKED) == (until is not None)


@pytest.mark.parametrize("word", ["japan", "place:japan", "日本 / Japan", "Japan"])
def test_a_territory_is_one_in_whatever_spelling(matcher, word):
    kept = {"artist:a": ArtistRules(territories=[word])}
    assert pair(matcher, "a", "leaf", kept, places=("place:japan",)).standing is Standing.BLOCKED
    assert pair(matcher, "a", "leaf", kept).standing is Standing.OPEN


def test_a_medium_that_is_not_done_closes_a_plan_that_has_it(matcher):
    kept = {"artist:a": ArtistRules(media=["TV"])}
    assert closed(matcher, "a", kept, media=("tv",)) == {f"brand:{name}" for name in BRANDS}
    assert closed(matcher, "a", kept, media=("SNS",)) == set()


def test_a_reason_says_whose_rule_it_was_and_nothing_that_it_holds(matcher):
    rails = BrandRules(artists=["artist:a"], topics=["category:tea"])
    said = pair(matcher, "a", "two", {"brand:two": rails}).reason
    assert said.en == "The brand's guard rails rule this pairing out."
    assert said == pair(matcher, "c", "two", {"brand:two": BrandRules(kansei=["kansei:natural"])}).reason


def test_forgetting_a_kansei_for_a_what_if_opens_no_vetoed_pair(matcher):
    kept = {"artist:a": ArtistRules(kansei=["kansei:lively"])}
    match = pair(matcher, "a", "two", kept, without_attributes=frozenset({"lively"}))
    assert match.standing is Standing.BLOCKED


WINDOW = {"artist": "artist:a", "brand": "brand:one", "category": "腕時計 / Watches", "until": "2027-06-30"}
CLAUSE = {"territories": ("日本 / Japan",), "media": ("TV",), "since": "2027-01-01"}


def test_a_party_of_an_agreed_deal_sees_its_clause_and_only_that_bound(matcher):
    window = Window(**WINDOW, **CLAUSE, open=True)
    match = pair(matcher, "a", "two", None, window)
    assert match.reason.en == "Blocked until 2027-06-30. Exclusive with One: Watches × Japan × TV."
    assert match.reason.ja == "2027-06-30 まで不可。oneとの独占：腕時計 × 日本 × TV。"
    open_ones = [{"until": "2026-12-31"}, {"media": ("SNS",)}, {"places": ("place:korea",)}, {"since": "2027-07-01"}]
    assert [pair(matcher, "a", "two", None, window, **plan).standing for plan in open_ones] == [Standing.OPEN] * 4
    assert pair(matcher, "a", "one", None, window).standing is Standing.OPEN
    assert pair(matcher, "a", "leaf", None, window).standing is Standing.OPEN
    assert pair(matcher, "b", "two", None, window).standing is not Standing.BLOCKED


@pytest.mark.parametrize(
    ("category", "territory"), [("腕時計", "日本"), ("watches", "JAPAN"), ("watch", "place:japan")]
)
def test_each_reader_has_a_known_category_and_place_of_a_clause_in_their_language(matcher, category, territory):
    clause = WINDOW | {"category": category, "territories": (territory, "香りの国")}
    reason = pair(matcher, "a", "two", None, Window(**clause, open=True)).reason
    assert reason.en == "Blocked until 2027-06-30. Exclusive with One: Watches × Japan × 香りの国."
    assert reason.ja == "2027-06-30 まで不可。oneとの独占：腕時計 × 日本 × 香りの国。"


def test_an_outsider_finds_out_until_when_and_neither_with_whom_nor_the_clause(matcher):
    plans = [{}, {"until": "2026-12-31"}, {"media": ("SNS",)}, {"places": ("place:japan",)}]
    answers = {
        (brand, str(clause), str(plan)): pair(matcher, "a", brand, None, Window(**WINDOW, **clause), **plan)
        for brand in ("one", "two")
        for clause in ({}, CLAUSE)
        for plan in plans
    }
    assert {match.standing for match in answers.values()} == {Standing.BLOCKED}
    assert {match.reason.en for match in answers.values()} == {
        "Blocked until 2027-06-30. The artist's side is not available."
    }
    assert pair(matcher, "a", "two", None, Window(**WINDOW), since="2027-07-01").standing is Standing.OPEN


def test_an_agreed_deal_and_days_kept_free_read_alike_to_an_outsider(matcher):
    kept = {"artist:a": ArtistRules(free=[{"since": "2026-01-01", "until": "2027-06-30"}])}
    plan = {"since": "2027-01-01", "until": "2027-02-01"}
    free, taken = pair(matcher, "a", "two", kept, **plan), pair(matcher, "a", "two", None, Window(**WINDOW), **plan)
    assert (free.reason, free.blocked_until) == (taken.reason, taken.blocked_until)


VISITED = (
    ({}, (Window(**WINDOW),)),
    ({"artist:a": ArtistRules(categories=["category:watch"])}, ()),
    ({"brand:two": BrandRules(artists=["artist:a"])}, ()),
)


@pytest.mark.parametrize(("rules", "windows"), VISITED)
def test_a_visitor_is_told_neither_until_when_nor_why(matcher, rules, windows):
    plans = [{}, {"since": "2027-07-01"}, {"since": "2027-06-30", "until": "2027-06-30"}, {"media": ("SNS",)}]
    visited = matcher.bound_by(Binding(DICTIONARY, TODAY, rules, windows, visitor=True))
    for plan in plans:
        match = visited.explain("artist:a", "brand:two", Query(**plan)).matches[0]
        assert (match.standing, match.blocked_until) == (Standing.BLOCKED, None)
        assert (match.reason.en, match.reason.ja) == ("Not available at present.", "いまはお受けできません。")


def test_what_a_visitor_plans_is_held_against_no_rule(matcher):
    free = [{"since": "2027-08-10", "until": "2027-08-20"}]
    kept = {"artist:a": ArtistRules(free=free, media=["TV"], territories=["japan"])}
    visited = matcher.bound_by(Binding(DICTIONARY, TODAY, kept, visitor=True))
    for plan in ({"since": "2027-08-15", "until": "2027-08-16"}, {"media": ("TV",)}, {"places": ("place:japan",)}):
        assert visited.explain("artist:a", "brand:leaf", Query(**plan)).matches[0].standing is Standing.OPEN


def some(kind, names):
    return st.lists(st.sampled_from([f"{kind}:{name}" for name in names]), unique=True, max_size=2)


artist_rules = st.builds(
    ArtistRules,
    categories=some("category", ("watch", "tea", "beauty")),
    companies=some("brand", BRANDS),
    kansei=some("kansei", SECTORS),
    fee_floor=st.none() | st.integers(0, 10**9),
)
brand_rules = st.builds(
    BrandRules,
    topics=some("category", ("tea", "beauty")),
    kansei=some("kansei", SECTORS),
    artists=some("artist", ARTISTS),
)


def vetoed(artist, brand, one: ArtistRules, other: BrandRules) -> bool:
    """By hand: whether either side's rules refuse the other."""
    topics = {f"category:{BRANDS[thing]}" for who, thing in PAST if who == artist}
    return bool(
        f"category:{BRANDS[brand]}" in one.categories
        or f"brand:{brand}" in one.companies
        or f"kansei:{STRONG[brand]}" in one.kansei
        or topics & set(other.topics)
        or f"kansei:{ARTISTS[artist]}" in other.kansei
        or f"artist:{artist}" in other.artists
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kept=st.dictionaries(st.sampled_from(sorted(ARTISTS)), artist_rules),
    rails=st.dictionaries(st.sampled_from(sorted(BRANDS)), brand_rules),
    forgotten=st.frozensets(st.sampled_from(SECTORS), max_size=1),
)
def test_no_setting_of_rules_lets_a_vetoed_pair_be_ranked_open(matcher, kept, rails, forgotten):
    rules = {f"artist:{name}": one for name, one in kept.items()} | {
        f"brand:{name}": one for name, one in rails.items()
    }
    ruled = bound(matcher, rules)
    for artist in ARTISTS:
        refused = {
            f"brand:{brand}"
            for brand in BRANDS
            if vetoed(artist, brand, kept.get(artist, ArtistRules()), rails.get(brand, BrandRules()))
        }
        found = ruled.propose(Query(entity=f"artist:{artist}", without_attributes=forgotten, diversity=0))
        assert {one.entity.id for one in found.matches} & refused == set()
        blocked = {one.entity.id for one in found.set_aside if one.standing is Standing.BLOCKED}
        assert blocked == refused  # and nobody else is closed
    for brand in BRANDS:
        listed = {
            one.entity.id.removeprefix("artist:") for one in ruled.propose(Query(entity=f"brand:{brand}")).matches
        }
        asked = rails.get(brand, BrandRules())
        assert not [one for one in listed if vetoed(one, brand, kept.get(one, ArtistRules()), asked)]
