"""Encoders and their cache: text into unit vectors, offline."""

from __future__ import annotations

from kyokan.matching.encoders.cache import CachedEncoder
from kyokan.matching.encoders.opening import DEFAULT_ENCODER, open_encoder
from kyokan.matching.encoders.sentence_transformer import SentenceTransformerEncoder
from kyokan.matching.encoders.universal import UniversalEncoder

__all__ = ["DEFAULT_ENCODER", "CachedEncoder", "SentenceTransformerEncoder", "UniversalEncoder", "open_encoder"]
