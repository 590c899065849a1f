"""The faithfulness protocol's parts on a small graph; the whole protocol on a small data folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kyokan.errors import DataMissingError, QueryError
from kyokan.matching.evaluation.faithfulness import cited, claimed, evaluate, trials_of, uncited
from kyokan.matching.evidence.removal import Removal
from kyokan.matching.ranking import Match, Matcher, Query
from tests.matching.sketch import Sketch

LEARNED = frozenset({"complement", "precedent"})  # what 25 tie-ups teach moves with every profile behind them
ATTRIBUTE = "kansei:kind03"
HEADER = "id,artist,artist_type,brand_or_product,company,category,tie_type,year,song,evidence,name_script,source\n"


@pytest.fixture
def crowd(sketch: Sketch) -> Sketch:
    rng = np.random.default_rng(3)
    sketch.attributes = tuple(f"kind{place:02d}" for place in range(16))
    sketch.opposites = {}
    for side in ("artist", "brand"):
        for place in range(30):
            chosen = rng.choice(sketch.attributes, 6, replace=False)
            sketch.add(f"{side}:{place:02d}", {name: round(float(rng.uniform(0.2, 1)), 2) for name in chosen})
            for tag in rng.choice(20, 3, replace=False):
                sketch.edge("tagged", f"{side}:{place:02d}", f"tag:{tag}", weight=2)
    for place in range(25):
        sketch.edge("tied_up", f"artist:{place:02d}", f"brand:{(place * 7) % 30:02d}", since="2020")
    return sketch


def best(matcher: Matcher) -> Match:
    return matcher.propose(Query(entity="artist:02")).matches[0]


def test_cited_items_speak_for_the_match_strongest_first(crowd: Sketch) -> None:
    weights = [item.weight for item in cited(best(Matcher(crowd.snapshot())))]
    assert weights
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0


def test_a_removal_claims_every_item_that_rests_on_it(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot())
    match = best(matcher)
    items = [item for part in match.contributions for item in part.evidence if ATTRIBUTE in item.ids]
    fact = frozenset({(match.entity.id, ATTRIBUTE)})
    resting = [item for item in items if Removal.of(matcher.snapshot, [item]).values & fact]
    assert claimed(matcher.snapshot, match, Removal(values=fact)) == pytest.approx(sum(one.weight for one in resting))


def test_uncited_facts_are_as_many_of_the_same_kinds_and_none_of_them_cited(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot())
    match = best(matcher)
    removal = Removal.of(matcher.snapshot, cited(match))
    everything = Removal.of(matcher.snapshot, [item for part in match.contributions for item in part.evidence])
    other = uncited(matcher.snapshot, match, removal, np.random.default_rng(0))
    assert len(other.values) == len(removal.values)
    assert sorted(one[0] for one in other.relations) == sorted(one[0] for one in removal.relations)
    assert not other.meets(everything)


def test_falls_follow_claims(crowd: Sketch) -> None:
    matcher = Matcher(crowd.snapshot())
    rng = np.random.default_rng(0)
    trials = [trial for place in range(4) for trial in trials_of(matcher, f"artist:{place:02d}", rng, LEARNED)]
    whole = [trial for trial in trials if trial.together]
    assert np.corrcoef([trial.claimed for trial in trials], [trial.cited for trial in trials])[0, 1] > 0.9
    uncited_falls = [abs(trial.uncited) for trial in whole if trial.uncited is not None]
    assert np.mean([trial.cited for trial in whole]) > np.mean(uncited_falls)


def test_the_protocol_runs_on_a_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "tieups_web"
    folder.mkdir()
    moods = ("静かで穏やかな歌声。", "力強く大胆な演奏。", "懐かしく温かい歌。", "都会的で洗練された音。")
    rows = [
        f"{place},歌手{place},music,品{place},会社{place % 5},watch,cm_song,{2010 + place},,A_official,ja,https://example.org"
        for place in range(12)
    ]
    artists = [f"歌手{place}\tyes\t{moods[place % 4]}\t\t" for place in range(12)]
    companies = [f"会社{place}\tyes\t{moods[place % 4].replace('歌', '品')}\t\t\t" for place in range(5)]
    (folder / "tieups.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "artists.tsv").write_text(
        "name\tknown\ttext_ja\ttext_en\tkansei\n" + "\n".join(artists) + "\n", encoding="utf-8"
    )
    (folder / "companies.tsv").write_text(
        "name\tknown\ttext_ja\ttext_en\tkansei\taudience\n" + "\n".join(companies) + "\n", encoding="utf-8"
    )
    result = evaluate(tmp_path, None, 1, frozenset())
    assert result.metrics.keys() == {"rho", "drop_cited", "drop_uncited"}
    assert result.n > 0
    assert result.metrics["drop_cited"] > result.metrics["drop_uncited"]


def test_a_missing_file_and_an_unknown_part_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataMissingError, match=r"tieups\.csv"):
        evaluate(tmp_path, None, 0, frozenset())
    with pytest.raises(QueryError, match="charm"):
        evaluate(tmp_path, None, 0, frozenset({"charm"}))
