"""The reader's path: a link that opens one proposal, and every other address that is not there."""

from __future__ import annotations

import logging
import re

import pytest
from world import World

from kyokan.platform.server import WebServer
from kyokan.platform.settings import Settings
from kyokan.web import create_app
from tests.web.browsing import Browser, company

FORM = "/deals/new/artist:akari/brand:koyomido"
PERSON = "Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/18.0 Safari/605"


class Room:
    """A draft with a private note, and the link that its planner made."""

    def __init__(self, folder) -> None:
        self.world = World(folder)
        self.browsers = company(self.world)
        self.planner = self.browsers["planner"]
        self.app = self.planner.client.application
        draft = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "Dawn", "key": "a" * 32}
        self.address = self.planner.send("/deals", FORM, **draft, category="watch", fee_low="18,000,000").location
        self.planner.send(f"{self.address}/change", self.address, version="1", internal_note="CANARY-NOTE")
        self.made = self.make()
        self.link = re.search(r"http://localhost(/shared/[\w-]{43})", self.made.text)[1]

    def make(self, **fields: str):
        given = {"key": "b" * 32, "days": "7", "label": "CANARY-LABEL"} | fields
        return self.planner.send(f"{self.address}/share", self.address, **given)

    def read(self, method="GET", address="", **headers: str):
        reader = Browser(self.app, lang="")
        sent = {"User-Agent": PERSON, "Accept-Language": "en"} | headers
        return reader.client.open(address or self.link, method=method, headers=sent)

    @property
    def opens(self):
        found = re.search(r"Openings (\d+)|Not opened yet", self.planner.read(self.address))
        return int(found[1] or 0)


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path)
    yield made
    made.world.close()


def test_a_link_is_handed_out_under_the_address_that_people_reach_the_installation_by(room):
    served = create_app(room.world, address="https://kyokan.example")
    planner = Browser(served).bear(room.planner.cookie)
    given = {"key": "c" * 32, "days": "7", "label": "Press"}
    made = planner.send(f"{room.address}/share", room.address, **given)
    (link,) = re.findall(r"https?://[^\s\"<]+/shared/[\w-]{43}", made.text)
    assert link.startswith("https://kyokan.example/shared/")


def test_a_reader_without_an_account_reads_the_external_version(room):
    page = room.read()
    assert page.status_code == 200
    for words in ("Dawn", "Akari Nagihara", "Koyomido", "Terms", "¥18M", "Why it resonates"):
        assert words in page.text
    for hidden in ("CANARY-NOTE", "CANARY-LABEL", "Hana", "Internal note", "<form", "csrf_token", '"/deals'):
        assert hidden not in page.text


def test_the_page_speaks_the_readers_language_and_offers_the_other(room):
    assert "条件" in room.read(**{"Accept-Language": "ja"}).text
    assert f"{room.link}?lang=ja" in room.read().text


def test_what_other_programs_add_to_the_address_does_no_harm(room):
    assert room.read(address=f"{room.link}?fbclid=x&utm_source=mail").status_code == 200


def test_the_page_is_kept_nowhere_and_tells_nobody(room):
    for answer in (room.read(), room.read(address=f"/shared/{'x' * 43}")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
    assert not [name for name, _ in room.read().headers if name == "Set-Cookie"]


def test_the_address_is_shown_once_and_a_double_click_makes_one_link(room):
    assert room.link in room.make().text
    page = room.planner.read(room.address)
    assert room.link not in page
    assert page.count('name="link" value="') == 1
    assert "CANARY-LABEL" in page


def test_persons_are_counted_and_nothing_else_is(room):
    room.read()
    for headers in (
        {"Sec-Purpose": "prefetch"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Site": "same-origin"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0"},
        {"User-Agent": "facebookexternalhit/1.1;line-poker/1.0"},
        {"User-Agent": ""},
    ):
        assert room.read(**headers).status_code == 200
    room.read("HEAD")
    assert room.planner.get(room.link).status_code == 200  # whoever is signed in looks, and is no reader
    assert room.opens == 1
    room.read()
    assert room.opens == 2


def test_every_way_that_does_not_open_looks_like_an_address_that_is_not_there(room):
    token = room.link.rpartition("/")[2]
    reader = Browser(room.app, lang="en")
    told = set()
    for address in (
        f"/shared/{token[:-1]}",
        f"/shared/{token}=",
        f"/shared/{token.swapcase()}",
        f"/shared/{'0' * 43}",
        f"/shared/{room.world.accounts.offer_reset('planner@example.com')}",
    ):
        answer = reader.get(address)
        assert answer.status_code == 404
        assert "next=" not in answer.text
        told.add(re.sub(r"\d+ ms", "", answer.text).replace(address, ""))
    assert len(told) == 1
    assert "Ask whoever gave it to you for a new one." in next(iter(told))
    assert reader.send(room.link, "/sign-in").status_code == 404
    revoked = re.search(r'name="link" value="(\w+)"', room.planner.read(room.address))[1]
    assert room.planner.send(f"{room.address}/share/revoke", room.address, link=revoked).status_code == 303
    ended = reader.get(room.link)
    assert ended.status_code == 404
    assert re.sub(r"\d+ ms", "", ended.text).replace(room.link, "") in told
    assert "Revoked" in room.planner.read(room.address)


def test_a_link_of_a_person_kept_out_opens_nothing(room):
    room.world.accounts.set_active("planner@example.com", active=False)
    assert room.read().status_code == 404


def test_no_log_holds_a_token_even_where_the_page_breaks(room, caplog):
    caplog.set_level(logging.DEBUG)
    room.read()
    room.world.shares.__dict__["open"] = lambda *_, **__: 1 / 0
    assert room.read().status_code == 500
    assert "record" in caplog.text
    assert room.link.rpartition("/")[2] not in caplog.text


def test_the_server_writes_no_log_of_addresses(tmp_path):
    assert WebServer(Settings(home=tmp_path)).cfg.accesslog is None


@pytest.mark.parametrize("fields", [{"key": "short"}, {"days": "365"}, {"days": "x"}, {"opens": "9"}])
def test_a_link_of_another_kind_is_refused(room, fields):
    assert room.make(**fields).status_code == 400


@pytest.mark.parametrize("who", ["analyst", "brand", "manager", "stranger", "nobody"])
def test_nobody_but_a_planner_sees_links(room, who):
    assert "CANARY-LABEL" not in room.browsers[who].read(room.address)
