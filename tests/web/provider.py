"""A small OpenID Connect provider on a port of this machine: real HTTP, real signatures, and it can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "kyokan", "a secret between two machines"
BASIC = "Basic " + base64.b64encode(b"kyokan:a%20secret%20between%20two%20machines").decode()


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
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

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
