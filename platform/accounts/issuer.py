"""An OpenID Connect provider that vouches for people: what it is asked, and whether what it says holds.

Authorization code flow with PKCE (RFC 7636), state and nonce (OpenID Connect Core 1.0, section 3.1). Called are the
issuer's own host, and https hosts at public addresses which its description names (Google keeps its keys on another);
no redirect is followed. Keys are fetched anew for each sign-in, so none is kept too long.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from kyokan.errors import AccountError, IssuerUnavailableError, SettingsError
from kyokan.platform.accounts.egress import PublicConnection

SCOPES = "openid email profile"
SIGNATURES = ("RS256", "PS256", "ES256", "EdDSA")  # never "none", never a shared secret
LEEWAY = 60  # seconds by which clocks may differ
PATIENCE, LONGEST = 10.0, 1_000_000  # seconds, bytes
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The secrets of one sign-in under way, which tie the issuer's answer to it."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the issuer vouches for: its own lasting id of the person, and an e-mail address it has verified."""

    issuer: str
    subject: str
    email: str
    name: str


class Issuer:
    """One provider, and this installation as its client.

    Args:
        address: the issuer's identifier, an https address (http on this machine alone).
        client: this installation's id there.
        secret: its secret there.

    Raises:
        SettingsError: the address is no https address, or the package that reads tokens is missing.
    """

    def __init__(self, address: str, client: str, secret: str) -> None:
        host = urlsplit(address)
        if not host.hostname or (host.scheme != "https" and host.hostname not in LOOPBACK):
            raise SettingsError("KYOKAN_OIDC_ISSUER", "is no https address", "Write it as https://login.example.com")
        if not client or not secret:
            raise SettingsError("KYOKAN_OIDC_CLIENT_ID", "and its secret must be set with the issuer")
        try:
            import joserfc  # noqa: F401 - asked for here, so that a missing package is known before anybody signs in
        except ImportError:
            raise SettingsError("KYOKAN_OIDC_ISSUER", "needs joserfc", "pip install 'kyokan[oidc]'") from None
        self.address = address
        self._client, self._secret = client, secret

    def leave_for(self, asked: Asked, back: str) -> str:
        """The address at the issuer where somebody signs in.

        Raises:
            IssuerUnavailableError: the issuer does not answer.
        """
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": back,
            "scope": SCOPES,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = self._endpoint(self._discovered(), "authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def vouched(self, asked: Asked, code: str, back: str, now: float) -> Vouched:
        """Whom a code stands for.

        Raises:
            IssuerUnavailableError: the issuer does not answer.
            AccountError: it does not know the code, or what it says does not hold or names no verified address.
        """
        known = self._discovered()
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": asked.verifier}
        status, tokens = self._call(self._endpoint(known, "token_endpoint"), sent)
        if status != http.client.OK or not isinstance(tokens.get("id_token"), str):
            raise _refused("the code is not known to the issuer")
        _, keys = self._call(self._endpoint(known, "jwks_uri"))
        claims = self._checked(tokens["id_token"], keys, asked.nonce, now)
        if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
            raise AccountError("unverified", "e-mail address", "is not verified by the issuer", "Verify it there")
        name = claims.get("name")
        return Vouched(self.address, claims["sub"], claims["email"], name if isinstance(name, str) else "")

    def _checked(self, token: str, keys: dict[str, Any], nonce: str, now: float) -> dict[str, Any]:
        """The claims of an ID token that is signed by the issuer, for us, for this sign-in, and not over."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        rules = jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.address},
            aud={"essential": True, "value": self._client},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(SIGNATURES)).claims  # type: ignore[arg-type]
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refused(f"the issuer's word does not hold: {error}") from error
        if claims.get("azp", self._client) != self._client:
            raise _refused("the issuer's word is for another client")
        return dict(claims)

    def _discovered(self) -> dict[str, Any]:
        status, known = self._call(f"{self.address.rstrip('/')}/.well-known/openid-configuration")
        if status != http.client.OK or known.get("issuer") != self.address:
            raise IssuerUnavailableError(self.address, "does not describe itself as this issuer", "Check the setting")
        return known

    def _endpoint(self, known: dict[str, Any], name: str) -> str:
        """An address from the issuer's description: on the issuer's own scheme, host and port, or else by https."""
        address = known.get(name)
        if not isinstance(address, str) or not (_sound(address) or self._own(address)):
            rule = f"names no https address as its {name}"
            raise IssuerUnavailableError(self.address, rule, "Only the issuer and what it names by https is called")
        return address

    def _own(self, address: str) -> bool:
        return _origin(address) == _origin(self.address)

    def _call(self, address: str, form: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON object of an answer; a form is sent with our id and secret."""
        parts = urlsplit(address)
        headers = {"Accept": "application/json"}
        if form is not None:
            secret = base64.b64encode(f"{quote(self._client)}:{quote(self._secret)}".encode()).decode()
            headers |= {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}
        connection = self._connection(parts)
        try:
            path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            connection.request("GET" if form is None else "POST", path, urlencode(form or {}), headers)
            answer = connection.getresponse()
            found = json.loads(answer.read(LONGEST))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise IssuerUnavailableError(self.address, f"does not answer as expected ({error})", "Try later") from error
        finally:
            connection.close()
        if not isinstance(found, dict):
            raise IssuerUnavailableError(self.address, "does not answer with a JSON object")
        return answer.status, found

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        """To the issuer wherever the operator has it, also inside a network; to others at public addresses alone."""
        if not self._own(parts.geturl()):
            return PublicConnection(parts.netloc, timeout=PATIENCE)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.netloc, timeout=PATIENCE)


def _origin(address: str) -> tuple[str, str]:
    """Scheme, and host with port as they are written; empty where it is no address."""
    try:
        parts = urlsplit(address)
        reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "", ""
    return (parts.scheme, parts.netloc) if reachable else ("", "")


def _sound(address: str) -> bool:
    """Whether it is an https address, with no name or password in it."""
    scheme, host = _origin(address)
    return scheme == "https" and "@" not in host


def _refused(why: str) -> AccountError:
    return AccountError("elsewhere_refused", "sign-in", why, "Begin again")
