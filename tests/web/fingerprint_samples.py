"""Sector profiles made by hand for the fingerprint's tests."""

from kyokan.web.fingerprint import SectorProfile

NAMES = tuple(
    name
    for half in (
        "躍動 情熱 華やか 遊び心 軽やか 温かい 親密 柔らかい 郷愁 素朴 自然 安らぎ",
        "静謐 冷静 簡素 端正 重厚 凛 孤高 鋭い 未来的 洗練 都会 挑戦",
    )
    for name in half.split(" ")
)
SINGER_VALUES = (
    *(0.38, 0.36, None, 0.30, 0.20, 0.74, 0.82, 0.64, 0.70, 0.45, 0.50, 0.78),
    *(0.90, 0.42, 0.62, None, 0.36, 0.55, 0.40, 0.16, 0.12, 0.44, 0.24, 0.00),
)
WATCH_VALUES = (
    *(0.46, 0.40, 0.62, 0.52, 0.36, 0.50, 0.46, 0.52, 0.24, 0.16, 0.20, 0.62),
    *(0.46, 0.40, 0.36, 0.66, 0.56, 0.52, 0.24, 0.30, 0.50, 0.86, 0.66, 0.46),
)


def sure(values, kind):
    return SectorProfile(tuple(values), (0.9,) * len(values), kind)


SINGER = sure(SINGER_VALUES, "artist")
WATCH = sure(WATCH_VALUES, "brand")
CHOIR = sure([value if index in (5, 6, 7) else None for index, value in enumerate(SINGER_VALUES)], "artist")
UNSURE = SectorProfile(SINGER_VALUES, tuple(0.3 if 4 <= index <= 7 else 0.9 for index in range(24)), "artist")
