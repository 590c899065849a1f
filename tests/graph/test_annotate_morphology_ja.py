"""Japanese tokens stand where the text has them."""

from __future__ import annotations

import pytest

from kyokan.graph.annotate.morphology_ja import tokenize_ja


@pytest.mark.parametrize("text", ["落ち込むわ…", "…", "録画できてなかった…最終回だったのに…"])
def test_an_ellipsis_is_one_token_wherever_it_stands(text: str) -> None:
    tokens = tokenize_ja(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert [text[token.start : token.end] for token in tokens].count("…") == text.count("…")
