"""A small OpenID Connect provider on a port of this machine: real HTTP, real signatures, and it can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "kyokan", "a secret between two machines"
BASIC = "Basic " + base64.b64encode(b"kyokan:a%20secret%20between%20two%20machines").decode()


def certified(folder: Path, host: str) -> Path:
    """A certificate for a host, signed by itself: ``host.pem`` with its key, and one to be trusted, which is given."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    signed = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "host.pem").write_bytes(secret + signed)
    trusted = folder / f"{host}.crt"
    trusted.write_bytes(signed)
    return trusted


class Provider:
    """Vouches for one person; ``lies`` change the claims of its tokens, ``known`` what it says of itself."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.key = self.published = RSAKey.generate_key(2048, {"kid": "1", "alg": "RS256", "use": "sig"})
        self.person: dict[str, Any] = {"sub": "248289", "email": "saeki@example.com", "email_verified": True}
        self.lies: dict[str, Any] = {}
        self.known: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.calls: list[str] = []
        self._servers: list[ThreadingHTTPServer] = []
        self.address = f"http://127.0.0.1:{self._serve().server_port}"

    def secured(self, certificate: Path) -> int:
        """Answer by https as well; gives the port."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        return self._serve(context).server_port

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _serve(self, context: ssl.SSLContext | None = None) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def sign_in(self, address: str) -> dict[str, str]:
        """What the provider sends a browser back with that signed in at the address; each code is good once."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = f"code {len(self.calls)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def _described(self) -> dict[str, Any]:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.address} | {name: f"{self.address}/{end}" for name, end in ends.items()} | self.known

    def _tokens(self, form: dict[str, str], secret: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or secret != BASIC or proof != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock())
        said = {"iss": self.address, "aud": CLIENT, "nonce": asked["nonce"], "iat": now, "exp": now + 300}
        claims = {name: value for name, value in (said | self.person | self.lies).items() if value is not None}
        return 200, {"id_token": jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key), "token_type": "Bearer"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.calls.append(self.path)
                keys = KeySet([provider.published]).as_dict(private=False)
                self._answer(200, keys if self.path == "/keys" else provider._described())

            def do_POST(self) -> None:
                provider.calls.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._answer(*provider._tokens(form, self.headers["Authorization"]))

            def _answer(self, status: int, said: dict[str, Any]) -> None:
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        return Handler
