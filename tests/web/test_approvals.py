"""Approvals on the web: a planner asks, an analyst answers, and no side ever meets a word of it."""

from __future__ import annotations

import re

import pytest

FORM = "/deals/new/artist:akari/brand:koyomido"
STEP = {"name.0": "CANARY Money", "criterion.0": "fee", "value.0": "10,000,000", "owner.0": "analyst", "lock.0": "1"}


@pytest.fixture
def draft(made):
    fields = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "Dawn", "key": "a" * 32}
    sides = {"brand_side": "Koyomido†", "artist_side": "Nagi Office†", "fee_low": "1", "fee_high": "20000000"}
    assert made["planner"].send("/deals/approvals", version="0", **STEP).status_code == 303
    return made["planner"].send("/deals", FORM, **fields, **sides).location


def shown(browser, address):
    """What a form of the page carries along: the deal's version, the step and the asking that it shows."""
    page = browser.get(address).text
    found = {name: re.search(rf'name="{name}" value="(\w+)"', page) for name in ("version", "step", "asked")}
    return {name: one[1] if one else "" for name, one in found.items()}


def act(browser, address, act, **said: str):
    """An act from the page as it stands."""
    return browser.send(f"{address}/approval", address, act=act, **shown(browser, address), **said)


def test_a_draft_goes_round_before_it_is_sent(made, draft):
    planner, analyst = made["planner"], made["analyst"]
    assert f"{draft}/send" not in planner.get(draft).text
    early = planner.send(f"{draft}/send", draft, version="1")
    assert early.status_code == 403
    assert "The approval “CANARY Money” is needed" in early.text
    assert act(planner, draft, "ask").status_code == 303
    assert f"{draft}/edit" not in planner.get(draft).text
    locked = planner.send(f"{draft}/edit", draft, version="1", headline="Noon")
    assert locked.status_code == 403
    assert "locked while its approvals" in locked.text
    assert act(analyst, draft, "send_back", reason=" ").status_code == 400
    assert act(analyst, draft, "send_back", reason="CANARY dear").status_code == 303
    assert "Ken sent it back" in planner.get(draft).text
    assert planner.send(f"{draft}/edit", version="1", headline="Noon", fee_high="19000000").status_code == 303
    assert act(planner, draft, "ask").status_code == 303
    page = analyst.get(draft).text
    assert "<del>¥20M</del> <ins>¥19M</ins>" in page
    assert act(analyst, draft, "approve").status_code == 303
    assert act(planner, draft, "approve").status_code == 403
    assert f"{draft}/send" in planner.get(draft).text


def test_no_side_meets_a_word_of_it(made, draft):
    planner = made["planner"]
    act(planner, draft, "ask")
    assert act(made["analyst"], draft, "approve").status_code == 303
    version = re.search(r'name="version" value="(\d+)"', planner.get(draft).text)[1]
    assert planner.send(f"{draft}/send", draft, version=version).status_code == 303
    for who in ("brand", "manager"):
        for address in (draft, "/deals"):
            text = made[who].get(address).text
            assert "CANARY" not in text
            assert "pproval" not in text


@pytest.fixture
def offered(made):
    """A proposal that is on the table, with a step for dear terms since."""
    fields = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "Dawn", "key": "a" * 32}
    sides = {"brand_side": "Koyomido†", "artist_side": "Nagi Office†", "fee_low": "1", "fee_high": "2"}
    deal = made["planner"].send("/deals", FORM, **fields, **sides).location
    made["planner"].send(f"{deal}/send", deal, version="1")
    assert made["planner"].send("/deals/approvals", version="0", **STEP).status_code == 303
    return deal


def test_a_counter_offer_goes_round_before_it_is_made(made, offered):
    planner, analyst = made["planner"], made["analyst"]
    early = planner.send(f"{offered}/counter", offered, version="2", fee_high="20,000,000", note="CANARY")
    assert early.status_code == 403
    assert "The approval “CANARY Money” is needed" in early.text
    assert 'value="20,000,000"' in early.text  # what was typed stays, and can be asked for from there
    asked = {"version": "2", "act": "ask_counter", "note": "CANARY"}
    assert planner.send(f"{offered}/approval", offered, **asked, fee_high="much").status_code == 400
    assert planner.send(f"{offered}/approval", offered, **asked, fee_high="20,000,000").status_code == 303
    waiting = planner.get(offered).text
    assert "<del>¥1–¥2</del> <ins" in waiting
    assert f'{offered}/counter"' not in waiting  # locked, and not approved yet
    assert act(analyst, offered, "send_back", reason="CANARY dear").status_code == 303
    assert planner.send(f"{offered}/approval", offered, **asked, fee_high="19000000").status_code == 303
    stale = analyst.send(f"{offered}/approval", offered, **shown(analyst, offered) | {"asked": "1"}, act="approve")
    assert stale.status_code == 409
    assert act(analyst, offered, "approve").status_code == 303
    for who in ("brand", "manager"):
        assert "CANARY" not in made[who].get(offered).text
    ready = shown(planner, offered)
    early = planner.send(f"{offered}/counter", offered, version=ready["version"], asked="1")
    assert early.status_code == 409
    made_ = planner.send(f"{offered}/counter", offered, version=ready["version"], asked=ready["asked"])
    assert made_.status_code == 303
    assert "¥19M" in made["brand"].get(offered).text


def test_steps_are_kept_as_they_were_typed_when_one_is_refused(made, draft):
    refused = made["planner"].send("/deals/approvals", version="1", **STEP | {"value.0": "plenty"})
    assert refused.status_code == 400
    assert "Write the amount in figures" in refused.text
    assert 'value="plenty"' in refused.text
    assert made["planner"].send("/deals/approvals", version="0", **STEP).status_code == 409
