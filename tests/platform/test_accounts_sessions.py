"""Sessions: when they end, what ends them, and that each person sees and ends their own."""

from __future__ import annotations

import re

from tests.platform.accounting import BETTER, ELSEWHERE, EMAIL, GOOD, HERE, START, refused

DAY = 86_400.0


def test_the_file_holds_no_secret_in_the_clear(desk, tmp_path):
    token = desk.invite("later@example.com")
    session_id = desk.welcome().session_id
    assert len(session_id) >= 43  # 256 bits
    desk.database.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (token, session_id, GOOD):
        assert secret.encode() not in kept
    assert EMAIL.encode() in kept


def test_every_sign_in_has_an_id_of_its_own_and_signing_out_ends_it(desk):
    first, second = desk.welcome().session_id, desk.sign_in().session_id
    assert first != second
    desk.accounts.sessions.close(first)
    desk.accounts.sessions.close(first)
    assert desk.accounts.sessions.actor_of(first) is None
    assert desk.accounts.sessions.actor_of(second)
    assert desk.accounts.sessions.actor_of("") is None


def test_a_session_unused_for_eight_hours_has_ended(desk):
    session_id = desk.welcome().session_id
    desk.clock.pass_(8 * 3600 - 1)
    assert desk.accounts.sessions.actor_of(session_id)
    desk.clock.pass_(8 * 3600 - 1)
    assert desk.accounts.sessions.actor_of(session_id)
    desk.clock.pass_(8 * 3600)
    assert desk.accounts.sessions.actor_of(session_id) is None


def test_a_session_in_constant_use_ends_after_a_day(desk):
    session_id = desk.welcome().session_id
    for _ in range(23):
        desk.clock.pass_(3600)
        assert desk.accounts.sessions.actor_of(session_id)
    desk.clock.pass_(3600)
    assert desk.accounts.sessions.actor_of(session_id) is None


def test_a_changed_password_ends_every_session_and_renews_the_one_in_hand(desk):
    other, here = desk.welcome().session_id, desk.sign_in().session_id
    renewed = desk.accounts.change_password(here, GOOD, BETTER, HERE)
    assert desk.accounts.sessions.actor_of(renewed)
    assert desk.accounts.sessions.actor_of(here) is None
    assert desk.accounts.sessions.actor_of(other) is None
    with refused("wrong"):
        desk.sign_in()
    assert desk.sign_in(password=BETTER)


def test_changing_the_password_needs_the_old_one_and_a_good_new_one(desk):
    session_id = desk.welcome().session_id
    with refused("wrong_password"):
        desk.accounts.change_password(session_id, "wrong", BETTER, HERE)
    with refused("too_short"):
        desk.accounts.change_password(session_id, GOOD, "short", HERE)
    desk.accounts.sessions.close(session_id)
    with refused("session_over"):
        desk.accounts.change_password(session_id, GOOD, BETTER, HERE)
    assert desk.sign_in()


def test_a_person_sees_and_ends_their_own_sessions_only(desk):
    mine, away = desk.welcome().session_id, desk.sign_in(visit=ELSEWHERE).session_id
    stranger = desk.welcome("other@example.com").session_id
    person, other = (desk.accounts.owner(one).id for one in (mine, stranger))
    rows = desk.accounts.sessions.rows(person, mine)
    assert [(row.browser, row.current, row.created) for row in rows] == [
        ("Firefox, Windows", True, START),
        ("Safari, iPhone", False, START),
    ]
    desk.accounts.sessions.end(other, rows[1].id)
    assert desk.accounts.sessions.actor_of(away)
    desk.accounts.sessions.end(person, rows[1].id)
    assert desk.accounts.sessions.actor_of(away) is None
    again = desk.sign_in().session_id
    desk.accounts.sessions.end_others(person, mine)
    assert [desk.accounts.sessions.actor_of(one) is not None for one in (mine, again, stranger)] == [True, False, True]


def test_who_holds_no_role_any_more_acts_for_nobody(desk):
    session_id = desk.welcome().session_id
    with desk.database.session(writing=True) as session:
        session.connection().exec_driver_sql("DELETE FROM membership")
    assert desk.accounts.sessions.actor_of(session_id) is None
    with refused("no_organisation"):
        desk.sign_in()


def test_name_and_language_are_changed_and_nothing_else(desk):
    person = desk.accounts.owner(desk.welcome().session_id).id
    desk.accounts.describe(person, name="  Nagi\n Saeki ", language="en")
    assert (desk.accounts.person(person).name, desk.accounts.person(person).language) == ("Nagi Saeki", "en")
    with refused("language"):
        desk.accounts.describe(person, name="Nagi", language="fr")
    assert re.fullmatch(r"[0-9a-f]{32}", person)
