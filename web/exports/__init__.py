"""Documents that people hand over: one content a proposal or ranking, written as PDF, slides, sheet or data."""

from kyokan.web.exports.making import PROPOSAL_FORMS, RANKING_FORMS, Made, make_proposal, make_ranking
from kyokan.web.exports.proposal import Paper
from kyokan.web.exports.ranking import Listing

__all__ = ["PROPOSAL_FORMS", "RANKING_FORMS", "Listing", "Made", "Paper", "make_proposal", "make_ranking"]
