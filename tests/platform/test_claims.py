"""Whose a name is: the operator sees who asked in vain, leaves it where it is or hands it over, on record."""

from __future__ import annotations

import json

import pytest

from kyokan.errors import InputError, NotAllowedError, UnknownRecordError
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import Entity, EntityKind, Provenance, Rights
from kyokan.platform.accounts.actor import Role
from kyokan.platform.accounts.model import Organisation, OrganisationKind
from kyokan.platform.audit import Trail
from kyokan.platform.cli import main
from kyokan.platform.database import Database
from kyokan.platform.rules import Claims, Rules, Sort
from kyokan.platform.services import Services
from kyokan.platform.settings import load_settings
from tests.platform.dealing import Clock, person

ORGANISATIONS = {
    "waon": OrganisationKind.AGENCY,
    "koyomido": OrganisationKind.BRAND,
    "nagi": OrganisationKind.ARTIST_SIDE,
    "other": OrganisationKind.ARTIST_SIDE,
}
PLANNER = person("hana", "waon", Role.PLANNER)
HOLDER, OTHER = (person(name, name, Role.ARTIST_MANAGER) for name in ("nagi", "other"))
AKARI, TOKEI = "artist:akari", "brand:tokei"
RULES = {"categories": ["category:watch"], "fee_floor": 16_000_000}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "workroom.db") as opened:
        with opened.session(writing=True) as session:
            session.add_all(Organisation(id=one, name=f"{one}†", kind=kind) for one, kind in ORGANISATIONS.items())
        yield opened


@pytest.fixture
def rules(database, clock):
    kept = Rules(database, load_dictionary, clock)
    kept.keep(HOLDER, AKARI, kept.claim(HOLDER, AKARI).version, RULES)
    return kept


@pytest.fixture
def claims(rules, database, clock):
    return Claims(database, clock)


def ask(rules):
    with pytest.raises(NotAllowedError):
        rules.claim(OTHER, AKARI)


def trail(database):
    with database.session() as session:
        assert Trail(session).verify()
        return [(one.act, one.organisation, one.detail) for one in Trail(session).of(f"rules:{AKARI}")]


def test_a_name_stands_with_its_organisation_and_who_asked_for_it_once(rules, claims):
    (alone,) = claims.all()
    assert (alone.entity, alone.organisation, alone.asked) == (AKARI, "nagi†", ())
    for _ in range(2):
        ask(rules)
    (wanted,) = claims.all()
    assert (wanted.since, [one.organisation for one in wanted.asked]) == (alone.since, ["other†"])


def test_what_is_settled_stays_and_is_no_longer_open_until_somebody_asks_again(rules, claims, database):
    ask(rules)
    claims.settle(AKARI, " Contract seen ")
    assert claims.all()[0].asked == ()
    assert rules.get(HOLDER, AKARI).rules.fee_floor == 16_000_000
    assert trail(database)[-1] == ("claim_settled", "system", {"organisation": "nagi", "reason": "Contract seen"})
    assert rules.history(HOLDER, AKARI)[-1]["name"] == ""
    ask(rules)
    assert len(claims.all()[0].asked) == 1


def test_a_name_that_is_handed_over_comes_without_any_rule_of_the_former_side(rules, claims, database):
    ask(rules)
    rules.note_stop(PLANNER, AKARI, TOKEI, Sort.CATEGORY)
    claims.hand_over(AKARI, "other†", "Contract seen")
    assert rules.binding().rules == {}
    assert rules.roster(HOLDER) == []
    with pytest.raises(UnknownRecordError):
        rules.get(HOLDER, AKARI)
    given = rules.get(OTHER, AKARI)
    assert (given.rules.fee_floor, given.rules.categories) == (None, ())
    assert not rules.stops(OTHER)[AKARI]
    assert [one["act"] for one in rules.history(OTHER, AKARI)] == ["handed_over"]
    detail = {"organisation": "nagi", "reason": "Contract seen", "to": "other"}
    assert trail(database)[-1] == ("handed_over", "system", detail)
    (now,) = claims.all()
    assert (now.organisation, now.asked) == ("other†", ())
    rules.keep(OTHER, AKARI, given.version, {"media": ["TV"]})


def test_a_name_that_was_released_tells_the_next_nothing(rules):
    rules.note_stop(PLANNER, AKARI, TOKEI, Sort.CATEGORY)
    rules.release(HOLDER, AKARI)
    rules.claim(OTHER, AKARI)
    assert not rules.stops(OTHER)[AKARI]
    assert [one["act"] for one in rules.history(OTHER, AKARI)] == ["claim"]


@pytest.mark.parametrize(
    ("entity", "organisation", "reason", "error"),
    [
        (TOKEI, "koyomido†", "x", UnknownRecordError),
        (AKARI, "nobody", "x", UnknownRecordError),
        (AKARI, "nagi†", "x", InputError),
        (AKARI, "koyomido†", "x", InputError),
        (AKARI, "waon†", "x", InputError),
        (AKARI, "other†", " ", InputError),
    ],
)
def test_what_cannot_be_handed_over_is_refused_and_nothing_changes(
    rules, claims, database, entity, organisation, reason, error
):
    before = trail(database)
    with pytest.raises(error):
        claims.hand_over(entity, organisation, reason)
    assert rules.get(HOLDER, AKARI).rules.fee_floor == 16_000_000
    assert trail(database) == before


def test_the_operator_settles_by_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KYOKAN_HOME", str(tmp_path))
    with Services(load_settings()) as services:
        names = {"name": "凪原 灯", "name_ja": "凪原 灯", "name_en": "Akari Nagihara"}
        ours = Provenance(source="ours", rights=Rights.SHARE)
        services.store.write([Entity(id=AKARI, kind=EntityKind.ARTIST, provenance=(ours,), **names)])
        places = [services.accounts.create_organisation(name, OrganisationKind.ARTIST_SIDE).id for name in ("A", "B")]
        first, second = (person(place, place, Role.ARTIST_MANAGER) for place in places)
        services.rules.claim(first, AKARI)
        services.rules.claim(first, "artist:hikaru")
        with pytest.raises(NotAllowedError):
            services.rules.claim(second, AKARI)

    def run(*arguments: str):
        with pytest.raises(SystemExit) as ended:
            main(["claims", *arguments])
        return ended.value.code, capsys.readouterr()

    status, written = run("list", "--open")
    assert status == 0
    assert written.out.startswith(f"{AKARI}  凪原 灯 / Akari Nagihara  A  since ")
    assert written.out.count("\n") == 1
    assert "asked for by B (" in written.out
    assert run("hand-over", AKARI, "--to", "B", "--reason", "Contract seen")[0] == 0
    found = json.loads(run("list", "--json")[1].out)["claims"]
    assert [(one["entity"], one["organisation"], one["asked"]) for one in found] == [
        (AKARI, "B", []),
        ("artist:hikaru", "A", []),
    ]
    assert [(one["name_ja"], one["name_en"]) for one in found] == [("凪原 灯", "Akari Nagihara"), (None, None)]
    assert "artist:hikaru  (no longer known)  A  since" in run("list")[1].out
    assert run("settle", "artist:nobody", "--reason", "x")[0] == 2
    assert run("settle", AKARI, "--reason", "x")[0] == 0
