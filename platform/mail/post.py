"""The way to the mail server: SMTP with TLS, plain text only."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from kyokan.errors import LetterRefusedError, MailUnavailableError, SettingsError
from kyokan.platform.accounts.addresses import deliverable

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
        if not deliverable(parseaddr(sender)[1]):
            raise SettingsError("KYOKAN_MAIL_FROM", "is no e-mail address", "Say whom letters come from")

    @property
    def host(self) -> str:
        """The server's name, without user and password."""
        return str(self._server.hostname)

    @contextmanager
    def connected(self) -> Iterator[Send]:
        """Gives a function that sends one letter: (id, address, subject, text).

        The function raises LetterRefusedError where that letter cannot go, and MailUnavailableError where the server
        breaks off while it has it in hand.

        Raises:
            MailUnavailableError: the server does not answer or does not let us in.
        """
        try:
            server = _session(self._server)
        except (OSError, smtplib.SMTPException) as error:
            raise self._away(error) from error
        try:
            yield lambda *letter: self._send(server, *letter)
        finally:
            _leave(server)

    def _send(self, server: smtplib.SMTP, letter: str, address: str, subject: str, text: str) -> None:
        message = self._message(letter, address, subject, text)
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise _refused(code, reason) from error
        except smtplib.SMTPSenderRefused as error:  # of our own sender: the letter is not at fault
            raise LetterRefusedError("sender", f"was refused ({error})", again=True) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise LetterRefusedError("letter", f"is none that this server takes ({error})", again=False) from error
        except (OSError, smtplib.SMTPException) as error:
            raise self._away(error) from error

    def _message(self, letter: str, address: str, subject: str, text: str) -> EmailMessage:
        """The letter as it is sent.

        Raises:
            LetterRefusedError: its address is none, or its subject cannot be written down.
        """
        if not deliverable(address):
            raise LetterRefusedError(address, "is no address that letters reach", again=False)
        message = EmailMessage()
        try:
            message["From"], message["To"], message["Subject"] = self._sender, address, subject
            message.set_content(text, charset="utf-8", cte="base64")
        except ValueError as error:  # a line break in the subject
            raise LetterRefusedError("letter", f"cannot be written down ({error})", again=False) from error
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{letter}@{parseaddr(self._sender)[1].rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        return message

    def _away(self, error: Exception) -> MailUnavailableError:
        return MailUnavailableError(self.host, f"does not take letters ({error})", "See KYOKAN_SMTP")


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


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; a server that is gone already is left all the same."""
    with suppress(OSError, smtplib.SMTPException):
        server.quit()
    server.close()


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(code: int, reason: bytes | str) -> LetterRefusedError:
    said = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    return LetterRefusedError("letter", f"was refused ({code} {said})", again=code < FOR_GOOD)
