"""An audience that asks: the names whose fans it is, the mean of their kansei, its fingerprint and its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from markupsafe import Markup

from kyokan.graph.model import WITH_FANS, Entity, KanseiValue
from kyokan.web.fingerprint import SectorProfile, overlay, sector_profile
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.view import LIST_PX, View

NAME, START = "audience", "audience"
MOST = 6


def named(view: View, parameters: Parameters) -> tuple[str, ...]:
    """The ids that an address names as an audience, each once.

    Raises:
        ParameterError: too many, one without fans, or a name that asks beside them.
        UnknownEntityError: one is not known.
    """
    ids = parameters.texts(NAME)
    if len(ids) > MOST:
        raise ParameterError(NAME, "audience_size", most=MOST)
    if ids and parameters.text("entity"):
        raise ParameterError(NAME, "audience_alone")
    for one in map(view.entity, ids):
        if one.kind not in WITH_FANS:
            raise ParameterError(one.id, "no_fans")
    return ids


@dataclass(frozen=True)
class Audience:
    """The fans of some entities, as a page shows them."""

    view: View
    of: tuple[Entity, ...]

    def __bool__(self) -> bool:
        return bool(self.of)

    @classmethod
    def shown(cls, view: View, ids: Iterable[str]) -> Audience:
        """Those of these ids."""
        return cls(view, tuple(map(view.entity, ids)))

    @cached_property
    def values(self) -> tuple[KanseiValue, ...]:
        """Of each attribute the mean over those of whom it is known, strongest first."""
        found: dict[str, list[KanseiValue]] = {}
        for value in (value for entity in self.of for value in self.view.values(entity)):
            found.setdefault(value.attribute, []).append(value)
        means = [
            KanseiValue(
                attribute=attribute,
                intensity=float(np.mean([one.intensity for one in several])),
                confidence=float(np.mean([one.confidence for one in several])),
            )
            for attribute, several in found.items()
        ]
        return tuple(sorted(means, key=lambda one: (-one.intensity, one.attribute)))

    @cached_property
    def profile(self) -> SectorProfile:
        """Its sectors; the core is that of a fan segment."""
        return sector_profile(self.values, self.view.dictionary, "segment")

    @property
    def words(self) -> Markup:
        """「宇多田ヒカルと竹内まりやのファン」 / "the fans of Hikaru Utada and Mariya Takeuchi"."""
        *first, last = map(self.view.name, self.of)
        who = self.view.say("site.comma").join(first) + self.view.say("site.and") + last if first else last
        return self.view.say("audience.fans_of", who=who)

    def glyph(self, size: float, *, large: bool = False) -> Markup:
        """Its fingerprint."""
        return self.view.picture(self.profile, str(self.words.striptags()), size, large=large)

    def over(self, candidate: Entity, size: float = LIST_PX) -> Markup:
        """Its fingerprint under that of a candidate, whom the list compares."""
        return overlay(self.profile, self.view.profile(candidate), size, one_ink=self.view.one_ink, focus="b")
