"""Entities and relations to canonical JSON and back: one text for both stores, the snapshot, the hash and the export.

The canonical text of a record is JSON with sorted keys, no spaces, and fields left out that have their default value.
``Provenance.imported_at`` is not part of it: it travels beside, so that importing a file again changes no text.
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple

from kyokan.errors import StoreError
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind, Rights

_quote = json.encoder.encode_basestring
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_ENTITY_TEXTS = ("name_ja", "name_en", "text_ja", "text_en")
_PROVENANCE_TEXTS = ("source", "licence", "address", "annotator")
_STAMP_SEPARATOR = "\n"


class Record(NamedTuple):
    """A record as stores keep it: canonical text, its hash, and when each of its sources was imported."""

    text: str
    digest: str
    imported_at: str


def encode_entity(entity: Entity) -> Record:
    """The record of an entity.

    Raises:
        StoreError: the id is not ``kind:slug``, a text cannot be written as UTF-8, or an attribute is not JSON.
    """
    _check_entity(entity)
    content: dict[str, Any] = {
        "id": entity.id,
        "kind": entity.kind.value,
        "name": entity.name,
        "provenance": [_provenance_content(record) for record in entity.provenance],
    }
    content |= {name: value for name in _ENTITY_TEXTS if (value := getattr(entity, name))}
    if entity.aliases:
        content["aliases"] = list(entity.aliases)
    if entity.external_ids:
        content["external_ids"] = dict(entity.external_ids)
    if entity.attributes:
        content["attributes"] = dict(entity.attributes)
    try:
        text = _encoder.encode(content)
        return Record(text, _digest(text), _STAMP_SEPARATOR.join(record.imported_at for record in entity.provenance))
    except (TypeError, ValueError) as error:
        raise _refusal(entity.id, error) from error


def decode_entity(text: str, imported_at: str = "") -> Entity:
    """The entity of a record; the inverse of ``encode_entity``."""
    content = json.loads(text)
    stamps = imported_at.split(_STAMP_SEPARATOR) if imported_at else [""] * len(content["provenance"])
    content["kind"] = EntityKind(content["kind"])
    content["aliases"] = tuple(content.get("aliases", ()))
    content["provenance"] = tuple(
        _provenance(stamp, **record) for record, stamp in zip(content["provenance"], stamps, strict=True)
    )
    return Entity(**content)


def encode_relation(relation: Relation) -> Record:
    """The record of a relation.

    Raises:
        StoreError: weight or confidence is out of range, a text cannot be written as UTF-8, or an attribute is not
            JSON.
    """
    kind, source, target, key = identity = relation.identity
    weight, confidence = _check_relation(relation, identity)
    try:
        # Relations come by the hundred thousand: their few fields are put in order here, in a third of the time.
        text = "".join(
            (
                "{",
                _field("attributes", dict(relation.attributes)),
                f'"confidence":{confidence!r},',
                _field("key", key),
                f'"kind":"{kind}","provenance":{_provenance_text(relation.provenance)},',
                _field("since", relation.since),
                f'"source":{_quote(source)},"target":{_quote(target)},',
                _field("until", relation.until),
                f'"weight":{weight!r}}}',
            )
        )
        return Record(text, _digest(text), relation.provenance.imported_at)
    except (TypeError, ValueError) as error:
        raise _refusal(" ".join(identity), error) from error


def decode_relation(text: str, imported_at: str = "") -> Relation:
    """The relation of a record; the inverse of ``encode_relation``."""
    content = json.loads(text)
    content["kind"] = RelationKind(content["kind"])
    content["provenance"] = _provenance(imported_at, **content["provenance"])
    return Relation(**content)


def hashed_key(*parts: str) -> str:
    """A short key (32 hexadecimal digits) for an identity of any length; the parts hold no control characters."""
    return hashlib.blake2b("\x00".join(parts).encode(), digest_size=16).hexdigest()


def _field(name: str, value: Any) -> str:
    """A member of a JSON object with the comma after it; nothing for an empty value."""
    return f'"{name}":{_encoder.encode(value)},' if value else ""


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _refusal(subject: str, error: Exception) -> StoreError:
    if isinstance(error, UnicodeEncodeError):
        shown = subject.encode("ascii", "backslashreplace").decode()
        return StoreError(shown, "holds half of a surrogate pair, which is no text", "Repair its encoding")
    return StoreError(subject, f"attributes must be JSON values ({error})")


@lru_cache(maxsize=4096)
def _provenance_text(provenance: Provenance) -> str:
    """Canonical JSON of a provenance; records that differ in ``imported_at`` alone are equal and share it."""
    return _encoder.encode(_provenance_content(provenance))


def _provenance_content(provenance: Provenance) -> dict[str, Any]:
    content: dict[str, Any] = {name: value for name in _PROVENANCE_TEXTS if (value := getattr(provenance, name))}
    content["rights"] = provenance.rights.value
    if provenance.synthetic:
        content["synthetic"] = True
    return content


@lru_cache(maxsize=4096)
def _provenance(
    imported_at: str,
    *,
    rights: str,
    source: str = "",
    licence: str = "",
    address: str = "",
    annotator: str = "",
    synthetic: bool = False,
) -> Provenance:
    """Provenance objects are shared: thousands of records have the same."""
    return Provenance(
        source=source,
        licence=licence,
        rights=Rights(rights),
        address=address,
        annotator=annotator,
        synthetic=synthetic,
        imported_at=imported_at,
    )


def _check_entity(entity: Entity) -> None:
    prefix, _, slug = entity.id.partition(":")
    if prefix != entity.kind.value or not slug:
        raise StoreError(entity.id or "entity", f"the id of a {entity.kind.value} is {entity.kind.value}:slug")
    _check_printable(entity.id)
    for record in entity.provenance:
        if _STAMP_SEPARATOR in record.imported_at:
            raise StoreError(entity.id, "imported_at is one line")


def _check_relation(relation: Relation, identity: tuple[str, str, str, str]) -> tuple[float, float]:
    """Weight and confidence as finite floats without a negative zero."""
    _check_printable(*identity)
    try:
        weight, confidence = float(relation.weight) + 0.0, float(relation.confidence) + 0.0
    except (TypeError, ValueError) as error:
        raise StoreError(" ".join(identity), "weight and confidence are numbers") from error
    if not math.isfinite(weight):
        raise StoreError(" ".join(identity), f"weight must be finite, not {weight}")
    if not 0.0 <= confidence <= 1.0:
        raise StoreError(" ".join(identity), f"confidence must be in 0..1, not {confidence}")
    return weight, confidence


def _check_printable(*identity: str) -> None:
    """Control characters in an identity would hide from the eye that two differ."""
    joined = " ".join(identity)
    if not joined.isprintable() and any(unicodedata.category(c) == "Cc" for c in joined):
        raise StoreError(repr(joined), "an id or key holds no control characters")
