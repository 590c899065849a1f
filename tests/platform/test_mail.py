"""Letters over a real mail server on this machine: who gets one, what it says, and what becomes of one that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import select

from kyokan.errors import MailUnavailableError, SettingsError
from kyokan.platform.accounts import Role
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.attachments import Attachments
from kyokan.platform.deals import Deals, Step
from kyokan.platform.deals.notices import Notices
from kyokan.platform.deals.talk import Talk
from kyokan.platform.jobs.handlers import HANDLERS
from kyokan.platform.mail import Letter, Outbox
from kyokan.platform.mail.model import LetterRow
from kyokan.platform.mail.news import News, invitation_letter
from kyokan.platform.mail.outbox import SESSIONS, WAITS
from kyokan.platform.mail.post import Post
from kyokan.platform.pipeline.reminders import Reminders
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings
from tests.platform.accounting import GOOD, HERE, Desk
from tests.platform.dealing import DRAFT, MATCH
from tests.platform.dealing import Clock as Today
from tests.support.ports import free_port

SENDER = "Kyokan <hello@kyokan.example>"


@dataclass
class Server:
    """A mail server that keeps what it takes; ``refusal`` is what it says to every letter."""

    refusal: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusal:
            return self.refusal
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        self.senders.append(str(envelope.mail_from))
        return "250 Taken"

    @property
    def texts(self) -> list[str]:
        return [str(letter.get_content()) for letter in self.letters]


class Dropping(Server):
    """A mail server that hangs up where a letter is for somebody whose name begins with "drop"."""

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        if address.startswith("drop"):
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"


@contextmanager
def listening(handler: Server, **more: Any) -> Iterator[str]:
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def post(server: Server) -> Iterator[Post]:
    with listening(server) as address:
        yield Post(f"smtp://{address}", SENDER)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    with desk.database:
        yield desk


@pytest.fixture
def outbox(desk: Desk) -> Outbox:
    return Outbox(desk.database, desk.clock)


def put(desk: Desk, outbox: Outbox, *letters: Letter) -> None:
    with desk.database.session(writing=True) as session:
        for letter in letters:
            outbox.put(session, letter)


def rows(desk: Desk) -> list[LetterRow]:
    with desk.database.session() as session:
        return list(session.scalars(select(LetterRow).order_by(LetterRow.address)))


HELLO = Letter("hana@example.com", "共感: お知らせ", "静かな朝です。\n")


class TestOutbox:
    def test_a_letter_arrives_whole_and_its_text_is_not_kept(self, desk, outbox, post, server):
        put(desk, outbox, HELLO)
        assert outbox.deliver(post) == {"sent": 1, "waiting": 0, "given_up": 0}
        (letter,) = server.letters
        assert (letter["To"], letter["Subject"], letter["From"]) == ("hana@example.com", "共感: お知らせ", SENDER)
        assert (letter["Auto-Submitted"], server.senders) == ("auto-generated", ["hello@kyokan.example"])
        assert server.texts == ["静かな朝です。\n"]
        (row,) = rows(desk)
        assert (row.text, row.due, row.sent) == ("", None, desk.clock())
        assert letter["Message-ID"] == f"<{row.id}@kyokan.example>"

    def test_a_letter_goes_out_once(self, desk, outbox, post, server):
        put(desk, outbox, HELLO)
        outbox.deliver(post)
        assert outbox.deliver(post) == {"sent": 0, "waiting": 0, "given_up": 0}
        assert len(server.letters) == 1

    def test_a_letter_of_a_transaction_that_fails_never_goes_out(self, desk, outbox, post):
        def fail() -> None:
            with desk.database.session(writing=True) as session:
                outbox.put(session, HELLO)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert outbox.deliver(post)["sent"] == 0

    def test_a_letter_refused_for_now_is_tried_again_later(self, desk, outbox, post, server):
        put(desk, outbox, HELLO)
        server.refusal = "451 Come back later"
        assert outbox.deliver(post)["waiting"] == 1
        server.refusal = ""
        assert outbox.deliver(post)["sent"] == 0, "not before its time"
        desk.clock.pass_(WAITS[0])
        assert outbox.deliver(post)["sent"] == 1

    def test_a_letter_refused_for_good_is_given_up_at_once_and_says_why(self, desk, outbox, post, server):
        put(desk, outbox, HELLO)
        server.refusal = "550 Nobody of that name"
        assert outbox.deliver(post)["given_up"] == 1
        (row,) = rows(desk)
        assert (row.text, row.due, row.sent) == ("", None, None)
        assert "550 Nobody of that name" in row.error

    def test_a_letter_is_given_up_after_the_last_wait(self, desk, outbox, post, server):
        put(desk, outbox, HELLO)
        server.refusal = "451 Come back later"
        for wait in WAITS:
            assert outbox.deliver(post)["waiting"] == 1
            desk.clock.pass_(wait)
        assert outbox.deliver(post)["given_up"] == 1

    def test_one_refused_address_holds_no_other_letter_up(self, desk, outbox, server):
        class Choosy(Server):
            async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
                if address.startswith("nobody"):
                    return "550 Nobody of that name"
                envelope.rcpt_tos.append(address)
                return "250 OK"

        choosy = Choosy()
        put(desk, outbox, Letter("nobody@example.com", "a", "a"), HELLO)
        with listening(choosy) as address:
            found = outbox.deliver(Post(f"smtp://{address}", SENDER))
        assert (found["sent"], found["given_up"]) == (1, 1)

    @pytest.mark.parametrize(
        ("address", "subject"),
        [
            ("x@[127.0.0.1", "a"),
            ("田中@example.com", "a"),
            ("a(b@example.com", "a"),
            ("a:b@example.com", "a"),
            ("ken@example.com", "two\nlines"),
        ],
    )
    def test_a_letter_that_cannot_go_is_given_up_and_the_others_go(self, desk, outbox, server, address, subject):
        put(desk, outbox, HELLO)
        with desk.database.session(writing=True) as session:  # kept by an older version, before all others
            outbox.put(session, Letter("first@example.com", "a", "a"))
            session.flush()
            row = session.scalars(select(LetterRow).where(LetterRow.address == "first@example.com")).one()
            row.address, row.subject, row.created = address, subject, 0.0
        with listening(server, enable_SMTPUTF8=False) as place:
            found = outbox.deliver(Post(f"smtp://{place}", SENDER))
        assert found == {"sent": 1, "waiting": 0, "given_up": 1}
        assert [str(letter["To"]) for letter in server.letters] == [HELLO.address]
        (odd,) = (row for row in rows(desk) if row.address == address)
        assert (odd.tries, odd.sent, odd.due) == (1, None, None)

    def test_a_letter_at_which_the_server_breaks_off_waits_and_the_others_go(self, desk, outbox):
        put(desk, outbox, Letter("drop@example.com", "a", "a"))
        desk.clock.pass_(1)
        put(desk, outbox, HELLO, Letter("ken@example.com", "a", "a"))
        with listening(dropping := Dropping()) as address:
            assert outbox.deliver(Post(f"smtp://{address}", SENDER)) == {"sent": 2, "waiting": 1, "given_up": 0}
        assert {row.address: row.tries for row in rows(desk)} == dict.fromkeys(
            ("drop@example.com", HELLO.address, "ken@example.com"), 1
        )
        assert len(dropping.letters) == 2

    def test_what_a_server_that_keeps_breaking_off_has_not_seen_stays_due_and_untried(self, desk, outbox):
        put(desk, outbox, *(Letter(f"drop{number}@example.com", "a", "a") for number in range(SESSIONS)))
        desk.clock.pass_(1)
        put(desk, outbox, HELLO)
        with listening(Dropping()) as address:
            post = Post(f"smtp://{address}", SENDER)
            assert outbox.deliver(post) == {"sent": 0, "waiting": SESSIONS, "given_up": 0}
            assert next(row.tries for row in rows(desk) if row.address == HELLO.address) == 0
            assert outbox.deliver(post) == {"sent": 1, "waiting": 0, "given_up": 0}

    def test_a_sender_that_the_server_does_not_take_gives_no_letter_up(self, desk, outbox):
        class Strict(Server):
            async def handle_MAIL(self, _server, _session, _envelope, _address, _options):  # noqa: N802 - aiosmtpd's name
                return "550 Not from you"

        put(desk, outbox, HELLO, Letter("ken@example.com", "a", "a"))
        with listening(Strict()) as address:
            assert outbox.deliver(Post(f"smtp://{address}", SENDER))["waiting"] == 2
        assert all("Not from you" in row.error for row in rows(desk))

    def test_without_a_server_all_letters_wait(self, desk, outbox):
        put(desk, outbox, HELLO, Letter("ken@example.com", "a", "a"))
        gone = Post("smtp://127.0.0.1:1", SENDER)
        assert outbox.deliver(gone) == {"sent": 0, "waiting": 2, "given_up": 0}
        assert all("does not take letters" in row.error for row in rows(desk))


class TestPost:
    def test_it_signs_in_where_a_user_is_named(self, desk, outbox):
        seen: list[object] = []

        def authenticate(_server, _session, _envelope, _mechanism, data):
            seen.append(data)
            return AuthResult(success=data == LoginPassword(b"kyokan", b"p@ss/word"))

        handler = Server()
        open_to = {"authenticator": authenticate, "auth_require_tls": False}
        with listening(handler, **open_to) as address:
            put(desk, outbox, HELLO)
            outbox.deliver(Post(f"smtp://kyokan:p%40ss%2Fword@{address}", SENDER))
        assert seen == [LoginPassword(b"kyokan", b"p@ss/word")]
        assert len(handler.letters) == 1

    def test_it_never_speaks_in_the_clear_to_another_machine(self, monkeypatch, server):
        with listening(server) as address:
            monkeypatch.setattr("kyokan.platform.mail.post._here", lambda _host: False)
            with pytest.raises(MailUnavailableError, match="STARTTLS"), Post(f"smtp://{address}", SENDER).connected():
                pass

    def test_an_error_names_the_server_and_not_its_password(self):
        gone = Post("smtp://kyokan:secret-word@127.0.0.1:1", SENDER)
        with pytest.raises(MailUnavailableError) as refusal, gone.connected():
            pass
        assert "127.0.0.1" in str(refusal.value)
        assert "secret-word" not in str(refusal.value)

    @pytest.mark.parametrize(
        ("address", "sender", "setting"),
        [
            ("http://mail.example", SENDER, "KYOKAN_SMTP"),
            ("smtp://", SENDER, "KYOKAN_SMTP"),
            ("smtp://mail.example", "Kyokan", "KYOKAN_MAIL_FROM"),
            ("smtp://mail.example", "Kyokan <共感@example.com>", "KYOKAN_MAIL_FROM"),
        ],
    )
    def test_settings_that_name_no_server_or_sender_are_refused(self, address, sender, setting):
        with pytest.raises(SettingsError, match=setting):
            Post(address, sender)


OWN = {
    "planner@example.com": "Minato Agency",
    "brand_client@example.com": "暦堂",
    "artist_manager@example.com": "凪事務所",
}


class Room:
    """A proposal between three organisations with a person each, and the news of it."""

    def __init__(self, desk: Desk, language: str = "") -> None:
        self.desk, self.today, self.language = desk, Today(), language
        self.actors = {
            role: self._settle(name, kind, role)
            for name, kind, role in (
                ("Minato Agency", OrganisationKind.AGENCY, Role.PLANNER),
                ("暦堂", OrganisationKind.BRAND, Role.BRAND_CLIENT),
                ("凪事務所", OrganisationKind.ARTIST_SIDE, Role.ARTIST_MANAGER),
            )
        }
        self.outbox = Outbox(desk.database, desk.clock)
        self.news = News(desk.database, self.outbox, "https://kyokan.example", self.today)
        self.deals = Deals(desk.database, self.today)
        self.notices = Notices(desk.database)

    def _settle(self, name: str, kind: OrganisationKind, role: Role) -> Actor:
        place, email = self.desk.organisation(name, kind), f"{role.value}@example.com"
        token = self.desk.accounts.invite(email, place, role)
        language = self.language or ("en" if role is Role.BRAND_CLIENT else "ja")
        made = self.desk.accounts.accept(token, name=role.value, password=GOOD, language=language, visit=HERE)
        found = self.desk.accounts.sessions.actor_of(made.session_id)
        assert found
        return found

    def send(self) -> dict[str, Any]:
        sides = {
            "brand_side": self.actors[Role.BRAND_CLIENT].organisation,
            "artist_side": self.actors[Role.ARTIST_MANAGER].organisation,
        }
        planner = self.actors[Role.PLANNER]
        made = self.deals.create(planner, DRAFT | sides | {"headline": "CANARY headline"}, MATCH, "sha256:1")
        return self.deals.take(planner, made["id"], made["version"], Step.SEND)


class TestNews:
    @pytest.fixture
    def room(self, desk: Desk) -> Room:
        return Room(desk)

    def test_both_sides_are_written_of_a_proposal_in_their_language_and_the_sender_is_not(self, room, post, server):
        room.send()
        assert room.news.gather() == 2
        assert room.outbox.deliver(post)["sent"] == 2
        texts = {letter["To"]: text for letter, text in zip(server.letters, server.texts, strict=True)}
        assert set(texts) == {"brand_client@example.com", "artist_manager@example.com"}
        assert "A proposal has arrived (2026-11-23)" in texts["brand_client@example.com"]
        assert "提案が届きました" in texts["artist_manager@example.com"]
        assert all("https://kyokan.example/deals" in text for text in texts.values())

    def test_nothing_of_the_proposal_stands_in_a_letter(self, room, post, server):
        room.send()
        room.news.gather()
        room.outbox.deliver(post)
        written = "".join(
            str(letter["Subject"]) + text for letter, text in zip(server.letters, server.texts, strict=True)
        )
        for secret in ("CANARY", "akari", "koyomido", "8,000,000", "8000000"):
            assert secret not in written

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_whatever_happens_to_a_deal_no_word_figure_or_name_of_it_stands_in_a_letter(
        self, desk, post, server, language
    ):
        room = Room(desk, language)
        sent = room.send()
        deal, version = sent["id"], sent["version"]
        planner, brand, manager = (room.actors[one] for one in (Role.PLANNER, Role.BRAND_CLIENT, Role.ARTIST_MANAGER))
        room.deals.change(manager, deal, version, {"fee_floor": 7_654_321})
        room.deals.change(brand, deal, version, {"budget_ceiling": 9_876_543})
        Talk(desk.database, room.today).say(manager, deal, "a" * 32, {"to": "all", "text": "CANARY question"})
        Attachments(desk.database, room.today).add(planner, deal, "CANARY.pdf", b"%PDF-1.7 x", everybody=True)
        for who in room.actors.values():
            Reminders(desk.database, room.today).add(who, deal, {"due": "2026-11-23", "note": "CANARY note"})
        Reminders(desk.database, room.today).tell()
        countered = room.deals.take(manager, deal, version, Step.COUNTER, terms={"fee_low": 8_765_432})
        room.deals.take(brand, deal, countered["version"], Step.DECLINE, reason="CANARY reason")
        Talk(desk.database, room.today).say(planner, deal, "b" * 32, {"to": "all", "text": "CANARY answer"})
        room.news.gather()
        assert room.outbox.deliver(post)["sent"] == 3
        for letter, text in zip(server.letters, server.texts, strict=True):
            written = str(letter["Subject"]) + text
            assert "CANARY" not in written
            assert not re.search(r"\d{4,}", re.sub(r"\d{4}-\d\d-\d\d", "", written)), "no figure but days"
            assert [name for name in ("Minato Agency", "暦堂", "凪事務所") if name in written] == [OWN[letter["To"]]]

    def test_nobody_is_written_twice_of_the_same(self, room):
        room.send()
        assert room.news.gather() == 2
        assert room.news.gather() == 0

    def test_several_news_come_in_one_letter(self, room, post, server):
        sent = room.send()
        manager = room.actors[Role.ARTIST_MANAGER]
        room.deals.take(manager, sent["id"], sent["version"], Step.COUNTER, terms=DRAFT["terms"])
        room.news.gather()
        room.outbox.deliver(post)
        (text,) = (t for letter, t in zip(server.letters, server.texts, strict=True) if "brand" in letter["To"])
        assert text.index("A proposal has arrived") < text.index("A counter-offer has arrived")

    def test_what_was_read_on_the_page_is_not_written_of(self, room):
        room.send()
        for role in (Role.BRAND_CLIENT, Role.ARTIST_MANAGER):
            who = room.actors[role]
            room.notices.mark_read(who, 0, 10**12)
        assert room.news.gather() == 0

    def test_what_one_has_read_is_written_of_to_the_others(self, room, desk, post, server):
        place = room.actors[Role.BRAND_CLIENT].organisation
        token = desk.accounts.invite("mika@example.com", place, Role.BRAND_CLIENT)
        desk.accounts.accept(token, name="Mika", password=GOOD, language="ja", visit=HERE)
        room.send()
        room.notices.mark_read(room.actors[Role.BRAND_CLIENT], 0, 10**12)
        room.news.gather()
        room.outbox.deliver(post)
        assert {str(letter["To"]) for letter in server.letters} == {"mika@example.com", "artist_manager@example.com"}

    def test_old_news_is_not_written_of(self, room):
        room.send()
        room.today.pass_by(days=2, seconds=1)
        assert room.news.gather() == 0

    def test_who_wants_no_letters_gets_none_until_they_do(self, room):
        brand = room.actors[Role.BRAND_CLIENT].person
        room.news.want(brand, wanted=False)
        room.news.want(brand, wanted=False)
        assert not room.news.wanted(brand)
        room.send()
        assert room.news.gather() == 1
        room.news.want(brand, wanted=True)
        assert (room.news.wanted(brand), room.news.gather()) == (True, 1)

    def test_who_is_kept_out_gets_no_letter(self, room, desk):
        desk.accounts.set_active("brand_client@example.com", active=False)
        room.send()
        assert room.news.gather() == 1

    def test_somebody_of_the_organisation_without_the_role_gets_no_letter(self, room, desk):
        place = room.actors[Role.BRAND_CLIENT].organisation
        token = desk.accounts.invite("admin@example.com", place, Role.ADMIN)
        desk.accounts.accept(token, name="admin", password=GOOD, language="en", visit=HERE)
        room.send()
        assert room.news.gather() == 2


def test_an_invitation_brings_its_address_in_the_readers_language():
    link = "https://kyokan.example/invitation/abc"
    letter = invitation_letter("new@example.com", organisation="暦堂", link=link, language="ja")
    assert letter.subject == "共感: 暦堂 からの招待"
    assert link in letter.text


def test_the_job_sends_what_waits(tmp_path, server):
    with listening(server) as address:
        settings = Settings(home=tmp_path, smtp=f"smtp://{address}", mail_from=SENDER)
        with Services(settings) as services:
            with services.database.session(writing=True) as session:
                services.outbox.put(session, HELLO)
            assert HANDLERS["mail"](services, {}, lambda *_: None)["sent"] == 1


def test_without_a_mail_server_the_job_leaves_everything_as_it_is(tmp_path):
    with Services(Settings(home=tmp_path)) as services:
        with services.database.session(writing=True) as session:
            services.outbox.put(session, HELLO)
        assert HANDLERS["mail"](services, {}, lambda *_: None) == {}
        with services.database.session() as session:
            assert session.scalars(select(LetterRow)).one().tries == 0
