"""Whatever a page does that its readers' browser objects to is noticed, and by every browser test."""

import re
from pathlib import Path

import pytest

from tests.web import test_browser
from tests.web.browsing import served
from tests.web.chromium import chromium, reports, window

HERE = Path(__file__).parent
FAULTS = {
    "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')": r"security policy: style-src-attr",
    "document.head.append(document.createElement('style'))": r"security policy: style-src-elem stopped inline",
    "document.head.append(Object.assign(document.createElement('script'), {text: 'window.ran = true'}))": (
        r"security policy: script-src-elem stopped inline"
    ),
    "fetch('https://www.example.com/').catch(() => 0)": r"security policy: connect-src stopped https://www.example.com",
    "console.warn('beware')": r"console: beware",
    "setTimeout(() => { throw new Error('lost') })": r"script: .*lost",
    "new Image().src = '/static/nothing.svg'": r"console: .*status of 404.*nothing\.svg",
}


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@test_browser.pytestmark[-1]
def test_each_kind_of_fault_is_reported_and_a_refused_page_is_none(app):
    with served(app) as address, chromium() as browser:
        page = window(browser, address)
        page.goto("/nope")
        page.goto("/?wrong=1")
        assert reports == []
        for fault, report in FAULTS.items():
            page.goto("/")
            page.evaluate(f"() => {{ {fault} }}")
            for _ in range(100):
                if any(re.search(report, one) for one in reports):
                    break
                page.wait_for_timeout(100)
            else:
                raise AssertionError(fault, report, reports)
            reports.clear()
        page.context.close()


def test_no_browser_test_opens_a_window_that_is_not_watched():
    opening = re.compile(r"\b(new_context|new_page|sync_playwright)\(")
    found = {path.name for path in HERE.glob("*.py") if opening.search(path.read_text(encoding="utf-8"))}
    assert found == {"chromium.py"}
