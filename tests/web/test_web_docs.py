"""docs/web.md tells every address that the web answers."""

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs" / "web.md"


def test_every_address_is_documented(app):
    told = set(re.findall(r"^\| `(/[^`]*)` ", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    rules = {re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"<\1>", rule.rule) for rule in app.url_map.iter_rules()}
    assert told == rules
