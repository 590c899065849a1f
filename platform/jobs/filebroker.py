"""The file broker: a folder of messages, for one machine without a server.

Kombu's own file transport writes a message in place, so that a reader may take it half written, and moves it to a
folder for all users. Here a message appears and disappears by one rename within the home folder. A message that
was taken by a worker that died is gone; the reaper announces its job again.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem

log = logging.getLogger("kyokan.jobs")


class Channel(filesystem.Channel):
    """A channel whose messages are whole or not there."""

    def _put(self, queue: str, payload: Any, **_more: Any) -> None:  # type: ignore[override] # kombu names it both ways
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        folder = Path(self.data_folder_out)
        draft = folder / f"{name}.draft"
        draft.write_text(json.dumps(payload), encoding="utf-8")
        draft.rename(folder / f"{name}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 - the signature is kombu's
        for path in sorted(Path(self.data_folder_in).glob(f"*.{queue}.msg")):
            taken = path.with_suffix(".taken")
            try:
                path.rename(taken)
            except FileNotFoundError:  # another worker was faster
                continue
            text = taken.read_text(encoding="utf-8")
            taken.unlink()
            try:
                return json.loads(text)
            except ValueError:  # emptied by a power cut; the row still knows of the job
                log.warning("message %s cannot be read", path.name)
        raise Empty


class Transport(filesystem.Transport):
    """The file transport with the channel above."""

    Channel = Channel
