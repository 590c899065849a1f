"""How numbers are written: two places, a real minus, "0." apart so that it can be set smaller."""

from __future__ import annotations

from markupsafe import Markup

MINUS = "−"


def signed(value: float, places: int = 2) -> str:
    """``+0.46``, ``−0.06``, ``±0.00``."""
    written = f"{abs(value):.{places}f}"
    if not float(written):
        return f"±{written}"
    return f"{'+' if value > 0 else MINUS}{written}"


def plain(value: float) -> str:
    """Two places with a real minus."""
    written = f"{abs(value):.2f}"
    return f"{MINUS}{written}" if value < 0 and written != "0.00" else written


def weight(value: float) -> str:
    """A slider's number: one place and a sign, 0 without."""
    return f"{'+' if value > 0 else MINUS}{abs(value):.1f}" if round(value, 1) else "0"


def score(value: float) -> Markup:
    """A score with its "0." set apart."""
    whole, places = f"{value:.2f}".split(".")
    return Markup('<span class="lead">{}.</span>{}').format(whole, places)


def yen(amount: int | None, lang: str) -> str:
    """``2,100万円`` or ``¥21M``, the unit as large as it stays exact; empty without an amount."""
    if amount is None:
        return ""
    if lang == "ja":
        return f"{amount // 10_000:,}万円" if amount >= 10_000 and amount % 10_000 == 0 else f"{amount:,}円"  # noqa: PLR2004
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if amount >= unit and amount % (unit // 10) == 0:
            return f"¥{amount / unit:,.1f}".removesuffix(".0") + letter
    return f"¥{amount:,}"


def yen_range(low: int | None, high: int | None, lang: str) -> str:
    """``1,800万円–2,100万円``, ``1,800万円から`` or ``up to ¥21M`` where one end is open; nothing where both are."""
    start, end = yen(low, lang), yen(high, lang)
    if low == high:
        return start
    if not end:
        return f"{start}から" if lang == "ja" else f"from {start}"
    if not start:
        return f"{end}まで" if lang == "ja" else f"up to {end}"
    return f"{start}–{end}"


def size(count: int) -> str:
    """``1.2 MB``, ``340 kB``."""
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} kB"  # noqa: PLR2004


def short(value: float) -> str:
    """``.82``, for the ruby over evidence."""
    written = f"{value:.2f}"
    return written.removeprefix("0")
