"""A person without a mouse: every control is reached by the tab key alone, and shows that it is."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

FARTHEST = 260  # presses of the tab key
FOCUSED = "at => document.activeElement.matches(at)"
SHOWN = """() => { const seen = one => one && (getComputedStyle(one).outlineStyle !== 'none');
  const at = document.activeElement;
  return seen(at) || seen(at.closest('.slot')) || seen(at.nextElementSibling); }"""


class Keyboard:
    """Drives one page by keys. Controls are named by CSS selectors, so that a path runs in either language."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, at: str) -> None:
        """Move to a control; it must be within reach, and be seen to have the focus."""
        for _ in range(FARTHEST):
            if self.page.evaluate(FOCUSED, at):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"{at} is not reached by the tab key on {self.page.url}")
        assert self.page.evaluate(SHOWN), f"{at} does not show the focus on {self.page.url}"

    def press(self, at: str, key: str = "Enter") -> None:
        """Press a key on a control that stays on the page."""
        self.go(at)
        self.page.keyboard.press(key)

    def follow(self, at: str) -> None:
        """Press a link or button that leads to another page."""
        self.go(at)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, at: str, text: str) -> None:
        """Write over what stands in a field."""
        self.go(at)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def unfold(self, at: str) -> None:
        """Open a fold where it is not open: on a wide page most are."""
        if self.page.locator(at).is_visible() and self.page.locator(at).evaluate("one => !one.parentElement.open"):
            self.press(at)

    def stands(self, at: str, text: str = "") -> None:
        """Something is seen, with a text where one is named."""
        expect(self.page.locator(at).first).to_be_visible()
        if text:
            expect(self.page.locator(at).first).to_contain_text(re.compile(text))
