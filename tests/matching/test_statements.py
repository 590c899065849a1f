"""Sentences from frozen evidence: each claims what its piece holds, and no more."""

from __future__ import annotations

import pytest

from kyokan.matching.evidence import statements


def part(signal, *items: dict, benefit="both", contribution=1.0):
    return {"signal": signal, "contribution": contribution, "value": 1.0, "for": benefit, "evidence": list(items)}


def item(*ids: str, weight=0.5, note="a note", note_ja="覚え", kind="attribute", **detail: object):
    return {"kind": kind, "ids": list(ids), "weight": weight, "note": note, "note_ja": note_ja, "detail": detail}


LABEL, ANGUISH = {"ja": "静謐", "en": "Serene"}, {"ja": "苦悩", "en": "Anguished", "noun": "anguish"}
SHARED = item("brand:x", "kansei:serene", "artist:y", role="shared", label=LABEL)
FELT = item("brand:x", "kansei:anguished", "artist:y", role="shared", label=ANGUISH)


def said(*parts: dict):
    return [(one.ja, one.en) for one in statements({"contributions": list(parts)})]


@pytest.mark.parametrize(
    ("signal", "evidence", "ja", "en"),
    [
        ("resonance", SHARED, "「静謐」がともに響く。", "Both feel serene."),
        (
            "complement",
            item("kansei:serene", "artist:y", role="brings", label=LABEL, by={"ja": "灯", "en": "Akari"}),
            "灯が持ち込む「静謐」は、似た過去のタイアップでよく選ばれた。",
            "Akari brings something serene, often sought in past tie-ups like this.",
        ),
        ("resonance", FELT, "「苦悩」がともに響く。", "Both evoke anguish."),
        (
            "complement",
            item("kansei:anguished", "artist:y", role="brings", label=ANGUISH, by={"ja": "灯", "en": "Akari"}),
            "灯が持ち込む「苦悩」は、似た過去のタイアップでよく選ばれた。",
            "Akari brings anguish, often sought in past tie-ups like this.",
        ),
        ("precedent", item(relation=["tied_up"]), "前例に近い：覚え。", "A precedent is near: a note."),
        ("fan_bridge", item(kind="audience", shared=5, lift=2.0), "覚え。", "A note."),
        ("fan_bridge", item(kind="audience", overlap=0.4), "覚え。", "A note."),
        ("reach", item(kind="audience", new=20), "覚え。", "A note."),
        ("walk", item(kind="path", role="path"), "覚えとつながる。", "Connected by a note."),
        (
            "meaning",
            item(kind="text", texts=[{"lang": "ja", "text": "静か"}]),
            "紹介文の言葉も近い。",
            "Their descriptions are near in meaning.",
        ),
    ],
)
def test_each_kind_of_evidence_bears_its_sentence(signal, evidence, ja, en):
    assert said(part(signal, evidence)) == [(ja, en)]


@pytest.mark.parametrize(
    ("signal", "evidence"),
    [
        ("resonance", item(role="rest")),
        ("resonance", item(role="clash")),
        ("resonance", SHARED | {"weight": 0.01}),
        ("complement", item(role="brings")),  # frozen before names were kept with it
        ("complement", item(role="rest")),
        ("precedent", item(role="rest", tie_ups=3)),
        ("fan_bridge", item(kind="audience", shared=4, lift=9.0)),
        ("reach", item(kind="audience", new=0)),
        ("walk", item(role="rest")),
        ("meaning", item(kind="text", role="rest", texts=[])),
        ("rivalry", item("category:watch", weight=0.4)),
        ("precedent", item(relation=["tied_up"], weight=-0.1)),
    ],
)
def test_what_evidence_does_not_hold_is_not_said(signal, evidence):
    assert said(part(signal, evidence)) == []


def test_nobody_is_said_to_bring_what_both_evoke():
    brings = item("kansei:serene", "artist:y", role="brings", label=LABEL, by={"ja": "灯", "en": "Akari"})
    assert said(part("resonance", SHARED), part("complement", brings)) == [
        ("「静謐」がともに響く。", "Both feel serene.")
    ]


def test_what_hardly_counts_and_a_path_by_way_of_a_kansei_are_not_told():
    told_as_kansei = item("artist:y", "kansei:serene", "brand:x", role="path", kind="path")
    thin = item("artist:y", "place:japan", "brand:x", role="path", kind="path", weight=0.04)
    assert said(part("precedent", item(relation=["tied_up"], weight=0.04)), part("walk", told_as_kansei, thin)) == []


def test_what_speaks_against_the_pair_is_no_reason_for_it():
    assert said(part("resonance", SHARED, contribution=-0.1)) == []


def test_the_strongest_comes_first_and_four_of_a_kind_are_enough():
    items = [item(f"kansei:{n}", role="shared", label={"ja": str(n), "en": str(n)}, weight=n / 10) for n in range(1, 7)]
    found = statements(
        {"contributions": [part("walk", item(role="path"), contribution=0.1), part("resonance", *items)]}
    )
    alone = [f"Both feel {n}." for n in (6, 5, 4, 3)]
    assert [one.en for one in found] == ["Both feel 6, 5 and 4.", *alone, "Connected by a note."]
    assert (found[0].ja, found[0].key) == ("「6」「5」「4」がともに響く。", "resonance:both:kansei:6|kansei:5|kansei:4")


def test_a_key_names_the_evidence_and_whom_it_speaks_for():
    (one,) = statements({"contributions": [part("reach", item("artist:y", "brand:x", new=20), benefit="brand")]})
    assert (one.key, one.benefit) == ("reach:brand:artist:y|brand:x", "brand")
    assert statements({}) == []
