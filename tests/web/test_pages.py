"""Every page over a small real world, without a browser."""

import re
from html import unescape

import pytest
from flask import url_for

from kyokan.errors import StoreUnavailableError

MATCHES = "/matches?entity=brand:xc&for=artist"
FANS = "/matches?audience=artist:akari&audience=artist:takeuchi&for=brand"
WHY = "/why/brand:xc/artist:akari"
PAGES = (
    "/",
    "/?start=brief",
    "/?start=audience",
    "/?start=audience&audience=artist:akari&audience=brand:xc&q=まりや",
    "/?start=kansei",
    MATCHES,
    f"{MATCHES}&view=table",
    FANS,
    WHY,
    f"{FANS.replace('/matches', '/matches/why')}&with=brand:xc",
    "/matches/why?text=静かな時計&for=artist&with=artist:akari",
    "/matches/why?kansei.serene=0.8&for=brand&with=brand:xc",
    f"{WHY}/graph",
    "/e/artist:akari",
    "/dictionary",
)


def read(client, address, lang="en"):
    answer = client.get(address, headers={"Accept-Language": lang}, follow_redirects=True, buffered=True)
    return answer, answer.get_data(as_text=True)


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers_in_both_languages(client, address, lang):
    answer, page = read(client, address, lang)
    assert answer.status_code == 200
    assert f'<html lang="{lang}"' in page
    assert len(re.findall(r"<h1", page)) == 1
    data = r"<meta name=\"htmx-config\"[^>]*>|<script type=\"application/json\".*?</script>| data-joins=\"[^\"]*\""
    assert "{" not in re.sub(data, "", page)


@pytest.mark.parametrize("address", [*PAGES, "/nope", "/matches?wrong=1"])
def test_no_page_has_inline_style_or_script_or_an_outside_host(client, address):
    _, page = read(client, address)
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?! src=\"/static/| type=\"application/json\")", page)
    assert not re.search(r"\son[a-z]+=", page)
    assert not re.search(r"(src|action|hx-get)=\"(https?:)?//", page)


@pytest.mark.parametrize("address", [*PAGES, "/nope", "/static/css/tokens.css", "/health"])
def test_every_answer_carries_the_security_headers(client, address):
    headers = read(client, address)[0].headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_https_is_remembered(client):
    assert "Strict-Transport-Security" in client.get("/", base_url="https://localhost").headers


@pytest.mark.parametrize("spelling", ["クロスシー", "シチズン クロスシー", "Citizen xC", "ｃｉｔｉｚｅｎ　ｘｃ"])
def test_one_name_in_any_spelling_leads_to_its_ranking(client, spelling):
    answer = client.get("/matches", query_string={"q": spelling, "for": "artist"})
    assert answer.status_code == 302
    assert answer.location == "/matches?entity=brand%3Axc&for=artist"


def test_an_entity_is_found_by_its_kana(client):
    answer = client.get("/matches", query_string={"q": "なぎはら あかり", "for": "brand"})
    assert "artist%3Aakari" in answer.location


def test_a_name_that_may_mean_several_offers_the_choice(client):
    answer, page = read(client, "/matches?q=xc&for=artist")
    assert answer.status_code == 200
    assert "Which “xc” do you mean?" in page
    assert "entity=brand%3Axc" in page
    assert "entity=product%3Axc-01" in page


def test_where_nobody_fits_each_filter_can_be_dropped_by_itself(client):
    _, page = read(client, f"{MATCHES}&category=category:watch&since=2027-01-01")
    assert "Nobody fits these filters" in page
    dropping = re.findall(r'<li><a href="([^"]+)">Drop ([^<]+)</a></li>', page)
    assert [("category=" in address, "since=" in address) for address, _ in dropping] == [(False, True), (True, False)]
    assert dropping[1][1] == "From: 2027-01-01"


def test_a_name_nobody_has_says_so(client):
    assert "Nothing is called “qqqqqq”" in read(client, "/matches?q=qqqqqq&for=artist")[1]


def test_a_chosen_entity_stands_until_the_name_is_changed(client):
    kept = client.get("/matches", query_string={"entity": "brand:xc", "q": "クロスシー", "for": "artist"})
    assert "entity=brand%3Axc" in kept.location
    changed = client.get("/matches", query_string={"entity": "brand:xc", "q": "雪灯", "for": "artist"})
    assert "entity=brand%3Ayukiakari" in changed.location


def test_suggestions_are_a_fragment_of_links(client):
    _, page = read(client, "/suggest?q=クロス")
    assert "<html" not in page
    assert 'href="/?entity=brand:xc"' in page


def test_the_largest_categories_are_offered_with_how_many_they_would_leave(client):
    _, page = read(client, "/matches?entity=artist:akari&for=brand")
    bare = "/matches?entity=artist%3Aakari&amp;for=brand"
    offered = f'<a href="{bare}&amp;category=category%3A{{}}">{{}}<span class="num">{{}}</span>'
    assert offered.format("watch", "Watches", 2) in page
    assert offered.format("beauty", "Beauty", 1) in page
    _, chosen = read(client, "/matches?entity=artist:akari&for=brand&category=category:watch")
    assert f'<a href="{bare}" aria-current="true">Watches' in chosen
    assert offered.format("beauty", "Beauty", 1) in chosen


def test_an_audience_is_named_one_by_one_and_asked_together(client):
    _, page = read(client, "/?start=audience&audience=artist:akari&q=竹内")
    added = "/?start=audience&amp;audience=artist:akari&amp;audience=artist:takeuchi&amp;for=brand"
    assert f'href="{added}"' in page
    _, fragment = read(client, "/suggest?start=audience&audience=artist:takeuchi&q=竹内")
    assert "artist:takeuchi" not in fragment.replace("audience=artist:takeuchi", "")  # nobody is offered twice
    typed = client.get("/matches?start=audience&audience=artist:akari&for=brand&q=竹内まりや")
    assert typed.location == "/matches?audience=artist%3Aakari&for=brand&audience=artist%3Atakeuchi"
    assert client.get(f"{FANS}&start=audience").location == FANS.replace(":", "%3A")


def test_an_audiences_ranking_names_whose_fans_ask_and_passes_them_on(client):
    _, page = read(client, FANS)
    assert "<h1>Brands that resonate with the fans of Akari Nagihara and Mariya Takeuchi</h1>" in page
    assert "Citizen xC" in page
    for name in ("akari", "takeuchi"):
        assert f'<input type="hidden" name="audience" value="artist:{name}">' in page
    _, ja = read(client, FANS, "ja")
    assert "<h1>凪原 灯と竹内まりやのファンに響くブランド</h1>" in ja
    _, compared = read(client, FANS.replace("/matches", "/compare") + "&with=brand:xc&with=brand:koyomido")
    assert "the fans of Akari Nagihara and Mariya Takeuchi" in compared


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


def test_home_reads_a_typed_name_without_scripts(client):
    _, page = read(client, "/?q=シチズン クロスシー")
    assert "Citizen xC" in page
    assert "Read “シチズン クロスシー” as" in page


def test_home_starts_with_what_one_looked_at_last(client):
    assert "Some fingerprints" in read(client, "/?entity=brand:xc")[1]  # nothing was looked at yet
    client.get("/e/artist:takeuchi")
    _, page = read(client, "/")
    assert "Recently seen" in page
    assert page.index("Mariya Takeuchi") < page.index("Citizen xC")


def test_ranked_rows_carry_score_range_confidence_and_what_is_known(client, world):
    _, page = read(client, MATCHES)
    assert page.count('<li class="row">') == 7
    assert page.count('class="bar"') == 7
    assert "Confidence 0." in page
    assert re.search(r"Score 0\.\d\d; 8 in 10 between", page)
    assert "Known 19/24" in page


def test_refusals_stay_on_the_page_with_their_reasons(client):
    _, page = read(client, MATCHES)
    assert "Blocked until 2027-06-30" in page
    assert "Exclusive with Koyomido" in page
    assert "Not enough is known" in page


def test_fields_that_say_nothing_leave_the_address(client):
    address = f"{MATCHES}&kansei.serene=0.0&kansei.warm=0.5&since=&medium="
    assert client.get(address).location == "/matches?entity=brand%3Axc&for=artist&kansei.warm=0.5"


def test_kansei_alone_and_a_brief_alone_are_questions(client):
    assert "resonate with these kansei" in read(client, "/matches?kansei.serene=0.8&for=artist")[1]
    assert "resonate with this brief" in read(client, "/matches?text=serene+and+restful&for=brand")[1]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/?colour=red", "no parameter “colour”"),
        ("/matches", "A name, a brief, an audience or some kansei is needed"),
        ("/matches?entity=brand:xc&top=0", "must be a number from 1 to 100"),
        ("/matches?entity=brand:xc&audience=artist:akari", "Either a name asks or an audience"),
        ("/matches?audience=category:watch", "“Watches” has no fans"),
        ("/matches?" + "&".join(f"audience=a{one}" for one in range(7)), "6 names at most"),
        ("/matches?entity=brand:xc&diversity=x", "must be a number from 0 to 1"),
        ("/matches?entity=brand:xc&since=soon", "must be a date"),
        ("/matches?entity=brand:xc&kansei.nope=1", "no “nope”"),
        ("/matches?entity=brand:xc&kansei.serene=3", "must be a number from -1 to 1"),
        ("/matches?entity=brand:xc&for=fans", "must be one of artist, brand, product"),
        ("/matches?entity=brand:xc&category=nope", "nope"),
        ("/why/brand:xc/artist:akari?without=everything", "cannot be left out"),
        ("/why/brand:xc/artist:akari?without=signal:nope", "nope"),
        ("/why/brand:xc/brand:xc", "cannot be compared with itself"),
        ("/?lang=fr", "must be one of ja, en"),
        ("/?q=" + "a" * 4001, "too long"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_way_out(client, address, words):
    answer, page = read(client, address)
    assert answer.status_code == 400
    assert words in page
    assert "Traceback" not in page


@pytest.mark.parametrize(
    "address", ["/nope", "/e/artist:nobody", "/why/brand:xc/artist:nobody", "/matches?entity=brand:no"]
)
def test_what_does_not_exist_is_a_plain_page(client, address):
    answer, page = read(client, address, "ja")
    assert answer.status_code == 404
    assert "このページはありません" in page


def test_our_own_fault_is_logged_under_the_number_the_page_shows(app, world, monkeypatch, caplog):
    def fail(*_asked: object, **_who: object):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(world, "propose", fail)
    answer, page = read(app.test_client(), MATCHES)
    assert answer.status_code == 500
    record = re.search(r"Record ([0-9A-F]{6})", page)[1]
    assert record in caplog.text
    assert "secret detail" in caplog.text
    assert "secret detail" not in page


def test_a_store_that_is_away_is_said_plainly(app, world, monkeypatch):
    def fail():
        raise StoreUnavailableError("neo4j://db", "does not answer", "Start it")

    monkeypatch.setattr(world, "snapshot", fail)
    answer, page = read(app.test_client(), MATCHES)
    assert answer.status_code == 503
    assert "out of reach" in page
    assert "neo4j://" not in page


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


def test_an_id_with_a_slash_has_its_pages(client, app):
    with app.test_request_context():
        own, pair = url_for("entity", entity_id="artist:ac/dc"), url_for("why", a="brand:xc", b="artist:ac/dc")
    assert "AC/DC" in read(client, own)[1]
    assert "AC/DC" in read(client, pair)[1]


def test_choices_are_kept_in_cookies_that_scripts_cannot_read(client):
    answer = client.get("/?lang=ja&theme=dark&ink=one")
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"lang", "theme", "ink"}
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    _, page = read(client, "/", "en")
    assert '<html lang="ja" data-theme="dark" data-ink="one">' in page


def test_the_language_of_the_browser_is_followed_until_one_is_chosen(client):
    assert '<html lang="en"' in read(client, "/", "en-GB,en;q=0.9")[1]
    assert '<html lang="ja"' in read(client, "/", "ja-JP")[1]
    assert '<html lang="ja"' in read(client, "/", "fr")[1]


def test_names_in_the_other_language_say_so(client):
    assert '<span lang="ja">凪原 灯</span>' in read(client, "/e/artist:akari", "en")[1]


def test_pages_are_small(client):
    for address in PAGES:
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) < 100_000


def test_the_colophon_names_snapshot_and_dictionary(client, world):
    _, page = read(client, MATCHES)
    assert world.snapshot().hash[:11] in page
    assert f"Dictionary {world.dictionary.version}" in page


def test_demo_data_is_tagged_everywhere(client):
    for address in PAGES:
        assert "Demo data" in read(client, address)[1]


def test_static_files_are_kept_by_their_content(client):
    _, page = read(client, "/")
    sheet = re.search(r'href="(/static/css/tokens\.css\?v=[0-9a-f]{10})"', page)[1]
    assert "immutable" in client.get(sheet, buffered=True).headers["Cache-Control"]
    assert "private" in client.get("/").headers["Cache-Control"]


@pytest.mark.parametrize("address", [WHY, "/e/artist:akari"])
def test_a_cookie_is_plain_ascii_whatever_was_looked_at(client, address):
    cookies = read(client, address)[0].headers.getlist("Set-Cookie")
    assert any(cookie.startswith("seen=") for cookie in cookies)
    assert all(cookie.isascii() and cookie.isprintable() for cookie in cookies)


def test_the_rail_passes_on_what_it_has_no_field_for(client):
    _, page = read(client, f"{MATCHES}&view=table&without=signal:walk&exclude=artist:hara")
    for name, value in (
        ("view", "table"),
        ("without", "signal:walk"),
        ("exclude", "artist:hara"),
        ("entity", "brand:xc"),
    ):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


def test_an_id_in_any_script_is_remembered(client):
    client.get("/e/brand:みなも")
    _, page = read(client, "/")
    assert 'value="Minamo"' in page
    assert "Recently seen" in page
