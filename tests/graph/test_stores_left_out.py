"""Tests may be left out on a user's machine, loudly, and nowhere else."""

from __future__ import annotations

import pytest

from tests.support.left_out import MARK, leave_out


def test_a_missing_part_is_named_on_a_users_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("KYOKAN_TEST_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"{MARK}there is no Java"):
        leave_out("there is no Java")


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("KYOKAN_TEST_ALL", "1")])
def test_nothing_may_be_left_out_in_ci(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(pytest.fail.Exception, match="there is no Java"):
        leave_out("there is no Java")
