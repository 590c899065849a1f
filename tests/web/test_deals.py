"""Proposals on the web: three renderings of one deal, forms that move it on, and nothing for anybody else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from kyokan.platform.deals.model import NoticeRow
from kyokan.platform.deals.notices import PAGE
from kyokan.web.figures import yen, yen_range
from kyokan.web.forms import yen_of
from kyokan.web.parameters import ParameterError

FORM = "/deals/new/artist:akari/brand:koyomido"
TERMS = {"category": "watch", "territories": "Japan, Korea", "fee_low": "18,000,000", "exclusive": "1"}
DRAFT = {
    "artist": "artist:akari",
    "brand": "brand:koyomido",
    "headline": "Dawn on the wrist",
    "brand_side": "Koyomido†",
    "artist_side": "Nagi Office†",
    "key": "a" * 32,
} | TERMS


def write(browser, **fields: str):
    """A draft; the address of its page."""
    answer = browser.send("/deals", FORM, **DRAFT | fields)
    assert answer.status_code == 303, answer.text
    return answer.location


def take(browser, address, step, **said: str):
    """A step from the page as it stands."""
    version = re.search(r'name="version" value="(\d+)"', browser.get(address).text)[1]
    return browser.send(f"{address}/{step}", address, version=version, **said)


@pytest.fixture
def sent(planner):
    address = write(planner)
    assert take(planner, address, "send").status_code == 303
    return address


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_nothing_of_the_terms_is_hidden_from_readers_of_one_language(made, planner, lang):
    both = "TVCM 15 sec / 店頭ポスター 2種"
    address = write(planner, media=both, note=both, territories="Moon / 月面")
    assert take(planner, address, "send").status_code == 303
    for who in ("planner", "brand", "manager"):
        terms = (
            made[who].get(f"{address}?lang={lang}").text.partition('<dl class="terms-list">')[2].partition("</dl>")[0]
        )
        for half in ("TVCM 15 sec", "店頭ポスター 2種"):
            assert terms.count(half) == 2, (who, half)
        assert ("Moon" in terms, "月面" in terms) == (True, True), who


def test_a_new_proposal_begins_with_what_is_known_of_the_pair(made, planner, sent):
    page = planner.get("/deals/new/artist:akari/product:xc-01").text
    assert 'name="category" type="text" value="腕時計 / Watches"' in page
    assert '<datalist id="f-brand_side-known"><option value="Koyomido†"></datalist>' in page
    assert '<datalist id="f-artist_side-known"><option value="Nagi Office†"></datalist>' in page


def test_who_has_not_worked_with_an_organisation_is_not_told_of_it(made, sent):
    assert made["manager"].send("/rules", name="凪原 灯").status_code == 303
    page = made["stranger"].get(FORM).text
    assert 'name="artist_side"' in page
    assert [one for one in ("Nagi Office", "Koyomido†", "f-artist_side-known") if one in page] == []


def test_a_pair_becomes_a_proposal_and_goes_to_both_sides(made, planner):
    assert FORM in planner.get("/why/brand:koyomido/artist:akari").text
    address = write(planner)
    page = planner.get(address).text
    assert "Dawn on the wrist" in page
    assert "¥18M" in page
    assert made["brand"].get(address).status_code == 404
    take(planner, address, "send")
    for who in ("brand", "manager"):
        assert "Dawn on the wrist" in made[who].get("/deals").text
        assert made[who].get(address).status_code == 200


@pytest.mark.parametrize("pair", ["artist:akari/artist:hara", "brand:xc/brand:koyomido", "artist:akari/artist:akari"])
def test_a_pair_that_is_no_artist_with_a_brand_or_product_has_no_form(planner, pair):
    answer = planner.get(f"/deals/new/{pair}")
    assert answer.status_code == 400
    assert "A proposal brings together one artist and one brand or product." in answer.text
    assert "/deals/new/" not in planner.get(f"/why/{pair}").text
    artist, brand = pair.split("/")
    refused = planner.send("/deals", FORM, **DRAFT | {"artist": artist, "brand": brand})
    assert refused.status_code == 400
    assert planner.get("/deals").text.count('id="slip-') == 0


def test_an_organisation_of_the_other_kind_is_refused_with_what_was_typed(planner):
    refused = planner.send("/deals", FORM, **DRAFT | {"artist_side": "Koyomido†"})
    assert refused.status_code == 400
    assert "The organisation named as “The artist's organisation” is not of that side." in refused.text
    assert 'value="Dawn on the wrist"' in refused.text


def test_the_agency_reads_that_what_nobody_represents_binds_nobody(made, planner, sent):
    notes = ("No organisation represents", "closes no other pairing")
    assert planner.get(sent).text.count(notes[0]) == 2
    for who in ("brand", "manager"):
        assert [one for one in notes if one in made[who].get(sent).text] == []
    assert made["manager"].send("/rules", name="artist:akari").status_code == 303
    assert made["brand"].send("/rules", name="brand:koyomido").status_code == 303
    assert [one for one in notes if one in planner.get(sent).text] == []


def test_the_same_form_sent_twice_makes_one_draft(planner):
    assert write(planner) == write(planner)
    assert planner.get("/deals").text.count('id="slip-') == 1


def test_a_draft_is_written_anew(planner):
    address = write(planner, brand_side="", artist_side="")
    form = planner.get(f"{address}/edit").text
    assert "Dawn on the wrist" in form
    version = re.search(r'name="version" value="(\d+)"', form)[1]
    fields = {"version": version, "headline": "Noon", "brand_side": "Koyomido†"} | TERMS
    assert planner.send(f"{address}/edit", **fields).status_code == 303
    assert "Noon" in planner.get(address).text


def test_what_was_typed_stays_when_it_is_refused(planner):
    refused = planner.send("/deals", FORM, **DRAFT | {"fee_low": "plenty"})
    assert refused.status_code == 400
    assert "“Fee from” must be a number." in refused.text
    assert 'value="Dawn on the wrist"' in refused.text
    unknown = planner.send("/deals", FORM, **DRAFT | {"brand_side": "Nobody"})
    assert "No organisation is called “Nobody”" in unknown.text


def test_two_sides_agree_after_a_counter(made, planner, sent):
    assert take(made["manager"], sent, "counter", **TERMS | {"fee_low": "21000000"}).status_code == 303
    page = made["brand"].get(sent).text
    assert "<del>from ¥18M</del>" in page
    assert re.search(r'<ins class="ins-artist">from ¥21M</ins>', page)
    assert "/accept" not in made["manager"].get(sent).text  # who makes an offer stands by it
    assert take(made["brand"], sent, "accept").status_code == 303
    assert take(planner, sent, "start").status_code == 303
    assert take(planner, sent, "finish", reach="120000", announced="1").status_code == 303
    assert re.search(r'aria-current="step"[^>]*>Finished', planner.get(sent).text)


def test_news_is_counted_until_it_is_read(made, planner, sent):
    assert take(made["manager"], sent, "counter", **TERMS).status_code == 303
    page = planner.get("/deals").text
    assert re.search(r'class="count">1<', planner.get("/").text)
    assert "Countered · Dawn on the wrist" in page
    shown = shown_news(page)
    assert made["brand"].send("/deals/news", "/deals", **shown).status_code == 303  # not theirs: nothing happens
    assert 'class="count"' in planner.get("/").text
    assert planner.send("/deals/news", "/deals", **shown).status_code == 303
    assert 'class="count"' not in planner.get("/").text
    assert 'class="count">1<' in made["analyst"].get("/").text  # a colleague reads for themselves


def shown_news(page):
    """What the button by the news would send."""
    return {name: re.search(rf'name="{name}" value="(\d+)"', page)[1] for name in ("first", "last")}


@pytest.mark.parametrize("typed", [{"first": "", "last": "1"}, {"first": "1", "last": "x"}, {"notices": "1"}])
def test_what_no_page_of_ours_would_send_takes_nothing_for_read(planner, typed):
    assert planner.send("/deals/news", "/deals", **typed).status_code == 400


def test_news_of_a_proposal_that_comes_while_the_list_is_drawn_waits_for_the_next_look(
    made, planner, sent, monkeypatch
):
    services = planner.client.application.extensions["kyokan"]
    before = services.deals.of

    def interrupted(who):
        seen = before(who)
        take(planner, late, "send")
        monkeypatch.undo()
        return seen

    late = write(planner, key="b" * 32, headline="Late dawn")
    monkeypatch.setattr(services.deals, "of", interrupted)
    assert "Late dawn" not in made["brand"].get("/deals").text
    assert "Late dawn" in made["brand"].get("/deals").text


def ask(made, sent, count):
    for number in range(count):
        asked = {"key": f"{number:032x}", "to": "all", "text": f"Question {number}"}
        assert made["brand"].send(f"{sent}/say", sent, **asked).status_code == 303


def test_of_more_news_than_stands_there_only_what_does_is_taken_for_read(made, planner, sent):
    ask(made, sent, 7)
    page = planner.get("/deals").text
    assert page.count("A question or an answer · Dawn on the wrist") == 6
    assert "And 1 more." in page
    assert "Mark these 6 as read" in page
    assert planner.send("/deals/news", "/deals", **shown_news(page)).status_code == 303
    assert planner.get("/deals").text.count("A question or an answer · Dawn on the wrist") == 1


def test_all_news_is_paged_and_more_than_a_thousand_can_be_taken_for_read(made, planner, sent):
    ask(made, sent, 1)
    services = planner.client.application.extensions["kyokan"]
    with services.database.session(writing=True) as session:
        (first,) = session.scalars(select(NoticeRow).where(NoticeRow.act == "say", NoticeRow.party == "agency")).all()
        told = {name: getattr(first, name) for name in ("organisation", "party", "deal", "act", "at")}
        session.add_all(NoticeRow(**told) for _ in range(1210))
    page = planner.get("/deals/news").text
    assert page.count("<strong>Unread</strong>") == PAGE
    onward = re.search(r'href="(/deals/news\?before=\d+)" rel="next"', page)[1]
    older = planner.get(onward).text
    assert "Back to the latest" in older
    assert planner.send("/deals/news", onward, **shown_news(older), back="7").location == "/deals/news?before=7"
    assert f'class="count">{1211 - PAGE}<' in planner.get("/").text
    assert "Mark this and all earlier as read" in page
    latest = shown_news(page) | {"first": "0", "back": "0"}
    assert planner.send("/deals/news", "/deals/news", **latest).location == "/deals/news"
    assert 'class="count"' not in planner.get("/").text
    assert "Unread" not in planner.get("/deals/news").text


def test_who_was_told_of_nothing_yet_reads_so(made):
    assert "No news yet." in made["stranger"].get("/deals/news").text


def test_a_yes_may_be_given_with_its_reason(made, planner, sent):
    assert 'name="reason"' in made["brand"].get(sent).text
    assert take(made["brand"], sent, "accept", reason="It suits the spring line").status_code == 303
    for who in ("manager", "planner"):
        page = made[who].get(sent).text
        assert "Brand: It suits the spring line" in page  # beside the terms
        assert page.count("It suits the spring line") == 2  # and in the record


def test_a_form_that_is_sent_twice_is_answered_alike(made, planner, sent):
    manager = made["manager"]
    page = manager.get(sent).text
    form = re.search(rf'<form method="post" action="{sent}/counter">.*?</form>', page, re.DOTALL)[0]
    fields = {name: re.search(rf'name="{name}" value="([^"]+)"', form)[1] for name in ("key", "version", "csrf_token")}
    answers = [manager.send(f"{sent}/counter", **fields, **TERMS) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(303, sent)] * 2
    assert made["brand"].get(sent).text.count("<br>Countered") == 1
    keys = re.findall(r'name="key" value="([0-9a-f]{32})"', page)
    assert len(keys) == len(set(keys)) > 2


def test_a_reason_is_asked_for(made, sent):
    refused = take(made["brand"], sent, "decline", reason=" ")
    assert refused.status_code == 400
    assert take(made["brand"], sent, "decline", reason="Not this year").status_code == 303
    assert "Not this year" in made["manager"].get(sent).text


def test_no_page_of_a_side_holds_a_byte_of_the_others_figure(made, planner, sent):
    for who, field, value in (
        ("manager", "fee_floor", "7654321"),
        ("brand", "budget_ceiling", "9876543"),
        ("planner", "internal_note", "CANARY"),
    ):
        assert take(made[who], sent, "change", **{field: value}).status_code == 303
    for who, hidden in (
        ("brand", ("7654321", "7,654,321", "CANARY", "fee_floor", "internal_note")),
        ("manager", ("9876543", "9,876,543", "CANARY", "budget_ceiling", "internal_note")),
    ):
        for address in (sent, "/deals"):
            page = made[who].get(address).text
            assert [one for one in hidden if one in page] == []
    assert {"¥7,654,321", "¥9,876,543", "CANARY"} <= set(re.findall(r"¥[\d,]+|CANARY", planner.get(sent).text))


def test_a_field_of_the_other_side_is_refused(made, sent):
    answer = take(made["brand"], sent, "change", fee_floor="1")
    assert answer.status_code == 403


@pytest.mark.parametrize("field", ["status", "agency", "score", "outcome"])
def test_no_field_can_be_smuggled_in(planner, field):
    answer = planner.send("/deals", FORM, **DRAFT | {field: "x"})
    assert answer.status_code == 400


@pytest.mark.parametrize("rest", ["", "/edit", "/nothing"])
def test_a_stranger_meets_a_page_that_is_not_there(made, sent, rest):
    hidden, absent = (made["stranger"].get(f"{address}{rest}") for address in (sent, f"/deals/{'0' * 32}"))
    assert hidden.status_code == absent.status_code in (404, 405)
    assert "Dawn" not in made["stranger"].get("/deals").text
    for step in ("accept", "change", "withdraw"):
        answer = made["stranger"].send(f"{sent}/{step}", FORM, version="2")
        assert answer.status_code == 404


def test_whoever_looks_at_an_old_page_is_told_and_keeps_what_was_typed(made, sent):
    take(made["manager"], sent, "counter", **TERMS)
    answer = made["brand"].send(f"{sent}/decline", sent, version="2", reason="too dear")
    assert answer.status_code == 409
    assert "changed while you were looking" in answer.text
    assert "too dear" in answer.text


@pytest.mark.parametrize("address", ["/deals", FORM, f"/deals/{'0' * 32}"])
def test_nobody_sees_deals_without_signing_in(made, address):
    answer = made["nobody"].get(address)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=/deals")


def test_a_form_without_its_token_is_refused(made, sent):
    answer = made["brand"].client.post(f"{sent}/accept", data={"version": "2"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("amount", "ja", "en"),
    [(None, "", ""), (21_000_000, "2,100万円", "¥21M"), (1_250_000, "125万円", "¥1,250k"), (999, "999円", "¥999")],
)
def test_money_is_written_as_large_as_it_stays_exact(amount, ja, en):
    assert (yen(amount, "ja"), yen(amount, "en")) == (ja, en)


def test_an_open_range_stays_open():
    assert yen_range(1_000_000, None, "en") == "from ¥1M"
    assert yen_range(None, 1_000_000, "en") == "up to ¥1M"
    assert yen_range(1_000_000, None, "ja") == "100万円から"
    assert yen_range(None, 1_000_000, "ja") == "100万円まで"
    assert yen_range(1_000_000, 2_000_000, "ja") == "100万円–200万円"
    assert yen_range(None, None, "ja") == ""
    assert yen_range(1_000_000, 1_000_000, "en") == "¥1M"


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("", None),
        ("18,000,000", 18_000_000),
        ("1,800万円", 18_000_000),
        ("１８００万", 18_000_000),
        ("1億2000万", 120_000_000),
        ("1.5億円", 150_000_000),
        ("1万500円", 10_500),
        ("¥18M", 18_000_000),
        ("1,250k", 1_250_000),
    ],
)
def test_an_amount_is_read_as_people_and_pages_write_it(written, amount):
    assert yen_of("fee_low", written) == amount


@pytest.mark.parametrize("written", ["plenty", "1.5", "万", "-3", "18M万", "0.00001万"])
def test_what_is_no_whole_amount_is_refused(written):
    with pytest.raises(ParameterError):
        yen_of("fee_low", written)


def test_a_deal_says_whose_turn_it_is(made, planner, sent):
    assert "Both sides have yet to answer." in planner.get(sent).text
    assert "It waits for your answer" in made["brand"].get(sent).text
    assert take(made["brand"], sent, "accept").status_code == 303
    assert "The artist side has yet to answer." in made["brand"].get(sent).text
    assert "The artist side has yet to answer." in planner.get(sent).text
    assert take(made["manager"], sent, "accept").status_code == 303
    assert "The planner starts it next." in made["manager"].get(sent).text
    assert "It can start." in planner.get(sent).text
    assert take(planner, sent, "start").status_code == 303
    assert "The planner records the outcome when it ends." in made["brand"].get(sent).text
    assert "Record the outcome when it ends." in planner.get(sent).text


def test_an_inbox_begins_with_what_waits_for_an_answer(made, sent):
    page = made["brand"].get("/deals").text
    assert 0 < page.index('class="inbox"') < page.index('class="news"')
