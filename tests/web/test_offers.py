"""No page offers an act that its reader is refused: every button of every form is pressed, each sort of act once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from tests.web.test_permissions import READ, told, workroom

OWN = ("/account", "/sign-out")  # of one's own session, which would end in the middle
REFUSED = {403, 404}


@dataclass
class Form:
    """A form as a browser would send it untouched; a button is what it adds and where it sends it instead."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[dict[str, str], str]] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page that change something, without their token, which belongs to the session."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self._open = Form(given.get("action", ""))
            self.found.append(self._open)
        elif self._open is None:
            return
        elif tag == "button":
            sent = {given["name"]: given.get("value", "")} if "name" in given else {}
            self._open.buttons.append((sent, given.get("formaction", "")))
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and ("selected" in given or self._select not in self._open.fields):
            self._open.fields[self._select] = given.get("value", "")
        elif tag in {"input", "textarea"} and "name" in given:
            ticked = given.get("type") not in {"radio", "checkbox"} or "checked" in given
            if ticked and given["name"] != "csrf_token":
                self._open.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def offered(browser, address):
    """Every act that a page offers: where its form is sent, what it holds, and of which sort it is."""
    status, page = told(browser, address)
    for form in Forms(page).found if status == 200 else ():
        for sent, elsewhere in form.buttons:
            target = elsewhere or form.action or address
            sort = re.sub(r"[0-9a-f]{32}", "…", target), *sent, sent.get("act", "")
            chosen = {"form": "json"} if "form" in sent else sent  # the document that is made soonest
            if not target.startswith(OWN):
                yield target, form.fields | chosen, sort


@pytest.mark.parametrize("who", ["planner", "analyst", "brand", "manager"])
def test_every_act_that_a_page_offers_is_its_readers(tmp_path, who):
    tried, refused = set(), []
    with workroom(tmp_path) as (browsers, made):
        browser = browsers[who]
        for address in (one.format(**made) for one, _ in READ.values()):
            for target, fields, sort in offered(browser, address):
                if sort in tried:
                    continue
                tried.add(sort)
                with browser.send(target, csrf_token=browser.token("/account"), **fields) as answer:
                    if answer.status_code in REFUSED:
                        refused.append((address, target, fields, answer.status_code))
    assert refused == []
    assert len(tried) > 4
