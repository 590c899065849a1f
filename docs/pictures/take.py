"""Takes the pictures of the README anew: the demo as its planner, brand client and artist manager see it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from kyokan.platform.accounts.service import Visit
from kyokan.platform.demo.workroom import ARTIST, BRAND, KEY, SEATS, open_workroom
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings

HERE = Path(__file__).parent
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
CHROMIUM = "/usr/bin/chromium"
PLANNER, CLIENT, MANAGER = "planner@example.com", "brand@example.com", "manager@example.com"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, who looks, at which address, in which language and how wide."""

    name: str
    who: str
    address: str
    lang: str = "ja"
    size: dict[str, int] | None = None


SHOTS = (
    Shot("matches-ja", PLANNER, "/matches?entity=brand:citizen-xc&for=artist"),
    Shot("why-en", PLANNER, f"/why/{ARTIST}/{BRAND}", "en"),
    Shot("board-ja", PLANNER, "/deals"),
    Shot("calendar-en", PLANNER, "/calendar", "en"),
    Shot("deal-planner-ja", PLANNER, f"/deals/{KEY}"),
    Shot("deal-client-en", CLIENT, f"/deals/{KEY}", "en"),
    Shot("deal-manager-ja-phone", MANAGER, f"/deals/{KEY}", size=PHONE),
)


def main() -> None:
    """Load the demo into a home of its own, serve it, look, and end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", "from kyokan.platform.cli import main; main()"]
        environment = os.environ | {"KYOKAN_HOME": folder}
        subprocess.run([*command, "demo", "--no-serve"], env=environment, check=True, stdout=subprocess.DEVNULL)
        sessions = come_in(Path(folder))
        with served(command, environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for shot in SHOTS:
                take(browser, shot, address, sessions[shot.who])
            browser.close()


def come_in(home: Path) -> dict[str, str]:
    """E-mail address → session of each of the demo's people, who take up their invitations."""
    with Services(Settings(home=home)) as services:
        accept, secret, visit = services.accounts.accept, secrets.token_urlsafe(), Visit()
        names = {seat.email: seat.person for seat in SEATS}
        return {
            email: accept(token, name=names[email], password=secret, language="ja", visit=visit).session_id
            for email, token in open_workroom(services).items()
        }


@contextmanager
def served(command: list[str], environment: dict[str, str]) -> Iterator[str]:
    """The address of the product's own server over the home of ``environment``."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([*command, "serve", "--port", str(port)], env=environment)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def take(browser: Browser, shot: Shot, address: str, session: str) -> None:
    """Look at one page and keep what the first screen shows."""
    locale = {"ja": "ja-JP", "en": "en-US"}[shot.lang]
    context = browser.new_context(base_url=address, viewport=shot.size or DESKTOP, locale=locale)
    context.add_cookies([{"name": "session", "value": session, "url": address}])
    page = context.new_page()
    answer = page.goto(shot.address, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise SystemExit(f"{shot.address} answers {answer and answer.status}")
    page.screenshot(path=HERE / f"{shot.name}.png")
    context.close()


if __name__ == "__main__":
    main()
