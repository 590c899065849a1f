"""Documents that people hand over: one content a proposal or ranking, written as PDF, slides, sheet or data."""

from kyokan.web.exports.batch import Bundle
from kyokan.web.exports.making import (
    BATCH_FORMS,
    PROPOSAL_FORMS,
    RANKING_FORMS,
    Made,
    make_batch,
    make_proposal,
    make_ranking,
)
from kyokan.web.exports.proposal import Paper
from kyokan.web.exports.ranking import Listing

__all__ = [
    "BATCH_FORMS",
    "PROPOSAL_FORMS",
    "RANKING_FORMS",
    "Bundle",
    "Listing",
    "Made",
    "Paper",
    "make_batch",
    "make_proposal",
    "make_ranking",
]
