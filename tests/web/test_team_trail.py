"""An organisation's own part of the audit trail: its admins read it and take it out, and nothing of others."""

from __future__ import annotations

import csv
import re

import pytest

from kyokan.errors import AccountError, NotAllowedError
from kyokan.platform.accounts import Role
from kyokan.platform.accounts.records import ACTS
from kyokan.platform.accounts.service import Visit
from kyokan.platform.accounts.team import RECORDS
from kyokan.web.wording import say
from tests.platform.accounting import GOOD
from tests.web.browsing import Browser

STRANGE = Visit("198.51.100.7")


@pytest.fixture
def accounts(made):
    return made["planner"].client.application.extensions["kyokan"].accounts


@pytest.fixture
def admins(made, accounts):
    """Name of an organisation -> the browser of an admin of it."""
    found = {}
    for place in ("Waon†", "Koyomido†"):
        token = accounts.invite(f"ada{len(found)}@example.com", accounts.organisation(place).id, Role.ADMIN)
        entered = accounts.accept(token, name=f"Ada of {place}", password=GOOD, language="en", visit=STRANGE)
        found[place] = Browser(made["planner"].client.application).bear(entered.session_id)
    return found


def entries(page):
    """(what, the rest) of every record on a page."""
    lines = re.findall(r'<span class="who"><strong>(.*?)</strong>(.*?)</li>', page)
    return [(what, " ".join(re.sub(r"<[^>]*>", " ", rest).split())) for what, rest in lines]


def test_an_admin_reads_sign_ins_refusals_denials_roles_and_what_was_taken_out(made, accounts, admins):
    ours = admins["Waon†"]
    with pytest.raises(AccountError):
        accounts.sign_in("planner@example.com", "wrong", STRANGE)
    accounts.sign_in("planner@example.com", GOOD, STRANGE)
    assert made["analyst"].get("/deals/stages").status_code == 403
    person = accounts.sessions.actor_of(made["analyst"].cookie).person
    roles = {"person": person, "before": "analyst", "analyst": "1", "planner": "1"}
    assert ours.send("/team", act="roles", **roles).status_code == 303
    form = {"csrf_token": made["planner"].token("/lists"), "form": "json"}
    made["planner"].send("/matches/export?entity=brand:xc&for=artist", **form).close()
    found = entries(ours.get("/team/trail").text)
    assert found[:5] == [
        ("Took out a document", "Hana JSON"),
        ("Changed roles", "Ada of Waon† → Ken Given: Planner"),
        ("Denied", "Ken deal_stages 403"),
        ("Signed in", "Hana 198.51.100.7"),
        ("Wrong password", "A stranger → Hana 198.51.100.7"),
    ]
    assert ("Invited", "The operator planner@example.com Planner") in found
    shown = entries(ours.get("/team/trail?show=denied").text)
    assert shown == [("Denied", "Ken deal_stages 403")]


def test_nothing_of_another_organisation_stands_there(made, accounts, admins):
    theirs = admins["Koyomido†"]
    assert made["planner"].get("/lists/unknown").status_code == 404
    with pytest.raises(AccountError):
        accounts.sign_in("planner@example.com", "wrong", STRANGE)
    person = accounts.sessions.actor_of(made["brand"].cookie).person
    # Somebody of this organisation comes into another one: that is the other's alone.
    accounts.join(accounts.invite("brand@example.com", accounts.organisation("Waon†").id, Role.ANALYST), person)
    page = theirs.get("/team/trail").text
    assert not [word for word in ("Hana", "Ken", "Ada of Waon", "Analyst", "planner@") if word in page]
    assert ("Joined", "Ada of Koyomido† Admin") in entries(page)
    assert any(rest.endswith("Analyst") for what, rest in entries(admins["Waon†"].get("/team/trail").text))


def test_only_admins_read_it_or_are_shown_the_way(made, accounts, admins):
    for who in ("planner", "analyst", "brand", "manager"):
        assert made[who].get("/team/trail").status_code == 403
        assert made[who].send("/team/trail", csrf_token=made[who].token("/account")).status_code == 403
        assert "/team/trail" not in made[who].get("/team").text
    assert made["nobody"].get("/team/trail").status_code == 303
    assert 'href="/team/trail"' in admins["Waon†"].get("/team").text
    former = accounts.sessions.actor_of(made["planner"].cookie)
    with pytest.raises(NotAllowedError):
        accounts.records(former)


def test_it_is_paged_and_taken_out_as_a_file_which_is_recorded(accounts, admins):
    ours = admins["Waon†"]
    actor = accounts.sessions.actor_of(ours.cookie)
    for number in range(RECORDS):
        for one in accounts.team(actor).pending:
            accounts.withdraw_invitation(actor, one.id)
        token = accounts.invite(f"=a{number}@example.com", actor.organisation, Role.ANALYST)
        assert token
    first = ours.get("/team/trail").text
    assert len(entries(first)) == RECORDS
    onward = re.search(r'href="(/team/trail\?before=\d+)" rel="next"', first)[1]
    second = ours.get(onward).text
    assert "Back to the latest" in second
    assert not {*re.findall(r"=a\d+@", first.partition("<ul>")[2])} & {"=a0@"}
    assert "=a0@example.com" in second
    with ours.send("/team/trail") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=kyokan-trail-")
        rows = list(csv.DictReader(answer.data.decode("utf-8-sig").splitlines()))
    assert rows[0] | {"at": "", "request": ""} == dict.fromkeys(rows[0], "") | {
        "who": "Ada of Waon†",
        "act": "export",
        "form": "csv",
    }
    assert len(rows) > 2 * RECORDS - 2
    assert "'=a0@example.com" in {row["email"] for row in rows}  # no formula where a sheet opens it
    assert entries(ours.get("/team/trail").text)[0] == ("Took out a document", "Ada of Waon† CSV")


def test_every_act_that_can_stand_there_has_its_words():
    for lang in ("ja", "en"):
        assert all(say(lang, f"trail.{act}") for act in ACTS)


@pytest.mark.parametrize("asked", ["show=everything", "before=x", "before=-1", "page=2"])
def test_what_is_no_page_of_it_is_refused(admins, asked):
    assert admins["Waon†"].get(f"/team/trail?{asked}").status_code == 400


def test_of_a_kind_of_which_there_is_no_record_it_says_so(admins):
    assert "No records yet." in admins["Koyomido†"].get("/team/trail?show=out").text
