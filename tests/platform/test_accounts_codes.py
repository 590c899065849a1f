"""The second step: codes fit in their time, each once; recovery codes stand in for a lost phone."""

from __future__ import annotations

import pytest

from kyokan.errors import TooManyAttemptsError
from kyokan.platform.accounts.codes import RECOVERY_CODES, matching_period, setup_address, typed
from tests.platform.accounting import ELSEWHERE, GOOD, HERE, refused

# RFC 6238, appendix B, SHA-1: the last six digits at 59 s and at 1111111109 s.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def second_step(desk, code, visit=HERE):
    """Sign in anew with the password, then with a code."""
    return desk.accounts.confirm(desk.sign_in(visit=visit).session_id, code, visit)


def test_codes_are_those_of_the_standard():
    assert matching_period(RFC_SECRET, "287082", 59, 0) == 1
    assert matching_period(RFC_SECRET, "081804", 1111111109, 0) == 37037036
    assert matching_period(RFC_SECRET, "081805", 1111111109, 0) is None


def test_the_setup_address_names_the_product_and_the_person():
    assert setup_address(RFC_SECRET, "a@example.com") == (
        f"otpauth://totp/Kyokan:a%40example.com?secret={RFC_SECRET}&issuer=Kyokan"
    )


def test_with_a_second_step_the_password_alone_opens_nothing(desk):
    _, secret, _ = desk.with_second_step()
    desk.clock.pass_(60)
    first = desk.sign_in()
    assert first.pending
    assert desk.accounts.sessions.actor_of(first.session_id) is None
    second = desk.accounts.confirm(first.session_id, desk.code(secret), HERE)
    assert not second.pending
    assert desk.accounts.sessions.actor_of(second.session_id)
    assert desk.accounts.sessions.actor_of(first.session_id) is None
    with refused("step_over"):
        desk.accounts.confirm(first.session_id, desk.code(secret, 1), HERE)


@pytest.mark.parametrize(
    "retype",
    [
        str,
        " {} ".format,
        lambda code: f"{code[:3]} {code[3:]}",
        lambda code: code.translate(
            {ord(a): ord(b) for a, b in zip("0123456789", "０１２３４５６７８９", strict=True)}
        ),
    ],
)
def test_a_code_is_good_once_however_it_is_typed(desk, retype):
    _, secret, _ = desk.with_second_step()
    desk.clock.pass_(60)
    code = desk.code(secret)
    assert second_step(desk, retype(code))
    with refused("wrong_code"):
        second_step(desk, code)
    with refused("wrong_code"):
        second_step(desk, f"{code[:3]} {code[3:]}")


def test_the_code_that_set_it_up_does_not_sign_in(desk):
    _, secret, _ = desk.with_second_step()
    with refused("wrong_code"):
        second_step(desk, desk.code(secret))


@pytest.mark.parametrize(("periods", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_period(desk, periods, fits):
    _, secret, _ = desk.with_second_step()
    desk.clock.pass_(600)
    if fits:
        assert second_step(desk, desk.code(secret, periods))
    else:
        with refused("wrong_code"):
            second_step(desk, desk.code(secret, periods))


def test_a_later_code_voids_the_earlier_ones(desk):
    _, secret, _ = desk.with_second_step()
    desk.clock.pass_(600)
    assert second_step(desk, desk.code(secret, 1))
    with refused("wrong_code"):
        second_step(desk, desk.code(secret))


def test_five_wrong_codes_lock_the_second_step(desk):
    _, secret, codes = desk.with_second_step()
    desk.clock.pass_(60)
    for _ in range(5):
        with refused("wrong_code"):
            second_step(desk, "000000")
    for code in (desk.code(secret), codes[0]):
        with pytest.raises(TooManyAttemptsError) as refusal:
            second_step(desk, code)
        assert refusal.value.retry_after == 900
    assert second_step(desk, codes[0], ELSEWHERE)
    desk.clock.pass_(900)
    assert second_step(desk, desk.code(secret))


def test_the_second_step_has_ten_minutes(desk):
    _, secret, _ = desk.with_second_step()
    first = desk.sign_in()
    desk.clock.pass_(600)
    with refused("step_over"):
        desk.accounts.confirm(first.session_id, desk.code(secret), HERE)


def test_a_recovery_code_is_good_once(desk):
    session_id, _, codes = desk.with_second_step()
    person = desk.accounts.owner(session_id).id
    assert len(set(codes)) == RECOVERY_CODES
    assert desk.accounts.codes_left(person) == RECOVERY_CODES
    assert second_step(desk, codes[3].upper().replace("-", " "))
    with refused("wrong_code"):
        second_step(desk, codes[3])
    assert desk.accounts.codes_left(person) == RECOVERY_CODES - 1


def test_recovery_codes_of_another_person_do_not_help(desk):
    *_, codes = desk.with_second_step()
    other = desk.welcome("other@example.com").session_id
    desk.accounts.offer_totp(other, GOOD, HERE)
    secret = desk.accounts.offered_totp(other)
    desk.accounts.confirm_totp(other, desk.code(secret), HERE)
    pending = desk.sign_in("other@example.com").session_id
    with refused("wrong_code"):
        desk.accounts.confirm(pending, codes[0], HERE)


def test_new_recovery_codes_void_the_old_ones(desk):
    session_id, _, codes = desk.with_second_step()
    fresh = desk.accounts.renew_codes(session_id, GOOD, HERE)
    with refused("wrong_code"):
        second_step(desk, codes[0])
    assert second_step(desk, fresh[0])


def test_setting_up_needs_the_password_and_a_fitting_code(desk):
    session_id = desk.welcome().session_id
    with refused("wrong_password"):
        desk.accounts.offer_totp(session_id, "wrong", HERE)
    with refused("wrong_code"):
        desk.accounts.confirm_totp(session_id, "000000", HERE)
    desk.accounts.offer_totp(session_id, GOOD, HERE)
    with refused("wrong_code"):
        desk.accounts.confirm_totp(session_id, "000000", HERE)
    assert not desk.sign_in().pending
    with refused("no_second_step"):
        desk.accounts.renew_codes(session_id, GOOD, HERE)


def test_switching_on_and_off_renews_the_session_and_ends_the_others(desk):
    other = desk.welcome().session_id
    here = desk.sign_in().session_id
    desk.accounts.offer_totp(here, GOOD, HERE)
    secret = desk.accounts.offered_totp(here)
    on, _ = desk.accounts.confirm_totp(here, desk.code(secret), HERE)
    off = desk.accounts.drop_totp(on, GOOD, HERE)
    living = [desk.accounts.sessions.actor_of(one) is not None for one in (other, here, on, off)]
    assert living == [False, False, False, True]
    assert not desk.sign_in().pending


def test_switching_off_needs_the_password(desk):
    session_id, *_ = desk.with_second_step()
    with refused("wrong_password"):
        desk.accounts.drop_totp(session_id, "wrong", HERE)
    assert desk.sign_in().pending


@pytest.mark.parametrize(
    ("code", "meant"), [("12 34-56", "123456"), ("１２３４５６", "123456"), ("ABCD-EF", "abcdef"), ("", "")]
)
def test_codes_are_read_as_meant(code, meant):
    assert typed(code) == meant
