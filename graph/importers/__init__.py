"""Files to entities and relations, with problems named row by row."""

from kyokan.graph.importers.export import export_graph
from kyokan.graph.importers.formats import FORMATS, Format
from kyokan.graph.importers.problems import Limits
from kyokan.graph.importers.report import ImportReport, Outcome, Resolution
from kyokan.graph.importers.rereading import annotate_store
from kyokan.graph.importers.service import import_source

__all__ = [
    "FORMATS",
    "Format",
    "ImportReport",
    "Limits",
    "Outcome",
    "Resolution",
    "annotate_store",
    "export_graph",
    "import_source",
]
