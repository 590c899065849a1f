"""Passkeys: made once, asked for as a second step or alone, and everything that is no proof refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from webauthn.helpers import bytes_to_base64url

from kyokan.errors import AccountError, TooManyAttemptsError
from kyokan.platform.accounts import ceremony
from kyokan.platform.accounts.ceremony import Site
from kyokan.platform.accounts.model import PasskeyChallenge, RecoveryCode
from kyokan.platform.audit import Trail
from tests.platform.accounting import EMAIL, GOOD, HERE, Desk
from tests.platform.authenticator import SITE, Authenticator

HERE_SITE = Site(SITE)
ALONE = "a browser's session id that means nobody"


class KeyDesk(Desk):
    """Accounts, and a person with a passkey."""

    def add(self, session_id, authenticator=None, name="Mac"):
        """Session id, authenticator and recovery codes."""
        authenticator = authenticator or Authenticator()
        self.accounts.offer_passkey(session_id, GOOD, HERE)
        made = authenticator.create(self.accounts.passkey_wanted(session_id, HERE_SITE))
        session_id, codes = self.accounts.add_passkey(session_id, made, name, HERE_SITE, HERE)
        return session_id, authenticator, codes

    def with_passkey(self, **kinds: object):
        return self.add(self.welcome().session_id, Authenticator(**kinds))

    def confirm(self, session_id, authenticator, site=HERE_SITE):
        shown = authenticator.get(self.accounts.passkey_asked(session_id, site))
        return self.accounts.confirm_by_passkey(session_id, shown, site, HERE)

    def alone(self, authenticator):
        self.accounts.ask_for_passkey(ALONE)
        return self.confirm(ALONE, authenticator)

    def inside(self, session_id):
        return self.accounts.sessions.actor_of(session_id) is not None


@pytest.fixture
def desk(tmp_path):
    made = KeyDesk(tmp_path)
    yield made
    made.database.close()


def refused(code, act, *args: object):
    with pytest.raises(AccountError) as refusal:
        act(*args)
    assert refusal.value.code == code


def test_the_first_passkey_comes_with_recovery_codes_and_a_new_session(desk):
    old = desk.welcome().session_id
    session_id, _, codes = desk.add(old)
    assert (desk.inside(old), desk.inside(session_id)) == (False, True)
    assert len(codes) == 10
    person = desk.accounts.owner(session_id).id
    assert [(one.name, one.used) for one in desk.accounts.passkeys(person)] == [("Mac", None)]
    desk.clock.pass_(1)
    session_id, _, more = desk.add(session_id, name="YubiKey")
    assert more == []
    assert [one.name for one in desk.accounts.passkeys(person)] == ["Mac", "YubiKey"]
    assert desk.accounts.people()[0].second_step


def test_adding_takes_the_password_and_an_offer(desk):
    session_id = desk.welcome().session_id
    refused("wrong_password", desk.accounts.offer_passkey, session_id, "wrong", HERE)
    assert desk.accounts.passkey_wanted(session_id, HERE_SITE) is None
    refused("step_over", desk.accounts.add_passkey, session_id, "{}", "Mac", HERE_SITE, HERE)


def test_an_offer_lasts_ten_minutes(desk):
    session_id = desk.welcome().session_id
    desk.accounts.offer_passkey(session_id, GOOD, HERE)
    desk.clock.pass_(600)
    assert desk.accounts.passkey_wanted(session_id, HERE_SITE) is None


def test_after_the_password_a_passkey_is_the_second_step(desk):
    _, authenticator, _ = desk.with_passkey(verifies=False)
    owing = desk.sign_in()
    assert owing.pending
    assert not desk.inside(owing.session_id)
    entered = desk.confirm(owing.session_id, authenticator)
    assert desk.inside(entered.session_id)
    assert not desk.inside(owing.session_id)
    person = desk.accounts.owner(entered.session_id).id
    assert desk.accounts.passkeys(person)[0].used == desk.clock()


def test_an_authenticator_app_and_recovery_codes_remain_beside_it(desk):
    session_id, secret, codes = desk.with_second_step()
    _, _, fresh = desk.add(session_id)
    assert fresh == []
    desk.clock.pass_(60)
    assert desk.inside(desk.accounts.confirm(desk.sign_in().session_id, desk.code(secret), HERE).session_id)
    assert desk.inside(desk.accounts.confirm(desk.sign_in().session_id, codes[0], HERE).session_id)


def test_with_a_passkey_alone_a_recovery_code_still_opens_once(desk):
    _, _, codes = desk.with_passkey()
    assert desk.inside(desk.accounts.confirm(desk.sign_in().session_id, codes[0], HERE).session_id)
    refused("wrong_code", desk.accounts.confirm, desk.sign_in().session_id, codes[0], HERE)
    refused("wrong_code", desk.accounts.confirm, desk.sign_in().session_id, "000000", HERE)


def test_a_passkey_that_makes_sure_of_the_person_is_a_way_in_by_itself(desk):
    _, authenticator, _ = desk.with_passkey()
    assert desk.inside(desk.alone(authenticator).session_id)


def test_a_passkey_that_does_not_is_none(desk):
    _, authenticator, _ = desk.with_passkey(verifies=False)
    refused("wrong_passkey", desk.alone, authenticator)


def test_alone_it_must_name_its_own_person(desk):
    _, authenticator, _ = desk.with_passkey()
    other = desk.accounts.owner(desk.welcome("other@example.com").session_id).id
    for holder in ("", bytes_to_base64url(other.encode())):
        authenticator.holder = holder
        refused("wrong_passkey", desk.alone, authenticator)


def test_a_disabled_person_stays_out(desk):
    _, authenticator, _ = desk.with_passkey()
    desk.accounts.set_active(EMAIL, active=False)
    refused("wrong_passkey", desk.alone, authenticator)


def test_somebody_elses_passkey_is_no_second_step(desk):
    desk.with_passkey()
    theirs = Authenticator()
    desk.add(desk.welcome("other@example.com").session_id, theirs)
    refused("wrong_passkey", desk.confirm, desk.sign_in().session_id, theirs)


def test_an_answer_is_good_once(desk):
    _, authenticator, _ = desk.with_passkey()
    desk.accounts.ask_for_passkey(ALONE)
    shown = authenticator.get(desk.accounts.passkey_asked(ALONE, HERE_SITE))
    desk.accounts.confirm_by_passkey(ALONE, shown, HERE_SITE, HERE)
    refused("step_over", desk.accounts.confirm_by_passkey, ALONE, shown, HERE_SITE, HERE)
    desk.accounts.ask_for_passkey(ALONE)
    refused("wrong_passkey", desk.accounts.confirm_by_passkey, ALONE, shown, HERE_SITE, HERE)


def test_what_was_asked_in_one_browser_is_answered_in_no_other(desk):
    _, authenticator, _ = desk.with_passkey()
    desk.accounts.ask_for_passkey(ALONE)
    shown = authenticator.get(desk.accounts.passkey_asked(ALONE, HERE_SITE))
    refused("step_over", desk.accounts.confirm_by_passkey, "another browser", shown, HERE_SITE, HERE)


def test_what_a_false_site_got_opens_nothing(desk):
    _, authenticator, _ = desk.with_passkey()
    authenticator.origin = "https://kyokan.example.com.evil.example"
    refused("wrong_passkey", desk.alone, authenticator)
    authenticator.origin = SITE
    desk.accounts.ask_for_passkey(ALONE)
    other_host = desk.accounts.passkey_asked(ALONE, Site("https://evil.example"))
    refused("wrong_passkey", desk.accounts.confirm_by_passkey, ALONE, authenticator.get(other_host), HERE_SITE, HERE)


def test_a_copied_key_that_counts_from_the_start_is_noticed(desk):
    _, authenticator, _ = desk.with_passkey()
    for _ in range(3):
        desk.alone(authenticator)
    authenticator.count = 1
    refused("wrong_passkey", desk.alone, authenticator)


def test_another_keys_signature_is_refused(desk):
    _, authenticator, _ = desk.with_passkey()
    authenticator.key = Authenticator().key
    refused("wrong_passkey", desk.alone, authenticator)


def test_after_a_refusal_one_can_try_again_but_not_without_end(desk):
    _, authenticator, _ = desk.with_passkey()
    false = Authenticator()
    false.holder = authenticator.holder
    owing = desk.sign_in().session_id
    for _ in range(30):
        refused("wrong_passkey", desk.confirm, owing, false)
    with pytest.raises(TooManyAttemptsError):
        desk.confirm(owing, authenticator)
    desk.clock.pass_(900)
    assert desk.inside(desk.alone(authenticator).session_id)


def test_the_same_passkey_is_kept_once(desk):
    session_id, authenticator, _ = desk.with_passkey()
    refused("wrong_passkey", desk.add, session_id, authenticator)
    wanted = json.loads(ceremony.ask_for_new(HERE_SITE, b"x" * 32, "p", EMAIL, "N", [bytes_to_base64url(b"k")]))
    assert [one["id"] for one in wanted["excludeCredentials"]] == [bytes_to_base64url(b"k")]


def test_removing_takes_the_password_and_the_last_one_takes_the_codes(desk):
    session_id, authenticator, _ = desk.with_passkey()
    credential = desk.accounts.passkeys(desk.accounts.owner(session_id).id)[0].credential
    refused("wrong_password", desk.accounts.drop_passkey, session_id, credential, "wrong", HERE)
    renewed = desk.accounts.drop_passkey(session_id, credential, GOOD, HERE)
    assert (desk.inside(session_id), desk.inside(renewed)) == (False, True)
    assert not desk.sign_in().pending
    refused("wrong_passkey", desk.alone, authenticator)
    with desk.database.session() as session:
        assert session.scalars(select(RecoveryCode)).all() == []


def test_codes_stay_while_any_second_step_is_left(desk):
    session_id, _, _ = desk.with_second_step()
    session_id, _, _ = desk.add(session_id)
    person = desk.accounts.owner(session_id).id
    session_id = desk.accounts.drop_totp(session_id, GOOD, HERE)
    assert desk.accounts.codes_left(person) == 10
    assert desk.sign_in().pending
    desk.accounts.drop_passkey(session_id, desk.accounts.passkeys(person)[0].credential, GOOD, HERE)
    assert desk.accounts.codes_left(person) == 0


def test_nobody_removes_somebody_elses_passkey(desk):
    session_id, _, _ = desk.with_passkey()
    person = desk.accounts.owner(session_id).id
    other = desk.welcome("other@example.com").session_id
    desk.accounts.drop_passkey(other, desk.accounts.passkeys(person)[0].credential, GOOD, HERE)
    assert len(desk.accounts.passkeys(person)) == 1


def test_the_operator_switches_passkeys_off_with_the_second_step(desk):
    session_id, _, _ = desk.with_passkey()
    person = desk.accounts.owner(session_id).id
    desk.accounts.offer_reset(EMAIL, second_step=True)
    assert desk.accounts.passkeys(person) == []
    assert not desk.sign_in().pending


def test_challenges_that_are_over_are_forgotten(desk):
    desk.accounts.ask_for_passkey("a browser")
    desk.clock.pass_(600)
    desk.accounts.ask_for_passkey("another")
    with desk.database.session() as session:
        assert len(session.scalars(select(PasskeyChallenge)).all()) == 1


def test_every_change_and_refusal_is_recorded(desk):
    session_id, authenticator, _ = desk.with_passkey()
    person = desk.accounts.owner(session_id).id
    desk.alone(authenticator)
    refused("wrong_passkey", desk.alone, Authenticator())
    desk.accounts.drop_passkey(session_id, desk.accounts.passkeys(person)[0].credential, GOOD, HERE)
    with desk.database.session() as session:
        acts = [one.act for one in Trail(session).of(f"person:{person}")]
        assert acts == ["passkey_added", "signed_in", "passkey_removed"]
        assert [one.act for one in Trail(session).of("person:unknown")] == ["passkey_refused"]


@given(
    st.one_of(
        st.text(max_size=60),
        st.recursive(
            st.none() | st.text(max_size=9),
            lambda part: (
                st.lists(part, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "id",
                            "rawId",
                            "type",
                            "response",
                            "clientDataJSON",
                            "attestationObject",
                            "authenticatorData",
                            "signature",
                            "userHandle",
                        ]
                    ),
                    part,
                    max_size=9,
                )
            ),
            max_leaves=9,
        ).map(json.dumps),
    )
)
def test_whatever_a_stranger_sends_is_refused_in_words(sent):
    for read in (
        lambda: ceremony.named(sent),
        lambda: ceremony.made(HERE_SITE, b"x" * 32, sent),
        lambda: ceremony.shown(HERE_SITE, b"x" * 32, sent, b"", 0),
    ):
        with pytest.raises(AccountError):
            read()


def test_brackets_without_end_are_refused_in_words():
    with pytest.raises(AccountError):
        ceremony.named("[" * 4000)
