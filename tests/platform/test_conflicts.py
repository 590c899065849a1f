"""Conflicts as somebody would settle them: one for all terms that hang together, how grave, and its notes."""

from __future__ import annotations

import pytest

from kyokan.platform.rules import Hold, Span
from kyokan.platform.rules.conflicts import Clash, Meeting, Severity, gathered
from kyokan.platform.rules.model import ResolutionRow
from kyokan.platform.rules.service import noted


def span(name, hold=Hold.PROPOSED, artist="akari", **fields: object):
    plain = {"category": "", "territories": (), "media": (), "since": "", "until": "", "exclusive": False}
    return Span(artist=f"artist:{artist}", brand=f"brand:{name}", hold=hold, deal=name, **plain | fields)


A, B, C, D = (span(name) for name in "abcd")
FIRM = {name: span(name, Hold.AGREED) for name in "ab"}


def meet(*spans: Span, clash=Clash.RIVALS, since="", until=""):
    return Meeting(clash, spans, since, until)


def names(conflicts):
    return [[one.deal for one in conflict.spans] for conflict in conflicts]


SAME = {"clash": Clash.SAME_CATEGORY}
SPRING, SUMMER = (
    {"since": f"2027-{first}-01", "until": f"2027-{last}-30"} for first, last in (("04", "06"), ("07", "09"))
)


def test_terms_of_one_artist_that_hang_together_are_one_conflict_and_others_one_of_their_own():
    e = span("e")
    found = gathered([("watch", meet(A, B, **SAME)), ("watch", meet(B, C, **SAME)), ("watch", meet(D, e, **SAME))])
    assert names(found) == [["a", "b", "c"], ["d", "e"]]
    found = gathered([("watch", meet(A, B, **SAME)), ("tea", meet(C, D, **SAME))])
    assert [(one.scope, len(one.spans)) for one in sorted(found, key=lambda one: one.scope)] == [
        ("tea", 2),
        ("watch", 2),
    ]


def test_rivals_of_a_roster_are_one_conflict_for_all_days_that_run_into_each_other():
    """Even where no term meets each other one: those of one artist, and those with one brand, are no rivals."""
    assert names(gathered([("watch", meet(A, B, **SPRING)), ("watch", meet(C, D, **SPRING))])) == [["a", "b", "c", "d"]]
    assert names(gathered([("watch", meet(A, B, **SPRING)), ("watch", meet(C, D, **SUMMER))])) == [
        ["a", "b"],
        ["c", "d"],
    ]
    open_end = meet(A, B, since="2027-04-01")
    assert names(gathered([("watch", open_end), ("watch", meet(C, D, **SUMMER))])) == [["a", "b", "c", "d"]]


def test_terms_that_meet_in_two_categories_are_listed_once():
    met = [(scope, meet(A, B)) for scope in ("watch", "jewellery")]
    assert names(gathered([*met, ("watch", meet(B, C))])) == [["a", "b", "c"]]


def test_what_one_artist_has_and_what_a_roster_has_in_a_category_are_two_conflicts():
    same = meet(A, B, clash=Clash.SAME_CATEGORY)
    both = gathered([("watch", same), ("watch", meet(A, B))])
    assert {one.clash for one in both} == {Clash.SAME_CATEGORY, Clash.RIVALS}
    other = (span("e", artist="yano"), span("f", artist="yano"))
    theirs = meet(*other, clash=Clash.SAME_CATEGORY)
    assert names(gathered([("watch", same), ("watch", theirs)])) == [["a", "b"], ["e", "f"]]


@pytest.mark.parametrize(
    ("spans", "clash", "severity"),
    [
        ((FIRM["a"], FIRM["b"]), Clash.EXCLUSIVE, Severity.GRAVE),
        ((FIRM["a"], B), Clash.EXCLUSIVE, Severity.MIDDLE),
        ((A, B), Clash.EXCLUSIVE, Severity.LIGHT),
        ((FIRM["a"], FIRM["b"]), Clash.RIVALS, Severity.MIDDLE),
        ((FIRM["a"], B), Clash.SAME_CATEGORY, Severity.LIGHT),
        ((A, B), Clash.RIVALS, Severity.LIGHT),
        ((FIRM["a"],), Clash.FREE, Severity.GRAVE),
        ((A,), Clash.FREE, Severity.MIDDLE),
    ],
)
def test_a_conflict_is_the_graver_the_more_of_it_is_agreed(spans, clash, severity):
    assert meet(*spans, clash=clash).severity is severity


def test_a_conflict_is_as_grave_as_its_gravest_meeting_and_names_what_is_agreed_first():
    (one,) = gathered(
        ("watch", meet(*pair, clash=clash))
        for pair, clash in (((A, C), Clash.SAME_CATEGORY), ((C, FIRM["b"]), Clash.EXCLUSIVE))
    )
    assert (one.clash, one.severity, one.firm) == (Clash.EXCLUSIVE, Severity.MIDDLE, 1)
    assert names([one]) == [["b", "a", "c"]]


def test_of_equally_grave_conflicts_the_one_with_more_agreed_terms_comes_first():
    found = gathered([("tea", meet(C, D)), ("watch", meet(FIRM["a"], B))])
    assert names(found) == [["a", "b"], ["c", "d"]]
    assert {one.severity for one in found} == {Severity.LIGHT}


def test_a_conflict_runs_over_all_shared_days_and_each_term_tells_its_own():
    (one,) = gathered(
        [
            ("watch", meet(A, B, since="2027-01-01", until="2027-02-28", **SAME)),
            ("watch", meet(B, C, since="2027-06-01", until="2027-06-30", **SAME)),
        ]
    )
    assert (one.since, one.until) == ("2027-01-01", "2027-06-30")
    assert one.days() == {
        "a": [("2027-01-01", "2027-02-28")],
        "b": [("2027-01-01", "2027-02-28"), ("2027-06-01", "2027-06-30")],
        "c": [("2027-06-01", "2027-06-30")],
    }
    (open_end,) = gathered([("watch", meet(A, B, since="2027-01-01"))])
    assert (open_end.since, open_end.until) == ("2027-01-01", "")


def test_days_kept_free_are_one_conflict_however_many_terms_they_are_in():
    free = meet(A, clash=Clash.FREE, since="2027-08-10", until="2027-08-20")
    also = meet(B, clash=Clash.FREE, since="2027-08-12", until="2027-08-20")
    winter = meet(A, clash=Clash.FREE, since="2028-01-01", until="2028-01-02")
    found = gathered([("2027-08-10", free), ("2027-08-10", also), ("2028-01-01", winter)])
    assert names(found) == [["a", "b"], ["a"]]
    assert (found[0].since, found[0].until) == ("2027-08-10", "2027-08-20")


def note(key, text, at="2026-11-01", version=1):
    return ResolutionRow(organisation="o", conflict=key, version=version, note=text, name="N", at=at)


def test_a_note_stays_while_a_term_is_left_that_it_was_about():
    (three,) = gathered([("watch", meet(A, B)), ("watch", meet(B, C))])
    kept = {key: note(key, "we take the first") for key in three.own_keys()}
    for later in ([meet(A, B)], [meet(A, C)], [meet(C, D)], [meet(A, B), meet(B, C), meet(C, D)]):
        (now,) = gathered([("watch", one) for one in later])
        assert noted(kept, now).note == "we take the first"
    for scope, other in (("tea", meet(A, B)), ("watch", meet(D, span("e")))):
        assert noted(kept, *gathered([(scope, other)])) is None
    assert noted({}, three) is None


def test_a_note_on_two_terms_from_before_is_found_and_the_last_one_is_told():
    (two,) = gathered([("watch", meet(A, B))])
    assert two.key == "ae33690a760964902057b15eef31fc43"  # sha256 of "rivals|a|b|", as notes were kept before
    (three,) = gathered([("watch", meet(A, B)), ("watch", meet(B, C))])
    kept = {two.key: note(two.key, "for two")}
    assert noted(kept, three).note == "for two"
    kept |= {key: note(key, "for three", at="2026-11-02", version=2) for key in three.own_keys()}
    assert noted(kept, three).note == noted(kept, two).note == "for three"
