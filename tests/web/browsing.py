"""People at browsers without a window: they read pages and send the forms that stand there."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager

from cheroot.wsgi import Server

from kyokan.platform.accounts import Role
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.accounts.service import Visit
from kyokan.web import create_app
from tests.platform.accounting import EMAIL, GOOD


@contextmanager
def served(app):
    """The application on a port of this machine, in this process: its clock and services can be reached by the test.

    Not by werkzeug's own server, which leaves the file of an answer open when a browser hangs up on it.
    """
    server = Server(("localhost", 0), app)
    server.prepare()
    serving = threading.Thread(target=server.serve)
    serving.start()
    try:
        yield f"http://localhost:{server.bind_addr[1]}"
    finally:
        server.stop()
        serving.join()


def read(client, address, lang="en"):
    """What a bare client is answered, and its text, after every redirect."""
    answer = client.get(address, headers={"Accept-Language": lang}, follow_redirects=True, buffered=True)
    return answer, answer.get_data(as_text=True)


class Browser:
    """A person at a browser: reads a page, sends its forms with the token that stands there."""

    def __init__(self, app, base="http://localhost", lang="en") -> None:
        self.client = app.test_client()
        if lang:
            self.client.set_cookie("lang", lang, domain="localhost")
            self.client.set_cookie("__Host-lang", lang, domain="localhost")
        self.base = base

    def get(self, address, **options: object):
        return self.client.get(address, base_url=self.base, headers={"Accept-Language": "en"}, **options)

    def read(self, address):
        return self.get(address, follow_redirects=True).get_data(as_text=True)

    def token(self, page="/sign-in"):
        return re.search(r'name="csrf_token" value="([^"]+)"', self.read(page))[1]

    def send(self, address, page=None, headers=(), **fields: str):
        if "csrf_token" not in fields:
            fields["csrf_token"] = self.token(page or address)
        return self.client.post(
            address, base_url=self.base, data=fields, headers={"Accept-Language": "en", **dict(headers)}
        )

    def sign_in(self, email=EMAIL, password=GOOD, **fields: str):
        return self.send("/sign-in", email=email, password=password, **fields)

    def act(self, act, **fields: str):
        return self.send("/account", act=act, **fields)

    def bear(self, session_id):
        """Carry a session as if signed in."""
        self.client.set_cookie("session", session_id, domain="localhost")
        return self

    @property
    def cookie(self):
        name = "__Host-session" if self.base.startswith("https") else "session"
        found = self.client.get_cookie(name, domain="localhost")
        return found.value if found else ""

    @property
    def inside(self):
        return self.get("/account").status_code == 200


PEOPLE = {
    "planner": ("Hana", "Waon†", OrganisationKind.AGENCY, Role.PLANNER),
    "analyst": ("Ken", "Waon†", OrganisationKind.AGENCY, Role.ANALYST),
    "brand": ("Toru", "Koyomido†", OrganisationKind.BRAND, Role.BRAND_CLIENT),
    "manager": ("Rei", "Nagi Office†", OrganisationKind.ARTIST_SIDE, Role.ARTIST_MANAGER),
    "stranger": ("Mal", "Other Agency†", OrganisationKind.AGENCY, Role.PLANNER),
}


def company(world):
    """Role in the tests -> the browser of somebody signed in; ``nobody`` has not."""
    accounts, app = world.accounts, create_app(world)
    browsers = {"nobody": Browser(app)}
    for who, (name, organisation, kind, role) in PEOPLE.items():
        place = accounts.organisation(organisation) or accounts.create_organisation(organisation, kind)
        token = accounts.invite(f"{who}@example.com", place.id, role)
        entered = accounts.accept(token, name=name, password=GOOD, language="en", visit=Visit("127.0.0.1", "test"))
        browsers[who] = Browser(app).bear(entered.session_id)
    return browsers
