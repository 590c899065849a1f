"""The rooms of the workroom, each opened on first use over one file: people, deals and all that is kept about them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kyokan.platform.clock import Clock, clock_in
from kyokan.platform.settings import Settings

if TYPE_CHECKING:
    from kyokan.platform.accounts.issuer import Issuer
    from kyokan.platform.accounts.service import Accounts
    from kyokan.platform.approvals import Approvals
    from kyokan.platform.attachments import Attachments
    from kyokan.platform.audit import Denials
    from kyokan.platform.database import Database
    from kyokan.platform.deals import Deals
    from kyokan.platform.deals.gate import Admission
    from kyokan.platform.deals.notices import Notices
    from kyokan.platform.desk import Batches, Searches, Shortlists
    from kyokan.platform.jobs.room import JobRoom
    from kyokan.platform.mail import Outbox
    from kyokan.platform.mail.news import News
    from kyokan.platform.mail.post import Post
    from kyokan.platform.pipeline import Pipeline
    from kyokan.platform.pipeline.reminders import Reminders
    from kyokan.platform.proposals import Manuscripts
    from kyokan.platform.shares import Shares


class Workroom:
    """What people keep and do, as opposed to what is known of artists and brands.

    Args:
        settings: where things are.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def clock(self) -> Clock:
        """The time, in the zone by which this installation counts its days."""
        return clock_in(self.settings.timezone)

    @cached_property
    def database(self) -> Database:
        """The workroom's own records."""
        import kyokan.platform.accounts.model
        import kyokan.platform.approvals.model
        import kyokan.platform.attachments.model
        import kyokan.platform.audit
        import kyokan.platform.deals.model
        import kyokan.platform.deals.talk
        import kyokan.platform.desk.model
        import kyokan.platform.mail.model
        import kyokan.platform.pipeline.model
        import kyokan.platform.pipeline.reminders
        import kyokan.platform.proposals.model
        import kyokan.platform.rules.model
        import kyokan.platform.shares.model  # noqa: F401 - tables are made when the file is opened, so all must be known
        from kyokan.platform.database import Database

        return Database(self.settings.workroom)

    @cached_property
    def accounts(self) -> Accounts:
        """People, organisations and who is signed in."""
        from kyokan.platform.accounts.service import Accounts

        return Accounts(self.database)

    @cached_property
    def denials(self) -> Denials:
        """What people were denied."""
        from kyokan.platform.audit import Denials

        return Denials(self.database, self.clock)

    @cached_property
    def issuer(self) -> Issuer | None:
        """The OpenID Connect provider at which people may sign in; None where none is set."""
        from kyokan.platform.accounts.issuer import Issuer

        there = self.settings
        if not there.oidc_issuer:
            return None
        return Issuer(there.oidc_issuer, there.oidc_client_id, there.oidc_client_secret.get_secret_value())

    @cached_property
    def admission(self) -> Admission:
        """Who may come together; whoever knows the rules of the two sides puts theirs here."""
        from kyokan.platform.deals.gate import EVERYBODY

        return EVERYBODY

    @cached_property
    def deals(self) -> Deals:
        """Proposed tie-ups."""
        from kyokan.platform.approvals import ApprovalGate
        from kyokan.platform.deals import Deals

        return Deals(self.database, self.clock, gates=(ApprovalGate(),), admission=self.admission)

    @cached_property
    def notices(self) -> Notices:
        """What organisations are told of their deals."""
        from kyokan.platform.deals.notices import Notices
        from kyokan.platform.rules.inbox import under_floor

        return Notices(self.database, under_floor)

    @cached_property
    def approvals(self) -> Approvals:
        """What agencies agree on before a draft leaves them."""
        from kyokan.platform.approvals import Approvals

        return Approvals(self.database, self.clock)

    @cached_property
    def outbox(self) -> Outbox:
        """Letters on their way."""
        from kyokan.platform.mail import Outbox

        return Outbox(self.database)

    @cached_property
    def news(self) -> News:
        """News by mail."""
        from kyokan.platform.mail.news import News
        from kyokan.platform.rules.inbox import under_floor

        return News(self.database, self.outbox, self.settings.reached_at, self.clock, under_floor)

    @cached_property
    def post(self) -> Post | None:
        """The mail server; None where none is set."""
        from kyokan.platform.mail.post import Post

        server = self.settings.smtp.get_secret_value()
        return Post(server, self.settings.mail_from) if server else None

    @cached_property
    def shortlists(self) -> Shortlists:
        """Candidates kept in lists."""
        from kyokan.platform.desk import Shortlists

        return Shortlists(self.database, self.clock)

    @cached_property
    def manuscripts(self) -> Manuscripts:
        """What proposals say."""
        from kyokan.platform.approvals import ApprovalGate
        from kyokan.platform.proposals import Manuscripts

        return Manuscripts(self.database, self.clock, gates=(ApprovalGate(),))

    @cached_property
    def attachments(self) -> Attachments:
        """Files of deals."""
        from kyokan.platform.approvals import ApprovalGate
        from kyokan.platform.attachments import Attachments

        return Attachments(self.database, self.clock, gates=(ApprovalGate(),))

    @cached_property
    def pipeline(self) -> Pipeline:
        """The boards of agencies."""
        from kyokan.platform.pipeline import Pipeline

        return Pipeline(self.database, self.deals, self.clock)

    @cached_property
    def shares(self) -> Shares:
        """Documents and links that leave the workroom."""
        from kyokan.platform.approvals import ApprovalGate
        from kyokan.platform.shares import Shares

        rooms = (self.database, self.deals, self.manuscripts, self.accounts)
        return Shares(*rooms, clock=self.clock, gates=(ApprovalGate(),))

    @cached_property
    def reminders(self) -> Reminders:
        """What people are to be reminded of."""
        from kyokan.platform.pipeline.reminders import Reminders

        return Reminders(self.database, self.clock)

    @cached_property
    def searches(self) -> Searches:
        """Questions kept by name."""
        from kyokan.platform.desk import Searches

        return Searches(self.database, self.clock)

    @cached_property
    def batches(self) -> Batches:
        """Rankings for many at once."""
        from kyokan.platform.desk import Batches

        return Batches(self.database, self.accounts.acting, self.clock)

    @cached_property
    def jobs(self) -> JobRoom:
        """Background jobs as people meet them."""
        from kyokan.platform.jobs import open_jobs
        from kyokan.platform.jobs.room import JobRoom

        return JobRoom(open_jobs(self.settings), self.database, self.clock)
