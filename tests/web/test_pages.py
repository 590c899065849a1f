"""Every page over a small real world, without a browser."""

import re

import pytest
from flask import url_for

from kyokan.errors import StoreUnavailableError
from tests.web.browsing import read

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
    assert f'<a class="button primary" href="{MATCHES.replace("&", "&amp;")}">Try again</a>' in page


def test_a_page_that_is_not_there_is_not_to_be_tried_again(client):
    assert "Try again" not in read(client, "/nope")[1]


def test_a_store_that_is_away_is_said_plainly(app, world, monkeypatch):
    def fail():
        raise StoreUnavailableError("neo4j://db", "does not answer", "Start it")

    monkeypatch.setattr(world, "snapshot", fail)
    answer, page = read(app.test_client(), MATCHES)
    assert answer.status_code == 503
    assert "out of reach" in page
    assert "neo4j://" not in page


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
