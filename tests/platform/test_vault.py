"""Secrets at rest: sealed, opened by their key alone, and sealed anew without anybody noticing."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from kyokan.errors import StoreError
from kyokan.platform.accounts.model import Person
from kyokan.platform.accounts.vault import Vault
from tests.platform.accounting import EMAIL, HERE


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "workroom.key")


def kept(desk):
    with desk.database.session() as session:
        return session.scalars(select(Person)).one().totp_secret


def opens(desk, code):
    desk.clock.pass_(60)
    return desk.accounts.sessions.actor_of(desk.accounts.confirm(desk.sign_in().session_id, code(), HERE).session_id)


def test_what_is_sealed_is_opened_again_and_shows_nothing(vault):
    kept = vault.seal("JBSWY3DPEHPK3PXP")
    assert vault.open(kept) == "JBSWY3DPEHPK3PXP"
    assert "JBSWY3DP" not in kept
    assert kept != vault.seal("JBSWY3DPEHPK3PXP")


def test_the_file_of_keys_is_its_owners_alone(vault):
    vault.seal("x")
    assert stat.S_IMODE(vault.path.stat().st_mode) == 0o600
    vault.add_key()
    assert stat.S_IMODE(vault.path.stat().st_mode) == 0o600
    assert [path.name for path in vault.path.parent.iterdir()] == ["workroom.key"]


def test_many_who_seal_at_once_for_the_first_time_share_one_key(vault):
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: Vault(vault.path).seal("x"), range(40)))
    assert {vault.open(one) for one in kept} == {"x"}


def test_what_was_kept_before_there_was_a_key_is_read_as_it_is(vault):
    assert vault.open("JBSWY3DPEHPK3PXP") == "JBSWY3DPEHPK3PXP"
    assert not vault.path.exists()


def test_another_key_opens_nothing_and_says_so(vault, tmp_path):
    kept = vault.seal("x")
    with pytest.raises(StoreError, match=r"other\.key"):
        Vault(tmp_path / "other.key").open(kept)
    vault.path.write_text("no key\n")
    with pytest.raises(StoreError, match="holds no keys"):
        vault.open(kept)


def test_older_keys_open_until_they_are_forgotten_and_the_one_before_the_last_stays(vault):
    kept = vault.seal("x")
    vault.add_key()
    vault.drop_older()
    assert vault.open(kept) == "x"
    vault.add_key()
    assert vault.open(kept) == "x"
    vault.drop_older()
    with pytest.raises(StoreError):
        vault.open(kept)


def test_the_workrooms_file_alone_gives_no_codes(desk, tmp_path):
    _, secret, _ = desk.with_second_step()
    with desk.database.session() as session:
        session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in tmp_path.iterdir():
        assert secret.encode() not in path.read_bytes(), path.name
    assert opens(desk, lambda: desk.code(secret))


def test_a_new_key_changes_what_is_kept_and_nothing_for_people(desk):
    _, secret, _ = desk.with_second_step()
    before = kept(desk)
    for _ in range(3):
        assert desk.accounts.renew_key() == 1
    assert kept(desk) != before
    assert opens(desk, lambda: desk.code(secret))


def test_a_renewal_that_was_stopped_half_way_is_done_by_the_next(desk, tmp_path):
    _, secret, _ = desk.with_second_step()
    for _ in range(3):
        Vault(tmp_path / "workroom.key").add_key()
    desk.accounts.renew_key()
    assert opens(desk, lambda: desk.code(secret))


def test_a_secret_from_before_is_sealed_by_the_next_new_key(desk):
    _, secret, _ = desk.with_second_step()
    with desk.database.session(writing=True) as session:
        session.scalars(select(Person)).one().totp_secret = secret
    assert opens(desk, lambda: desk.code(secret))
    desk.accounts.renew_key()
    assert secret not in kept(desk)
    assert opens(desk, lambda: desk.code(secret))


def test_without_the_key_recovery_codes_still_open(desk, tmp_path):
    _, secret, codes = desk.with_second_step()
    (tmp_path / "workroom.key").unlink()
    assert opens(desk, lambda: codes[0])
    with pytest.raises(StoreError):
        opens(desk, lambda: desk.code(secret))
    assert desk.accounts.people()[0].email == EMAIL
