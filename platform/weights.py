"""The weights that were learned last; a file that this version cannot read is set aside, and the shipped ones serve."""

from __future__ import annotations

import logging
from itertools import count
from pathlib import Path

from kyokan.errors import SettingsError
from kyokan.matching.ranking.fusion import FusionWeights
from kyokan.platform.terms import written

log = logging.getLogger("kyokan.weights")
ASIDE = "weights.set-aside-*.json"


def weights_of(path: Path) -> FusionWeights:
    """What was learned last, or what Kyokan ships: where nothing was learned, or by a version that said it otherwise.

    Raises:
        SettingsError: the file is there and may not be read.
    """
    before = written(path)
    if before is None:
        return FusionWeights()
    try:
        return FusionWeights.load(path)
    except SettingsError as error:
        if isinstance(error.__cause__, OSError) and not isinstance(error.__cause__, FileNotFoundError):
            raise
        if written(path) == before:  # else another process has set it aside, or learned anew, meanwhile
            _set_aside(path, str(error))
        return FusionWeights()


def set_aside(path: Path) -> Path | None:
    """The weights set aside last while none were learned since; None where there are none, or others are in force."""
    kept = sorted(path.parent.glob(ASIDE), key=_number)
    return kept[-1] if kept and not path.exists() else None


def _set_aside(path: Path, why: str) -> None:
    number = next(one for one in count(1) if not _beside(path, one).exists())
    try:
        path.replace(_beside(path, number))
    except OSError as error:
        log.warning("the weights that Kyokan ships are in force: %s; it stays where it is (%s)", why, error.strerror)
        return
    said = "the weights that Kyokan ships are in force: %s. The file is kept as %s; `kyokan learn` learns anew"
    log.warning(said, why, _beside(path, number).name)


def _beside(path: Path, number: int) -> Path:
    return path.with_name(ASIDE.replace("*", str(number)))


def _number(path: Path) -> int:
    figures = path.stem.rpartition("-")[2]
    return int(figures) if figures.isdecimal() else 0
