"""The graph of a match in a real browser: drawn, chosen from by mouse and keys, told of, out of a finger's way."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kyokan.web import create_app
from tests.web import test_browser
from tests.web.browsing import served
from tests.web.chromium import accessible, chromium, window
from tests.web.test_desk_browser import DESKTOP, PHONE

pytestmark = test_browser.pytestmark
GRAPH = "/why/brand:xc/artist:akari/graph"
CANVAS = "#graph-canvas"
OF = "stage => stage._cyreg.cy"  # where the library keeps what it has drawn
PLACE = f"(stage, id) => ({OF})(stage).getElementById(id).renderedPosition()"
FADED = f"stage => ({OF})(stage).nodes().filter(one => one.style('opacity') === '0.38').length"
RING = f"(stage, id) => ({OF})(stage).getElementById(id).numericStyle('outline-width')"
LETTERS = f"stage => [...new Set(({OF})(stage).elements().map(one => one.numericStyle('font-size')))]"


@pytest.fixture(scope="module")
def visit(world):
    """Opens the graph of a pair, drawn."""
    with served(create_app(world)) as address, chromium() as browser:

        def open_graph(*, drawn=True, **look: object):
            page = window(browser, address, **look)
            page.goto(GRAPH)
            if drawn:
                expect(page.locator(f"{CANVAS}[data-drawn]")).to_be_visible()
            return page

        yield open_graph


def press(page, node):
    """Press the mouse where a node stands."""
    box = page.locator(CANVAS).bounding_box()
    at = page.locator(CANVAS).evaluate(PLACE, node)
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("look", [DESKTOP, PHONE], ids=["desktop-en", "phone-ja"])
def test_a_node_is_chosen_by_mouse_and_its_evidence_told_beside_it(visit, look, theme):
    page = visit(color_scheme=theme, **look)
    stage, told = page.locator(CANVAS), page.locator("#graph-told")
    assert stage.evaluate(LETTERS) == [13]
    stage.scroll_into_view_if_needed()
    press(page, "artist:hara")
    expect(told.get_by_role("heading")).to_have_text({"en-US": "Yuko Hara", "ja-JP": "原 由子"}[look["locale"]])
    assert stage.evaluate(RING, "artist:hara") == 4
    assert stage.evaluate(FADED) > 0
    row = page.get_by_role("row").filter(has_text="2019")
    expect(told.locator("li").first).to_contain_text(row.locator("td.num").inner_text())
    assert accessible(page)
    page.context.close()


@pytest.mark.parametrize("look", [DESKTOP, PHONE], ids=["desktop-en", "phone-ja"])
def test_by_keyboard_alone_one_goes_from_node_to_node_and_back_to_all(visit, look):
    page = visit(**look)
    stage = page.locator(CANVAS)
    for _ in range(40):
        if stage.evaluate("stage => stage === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(stage).to_be_focused()
    page.keyboard.press("ArrowRight")
    assert stage.get_attribute("data-chosen") == "artist:akari"
    page.keyboard.press("ArrowRight")
    assert stage.get_attribute("data-chosen") not in {"", "artist:akari"}
    expect(page.locator("#graph-node option:checked")).to_have_text(page.locator("#graph-told h2").inner_text())
    page.keyboard.press("Escape")
    assert stage.evaluate(FADED) == 0
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#graph-node")).to_be_focused()
    page.keyboard.press("ArrowDown")
    assert stage.get_attribute("data-chosen") != ""
    page.context.close()


def test_the_picture_is_the_same_each_time_and_two_inks_become_one(visit):
    one, other = visit(**DESKTOP), visit(**DESKTOP)
    places = f"stage => ({OF})(stage).nodes().map(one => [one.id(), one.position()])"
    assert one.locator(CANVAS).evaluate(places) == other.locator(CANVAS).evaluate(places)
    other.goto(f"{GRAPH}?ink=one")
    expect(other.locator(f"{CANVAS}[data-drawn]")).to_be_visible()
    inks = f"stage => [...new Set(({OF})(stage).nodes().map(one => one.style('border-color')))]"
    assert other.locator(CANVAS).evaluate(inks) == ["rgb(21,24,28)"]
    for page in (one, other):
        page.context.close()


def test_a_finger_that_begins_on_the_graph_still_moves_the_page(visit):
    page = visit(has_touch=True, **PHONE)
    box = page.locator(CANVAS).bounding_box()
    finger = page.context.new_cdp_session(page)
    for number in range(31):
        at = {"x": box["x"] + 150, "y": box["y"] + 350 - 10 * number}
        kind = "touchMove" if number else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("scrollY > 200")
    page.context.close()


def test_without_scripts_the_table_is_the_page(visit):
    page = visit(java_script_enabled=False, drawn=False, **DESKTOP)
    expect(page.locator("#graph")).to_be_hidden()
    expect(page.get_by_role("row").filter(has_text="2019")).to_contain_text("Yuko Hara")
    page.context.close()
