"""A planner in a real browser: from a ranking into a list, side by side, a search saved, a way over the map."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from world import World

from tests.web import test_browser
from tests.web.browsing import company
from tests.web.chromium import accessible, windows

pytestmark = test_browser.pytestmark
MATCHES = "/matches?entity=brand:xc&for=artist"
PHONE = {"viewport": test_browser.PHONE, "locale": "ja-JP"}
DESKTOP = {"viewport": test_browser.DESKTOP, "locale": "en-US"}


@pytest.fixture
def planner(tmp_path):
    """Opens windows of one planner."""
    world = World(tmp_path)
    made = company(world)
    with windows(made["planner"].client.application) as people:
        yield lambda path, **look: people.open(path, made["planner"].cookie, **look)
    world.close()


def test_a_planner_keeps_two_candidates_compares_them_and_takes_one_back(planner):
    page = planner(MATCHES, **DESKTOP)
    bar = page.locator(".picks")
    expect(bar).to_be_hidden()
    for name in ("Akari Nagihara", "Mariya Takeuchi"):
        page.get_by_role("checkbox", name=f"Pick {name}").focus()
        page.keyboard.press("Space")
    expect(bar).to_be_visible()
    assert accessible(page)
    bar.get_by_role("button", name="Keep in a list").click()
    page.get_by_label("Name of the list").fill("Quiet watches")
    page.get_by_label("Note").fill("For spring")
    assert accessible(page)
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("status")).to_have_text("Kept in this list.")
    expect(page.get_by_role("heading", level=2)).to_have_count(2)
    assert accessible(page)

    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("article.beside")).to_have_count(2)
    assert accessible(page)
    tops = page.locator("article.beside .score").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert tops[0] == tops[1]  # the same row on one line

    page.goto("/lists")
    page.get_by_role("link", name="Quiet watches").click()
    page.get_by_role("checkbox", name="Pick Akari Nagihara").check()
    page.get_by_role("button", name="Take out").click()
    expect(page.get_by_role("status")).to_contain_text("Removed from shortlist.")
    expect(page.get_by_role("heading", level=2)).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=2)).to_have_count(2)


def test_on_a_phone_a_search_is_saved_and_the_map_leads_on(planner):
    page = planner(MATCHES, **PHONE)
    page.get_by_role("link", name="検索を保存").click()
    expect(page).to_have_url(re.compile("/searches/new"))
    assert accessible(page)
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("status")).to_have_text("保存しました。夜ごとに見直します。")
    assert accessible(page)
    page.goto("/searches")
    page.get_by_role("button", name="すべていま見直す").click()
    expect(page.locator(".job")).to_contain_text("順番待ち")
    assert accessible(page)
    page.get_by_role("button", name="取りやめる").click()
    expect(page.locator(".job")).to_contain_text("取りやめました")

    page.goto("/map?entity=brand:xc")
    assert accessible(page)
    page.locator(".near-list a").first.click()
    expect(page.locator(".near-list li")).not_to_have_count(0)
    page.goto(f"/compare?{MATCHES.partition('?')[2]}&with=artist:akari&with=artist:takeuchi&with=artist:hara")
    assert accessible(page)


def test_without_scripts_picking_keeping_and_undoing_work_alike(planner):
    page = planner(MATCHES, java_script_enabled=False, **DESKTOP)
    page.get_by_role("checkbox", name="Pick Akari Nagihara").check()
    page.get_by_role("button", name="Keep in a list").click()
    page.get_by_label("Name of the list").fill("Plain")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Take out").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=2)).to_have_count(1)
