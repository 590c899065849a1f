"""Texts with the words behind each kansei marked."""

from types import SimpleNamespace

from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import KanseiValue, Span
from kyokan.web.reading import Run, runs

VIEW = SimpleNamespace(dictionary=load_dictionary(), lang="en")
TEXT = "A quiet voice over a warm guitar. Not flashy."


def value(attribute, *phrases: str, intensity=0.8, negated=False):
    spans = tuple(Span(lang="en", start=TEXT.index(one), end=TEXT.index(one) + len(one), text=one) for one in phrases)
    return KanseiValue(attribute=attribute, intensity=intensity, confidence=0.8, negated=negated, spans=spans)


def test_a_text_is_cut_at_its_evidence_and_nothing_is_lost():
    found = runs(
        VIEW, TEXT, "en", (value("serene", "quiet"), value("radiant", "Not flashy", intensity=0.0, negated=True))
    )
    assert [run.text for run in found] == ["A ", "quiet", " voice over a warm guitar. ", "Not flashy", "."]
    assert found[1] == Run("quiet", "Serene", 0.8)
    assert found[3].negated


def test_a_word_goes_before_the_sentence_around_it():
    sentence = "A quiet voice over a warm guitar."
    found = runs(VIEW, TEXT, "en", (value("intimate", sentence, intensity=0.9), value("warm", "warm", intensity=0.4)))
    assert [run.attribute for run in found if run.attribute] == ["Warm"]


def test_of_overlapping_words_the_stronger_stays():
    found = runs(VIEW, TEXT, "en", (value("serene", "quiet"), value("intimate", "quiet voice", intensity=0.5)))
    assert [run.attribute for run in found if run.attribute] == ["Serene"]


def test_a_sentence_is_told_apart_from_a_phrase():
    (run, *_) = runs(VIEW, TEXT, "en", (value("intimate", "A quiet voice over a warm guitar."),))
    assert run.sentence
    assert not Run("quiet", "Serene").sentence


def test_evidence_of_another_text_or_an_attribute_we_lack_marks_nothing():
    stray = KanseiValue(
        attribute="serene", intensity=1, confidence=1, spans=(Span(lang="en", start=0, end=5, text="other"),)
    )
    assert runs(VIEW, TEXT, "en", (stray, value("no-such-kansei", "quiet"))) == (Run(TEXT),)
