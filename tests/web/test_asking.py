"""Asking on the pages: names in any spelling, audiences, filters, and a ranking that says how sure it is."""

import re

import pytest

from tests.web.browsing import read

MATCHES = "/matches?entity=brand:xc&for=artist"
FANS = "/matches?audience=artist:akari&audience=artist:takeuchi&for=brand"


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
    assert 'Blocked until <span class="unbroken">2027-06-30</span>' in page
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
