"""Chromium as every browser test opens it; whatever a window reports against its page fails the test."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.web.browsing import served

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
LISTENER = """addEventListener('securitypolicyviolation', one => reported(
  `security policy: ${one.effectiveDirective} stopped ${one.blockedURI || 'something'} on ${one.documentURI}`))"""
REFUSED = re.compile(r"responded with a status of 4\d\d")

reports: list[str] = []
"""What the windows of the test under way have reported; ``conftest`` holds that it is nothing."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, for as long as the tests of a file or one of them need it."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


def window(browser: Browser, address: str, session: str = "", **look: object) -> Page:
    """An empty page with cookies of its own, watched from the first address it opens to the last."""
    context = browser.new_context(base_url=address, **look)
    opened: set[str] = set()

    def ask(request: Request) -> None:
        if request.is_navigation_request():
            opened.add(request.url)

    def hear(message: ConsoleMessage) -> None:
        # A page that is refused is a page; a style sheet or picture that is not there is a fault.
        if not (REFUSED.search(message.text) and message.location["url"] in opened):
            reports.append(f"console: {message.text} ({message.location['url']})")

    context.on("request", ask)
    context.on("console", hear)
    context.on("weberror", lambda error: reports.append(f"script: {error.error}"))
    context.expose_binding("reported", lambda _, words: reports.append(words))
    context.add_init_script(LISTENER)
    if session:
        context.add_cookies([{"name": "session", "value": session, "url": address}])
    return context.new_page()


class People:
    """Windows of people at one address, each with its own cookies."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address

    def open(self, path: str, session: str = "", **look: object) -> Page:
        """A new window at ``path``, signed in by ``session`` if one is given."""
        page = window(self.browser, self.address, session, **look)
        page.goto(path)
        return page


@contextmanager
def windows(app: Flask) -> Iterator[People]:
    """The application on a port, and people at windows of one browser."""
    with served(app) as address, chromium() as browser:
        yield People(browser, address)


def no_sideways_scroll(page: Page) -> bool:
    """Nothing on the page is wider than the window, once its styles are there."""
    page.wait_for_load_state()
    wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return bool(wide <= room)


def accessible(page: Page) -> bool:
    """Nothing that axe objects to with every fold open, and nothing wider than the window."""
    page.wait_for_load_state()  # without its styles a page has other contrasts
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
    return no_sideways_scroll(page)
