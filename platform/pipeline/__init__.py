"""An agency's own view of its deals: the stages it calls by its own names, who looks after which, what comes next."""

from kyokan.platform.pipeline.board import Board, Pipeline, Slip
from kyokan.platform.pipeline.stages import Stage

__all__ = ["Board", "Pipeline", "Slip", "Stage"]
