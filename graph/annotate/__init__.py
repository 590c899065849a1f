"""Text and tags to kansei profiles, with the words behind each value."""

from __future__ import annotations

from kyokan.graph.annotate.annotator import Annotation, Annotator
from kyokan.graph.annotate.relations import from_relations, merge_with_corrections, to_relations

__all__ = ["Annotation", "Annotator", "from_relations", "merge_with_corrections", "to_relations"]
