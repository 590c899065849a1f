"""Tries at passwords: how many a person and a place have, for how long, and that processes count together."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kyokan.errors import AccountError, TooManyAttemptsError
from kyokan.platform.accounts.attempts import neighbourhood
from kyokan.platform.accounts.service import Visit
from tests.platform.accounting import ELSEWHERE, refused

DAY = 86_400.0


def test_after_ten_wrong_passwords_even_the_right_one_waits(desk):
    desk.welcome()
    for _ in range(10):
        with refused("wrong"):
            desk.sign_in(password="wrong")
    desk.clock.pass_(300)
    with pytest.raises(TooManyAttemptsError) as refusal:
        desk.sign_in()
    assert refusal.value.retry_after == 600
    desk.clock.pass_(600)
    assert desk.sign_in()


def test_other_people_and_other_places_are_not_hindered(desk):
    desk.welcome()
    desk.welcome("other@example.com")
    for _ in range(12):
        with pytest.raises(AccountError):
            desk.sign_in(password="wrong")
    assert desk.sign_in("other@example.com")
    assert desk.sign_in(visit=ELSEWHERE)


def test_one_address_cannot_try_everybody(desk):
    desk.welcome()
    for number in range(100):
        with refused("wrong"):
            desk.sign_in(f"someone{number}@example.com", "wrong")
    with refused("too_many"):
        desk.sign_in()
    assert desk.sign_in(visit=ELSEWHERE)


def test_all_addresses_of_one_ipv6_site_are_one_place_and_another_site_is_not(desk):
    desk.welcome()
    for number in range(10):
        with refused("wrong"):
            desk.sign_in(password="wrong", visit=Visit(f"2001:db8:0:1::{number:x}:1"))
    with refused("too_many"):
        desk.sign_in(visit=Visit("2001:db8:0:1:ffff:ffff:ffff:ffff"))
    assert desk.sign_in(visit=Visit("2001:db8:0:2::1"))


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("an-organisation", "an-organisation"),
        ("", ""),
    ],
)
def test_a_try_is_counted_where_its_sender_cannot_choose(address, counted):
    assert neighbourhood(address) == counted


def test_many_places_cannot_try_one_person_for_ever(desk):
    desk.welcome()
    for number in range(100):
        with refused("wrong"):
            desk.sign_in(password="wrong", visit=Visit(f"198.51.100.{number}"))
        desk.clock.pass_(60)
    with pytest.raises(TooManyAttemptsError) as refusal:
        desk.sign_in()
    assert refusal.value.retry_after == DAY - 6000


def test_success_forgives_the_tries_before(desk):
    desk.welcome()
    for _ in range(3):
        for _ in range(9):
            with refused("wrong"):
                desk.sign_in(password="wrong")
        assert desk.sign_in()


TRIES = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from accounting import EMAIL, HERE, Desk
from kyokan.errors import AccountError
desk, seen = Desk(Path(sys.argv[2])), []
for _ in range(15):
    try: desk.accounts.sign_in(EMAIL, "wrong", HERE)
    except AccountError as error: seen.append(error.code)
import json; print(json.dumps(seen))
"""


def test_tries_of_two_processes_are_counted_together(desk, tmp_path):
    desk.welcome()
    command = [sys.executable, "-c", TRIES, str(Path(__file__).parent), str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    seen = [code for one in both for code in json.loads(one.communicate(timeout=60)[0])]
    assert (seen.count("wrong"), seen.count("too_many")) == (10, 20)
