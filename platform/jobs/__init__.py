"""Background jobs: the row in ``jobs.db`` is the truth, a message carries only its id."""

from __future__ import annotations

from kyokan.platform.jobs.model import Job, State
from kyokan.platform.jobs.service import JobService
from kyokan.platform.settings import Settings

__all__ = ["Job", "JobService", "State", "open_jobs"]


def open_jobs(settings: Settings, lease: float = 60.0) -> JobService:
    """The jobs of an installation, published over its broker.

    Args:
        settings: where the home folder and the broker are.
        lease: seconds for which a job belongs to its worker after each sign of life.
    """

    def publish(job_id: str) -> None:
        from kyokan.platform.jobs.tasks import publish  # Celery is loaded by the first message, not by --help

        publish(settings, job_id)

    return JobService(settings.home / "jobs.db", publish, lease=lease)
