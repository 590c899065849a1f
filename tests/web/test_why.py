"""Why two fit, on the pages: reasons that add up, their evidence, and what if some were not there."""

import re
from html import unescape

import pytest

from tests.web.browsing import read

WHY = "/why/brand:xc/artist:akari"


def figure(page):
    """The first score of a page, as it is read."""
    return re.sub(r"<[^>]+>", "", re.search(r'<p class="figure">(.*?)</p>', page)[1]).split()[-1]


def test_every_match_of_a_question_without_an_asker_leads_to_its_reasons(client):
    _, page = read(client, "/matches?kansei.serene=0.8&for=brand")
    found = re.search(r'<h2><a href="(/matches/why\?[^"]+)">', page)[1]
    _, why = read(client, unescape(found))
    assert "How the score adds up" in why
    assert figure(why) == figure(page)
    assert "wanted" in why.partition('id="because"')[2]


def test_reasons_of_a_question_with_an_asker_are_those_of_the_pair(client):
    assert client.get("/matches/why?entity=brand:xc&for=artist&with=artist:akari").location == WHY
    for with_ in ("", "&with=artist:akari&with=artist:hara"):
        answer, page = read(client, f"/matches/why?text=静けさ&for=artist{with_}")
        assert answer.status_code == 400
        assert "Choose one whose reasons to see" in page


def test_why_shows_contributions_that_add_up(client):
    _, page = read(client, WHY)
    waterfall = page.partition('class="waterfall"')[2].partition("</table>")[0]
    rows = re.findall(r'<td class="num">([+−±]\d\.\d\d)', waterfall)
    total = re.search(r'<td class="num strong">(−?\d\.\d\d)', page)[1]
    figures = [float(row.replace("−", "-").replace("±", "")) for row in rows]
    assert sum(figures) == pytest.approx(float(total.replace("−", "-")), abs=0.005 * (len(figures) + 1))


def test_why_shows_evidence_paths_precedents_and_synthetic_fans(client):
    _, page = read(client, WHY)
    assert '<ruby class="ev ev-a">夜明け前' in page
    assert 'class="paths"' in page
    assert "Synthetic: fans generated from stated assumptions" in page
    assert "1.67" in page
    precedents = page.partition('id="precedents"')[2].partition("</details>")[0]
    added = [float(figure) for figure in re.findall(r'<td class="num">\+(\d\.\d\d)', precedents)]
    assert len(added) == 2
    assert added == sorted(added, reverse=True)


def test_small_groups_are_hatched_not_shown(client):
    _, page = read(client, "/why/brand:xc/artist:takeuchi")
    assert "Fewer than 5 people, so not shown" in page


def test_what_if_recomputes_and_can_be_put_back(client):
    score = r'class="lead">(0\.)</span>(\d\d)'
    before = re.search(score, read(client, WHY)[1])[2]
    _, page = read(client, f"{WHY}?without=signal:resonance")
    assert re.search(score, page)[2] != before
    assert "What if, without" in page
    assert f'href="{WHY}#what-if"' in page


def test_what_can_be_taken_away_is_listed_by_what_it_is(client):
    _, page = read(client, WHY)
    parts = re.split(
        r"<h3>(Forget one kansei|Silence one signal|Cut one connection)</h3>", page.partition('id="what-if"')[2]
    )
    listed = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(listed) == ["Forget one kansei", "Silence one signal", "Cut one connection"]
    assert "without=attribute" in listed["Forget one kansei"]
    assert "Without Resonance" in listed["Silence one signal"]
    assert "without=" not in listed["Cut one connection"]
    assert "→" in listed["Cut one connection"]
    _, page = read(client, f"{WHY}?without=signal:resonance")
    signals = page.partition("<h3>Silence one signal</h3>")[2].partition("<h3>")[0]
    assert "With Resonance" in signals


def test_precedents_lead_to_their_source(client):
    _, page = read(client, "/e/artist:hara")
    assert 'href="https://www.example.com/news/1" rel="noreferrer noopener external"' in page
