"""A planner's own terms: a running process takes them up once their file has changed, and keeps the last that hold."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from kyokan.errors import DictionaryError
from kyokan.graph.model import Entity, EntityKind, Provenance, RelationKind
from kyokan.platform.jobs.handlers import HANDLERS
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings
from kyokan.platform.terms import Terms

NONE = "attributes: []\n"
OWN = """\
attributes:
  - id: komorebi
    sector: natural
    label: {ja: 木漏れ日, en: Dappled light}
    opposite: null
    definition: {ja: 葉のあいだの光。, en: Light through leaves.}
    synonyms: {ja: [木もれ陽], en: [dappled light]}
"""
BROKEN = OWN.replace("natural", "forest")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(NONE, "utf-8")
    return path


def test_a_changed_file_is_taken_up_and_an_unchanged_one_is_read_once(own):
    terms = Terms(own)
    before = terms.current()
    assert terms.current() is before
    own.write_text(OWN, "utf-8")
    assert "komorebi" in terms.current()
    assert terms.current().version != before.version
    own.write_text(NONE, "utf-8")
    assert "komorebi" not in terms.current()


def test_a_file_that_breaks_a_rule_leaves_the_terms_as_they_were_and_is_told_once(own, caplog):
    own.write_text(OWN, "utf-8")
    terms = Terms(own)
    good = terms.current()
    own.write_text(BROKEN, "utf-8")
    with caplog.at_level(logging.WARNING, "kyokan.dictionary"):
        for _ in range(3):
            assert terms.current() is good
    assert "sector forest is unknown" in terms.fault
    assert [record.message.count("sector forest is unknown") for record in caplog.records] == [1]
    own.unlink()
    assert terms.current() is good
    own.write_text(OWN, "utf-8")
    assert (terms.current().version, terms.fault) == (good.version, "")


def test_a_file_that_never_held_is_refused(own):
    own.write_text(BROKEN, "utf-8")
    terms = Terms(own)
    for _ in range(2):
        with pytest.raises(DictionaryError, match="forest"):
            terms.current()


def test_what_a_worker_reads_by_new_terms_a_running_web_shows_by_the_same(own, tmp_path):
    settings = Settings(home=tmp_path, dictionary=own)
    with Services(settings) as web:
        text = Entity(
            id="artist:a",
            kind=EntityKind.ARTIST,
            name="A",
            text_en="dappled light",
            provenance=(Provenance(source="t"),),
        )
        web.store.write([*web.dictionary.to_entities(), text], [])
        before = web.matcher()
        own.write_text(OWN, "utf-8")
        with Services(settings) as worker:
            assert HANDLERS["annotation"](worker, {}, lambda *_: None)["read"] == 1
            built = worker.snapshot().hash
        assert web.snapshot().hash == built
        assert web.matcher() is not before
        assert web.matcher().dictionary is web.dictionary is web.annotator.dictionary
        assert "kansei:komorebi" in [one.target for one in web.snapshot().relations(RelationKind.EVOKES)]
        assert "komorebi" in [value.attribute for value in web.read("dappled light")]
        assert "komorebi" in [one.id for one in web.rules.binding().dictionary.members("natural")]
