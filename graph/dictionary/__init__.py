"""The versioned kansei dictionary: one affect space that artists, brands, products and texts share."""

from kyokan.graph.dictionary.loading import load_dictionary
from kyokan.graph.dictionary.model import Attribute, Axis, Dictionary, Sector, normalise_term

__all__ = ["Attribute", "Axis", "Dictionary", "Sector", "load_dictionary", "normalise_term"]
