"""Each format becomes the entities and relations that its small example says."""

from pathlib import Path

import pytest

from kyokan.graph.importers import FORMATS, import_source
from kyokan.graph.model import RelationKind, Rights
from kyokan.graph.stores import SqliteStore

EXAMPLES = Path(__file__).parents[1] / "fixtures" / "imports"


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "graph.db") as opened:
        yield opened


def weights(store, kind):
    return {(r.source, r.target, r.key): r.weight for r in store.relations(kind)}


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("lastfm", "lastfm"),
        ("fan_graph", "fan-graph"),
        ("tieups", "tieups"),
        ("tieups/tieups.csv", "tieups"),
        ("sakenowa", "sakenowa"),
        ("csv", "csv"),
        ("jsonl", "jsonl"),
    ],
)
def test_a_source_is_recognised_by_its_files(folder, name):
    assert next(one.name for one in FORMATS.values() if one.matches(EXAMPLES / folder)) == name


def test_every_format_says_in_both_languages_what_it_is():
    for name, one in FORMATS.items():
        assert one.name == name
        assert one.doc.endswith(".")
        assert one.doc_ja.endswith("。")


def test_lastfm_plays_friends_and_taggings(store):
    report = import_source(EXAMPLES / "lastfm", store=store)
    assert report.problems == ()
    assert report.added == {"artist": 3, "fan": 3, "follows": 4, "knows": 2, "tag": 3, "tagged": 3}
    assert weights(store, RelationKind.FOLLOWS) == {
        ("fan:lastfm-5", "artist:river-lantern", ""): 30.0,
        ("fan:lastfm-5", "artist:ほしぞら楽団", ""): 2.0,
        ("fan:lastfm-6", "artist:ほしぞら楽団", ""): 400.0,
        ("fan:lastfm-7", "artist:quiet-mountain", ""): 1.0,
    }
    assert set(weights(store, RelationKind.KNOWS)) == {
        ("fan:lastfm-5", "fan:lastfm-6", ""),
        ("fan:lastfm-5", "fan:lastfm-7", ""),
    }
    # Fan 5 used two spellings of one tag on artist 1, fan 6 one of them: two fans.
    assert weights(store, RelationKind.TAGGED) == {
        ("artist:river-lantern", "tag:dream-pop", "lastfm"): 2.0,
        ("artist:ほしぞら楽団", "tag:j-pop", "lastfm"): 2.0,
        ("artist:quiet-mountain", "tag:francais", "lastfm"): 1.0,
    }
    artist = store.entity("artist:ほしぞら楽団")
    assert artist.external_ids == {"lastfm": "2"}
    assert artist.attributes["origin"] == "jp"
    assert artist.provenance[0].rights is Rights.INTERNAL
    assert store.entity("artist:quiet-mountain").name == 'Quiet "Mountain"'
    assert store.entity("tag:francais").name == "français"


def test_a_fan_graph_of_ranked_lists(store):
    report = import_source(EXAMPLES / "fan_graph", store=store)
    assert report.problems == ()
    assert report.added == {"artist": 2, "brand": 1, "overlaps": 5, "segment": 2}
    overlaps = weights(store, RelationKind.OVERLAPS)
    # 2018: places 1 of 4 and 2 of 4 from the two ends, (4 − 1 + 1) / 4 = 1 is the stronger; 2021: place 3 of 3.
    assert overlaps["artist:hoshizora", "artist:river-lantern", "2018"] == 1.0
    assert overlaps["artist:hoshizora", "artist:river-lantern", "2021"] == pytest.approx(1 / 3)
    assert overlaps["brand:paperkite", "segment:reddit-tea", "2021"] == 0.5
    assert overlaps["artist:hoshizora", "brand:paperkite", "2021"] == 0.5
    assert overlaps["segment:reddit-citypop", "segment:reddit-tea", "2018"] == 0.5
    confidence = {r.target: r.confidence for r in store.relations(RelationKind.OVERLAPS)}
    assert confidence == {"artist:river-lantern": 1.0, "segment:reddit-tea": 0.5, "brand:paperkite": 0.5}
    artist = store.entity("artist:river-lantern")
    assert artist.external_ids == {"lastfm": "1", "reddit": "riverlantern"}
    assert artist.aliases == ("riverlantern", "TheRiverLantern")
    assert artist.attributes["members"] == 1200
    assert store.entity("segment:reddit-tea").attributes["about"] == "product"


def test_tieups_with_products_aliases_and_texts(store):
    report = import_source(EXAMPLES / "tieups", store=store)
    assert report.problems == ()
    assert {k: n for k, n in report.added.items() if k not in {"tag", "tagged", "category"}} == {
        "artist": 2,
        "brand": 2,
        "product": 2,
        "in_category": 6,
        "made_by": 2,
        "tied_up": 3,
    }
    tie_ups = {r.key: r for r in store.relations(RelationKind.TIED_UP)}
    first = tie_ups["tieups-1"]
    assert (first.source, first.target) == ("artist:宇多田ヒカル", "brand:シチズン時計")
    assert (first.since, first.confidence, first.provenance.address) == ("2012", 0.99, "https://example.org/a")
    assert first.attributes == {
        "tie_type": "cm_song",
        "category": "category:jewelry-watch",
        "evidence": "A",
        "song": "灯り",
        "product": "product:シチズン時計-うみの香り",
    }
    assert tie_ups["tieups-2"].since == ""
    watch = store.entity(str(tie_ups["tieups-2"].attributes["product"]))
    assert {"シチズン xC", "Citizen xC", "シチズン クロスシー", "Citizen クロスシー"} <= set(watch.aliases)
    # グッチ only spells Gucci again: no product.
    assert "product" not in tie_ups["tieups-3"].attributes
    gucci = store.entity("brand:gucci")
    assert (gucci.name_ja, gucci.name_en) == ("グッチ", "Gucci")
    assert store.entity("category:jewelry-watch").name_ja == "時計・宝飾"


def test_texts_of_tieups_are_a_source_of_their_own_for_use_inside(store):
    import_source(EXAMPLES / "tieups", store=store)
    company = store.entity("brand:シチズン時計")
    assert (company.text_ja, company.text_en) == ("時計の会社。", "A watchmaker.")
    assert [(p.source, p.rights) for p in company.provenance] == [
        ("tieups", Rights.SHARE),
        ("tieups-texts", Rights.INTERNAL),
    ]
    assert company.attributes["field_sources"]["text_ja"] == "tieups-texts"
    assert company.attributes["audience"] == ["men", "women"]
    tagged = {(r.source, r.target): r.provenance.rights for r in store.relations(RelationKind.TAGGED)}
    assert tagged["brand:シチズン時計", "tag:precise"] is Rights.INTERNAL


def test_one_tieups_file_can_be_imported_without_its_folder(store):
    report = import_source(EXAMPLES / "tieups" / "tieups.csv", store=store)
    assert report.added["tied_up"] == 3
    assert "tag" not in report.added


def test_sake_brands_with_place_tags_and_chart(store):
    report = import_source(EXAMPLES / "sakenowa", store=store)
    assert report.problems == ()
    assert report.added == {
        "brand": 2,
        "category": 1,
        "in_category": 2,
        "in_place": 2,
        "place": 2,
        "tag": 2,
        "tagged": 2,
    }
    brand = store.entity("brand:sakenowa-100")
    assert brand.name == brand.name_ja == "見本錦"
    assert brand.attributes == {
        "brewery": "みほん酒造",
        "flavour_chart": {"f1": 0.5, "f2": 0.25, "f3": 0.1, "f4": 0.2, "f5": 0.75, "f6": 1},
    }
    assert "Sakenowa" in brand.provenance[0].licence
    assert brand.provenance[0].rights is Rights.SHARE
    # Another brewery's brand of the same name is another brand.
    assert store.entity("brand:sakenowa-101").attributes == {}
    assert ("brand:sakenowa-101", "place:青森県", "") in weights(store, RelationKind.IN_PLACE)


def test_a_catalogue_is_read_by_its_mapping(store):
    options = {"mapping": EXAMPLES / "catalogue" / "teas.yaml"}
    report = import_source(EXAMPLES / "catalogue" / "teas.csv", format="catalogue", store=store, options=options)
    assert report.problems == ()
    tea = store.entity("product:paper-kite-morning-fog")
    assert tea.name_en == "Morning Fog"
    assert tea.aliases == ("Paper Kite Morning Fog",)
    assert tea.text_en == "Pale and cool,\nwith a long finish."
    assert tea.attributes == {"price": 1200.0}
    assert weights(store, RelationKind.TAGGED) == {
        ("product:paper-kite-morning-fog", "tag:mint", "teas"): 1.0,
        ("product:paper-kite-morning-fog", "tag:smoke", "teas"): 1.0,
        ("product:paper-kite-evening-fog", "tag:smoke", "teas"): 1.0,
    }
    assert set(weights(store, RelationKind.IN_CATEGORY)) == {
        ("product:paper-kite-morning-fog", "category:beverage", ""),
        ("product:paper-kite-morning-fog", "category:green", ""),
        ("product:paper-kite-evening-fog", "category:beverage", ""),
        ("product:paper-kite-evening-fog", "category:black", ""),
        ("brand:paper-kite", "category:beverage", ""),
    }


@pytest.mark.parametrize(
    ("header", "row", "source"),
    [
        ("Name,Brand,Description,Notes,Image URL", "Fog,House,Cool,mint,", "luckyscent"),
        (
            "\ufeffLabel,Brand,Name,Price,Rank,Ingredients,Combination,Dry,Normal,Oily,Sensitive",
            "Mask,House,Fog,12,4.1,Water,1,1,1,1,1",
            "sephora",
        ),
    ],
)
def test_a_known_catalogue_needs_no_mapping(store, tmp_path, header, row, source):
    (tmp_path / "list.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    report = import_source(tmp_path / "list.csv", store=store)
    assert report.format == "catalogue"
    assert store.entity("product:house-fog").provenance[0].source == source


def test_own_tables_in_csv(store):
    report = import_source(EXAMPLES / "csv", store=store)
    assert report.problems == ()
    artist = store.entity("artist:river-lantern")
    assert artist.aliases == ("RL", "River L")
    assert artist.external_ids == {"musicbrainz": "abc"}
    assert artist.attributes == {"founded": 2001}
    assert (artist.provenance[0].source, artist.provenance[0].rights) == ("house-list", Rights.SHARE)
    tie_up = next(store.relations(RelationKind.TIED_UP))
    assert (tie_up.key, tie_up.confidence, tie_up.since, tie_up.until) == ("2020", 0.9, "2020-01", "2020-06-30")
    assert tie_up.attributes == {"medium": "tv"}
    assert tie_up.provenance.address == "https://example.org/x"


def test_own_tables_in_json_lines(store):
    report = import_source(EXAMPLES / "jsonl", store=store)
    assert report.problems == ()
    assert next(store.relations(RelationKind.TIED_UP)).weight == 2.5
    assert store.entity("brand:paper-kite").provenance[0].source == "jsonl"
