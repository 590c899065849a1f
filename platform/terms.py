"""The kansei dictionary in force: taken up anew by a running process once the planner's own file has changed."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from kyokan.errors import DictionaryError
from kyokan.graph.dictionary import Dictionary, load_dictionary

log = logging.getLogger("kyokan.dictionary")
Written = tuple[int, int] | None


def written(path: Path | None) -> Written:
    """When a file was last written, in nanoseconds, and its size; None where there is none."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found else None


class Terms:
    """The dictionary that Kyokan ships with a planner's own terms, shared by threads.

    Args:
        own: the planner's own file; None where there is none.
    """

    def __init__(self, own: Path | None) -> None:
        self._own = own
        self._lock = threading.Lock()
        self._written: Written = None
        self._dictionary: Dictionary | None = None
        self._fault = ""

    @property
    def fault(self) -> str:
        """Why the planner's own file cannot be taken up as it stands; empty where it can."""
        self.current()
        return self._fault

    def current(self) -> Dictionary:
        """The dictionary as the files stand; of an own file that cannot be read any more, as it was before.

        Raises:
            DictionaryError: the own file breaks a rule, and none was read before.
        """
        with self._lock:
            now = written(self._own)
            if self._dictionary is None or now != self._written:
                self._dictionary, self._written = self._read(self._dictionary), now
            return self._dictionary

    def _read(self, before: Dictionary | None) -> Dictionary:
        try:
            found = load_dictionary(self._own)
        except DictionaryError as error:
            if before is None:
                raise
            log.warning("the dictionary stays as it was: %s", error)
            self._fault = str(error)
            return before
        self._fault = ""
        return found
