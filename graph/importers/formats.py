"""The formats that can be imported, and how each is recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kyokan.errors import ImportRefusedError
from kyokan.graph.importers import catalogue, export, fan_graph, generic, lastfm, sakenowa, tieups
from kyokan.graph.importers.records import Reading, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: what it is in a sentence, its files, its reader.

    ``files`` must all be there for a folder to be recognised. A ``verbatim`` format carries graph ids and provenance of
    its own: no names are resolved.
    """

    name: str
    doc: str
    doc_ja: str
    files: tuple[str, ...]
    read: Callable[[Reading], Iterator[Record]]
    recognises: Callable[[Path], bool] | None = None
    verbatim: bool = False

    def matches(self, source: Path) -> bool:
        """Whether the source looks like this format."""
        if self.recognises is not None:
            return self.recognises(source)
        if source.is_file():
            return (source.name,) == self.files
        return all((source / file).is_file() for file in self.files)


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format(
            name="kyokan",
            doc="A graph that `kyokan export` wrote.",
            doc_ja="`kyokan export` で書き出したグラフです。",
            files=(export.MANIFEST, export.ENTITIES, export.RELATIONS),
            read=export.read,
            recognises=export.is_export,
            verbatim=True,
        ),
        Format(
            name="lastfm",
            doc="The last.fm set of HetRec 2011: fans, artists, plays, friends and tags.",
            doc_ja="HetRec 2011 の last.fm データ（ファン、アーティスト、再生回数、友人、タグ）です。",
            files=lastfm.FILES,
            read=lastfm.read,
        ),
        Format(
            name="fan-graph",
            doc="Communities whose members overlap, in yearly snapshots.",
            doc_ja="参加者が重なるコミュニティの、年ごとのグラフです。",
            files=fan_graph.FILES,
            read=fan_graph.read,
        ),
        Format(
            name="tieups",
            doc="Tie-ups that happened, one a row, each with its page.",
            doc_ja="実際にあったタイアップの一覧（一行に一件、出典つき）です。",
            files=tieups.FILES,
            read=tieups.read,
        ),
        Format(
            name="sakenowa",
            doc="Sake brands of Sakenowa with flavour tags and charts.",
            doc_ja="さけのわの銘柄と、味わいのタグ・チャートです。",
            files=sakenowa.FILES,
            read=sakenowa.read,
        ),
        Format(
            name="csv",
            doc="Your own entities.csv and relations.csv.",
            doc_ja="ご自身の entities.csv と relations.csv です。",
            files=generic.CSV_FILES,
            read=generic.read_csv,
        ),
        Format(
            name="jsonl",
            doc="Your own entities.jsonl and relations.jsonl.",
            doc_ja="ご自身の entities.jsonl と relations.jsonl です。",
            files=generic.JSONL_FILES,
            read=generic.read_jsonl,
        ),
        Format(
            name="catalogue",
            doc="A product catalogue in CSV, read by a column mapping.",
            doc_ja="商品カタログの CSV を、列の対応表で読みます。",
            files=("*.csv",),
            read=catalogue.read,
            recognises=catalogue.recognises,
        ),
    )
}


def find_format(source: Path, name: str | None) -> Format:
    """The format of that name, or the one that the source looks like.

    Raises:
        ImportRefusedError: no source there, no such format, or none that fits.
    """
    if not source.exists():
        raise ImportRefusedError(str(source), "there is no such file or folder", "Check the path")
    known = ", ".join(FORMATS)
    if name is not None:
        if name not in FORMATS:
            raise ImportRefusedError(name, f"is no format; known are {known}", "Name one of them by --as")
        return FORMATS[name]
    for candidate in FORMATS.values():
        if candidate.matches(source):
            return candidate
    raise ImportRefusedError(str(source), "looks like none of the known formats", f"Name one by --as: {known}")
