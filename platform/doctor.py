"""Whether every part this installation needs is there and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from kyokan.errors import KyokanError
from kyokan.platform.audit import Trail
from kyokan.platform.jobs import open_jobs
from kyokan.platform.jobs.tasks import ask_broker
from kyokan.platform.services import Services
from kyokan.platform.weights import weights_of

NAMED = 5  # lost jobs that a line names


@dataclass(frozen=True, slots=True)
class Finding:
    """One part and how it stands; ``exit_code`` is what the command leaves with if it failed."""

    part: str
    passed: bool
    detail: str
    exit_code: int = 0

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def examine(services: Services) -> list[Finding]:
    """Each part in the order in which the others need it."""
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("home", lambda: _home(services)),
        ("dictionary", lambda: f"{len(services.dictionary.attributes)} attributes, {services.dictionary.version}"),
        ("encoder", lambda: f"{services.encoder.name}, {services.encoder.dimensions} dimensions"),
        ("store", lambda: f"{services.store.url}, {sum(services.store.count_entities().values()):,} entities"),
        ("snapshot", lambda: services.snapshot().hash),
        ("weights", lambda: _weights(services)),
        ("workroom", lambda: f"{services.settings.workroom}, version {services.database.version}"),
        ("trail", lambda: _trail(services)),
        ("jobs", lambda: _jobs(services)),
        ("broker", lambda: ask_broker(services.settings)),
        ("mail", lambda: _mail(services)),
    )
    return [_examine(part, check) for part, check in checks]


def _examine(part: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(part, passed=True, detail=check())
    except KyokanError as error:
        return Finding(part, passed=False, detail=str(error), exit_code=error.exit_code)


def _home(services: Services) -> str:
    home = services.settings.home
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = home / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise KyokanError(
            str(home), f"cannot be written ({error.strerror})", "Set KYOKAN_HOME to a folder of yours"
        ) from error
    return str(home)


def _weights(services: Services) -> str:
    """Whose weights are in force; weights of another version are told, and are no fault: the shipped ones serve."""
    aside, version = services.weights_aside, weights_of(services.settings.weights).version
    return f"{version}; {aside} is another version's, `kyokan learn` learns anew" if aside else version


def _trail(services: Services) -> str:
    with services.database.session() as session:
        return f"{Trail(session).verify():,} records, each fits the one before it"


def _jobs(services: Services) -> str:
    with open_jobs(services.settings) as jobs:
        if lost := jobs.lost():
            ids = ", ".join(one.id for one in lost[:NAMED]) + (", …" if len(lost) > NAMED else "")
            rule = f"holds {len(lost)} that did not end: {ids}"
            raise KyokanError(str(jobs.path), rule, "See why in kyokan jobs, then kyokan jobs retry ID, or cancel ID")
        return f"{jobs.path}, version {jobs.version}"


def _mail(services: Services) -> str:
    if services.post is None:
        return "no mail server is set: news stands on the pages alone"
    with services.post.connected():
        return services.post.host
