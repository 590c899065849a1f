"""Measured protocols: one question each, a split, a score with its interval, and baselines of the same run."""

from __future__ import annotations

from kyokan.matching.evaluation.harness import PROTOCOLS, Protocol, Result, evaluate

__all__ = ["PROTOCOLS", "Protocol", "Result", "evaluate"]
