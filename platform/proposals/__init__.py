"""What a proposal says: its reasons sentence by sentence, each on its evidence, and its sketches."""

from kyokan.platform.proposals.service import Manuscript, Manuscripts

__all__ = ["Manuscript", "Manuscripts"]
