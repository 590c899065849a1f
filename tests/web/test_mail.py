"""Mail on the pages: one's own choice of letters, and invitations that go out as well as being shown."""

import pytest
from sqlalchemy import select

from kyokan.platform.accounts import Role
from kyokan.platform.mail import Outbox
from kyokan.platform.mail.model import LetterRow
from kyokan.platform.mail.news import News
from kyokan.platform.mail.post import Post
from kyokan.web import create_app
from tests.platform.accounting import Desk
from tests.web.browsing import Browser
from tests.web.test_accounts import Workroom

SERVER = Post("smtp://127.0.0.1:1", "Kyokan <hello@kyokan.example>")


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def room(world, desk):
    made = Workroom(world, desk.accounts)
    made.post, made.outbox = SERVER, Outbox(desk.database, desk.clock)
    made.news = News(desk.database, made.outbox, "https://kyokan.example")
    return made


def browser(room, desk, role=Role.ADMIN):
    made = create_app(room, address="https://kyokan.example")
    made.testing = False
    return Browser(made).bear(desk.welcome(role=role).session_id)


def test_an_invitation_goes_out_by_mail_as_well_as_being_shown(room, desk):
    page = browser(room, desk).send("/team", act="invite", email="new@example.com", analyst="1").text
    assert "It is sent by e-mail as well." in page
    with desk.database.session() as session:
        letter = session.scalars(select(LetterRow)).one()
    assert letter.address == "new@example.com"
    link = next(line for line in letter.text.splitlines() if line.startswith("https://kyokan.example/invitation/"))
    assert link in page


def test_a_refused_invitation_sends_nothing(room, desk):
    browser(room, desk).send("/team", act="invite", email="no address", analyst="1")
    with desk.database.session() as session:
        assert session.scalars(select(LetterRow)).all() == []


def test_without_a_mail_server_an_invitation_is_shown_alone(room, desk):
    room.post = None
    page = browser(room, desk).send("/team", act="invite", email="new@example.com", analyst="1").text
    assert "sent by e-mail" not in page
    with desk.database.session() as session:
        assert session.scalars(select(LetterRow)).all() == []


def test_somebody_chooses_whether_to_be_written_of_news(room, desk):
    person = browser(room, desk)
    assert 'name="letters" value="1" checked' in person.read("/account")
    assert person.send("/account", act="letters").location == "/account?done=letters#letters"
    assert 'name="letters" value="1">' in person.read("/account")
    person.send("/account", act="letters", letters="1")
    assert 'name="letters" value="1" checked' in person.read("/account")


def test_without_a_mail_server_nothing_is_asked_about_letters(room, desk):
    room.post = None
    assert 'name="letters"' not in browser(room, desk).read("/account")
