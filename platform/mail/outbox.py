"""The outbox: letters wait in the file until the mail server has taken them, or has refused them for good."""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import LetterRefusedError, MailUnavailableError
from kyokan.platform.database import Database
from kyokan.platform.mail.model import LetterRow
from kyokan.platform.mail.post import Post, Send

# Seconds to wait after each failed try; after the last one the letter is given up.
WAITS = (60.0, 300.0, 1_800.0, 7_200.0, 21_600.0, 86_400.0)
ONCE = 100  # letters a run
SESSIONS = 3  # a run; what a server that keeps breaking off has not seen by then stays due


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain text to one address."""

    address: str
    subject: str
    text: str


class Outbox:
    """Letters of the whole installation.

    Args:
        database: where they wait.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def put(self, session: Session, letter: Letter) -> None:
        """Add a letter within the caller's transaction: it goes out if and only if that one is kept."""
        now = self._clock()
        made = {"address": letter.address, "subject": letter.subject, "text": letter.text}
        session.add(LetterRow(id=uuid.uuid4().hex, created=now, due=now, **made))

    def add(self, letter: Letter) -> None:
        """Add a letter in a transaction of its own."""
        with self._database.session(writing=True) as session:
            self.put(session, letter)

    def deliver(self, post: Post) -> dict[str, int]:
        """Send what is due; gives how many were ``sent``, are ``waiting`` for another try and were ``given_up``.

        What befalls one letter is that one's alone: the others go out. A letter is marked once the server has taken it.
        Where this process ends in between, it goes out again under the same message id.
        """
        counts = {"sent": 0, "waiting": 0, "given_up": 0}
        with self._database.session() as session:
            due = select(LetterRow).where(LetterRow.due <= self._clock()).order_by(LetterRow.created).limit(ONCE)
            letters = deque(session.scalars(due))
        for _ in range(SESSIONS):
            if not letters:
                break
            try:
                with post.connected() as send:
                    self._hand_over(letters, send, counts)
            except MailUnavailableError as error:
                for row in letters:
                    counts[self._close(row.id, str(error), again=True)] += 1
                break
        return counts

    def _hand_over(self, letters: deque[LetterRow], send: Send, counts: dict[str, int]) -> None:
        """Send one letter after the other, until the server breaks off: that one waits, for it may be the reason."""
        while letters:
            row = letters.popleft()
            try:
                send(row.id, row.address, row.subject, row.text)
            except LetterRefusedError as error:
                counts[self._close(row.id, str(error), again=error.again)] += 1
            except MailUnavailableError as error:
                counts[self._close(row.id, str(error), again=True)] += 1
                return
            else:
                counts[self._close(row.id, "", again=False)] += 1

    def _close(self, letter: str, error: str, *, again: bool) -> str:
        """Write down how a try ended; gives the word that it is counted under."""
        with self._database.session(writing=True) as session:
            row = session.get_one(LetterRow, letter)
            row.tries, row.error = row.tries + 1, error
            if again and row.tries <= len(WAITS):
                row.due = self._clock() + WAITS[row.tries - 1]
                return "waiting"
            row.due, row.text = None, ""
            if error:
                return "given_up"
            row.sent = self._clock()
            return "sent"
