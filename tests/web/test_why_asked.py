"""The page of a pair reads a question's wishes: its score is the one of the ranking that led there."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

ASKED = "/matches?entity=brand:xc&for=artist&lang=en"
WISHES = [
    "",
    "&text=Lively and gentle days",
    "&text=穏やか&kansei.warm=1",
    "&kansei.warm=1",
    "&kansei.serene=-0.8&kansei.lively=0.6",
    "&habit=1",
    "&without=signal:meaning",
]


def read(client, address):
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def score_of(page):
    return "".join(re.search(r'<p class="figure"><span class="lead">(\d\.)</span>(\d\d)', page).groups())


def listed(page):
    """Address of each pair -> the score that stands beside it in the list."""
    rows = page.split('<h2><a href="')[1:]
    scores = [re.search(r'class="lead">(\d\.)</span>(\d\d)', row) for row in rows]
    return {row.partition('"')[0]: "".join(one.groups()) for row, one in zip(rows, scores, strict=True) if one}


@pytest.mark.parametrize("wishes", WISHES)
def test_each_row_leads_to_the_score_that_stands_in_it(client, wishes):
    rows = listed(read(client, ASKED + wishes))
    assert len(rows) >= 3
    assert {
        address: score_of(read(client, f"{address}{'&' if '?' in address else '?'}lang=en")) for address in rows
    } == rows


def test_wishes_change_what_is_read_of_a_pair_and_are_said_there(client):
    plain, asked = (read(client, f"/why/brand:xc/artist:akari?lang=en{more}") for more in ("", "&kansei.lively=1"))
    assert score_of(plain) != score_of(asked)
    assert "As it was asked:" not in plain
    assert "Lively +1.00" in asked
    assert 'href="/why/brand:xc/artist:akari"' in asked.partition("As it was asked:")[2]


def test_every_way_on_from_there_keeps_the_wishes(client):
    page = read(client, "/why/brand:xc/artist:akari?kansei.lively=1&since=2027-01-01&lang=en")
    wished = {("kansei.lively", "1"), ("since", "2027-01-01")}
    for path in ("/matches", "/why/brand:xc/artist:akari/graph"):
        (way,) = {one for one in re.findall(r'href="([^"]+)"', page) if urlsplit(one).path == path}
        assert wished <= set(parse_qsl(urlsplit(way).query))
        assert client.get(way).status_code == 200
    toggles = re.findall(r'class="toggle" href="([^"#]+)', page)
    assert toggles
    assert all(wished <= set(parse_qsl(urlsplit(one).query)) for one in toggles)
    back = read(client, "/why/brand:xc/artist:akari/graph?kansei.lively=1&lang=en")
    assert 'href="/why/brand:xc/artist:akari?kansei.lively=1"' in back


def test_putting_back_what_was_taken_away_keeps_the_wishes(client):
    page = read(client, "/why/brand:xc/artist:akari?kansei.lively=1&without=signal:resonance&lang=en")
    (way,) = re.findall(r'class="button small" href="([^"]+)">Put', page)
    assert parse_qsl(urlsplit(way).query) == [("kansei.lively", "1"), ("lang", "en")]


def test_a_brief_is_said_on_the_page_of_the_pair_and_goes_on_from_there(client):
    page = read(client, "/why/brand:xc/artist:akari?text=Lively days by the sea in autumn&lang=en")
    assert "“Lively days by the sea i…”" in page.partition("As it was asked:")[2]
    ways = [urlsplit(one) for one in re.findall(r'href="([^"]+)"', page)]
    for path in ("/matches", "/why/brand:xc/artist:akari/graph"):
        (way,) = {one.query for one in ways if one.path == path}
        assert ("text", "Lively days by the sea in autumn") in parse_qsl(way)
    assert client.get("/why/brand:xc/artist:akari/graph?text=Lively").status_code == 200


@pytest.mark.parametrize("given", ["kansei.nothing=1", "kansei.warm=2", "habit=7", "since=soon", "category=category:x"])
def test_what_breaks_a_rule_is_refused(client, given):
    for page in ("", "/graph"):
        assert client.get(f"/why/brand:xc/artist:akari{page}?{given}").status_code == 400
