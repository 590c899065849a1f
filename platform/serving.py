"""Services of a server: questions are answered from what is ready, while what has changed is derived beside them."""

from __future__ import annotations

import gc
import logging
import threading
from typing import TYPE_CHECKING, cast

from kyokan.errors import KyokanError
from kyokan.platform.services import Progress, Services
from kyokan.platform.settings import Settings

if TYPE_CHECKING:
    from kyokan.graph.snapshot import Snapshot
    from kyokan.matching.ranking import Matcher

log = logging.getLogger("kyokan.server")

AGAIN_SECONDS = 1.0  # between two looks at whether anything has changed


class Serving(Services):
    """Services that never make a reader wait for a snapshot once they have one.

    Until ``refresh`` has been called they behave as ``Services`` do, whose first question derives what it needs.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._ready: Matcher | None = None

    def snapshot(self, progress: Progress | None = None) -> Snapshot:
        """The snapshot that is ready; the newest where none is."""
        return _of(self._ready) if self._ready is not None else super().snapshot(progress)

    def matcher(self, progress: Progress | None = None) -> Matcher:
        """The matcher over the snapshot that is ready; over the newest where none is."""
        return self._ready if self._ready is not None else super().matcher(progress)

    def refresh(self) -> bool:
        """Take up what has changed in the store, the dictionary or the weights, all that questions need derived first.

        Returns:
            Whether anything had.

        Raises:
            KyokanError: it cannot be taken up; what was ready stays so.
        """
        matcher = self.newest_matcher()
        if matcher is self._ready:
            return False
        self.warm(matcher)
        self.atlas_of(_of(matcher))
        self._ready = matcher
        return True


def _of(matcher: Matcher) -> Snapshot:
    """The snapshot of a matcher of services, which is never an edited copy."""
    return cast("Snapshot", matcher.snapshot)


def load_for_good(services: Services) -> None:
    """Load what stays as long as the process, before anything of the graph is read.

    It is set apart from what the collector of garbage goes over, which it would do in the middle of an answer.
    """
    services.load()
    gc.collect()
    gc.freeze()


def keep_ready(services: Serving, over: threading.Event) -> None:
    """Derive what questions need while nobody waits, and again whenever something changes, until it is ``over``.

    What stands in the way is logged once for as long as it does; the first question says it too. Whatever it is, there
    is another try: without this thread a server would answer from its first snapshot for ever.
    """
    loaded, told = False, ""
    while True:
        try:
            if not loaded:
                load_for_good(services)
                loaded = True
            services.refresh()
            told = ""
        except Exception as error:
            if str(error) != told:
                log.warning("not ready for questions: %s", error, exc_info=not isinstance(error, KyokanError))
            told = str(error)
        if over.wait(AGAIN_SECONDS):
            return
