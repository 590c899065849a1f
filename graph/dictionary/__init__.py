"""The versioned kansei dictionary: one affect space that artists, brands, products and texts share."""

from kyokan.graph.dictionary.entries import Attribute, Axis, Sector, normalise_term
from kyokan.graph.dictionary.loading import load_dictionary
from kyokan.graph.dictionary.model import Dictionary

__all__ = ["Attribute", "Axis", "Dictionary", "Sector", "load_dictionary", "normalise_term"]
