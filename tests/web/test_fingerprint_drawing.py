"""What the SVG says: golden files for every tier and mode, markup rules, words."""

import os
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fingerprint_samples import CHOIR, NAMES, SINGER, UNSURE, WATCH

from kyokan.web.fingerprint import (
    describe,
    describe_overlay,
    empty,
    overlay,
    query_profile,
    single,
)

GOLDEN = Path(__file__).parent / "golden"
SIZES = (24, 48, 84, 168, 300)
QUERY = query_profile([-0.5 if i in (0, 1, 3) else 0.8 if i in (6, 12) else None for i in range(24)])

CASES = {
    **{f"single-{size}": lambda size=size: single(SINGER, size, names=NAMES) for size in SIZES},
    **{f"overlay-{size}": lambda size=size: overlay(SINGER, WATCH, size, names=NAMES) for size in SIZES},
    **{f"overlay-one-ink-{size}": lambda size=size: overlay(SINGER, WATCH, size, one_ink=True) for size in (24, 84)},
    "overlay-focus-84": lambda: overlay(SINGER, WATCH, 84, focus="a"),
    "single-one-ink-84": lambda: single(WATCH, 84, one_ink=True),
    "few-known-24": lambda: single(CHOIR, 24),
    "few-known-84": lambda: single(CHOIR, 84),
    "low-confidence-84": lambda: single(UNSURE, 84),
    "query-84": lambda: single(QUERY, 84),
    "nothing-known-84": lambda: single(empty("artist", 24), 84),
    **{
        f"core-{kind}": lambda kind=kind: single(replace(SINGER, kind=kind), 84)
        for kind in ("segment", "product", "page")
    },
}


@pytest.mark.parametrize("name", CASES)
def test_drawing_is_as_it_was(name):
    """Set KYOKAN_WRITE_GOLDEN=1 to accept a deliberate change, then look at the files."""
    drawn = str(CASES[name]()) + "\n"
    path = GOLDEN / f"{name}.svg"
    if os.environ.get("KYOKAN_WRITE_GOLDEN"):
        path.write_text(drawn, encoding="utf-8")
    assert drawn == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_drawing_is_well_formed_without_inline_style_script_or_address(name):
    drawn = str(CASES[name]())
    tree = ET.fromstring(drawn)  # noqa: S314 - our own output
    for node in tree.iter():
        assert node.tag.split("}")[1] in {"svg", "g", "path", "circle", "rect", "text"}
        assert not {"style", "href", "onload"} & set(node.attrib)
    assert not re.search(r"\b(nan|inf)\b", drawn)


def test_every_drawing_is_small():
    assert max(len(case()) for name, case in CASES.items() if "300" not in name) < 4096
    assert len(overlay(SINGER, WATCH, 300, names=NAMES)) < 8192


def test_things_are_dotted_and_people_solid_in_one_ink():
    drawn = str(overlay(SINGER, WATCH, 84, one_ink=True))
    thing, person = (re.search(rf'class="fp-k fp-thin-{side}"[^>]*', drawn).group() for side in "ba")
    assert "stroke-dasharray" in thing
    assert "stroke-dasharray" not in person
    assert "#BF3C1B" not in drawn
    assert "#0F6A86" not in drawn


def test_two_of_one_side_are_told_apart_by_dots():
    drawn = str(overlay(WATCH, replace(WATCH, values=SINGER.values), 84))
    assert drawn.count("stroke-dasharray") == 1


@pytest.mark.parametrize(("kind", "discs", "boxes"), [("artist", 1, 0), ("segment", 3, 0), ("query", 0, 2)])
def test_who_asks_keeps_the_core_of_its_kind_under_a_candidate(kind, discs, boxes):
    drawn = str(overlay(replace(SINGER, kind=kind), WATCH, 84))
    assert (drawn.count("<circle"), drawn.count("<rect")) == (discs, boxes + 1)  # and the brand's ■


def test_ridges_on_little_evidence_are_dotted():
    assert "stroke-dasharray" in single(UNSURE, 84)
    assert "stroke-dasharray" not in single(SINGER, 84)


def test_the_coverage_ring_is_absent_below_57_px_and_in_nothing_known():
    assert single(empty("artist", 24), 84).count("<path") == 0
    assert single(empty("artist", 24), 84).count("<circle") == 1


def test_a_picture_beside_its_name_is_hidden_and_one_alone_has_words():
    assert 'aria-hidden="true"' in single(SINGER, 84)
    drawn = single(SINGER, 84, label="a <b>")
    assert 'role="img"' in drawn
    assert 'aria-label="a &lt;b&gt;"' in drawn


def test_names_stand_only_from_300_px_on():
    assert "<text" not in single(SINGER, 168, names=NAMES)
    assert single(SINGER, 300, names=NAMES).count("<text") == 24


def test_the_same_picture_is_made_once():
    assert single(SINGER, 84) is single(replace(SINGER), 84)


def test_words_in_japanese_and_english():
    assert describe(SINGER, "凪原 灯", NAMES, "ja") == (
        "凪原 灯の感性指紋。強い順に 静謐 0.90、親密 0.82、安らぎ 0.78、温かい 0.74。分かっている感性 22/24"
    )
    assert describe(CHOIR, "Choir", NAMES, "en") == (
        "Kansei fingerprint of Choir. Strongest: 親密 0.82, 温かい 0.74, 柔らかい 0.64. Known 3 of 24"
    )
    assert describe(empty("artist", 24), "X", NAMES, "ja") == "Xの感性指紋。分かっている感性 0/24"
    assert describe_overlay(SINGER, WATCH, ("凪原 灯", "xC"), NAMES, "ja") == (
        "凪原 灯 と xC の重ね。ともに：安らぎ、柔らかい、凛、温かい。"
        "凪原 灯 だけ：郷愁、静謐、親密、自然。xC だけ：挑戦、洗練、都会、未来的"
    )
    assert describe_overlay(CHOIR, CHOIR, ("A", "B"), NAMES, "en") == "Overlay of A and B. both: 親密, 温かい, 柔らかい"
