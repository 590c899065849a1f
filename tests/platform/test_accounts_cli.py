"""The operator invites the first people, sees who there is and keeps somebody out."""

from __future__ import annotations

import json

import pytest

from kyokan.platform.accounts.service import Visit
from kyokan.platform.cli import main
from kyokan.platform.services import Services
from kyokan.platform.settings import load_settings

GOOD = "ginkgo lantern 41 harbour"
EMAIL = "saeki@example.com"
ADD = ("user", "add", EMAIL, "--organisation", "Minato Agency")


@pytest.fixture
def kyokan(tmp_path, monkeypatch, capsys):
    """Runs a command over a home folder of its own; gives status, output and errors."""
    monkeypatch.setenv("KYOKAN_HOME", str(tmp_path))

    def run(*arguments: str):
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        written = capsys.readouterr()
        return ended.value.code, written.out, written.err

    return run


def come_in(invitation):
    """Take an invitation up, as its page does."""
    with Services(load_settings()) as services:
        token = invitation.strip().rpartition("/")[2]
        services.accounts.accept(token, name="佐伯 凪", password=GOOD, language="ja", visit=Visit())


def test_the_first_person_comes_in_by_the_printed_address(kyokan):
    status, out, err = kyokan(*ADD, "--role", "admin")
    assert (status, err) == (0, "")
    assert out.startswith("http://127.0.0.1:8765/invitation/")
    assert out.count("\n") == 1
    come_in(out)
    assert kyokan("user", "list")[1] == f"{EMAIL}  佐伯 凪  admin of Minato Agency\n"


def test_an_invitation_carries_several_roles(kyokan):
    come_in(kyokan(*ADD, "--role", "planner", "--role", "admin")[1])
    assert kyokan("user", "list")[1] == f"{EMAIL}  佐伯 凪  admin of Minato Agency, planner of Minato Agency\n"


def test_a_role_that_such_an_organisation_does_not_give_is_refused_before_anything_is_made(kyokan):
    status, out, err = kyokan(*ADD, "--kind", "brand", "--role", "admin", "--role", "planner")
    assert (status, out) == (2, "")
    assert "planner, admin: is no role here. Known are brand_client, admin" in " ".join(err.split())
    with Services(load_settings()) as services:
        assert services.accounts.organisation("Minato Agency") is None


def test_the_address_is_that_by_which_people_reach_the_web(kyokan):
    answer = json.loads(kyokan(*ADD, "--address", "https://kyokan.example.com/", "--json")[1])
    assert answer.pop("invitation").startswith("https://kyokan.example.com/invitation/")
    assert answer == {"email": EMAIL, "organisation": "Minato Agency", "roles": ["planner"]}


def test_people_are_listed_as_json(kyokan):
    assert json.loads(kyokan("user", "list", "--json")[1]) == {"people": []}
    come_in(kyokan(*ADD)[1])
    assert json.loads(kyokan("user", "list", "--json")[1])["people"] == [
        {
            "email": EMAIL,
            "name": "佐伯 凪",
            "active": True,
            "second_step": False,
            "roles": [{"organisation": "Minato Agency", "role": "planner"}],
        }
    ]


def test_somebody_is_kept_out_and_let_in_again(kyokan):
    come_in(kyokan(*ADD)[1])
    assert kyokan("user", "disable", EMAIL)[0] == 0
    assert "[disabled]" in kyokan("user", "list")[1]
    assert kyokan("user", "enable", EMAIL.upper())[0] == 0
    assert "[disabled]" not in kyokan("user", "list")[1]


def test_who_forgot_the_password_gets_an_address_to_set_a_new_one(kyokan):
    come_in(kyokan(*ADD)[1])
    status, out, err = kyokan("user", "reset", EMAIL, "--second-step", "--address", "https://kyokan.example.com")
    assert (status, err) == (0, "")
    assert out.startswith("https://kyokan.example.com/invitation/")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("user", "add", "nobody", "--organisation", "A"), "nobody: is no e-mail address"),
        ((*ADD, "--role", "king"), "--role"),
        ((*ADD, "--kind", "club"), "--kind"),
        (("user", "add", EMAIL), "--organisation"),
        (("user", "disable", EMAIL), "is nobody's address"),
        (("user", "reset", EMAIL), "is nobody's address"),
    ],
)
def test_what_is_refused_is_said_in_one_line(kyokan, arguments, word):
    status, out, err = kyokan(*arguments)
    assert (status, out) == (2, "")
    assert word in err
    assert err.count("\n") == 1


def test_secrets_are_sealed_with_a_new_key(kyokan):
    assert kyokan("user", "renew-key", "--json")[:2] == (0, '{"sealed": 0}\n')
    assert kyokan("user", "renew-key")[1] == "0 sealed with a new key\n"
