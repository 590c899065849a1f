"""A fingerprint in words, for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence

from kyokan.web.fingerprint.profile import SectorProfile, brought, shared


def describe(profile: SectorProfile, name: str, names: Sequence[str], lang: str) -> str:
    """「凪原 灯の感性指紋。強い順に 静謐 0.90、…。分かっている感性 22/24」 and its English counterpart."""
    separator = "、" if lang == "ja" else ", "
    strongest = separator.join(f"{names[index]} {profile.values[index]:.2f}" for index in profile.strongest())
    known = f"{profile.known}/{len(names)}"
    if lang == "ja":
        order = f"強い順に {strongest}。" if strongest else ""
        return f"{name}の感性指紋。{order}分かっている感性 {known}"
    order = f" Strongest: {strongest}." if strongest else ""
    return f"Kansei fingerprint of {name}.{order} Known {profile.known} of {len(names)}"


def describe_overlay(
    a: SectorProfile, b: SectorProfile, labels: tuple[str, str], names: Sequence[str], lang: str
) -> str:
    """「A と B の重ね。ともに：…。A だけ：…。B だけ：…」 and its English counterpart."""
    separator = "、" if lang == "ja" else ", "
    lists = [
        separator.join(names[index] for index in indices) for indices in (shared(a, b), brought(a, b), brought(b, a))
    ]
    first, second = labels
    if lang == "ja":
        parts = zip(("ともに", f"{first} だけ", f"{second} だけ"), lists, strict=True)
        return f"{first} と {second} の重ね。" + "。".join(f"{who}：{what}" for who, what in parts if what)
    parts = zip(("both", f"only {first}", f"only {second}"), lists, strict=True)
    return f"Overlay of {first} and {second}. " + "; ".join(f"{who}: {what}" for who, what in parts if what)
