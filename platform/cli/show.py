"""What a person sees in the terminal: one sentence first, then the figures that hold it up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from kyokan.graph.model import Entity, EntityKind
from kyokan.platform.cli.output import out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyokan.graph.dictionary import Dictionary
    from kyokan.matching.ranking import Contribution, Match, Proposal

INK = {"artist": "#BF3C1B", "brand": "#0F6A86", "both": "default"}
KINDS_JA = {
    EntityKind.ARTIST: "アーティスト",
    EntityKind.BRAND: "ブランド",
    EntityKind.PRODUCT: "商品",
    EntityKind.SEGMENT: "ファン層",
}
PEOPLE = (EntityKind.ARTIST, EntityKind.FAN, EntityKind.SEGMENT)
BAR_CELLS = 28
PROBLEMS_SHOWN = 20


def language() -> str:
    """``ja`` where the terminal speaks Japanese, else ``en``."""
    return "ja" if (os.environ.get("LC_ALL") or os.environ.get("LANG", "")).startswith("ja") else "en"


def _side(entity: Entity) -> str:
    return INK["artist" if entity.kind in PEOPLE else "brand"]


def _name(entity: Entity) -> Text:
    lang = language()
    other = entity.label("en" if lang == "ja" else "ja")
    name = Text(entity.label(lang), style=f"bold {_side(entity)}")
    if other and other != entity.label(lang):
        name.append(f"  {other}", style="dim")
    return name


def _bar(match: Match, scale: float) -> Text:
    """Contributions end to end in the ink of whom they are good for; losses hatched on the left."""
    bar = Text()
    losses = -sum(min(0.0, part.contribution) for part in match.contributions)
    bar.append("░" * round(losses / scale * BAR_CELLS), style="dim")
    bar.append("│", style="dim")
    for part in match.contributions:
        bar.append("█" * max(0, round(part.contribution / scale * BAR_CELLS)), style=INK[part.benefit.value])
    return bar


def _score(match: Match) -> Text:
    low, high = match.interval
    text = Text(f"{match.score:.2f}", style="bold")
    text.append(f"  {low:.2f}–{high:.2f}", style="dim")
    return text


def _sure(match: Match) -> Text:
    words = ("確かさ", "合図") if language() == "ja" else ("confidence", "signals")
    return Text(f"{words[0]} {match.confidence:.2f} · {words[1]} {match.coverage:.0%}", style="dim")


def _question(proposal: Proposal) -> Text:
    wanted = _kinds(proposal.query.kinds)
    if proposal.entity is None and not proposal.audience:
        return Text(proposal.query.text or wanted, style="bold")
    line = _fans(proposal.audience) if proposal.entity is None else _name(proposal.entity)
    line.append(f"  →  {wanted}", style="bold")
    return line


def _kinds(kinds: Sequence[EntityKind]) -> str:
    """What is asked for, in the terminal's language."""
    if language() != "ja":
        return "・".join(kinds) or "any"
    return "・".join(KINDS_JA.get(kind, kind) for kind in kinds) or "すべて"


def _fans(audience: Sequence[Entity]) -> Text:
    names = Text(" + ").join([_name(one) for one in audience])
    return Text.assemble(names, " のファン") if language() == "ja" else Text.assemble("fans of ", names)


def show_proposal(proposal: Proposal) -> None:
    """The ranked matches of one question."""
    lang = language()
    out.print()
    out.print(_question(proposal))
    if proposal.note:
        out.print(Text(getattr(proposal.note, lang), style="dim"))
    if proposal.candidates:
        for entity in proposal.candidates:
            out.print(Text.assemble("  ", _name(entity), (f"  {entity.id}", "dim")))
    out.rule(style="dim")
    scale = (
        max((sum(abs(p.contribution) for p in match.contributions) for match in proposal.matches), default=1.0) or 1.0
    )
    for match in proposal.matches:
        _show_match(match, scale)
    for match in proposal.set_aside:
        reason = getattr(match.reason, lang) if match.reason else match.standing.value
        aside = Table.grid(padding=(0, 2))
        aside.add_column(width=3, justify="right")
        aside.add_column(overflow="fold")
        aside.add_row("–", Text.assemble(_name(match.entity), (f"  {reason}", "dim")))
        out.print(aside)
    _colophon(proposal)


def _show_match(match: Match, scale: float) -> None:
    head = Table.grid(padding=(0, 2), expand=False)
    head.add_column(width=3, justify="right")
    head.add_column(min_width=34, overflow="fold")  # Japanese has no spaces to break at: none of it may be cut
    head.add_column()
    head.add_row(str(match.rank), _name(match.entity), _score(match))
    head.add_row("", Text(getattr(match.sentence, language()), style=""), Group(_bar(match, scale), _sure(match)))
    out.print(head)
    out.print()


def show_pair(proposal: Proposal, dictionary: Dictionary) -> None:
    """One pair: how the score adds up, and what it would be without each thing."""
    if not proposal.matches:
        show_proposal(proposal)
        return
    match, lang = proposal.matches[0], language()
    pair = _name(proposal.entity) if proposal.entity else Text("")
    out.print()
    out.print(Text.assemble(pair, "  ×  ", _name(match.entity)))
    out.print(getattr(match.sentence, lang))
    out.print(Text.assemble(_score(match), "  ", _sure(match)))
    out.rule(style="dim")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name, justify in (("signal", "left"), ("adds", "right"), ("for", "left"), ("evidence", "left")):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    table.add_row("base", f"{match.base:+.3f}", "", "")
    for part in match.contributions:
        table.add_row(
            Text(part.signal.replace("_", " "), style=INK[part.benefit.value]),
            f"{round(part.contribution, 3) + 0.0:+.3f}",  # a loss of nothing is not written with a minus
            part.benefit.value,
            _notes(part),
        )
    table.add_row(Text("sum", style="bold"), Text(f"{match.raw:+.3f}", style="bold"), "", f"→ {match.score:.3f}")
    out.print(table)
    if proposal.counterfactuals:
        out.print()
        out.print(_what_ifs(proposal, match, dictionary))
    _colophon(proposal)


def _what_ifs(proposal: Proposal, match: Match, dictionary: Dictionary) -> Table:
    """The score without each thing, things called as the evidence calls them."""
    lang, called = language(), _called(match)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for what in proposal.counterfactuals:
        kansei = what.id.removeprefix("kansei:")
        name = called.get(what.id) or (dictionary.get(kansei).label[lang] if kansei in dictionary else "")
        name = name or what.id.replace("_", " ")
        line = f"{name}を外すと" if lang == "ja" else f"without {name}"
        table.add_row(line, f"{match.score:.3f} → {what.score:.3f}")
    return table


def _called(match: Match) -> dict[str, str]:
    """What evidence calls a kansei, a path or a tie-up, by id."""
    lang, called = language(), {}
    for item in (item for part in match.contributions for item in part.evidence):
        called[" > ".join(item.ids)] = (item.note_ja if lang == "ja" else "") or item.note
        if label := item.detail.get("label"):
            called |= {one: label[lang] for one in item.ids if one.startswith("kansei:")}
    return called


def _notes(part: Contribution) -> str:
    told = [item for item in part.evidence if item.detail.get("role") != "rest"]
    strongest = sorted(told, key=lambda item: -abs(item.weight))[:3]
    lang = language()
    return "; ".join((item.note_ja or item.note) if lang == "ja" else item.note for item in strongest)


def _colophon(proposal: Proposal) -> None:
    out.rule(style="dim")
    parts = (
        proposal.snapshot[:19],
        f"dictionary {proposal.dictionary}",
        proposal.encoder,
        f"{proposal.took_ms:.0f} ms",
    )
    out.print(Text(" · ".join(parts), style="dim"))


def _pairs(title: str, figures: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False, title=title, title_justify="left", title_style="bold")
    table.add_column()
    table.add_column(justify="right")
    for name, value in figures.items():
        table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    out.print(table)


def show_stats(figures: dict[str, Any]) -> None:
    """Counts of a store."""
    out.print(Text(figures["store"], style="bold"))
    _pairs("entities", figures["entities"])
    _pairs("relations", figures["relations"])
    out.print(Text(f"dictionary {figures['dictionary']}", style="dim"))
    out.print(Text(figures["snapshot"], style="dim"))


def show_report(report: dict[str, Any]) -> None:
    """What an import did, and every problem it named."""
    counts = {word: sum(report[word].values()) for word in ("added", "updated", "unchanged")}
    line = ", ".join(f"{number:,} {word}" for word, number in counts.items())
    out.print(Text(f"{report['source']} ({report['format']}): {line}", style="bold"))
    out.print(f"{report['merged']} merged with known entities, {report['ambiguous']} left apart as ambiguous")
    for problem in report["problems"][:PROBLEMS_SHOWN]:
        where = ":".join(
            str(part) for part in (problem["file"], problem["row"], problem["column"]) if part not in (None, "")
        )
        out.print(f"  {where}: {problem['rule']}: {problem['message']}", markup=False, soft_wrap=True)
    if (more := len(report["problems"]) - PROBLEMS_SHOWN) > 0:
        out.print(f"  … and {more} more; --json lists them all")


def show_annotation(annotation: dict[str, Any]) -> None:
    """A profile, strongest first, with the words behind each value."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("kansei", "", "intensity", "confidence", "words"):
        table.add_column(name, justify="right" if name in ("intensity", "confidence") else "left", overflow="fold")
    for value in annotation["profile"]:
        words = " / ".join(span[2] for span in value["spans"])
        mark = "not " if value["negated"] else ""
        table.add_row(
            value["label"]["ja"],
            mark + value["label"]["en"],
            f"{value['intensity']:.2f}",
            f"{value['confidence']:.2f}",
            words,
        )
    out.print(table)
    out.print(Text(f"{annotation['annotator']} · dictionary {annotation['dictionary']}", style="dim"))


def show_circle(figures: dict[str, Any]) -> None:
    """The dictionary's size and circle, or how well the circle fits."""
    for name, value in figures.items():
        if isinstance(value, list) and value and isinstance(value[0], dict) and "ja" in value[0]:
            out.print(f"{name}: " + " ".join(f"{item['ja']}/{item['en']}" for item in value))
        else:
            out.print(f"{name}: {value}")


def show_figures(figures: dict[str, Any], indent: int = 0) -> None:
    """Nested figures, one a line."""
    for name, value in figures.items():
        if isinstance(value, dict):
            out.print(" " * indent + name)
            show_figures(value, indent + 2)
        else:
            shown = f"{value:.4f}" if isinstance(value, float) else value
            out.print(" " * indent + f"{name}: {shown}", markup=False)


def show_pages(figures: dict[str, Any]) -> None:
    """Server time of every page, the slowest first, and whether each meets the goal."""
    goal = figures["goal_ms"]
    show_figures({"catalogue": figures["catalogue"], "built": figures["built"], "asked": figures["asked"]})
    table = Table(title=f"p95 < {goal} ms: {'met' if figures['met'] else 'not met'}", title_justify="left")
    table.add_column("page", overflow="fold")
    for name in ("n", "median ms", "p95 ms", "p95 ms of CPU", ""):
        table.add_column(name, justify="right")
    for page in sorted(figures["pages"], key=lambda one: -one["p95_ms"]):
        processor = "" if page["cpu_p95_ms"] is None else f"{page['cpu_p95_ms']:.1f}"
        row = (str(page["n"]), f"{page['median_ms']:.1f}", f"{page['p95_ms']:.1f}", processor)
        table.add_row(Text(page["page"]), *row, "" if page["met"] else f"over {goal}")
    out.print(table)
    for rule in figures["not_measured"]:
        out.print(f"not measured: {rule}", markup=False)


def show_learned(found: dict[str, Any]) -> None:
    """Whether learning paid, then the weights."""
    ja, seen = language() == "ja", found["foresight"]
    if seen is None:
        line = "日付のあるタイアップが少なく、学べません。" if ja else "Too few dated tie-ups to learn from."
    else:
        figures = f"{seen['before']:.3f} → {seen['after']:.3f}"
        line = (
            f"{seen['since']}年以降の{seen['later']}件を、それ以前の{seen['earlier']}件から予測：平均逆順位 {figures}"
            if ja
            else f"{seen['later']} tie-ups from {seen['since']} on, foretold from the {seen['earlier']} before: "
            f"mean reciprocal rank {figures}"
        )
    kept = ("保存しました。", "Kept.") if found["kept"] else ("元のまま使います。", "The weights stay as they were.")
    out.print(Text(f"{line} {kept[0 if ja else 1]}", style="bold"))
    if found["kept"]:
        _pairs("", {name: f"{weight:+.2f}" for name, weight in found["weights"]["weights"].items()})
