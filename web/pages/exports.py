"""Documents taken out: a proposal in the rendering of one's side, or a ranking; each is recorded."""

from __future__ import annotations

from io import BytesIO

from flask import send_file
from werkzeug.wrappers import Response

from kyokan.platform.shares import Audience
from kyokan.web.actors import actor
from kyokan.web.exports import PROPOSAL_FORMS, RANKING_FORMS, Listing, Made, Paper, make_proposal, make_ranking
from kyokan.web.exports.proposal import SIDES
from kyokan.web.exports.rights import Leaving
from kyokan.web.forms import posted
from kyokan.web.pages.matches import ALLOWED, asked, title
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.view import current
from kyokan.web.wording import plain


def proposal(deal_id: str) -> Response:
    """One proposal as a file; an agency says for whom, a side gets its own rendering."""
    who, view = actor(), current()
    Parameters.of_request(())
    sent = posted("form", "audience")
    form = _choice("form", sent["form"], tuple(PROPOSAL_FORMS))
    audience = Audience(_choice("audience", sent["audience"] or Audience.INTERNAL, tuple(Audience)))
    seen = view.services.shares.take_out(who, deal_id, form, audience)
    sides = view.services.accounts.organisation_names([seen[side] for side in SIDES])
    return _sent(make_proposal(Paper(view, seen, audience, sides, _today()), form))


def ranking() -> Response:
    """The ranking that the address asks for, as a file."""
    who, view = actor(), current()
    parameters = Parameters.of_request(ALLOWED, kansei=True)
    form = _choice("form", posted("form")["form"], tuple(RANKING_FORMS))
    query = asked(view, parameters)
    proposed = view.services.propose(query, actor=who)
    view.services.shares.take_ranking(who, proposed.question(), form)
    named = plain(title(view, query))
    return _sent(make_ranking(Listing(view, proposed, named, _today(), Leaving(view.known)), form))


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ParameterError(name, "choice", choices=", ".join(choices))
    return value


def _sent(made: Made) -> Response:
    return send_file(
        BytesIO(made.content), mimetype=made.mimetype, as_attachment=True, download_name=made.name, max_age=0
    )


def _today() -> str:
    return current().services.clock().date().isoformat()
