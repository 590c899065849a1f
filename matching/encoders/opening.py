"""Encoders by the name a setting gives."""

from __future__ import annotations

from pathlib import Path

from kyokan.errors import EncoderUnavailableError
from kyokan.graph.encoder import Encoder
from kyokan.matching.encoders.cache import CachedEncoder
from kyokan.matching.encoders.sentence_transformer import PREFIX, SentenceTransformerEncoder
from kyokan.matching.encoders.universal import UniversalEncoder

DEFAULT_ENCODER = "universal"


def open_encoder(name: str = DEFAULT_ENCODER, cache: Path | None = None) -> Encoder:
    """The encoder of that name: ``universal``, or ``st:<name or path>`` for a sentence-transformers model.

    Args:
        name: which encoder.
        cache: a file in which vectors are kept between runs; none by default.

    Raises:
        EncoderUnavailableError: no encoder has that name, or its package or model is not installed.
    """
    encoder: Encoder
    if name == DEFAULT_ENCODER:
        encoder = UniversalEncoder()
    elif name.startswith(PREFIX) and name != PREFIX:
        encoder = SentenceTransformerEncoder(name.removeprefix(PREFIX))
    else:
        remedy = f"Use {DEFAULT_ENCODER} or {PREFIX}<name or path of a sentence-transformers model>"
        raise EncoderUnavailableError(f"encoder {name}", "no encoder has that name", remedy)
    return CachedEncoder(encoder, cache) if cache else encoder
