"""Reading a whole store anew: what is due, what stays, and what becomes of it when it is broken off."""

from dataclasses import replace

import pytest

from kyokan.graph.importers import annotate_store, rereading
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.graph.stores import SqliteStore
from tests.graph.annotating import WordAnnotator, correct, evoked

OWN = (Provenance(source="house-list"),)
QUIET = "kansei:quiet"


def artist(name, text=""):
    return Entity(id=f"artist:{name}", kind=EntityKind.ARTIST, name=name, text_en=text, provenance=OWN)


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "graph.db") as opened:
        opened.write([artist("a", "A quiet voice."), artist("b", "So quiet."), artist("c", "Loud."), artist("d")])
        annotate_store(opened, WordAnnotator())
        yield opened


def test_what_was_never_read_is_read_and_what_did_not_change_is_not_read_again(store):
    assert evoked(store) == {("artist:a", QUIET): 0.5, ("artist:b", QUIET): 0.5}
    again, revision = WordAnnotator(), store.revision()
    assert annotate_store(store, again) == 0
    assert (again.asked, store.revision()) == ([], revision)


def test_a_newer_annotator_reads_all_that_has_texts_or_tags_and_what_it_says_no_more_goes(store):
    tagged = Relation(kind=RelationKind.TAGGED, source="artist:d", target="tag:calm", weight=0.25, provenance=OWN[0])
    store.write([Entity(id="tag:calm", kind=EntityKind.TAG, name="calm", provenance=OWN)], [tagged])
    store.write([replace(store.entity("artist:b"), text_en="So loud.")])
    newer = WordAnnotator("words 2")
    assert annotate_store(store, newer) == 4
    assert newer.asked == ["artist:a", "artist:b", "artist:c", "artist:d"]
    assert evoked(store) == {("artist:a", QUIET): 0.5, ("artist:d", "kansei:calm"): 0.25}


def test_what_a_person_set_outlives_it(store):
    correct(store, "artist:a", 0.1)
    assert annotate_store(store, WordAnnotator("words 2")) == 3
    assert evoked(store)["artist:a", QUIET] == 0.1


def test_a_profile_that_no_annotator_read_stays_as_it_came(store):
    told = Relation(kind=RelationKind.EVOKES, source="artist:e", target=QUIET, weight=0.9, provenance=OWN[0])
    store.write([artist("e", "Loud.")], [told])
    newer = WordAnnotator("words 2")
    annotate_store(store, newer)
    assert "artist:e" not in newer.asked
    assert evoked(store)["artist:e", QUIET] == 0.9


def test_what_was_once_read_from_the_words_that_define_a_kansei_goes_and_nothing_else_does(store):
    calm = Entity(id="kansei:calm", kind=EntityKind.KANSEI, name="calm", text_en="A quiet mind.", provenance=OWN)
    read = Relation(kind=RelationKind.EVOKES, source=calm.id, target=QUIET, weight=0.5, provenance=OWN[0])
    store.write([calm], [read])
    before = evoked(store)
    assert annotate_store(store, WordAnnotator()) == 0
    assert evoked(store) == {pair: weight for pair, weight in before.items() if pair[0] != calm.id}
    assert len(evoked(store)) == len(before) - 1
    revision = store.revision()
    annotate_store(store, WordAnnotator())
    assert store.revision() == revision


def test_broken_off_it_goes_on_where_it_was(store, monkeypatch):
    monkeypatch.setattr(rereading, "AT_ONCE", 1)

    def stop(_stage, done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        annotate_store(store, WordAnnotator("words 2"), stop)
    rest, told = WordAnnotator("words 2"), []
    assert annotate_store(store, rest, lambda *step: told.append(step)) == 1
    assert rest.asked == ["artist:c"]
    assert told == [("annotating", 0, 1), ("annotating", 1, 1)]


def test_what_somebody_writes_meanwhile_is_left_as_they_wrote_it(store):
    class Slow(WordAnnotator):
        def profile(self, entity, tags):
            if entity.id == "artist:a":
                store.write([replace(store.entity("artist:a"), text_en="A quiet voice, at dusk.")])
            return super().profile(entity, tags)

    assert annotate_store(store, Slow("words 2")) == 2
    assert store.entity("artist:a").text_en == "A quiet voice, at dusk."
    assert annotate_store(store, WordAnnotator("words 2")) == 1
