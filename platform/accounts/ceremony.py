"""The ceremonies of WebAuthn: what a browser is asked for, and whether what it gives holds. Nothing is kept here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import bytes_to_base64url, options_to_json, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kyokan.errors import AccountError

TIMEOUT = 300_000  # milliseconds that a browser waits for the person
BROKEN = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError)  # by what strangers send

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Site:
    """Whom a passkey is for: the origin in people's address bar; keys belong to its host."""

    origin: str

    @property
    def host(self) -> str:
        """The host, to which browsers tie a key (the relying party's id)."""
        return urlsplit(self.origin).hostname or ""


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is kept of a new passkey: its id (base64url), its public key, and how often it says it was used."""

    credential: str
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What was proved with a passkey: how often it was used by now, and whether it made sure of the person."""

    sign_count: int
    verified: bool


def ask_for_new(site: Site, challenge: bytes, person: str, email: str, name: str, known: Sequence[str]) -> str:
    """What a browser needs to make a passkey, as JSON; authenticators with a ``known`` one make no second."""
    made = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Kyokan",
        user_id=person.encode(),
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=TIMEOUT,
        exclude_credentials=_named(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return options_to_json(made)


def ask_for(site: Site, challenge: bytes, known: Sequence[str] = ()) -> str:
    """What a browser needs to show one of the ``known`` passkeys, as JSON.

    Where none is named, any will do, but it must make sure of the person.
    """
    verification = UserVerificationRequirement.PREFERRED if known else UserVerificationRequirement.REQUIRED
    return options_to_json(
        webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            timeout=TIMEOUT,
            allow_credentials=_named(known),
            user_verification=verification,
        )
    )


def made(site: Site, challenge: bytes, credential: str) -> NewKey:
    """A passkey that a browser has made.

    Raises:
        AccountError: it is not what was asked for.
    """
    found = _held(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    )
    return NewKey(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)


def named(credential: str) -> tuple[str, str]:
    """Id of the passkey that an answer claims to come from, and of the person it names; empty where it names none.

    Raises:
        AccountError: it is no answer of a browser.
    """
    found = _held(lambda: parse_authentication_credential_json(json.loads(credential)))
    return bytes_to_base64url(found.raw_id), (found.response.user_handle or b"").decode(errors="replace")


def shown(site: Site, challenge: bytes, credential: str, public_key: bytes, sign_count: int) -> Shown:
    """What a browser proved with a passkey, whose public key and last count are given.

    Raises:
        AccountError: the signature, challenge, site or count does not fit; a count that fell tells of a copied key.
    """
    found = _held(
        lambda: webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
        )
    )
    return Shown(found.new_sign_count, found.user_verified)


def _named(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in known]


def _held(ceremony: Callable[[], Found]) -> Found:
    try:
        return ceremony()
    except BROKEN as error:
        raise AccountError("wrong_passkey", "passkey", "does not fit", "Try again") from error
