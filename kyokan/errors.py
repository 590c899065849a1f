"""Every error Kyokan raises on purpose, in one tree.

KyokanError                     exit 1   base: subject, rule, remedy
├── InputError                  exit 2   the person can mend it; nothing changed
│   ├── UnknownEntityError               no entity of that name or id
│   ├── AmbiguousNameError               several entities answer to that name
│   ├── UnknownRecordError               no list, search, job or deal of that id is the asker's to see
│   ├── QueryError                       a query parameter breaks its rule
│   │   └── RuleStopError                a side's own rules, or a running deal, close a pairing; said in both languages
│   ├── DictionaryError                  a kansei dictionary file breaks a rule
│   ├── ImportRefusedError               a source cannot be read; carries its problems
│   ├── DataMissingError                 a file that a protocol reads is not there
│   ├── AccountError                     an account refuses; its code says why
│   │   └── TooManyAttemptsError         passwords or codes were tried too often; says when to try again
│   └── SettingsError                    a setting breaks its rule
├── LetterRefusedError          exit 1   the mail server refused a letter, for now or for good
├── StoreError                  exit 1   the store refused or lost something
│   ├── StoreNotEmptyError      exit 2   a test or trial was pointed at somebody's data
│   ├── NewerFileError          exit 2   a newer program has written the file
│   ├── CommitUncertainError    exit 1   the connection ended during commit; outcome unknown
│   └── SnapshotError           exit 1   a snapshot is missing, torn or of another version
└── UnavailableError            exit 3   a needed part does not answer
    ├── StoreUnavailableError
    ├── EncoderUnavailableError
    ├── IssuerUnavailableError
    ├── BrokerUnavailableError
    └── MailUnavailableError
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from kyokan.graph.model import Entity, Problem


class KyokanError(Exception):
    """Base of the tree.

    Args:
        subject: which input, file, row, name or part is concerned.
        rule: what was expected of it and what was found instead.
        remedy: what the person can do now.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, subject: str, rule: str, remedy: str = "") -> None:
        self.subject = subject
        self.rule = rule
        self.remedy = remedy
        super().__init__(self.__str__())

    def __str__(self) -> str:
        """One line: which input, which rule, what to do."""
        line = f"{self.subject}: {self.rule}"
        return f"{line}. {self.remedy}" if self.remedy else line


class InputError(KyokanError):
    """The person who asked can mend it; nothing was changed.

    ``code`` names the reason, where pages word it themselves, and ``values`` fill the blanks of those words.
    """

    exit_code = 2

    def __init__(self, subject: str, rule: str, remedy: str = "", *, code: str = "", **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(subject, rule, remedy)


class UnknownEntityError(InputError):
    """No entity has that name or id."""


class AmbiguousNameError(InputError):
    """Several entities answer to a name; ``candidates`` are listed best first."""

    def __init__(self, name: str, candidates: Sequence[Entity]) -> None:
        self.candidates = tuple(candidates)
        ids = ", ".join(entity.id for entity in self.candidates)
        many = f"may mean {len(self.candidates)} entities ({ids})"
        super().__init__(name, many if len(self.candidates) > 1 else f"is only near to {ids}", "Name one by its id")


class QueryError(InputError):
    """A query parameter is unknown or breaks its rule."""


class UnknownRecordError(InputError):
    """No record of that id is known to the one who asks; whether there is one is not told."""


class RuleStopError(QueryError):
    """A side's own rules, or a deal that runs, close a pairing; ``said`` tells so in ``ja`` and ``en``.

    ``whose`` is the entity whose rule it was, empty for a deal.
    """

    def __init__(self, subject: str, said: Mapping[str, str], whose: str = "") -> None:
        self.said = said
        self.whose = whose
        super().__init__(subject, said["en"].rstrip("."))


class UnknownDealError(UnknownRecordError):
    """No deal of that id is known to the one who asks."""


class NotAllowedError(InputError):
    """The one who asks may not do this, or not now."""


class ChangedMeanwhileError(InputError):
    """What was to be changed is not any more as it was when it was read."""


class DictionaryError(InputError):
    """A kansei dictionary file breaks a rule."""


class ImportRefusedError(InputError):
    """A source cannot be imported; ``problems`` name file, row, column and rule."""

    def __init__(self, subject: str, rule: str, remedy: str = "", problems: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__(subject, rule, remedy)


class DataMissingError(InputError):
    """A file that an evaluation protocol reads is not where it should be."""


class AccountError(InputError):
    """Signing in, an invitation or a change of an account is refused; ``code`` names the reason for pages to word."""

    def __init__(self, code: str, subject: str, rule: str, remedy: str = "") -> None:
        super().__init__(subject, rule, remedy, code=code)


class TooManyAttemptsError(AccountError):
    """Passwords or codes were tried too often; ``retry_after`` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__("too_many", "sign-in", "was tried too often", f"Try again in {retry_after} s")


class SettingsError(InputError):
    """A setting is unknown or breaks its rule."""


class LetterRefusedError(KyokanError):
    """The mail server refused a letter; ``again`` says whether another try may help."""

    def __init__(self, subject: str, rule: str, *, again: bool) -> None:
        self.again = again
        super().__init__(subject, rule)


class StoreError(KyokanError):
    """The store refused an operation."""


class StoreNotEmptyError(StoreError):
    """A test or trial was pointed at a store that holds somebody's data."""

    exit_code = 2


class NewerFileError(StoreError):
    """A newer program has written the file; this one would not understand it."""

    exit_code = 2


class CommitUncertainError(StoreError):
    """The connection ended while a commit was under way; whether it happened is not known."""


class SnapshotError(StoreError):
    """A snapshot is missing, torn or written by another version."""


class UnavailableError(KyokanError):
    """A needed part does not answer."""

    exit_code = 3


class StoreUnavailableError(UnavailableError):
    """The store does not answer."""


class EncoderUnavailableError(UnavailableError):
    """The encoder's package or model is not installed."""


class IssuerUnavailableError(UnavailableError):
    """The OpenID Connect issuer does not answer, or not as the protocol demands."""


class BrokerUnavailableError(UnavailableError):
    """The message broker does not answer."""


class MailUnavailableError(UnavailableError):
    """The mail server does not answer."""
