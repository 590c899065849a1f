"""The way to the mail server: SMTP with TLS, plain text only."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from kyokan.errors import LetterRefusedError, MailUnavailableError, SettingsError

PATIENCE = 20.0  # seconds for each answer of the server
PORTS = {"smtp": 587, "smtps": 465}
FOR_GOOD = 500  # replies from here on will not change by trying again (RFC 5321, section 4.2.1)
Send = Callable[[str, str, str, str], None]


class Post:
    """A mail server.

    Args:
        server: ``smtp://user:password@host:port`` (TLS by STARTTLS, but for a server on this machine) or ``smtps://…``.
        sender: the address that letters come from, with a name or without.

    Raises:
        SettingsError: the server's address is of another kind, or the sender is none.
    """

    def __init__(self, server: str, sender: str) -> None:
        self._server = urlsplit(server)
        self._sender = sender
        if self._server.scheme not in PORTS or not self._server.hostname:
            raise SettingsError("KYOKAN_SMTP", "is not the address of a mail server", "Use smtp://USER:PASSWORD@HOST")
        if "@" not in parseaddr(sender)[1]:
            raise SettingsError("KYOKAN_MAIL_FROM", "is no e-mail address", "Say whom letters come from")

    @property
    def host(self) -> str:
        """The server's name, without user and password."""
        return str(self._server.hostname)

    @contextmanager
    def connected(self) -> Iterator[Send]:
        """Gives a function that sends one letter: (id, address, subject, text).

        The function raises LetterRefusedError where the server refuses that letter.

        Raises:
            MailUnavailableError: the server does not answer, refuses us or breaks off.
        """
        try:
            with _session(self._server) as server:
                yield lambda *letter: self._send(server, *letter)
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailableError(self.host, f"does not take letters ({error})", "See KYOKAN_SMTP") from error

    def _send(self, server: smtplib.SMTP, letter: str, address: str, subject: str, text: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, address, subject
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{letter}@{parseaddr(self._sender)[1].rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text, charset="utf-8", cte="base64")
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise _refused(code, reason) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error


def _session(server: SplitResult) -> smtplib.SMTP:
    """A session with the server, over TLS unless it is on this machine, signed in where a user is named."""
    host, port = str(server.hostname), server.port or PORTS[server.scheme]
    secure = ssl.create_default_context()
    if server.scheme == "smtps":
        session: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=secure)
    else:
        session = smtplib.SMTP(host, port, timeout=PATIENCE)
    try:
        if server.scheme == "smtp" and not _here(host):
            session.starttls(context=secure)
        if server.username:
            session.login(unquote(server.username), unquote(server.password or ""))
    except BaseException:
        session.close()
        raise
    return session


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(code: int, reason: bytes | str) -> LetterRefusedError:
    said = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    return LetterRefusedError("letter", f"was refused ({code} {said})", again=code < FOR_GOOD)
