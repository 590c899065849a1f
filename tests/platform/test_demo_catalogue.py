"""What the demo's catalogue promises its reader: names, texts and tie-ups that hold together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from kyokan.graph.names import normalise
from kyokan.platform.demo.catalogue import Row, Rows, read_catalogue, read_entries, read_tie_ups

LATIN = re.compile(r"[\x20-\x7e\u00c0-\u024f]+")


@pytest.fixture(scope="module")
def entries() -> dict[str, Row]:
    found = {}
    for kind, entry in read_entries():
        identifier = f"{kind}:{entry['id']}"
        assert identifier not in found, identifier
        found[identifier] = entry
    return found


@pytest.fixture(scope="module")
def catalogue() -> Rows:
    return read_catalogue()


def names_of(entry: Row) -> list[str]:
    return [entry["name_ja"], entry["name_en"], *entry.get("aliases", ())]


def named_in(text: str, names: dict[str, set[str]], latin: re.Pattern[str]) -> set[str]:
    """Entities that a text names: by Latin names as whole words in their own case, by others anywhere."""
    found = {name for name in names if not LATIN.fullmatch(name) and name in text} | set(latin.findall(text))
    return {identifier for name in found for identifier in names[name]}


def kin(identifier: str, entry: Row) -> set[str]:
    """The entity itself and whom it belongs to: those may be named."""
    makers = {f"brand:{entry[field]}" for field in ("brand", "parent") if field in entry}
    return {identifier, *makers}


def test_the_catalogue_is_as_wide_as_promised(entries: dict[str, Row]) -> None:
    kinds = Counter(identifier.partition(":")[0] for identifier in entries)
    artists = [entry for identifier, entry in entries.items() if identifier.startswith("artist:")]
    products = [entry for identifier, entry in entries.items() if identifier.startswith("product:")]
    categories = Counter(entry["category"] for entry in products)

    assert kinds["artist"] >= 90
    assert sum(entry["place"] == "japan" for entry in artists) >= 60
    assert sum(entry["place"] != "japan" for entry in artists) >= 25
    assert kinds["brand"] >= 90
    assert kinds["product"] >= 160
    assert categories["watch"] >= 25
    assert len(read_tie_ups().relations) >= 120


def test_every_entity_has_both_names_and_both_texts_of_a_readable_length(entries: dict[str, Row]) -> None:
    for identifier, entry in entries.items():
        assert entry["name_ja"], identifier
        assert entry["name_en"], identifier
        assert 60 <= len(entry["text_ja"]) <= 180, identifier
        assert 25 <= len(entry["text_en"].split()) <= 70, identifier
        assert entry["text_ja"].endswith("。"), identifier
        assert entry["text_en"].endswith("."), identifier


def test_texts_do_not_boast_or_shout(entries: dict[str, Row]) -> None:
    boast = re.compile(
        r"世界一|日本一|最高|最強|最適|絶対|！|史上|\b(best|greatest|most famous|finest|legendary|iconic)\b|!"
    )
    found = {identifier: boast.findall(entry["text_ja"] + entry["text_en"]) for identifier, entry in entries.items()}

    assert {identifier: words for identifier, words in found.items() if words} == {}


def test_no_sentence_is_used_twice(entries: dict[str, Row]) -> None:
    counts: Counter[str] = Counter()
    for entry in entries.values():
        counts.update(part for part in entry["text_ja"].split("。") if part)
        counts.update(part for part in re.split(r"(?<=[.!?]) ", entry["text_en"]) if part)

    assert [sentence for sentence, count in counts.items() if count > 1] == []


def test_a_name_means_one_entity(entries: dict[str, Row]) -> None:
    meant: dict[str, set[str]] = defaultdict(set)
    for identifier, entry in entries.items():
        for name in names_of(entry):
            meant[normalise(name)].add(identifier)

    assert {name: ids for name, ids in meant.items() if len(ids) > 1} == {}


def test_a_text_names_nobody_else(entries: dict[str, Row]) -> None:
    """Texts were written blind to pairs, so none may point at a partner, and none at a rival."""
    names: dict[str, set[str]] = defaultdict(set)
    for identifier, entry in entries.items():
        for name in names_of(entry):
            if len(name) > 1:
                names[name].add(identifier)
    words = sorted((name for name in names if LATIN.fullmatch(name)), key=len, reverse=True)
    latin = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, words))})(?![A-Za-z])")

    named = {
        identifier: others
        for identifier, entry in entries.items()
        if (others := named_in(f"{entry['text_ja']} {entry['text_en']}", names, latin) - kin(identifier, entry))
    }

    assert named == {}


@pytest.mark.parametrize("name", ["xC", "クロスシー", "シチズン クロスシー", "シチズン xC", "Citizen xC"])
def test_citizen_xc_is_known_by_every_spelling(entries: dict[str, Row], name: str) -> None:
    key = normalise(name)
    spelt = {identifier for identifier, entry in entries.items() if key in map(normalise, names_of(entry))}

    assert spelt == {"brand:citizen-xc"}


def test_every_relation_ends_at_an_entity_and_stands_once(catalogue: Rows) -> None:
    known = {row["id"] for row in catalogue.entities}
    relations = [*catalogue.relations, *read_tie_ups().relations]
    products = {row["attributes"]["product"] for row in relations if "product" in row.get("attributes", {})}
    identities = Counter((row["kind"], row["source"], row["target"], row.get("key", "")) for row in relations)

    assert {end for row in relations for end in (row["source"], row["target"])} | products <= known
    assert [identity for identity, count in identities.items() if count > 1] == []


def test_every_product_has_a_maker_and_a_category(catalogue: Rows) -> None:
    joined: dict[str, set[str]] = defaultdict(set)
    for row in catalogue.relations:
        joined[row["source"]].add(row["kind"])
    products = [row["id"] for row in catalogue.entities if row["kind"] == "product"]

    assert all({"made_by", "in_category"} <= joined[product] for product in products)


def test_every_tie_up_states_its_page_and_how_sure_it_is() -> None:
    for row in read_tie_ups().relations:
        assert row["address"].startswith(("https://", "http://")), row["key"]
        assert row["confidence"] in (0.99, 0.97, 0.95), row["key"]


def test_what_is_made_up_says_so_in_its_name_and_is_rare(catalogue: Rows) -> None:
    fictional = [row for row in catalogue.entities if row.get("attributes", {}).get("fictional")]
    bound = [row for row in catalogue.relations if row.get("attributes", {}).get("exclusive")]

    assert 0 < len(fictional) <= 6
    assert all(row[name].endswith("†") for row in fictional for name in ("name_ja", "name_en"))
    assert all({row["source"], row["target"]} <= {made_up["id"] for made_up in fictional} for row in bound)
