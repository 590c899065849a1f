"""Starts a real Neo4j of its own for tests and local trials: free port, throw-away data, authentication on.

    python tests/support/neo4j_server.py         start one, print its address and password, stop with Ctrl-C
    python tests/support/neo4j_server.py lock    write the checksums of the jars anew, after a change of version

Needs Java 17 or 21, and Maven for the first start. The jars (118 MB) are kept outside the checkout, in
``$KYOKAN_CACHE`` or ``~/.cache/kyokan``; each is held to its SHA-256 in ``neo4j-jars.lock`` at every start.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

HERE = Path(__file__).parent
POM = HERE / "neo4j-pom.xml"
LOCK = HERE / "neo4j-jars.lock"
JAVA = (17, 21)
START_SECONDS = 240
PORT_ATTEMPTS = 3

CONFIGURATION = """
server.directories.data={home}/data
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=128m
db.tx_log.preallocate=false
db.logs.query.enabled=OFF
dbms.security.auth_enabled=true
dbms.usage_report.enabled=false
"""


class CannotStartError(Exception):
    """The server cannot run here; the message says why and what to install."""


@dataclass(frozen=True)
class Server:
    """A running server; the password is its own and dies with it."""

    url: str
    password: str = field(repr=False)
    user: str = "neo4j"


def version() -> str:
    """The pinned version of Neo4j."""
    found = ET.parse(POM).findtext("{*}version")  # noqa: S314 - our own file
    if found is None:
        raise CannotStartError(f"{POM} names no version")
    return found


def missing() -> str | None:
    """Why the server cannot run on this machine, or None."""
    java = shutil.which("java")
    if java is None:
        return "there is no Java; install a Java 17 runtime (Debian: openjdk-17-jre-headless)"
    shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    major = shown.partition('"')[2].partition(".")[0].partition('"')[0]
    if major not in map(str, JAVA):
        return f"Java is {major or 'unknown'}; Neo4j {version()} runs on {' or '.join(map(str, JAVA))}"
    if not _jars().is_dir() and shutil.which("mvn") is None:
        return "there is no Maven to fetch Neo4j with; install it (Debian: maven)"
    return None


@contextmanager
def running() -> Iterator[Server]:
    """A server that runs as long as the block does.

    Raises:
        CannotStartError: something is missing, a jar is not the pinned one, or the server does not come up.
    """
    if reason := missing():
        raise CannotStartError(reason)
    jars = fetch()
    home = Path(tempfile.mkdtemp(prefix="kyokan-neo4j-"))
    try:
        for attempt in range(1, PORT_ATTEMPTS + 1):
            port = _free_port()
            process = _start(jars, home, port)
            try:
                if (server := _first_contact(process, port)) is not None:
                    yield server
                    return
            finally:
                _stop(process)
            log = (home / "console.log").read_text(encoding="utf-8", errors="replace")
            if "already in use" not in log or attempt == PORT_ATTEMPTS:
                kept = Path(tempfile.gettempdir()) / f"{home.name}.log"
                kept.write_text(log, encoding="utf-8")
                raise CannotStartError(f"Neo4j did not come up; its log is {kept}:\n{log[-2000:]}")
    finally:
        shutil.rmtree(home, ignore_errors=True)


# The jars ----------------------------------------------------------------------------------------------------


def fetch() -> Path:
    """The folder of the jars, filled by Maven the first time, every jar held to its checksum.

    Raises:
        CannotStartError: Maven fails, or a jar is missing or not the pinned one.
    """
    jars = _jars()
    if not jars.is_dir():
        jars.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=jars.parent))
        try:
            _copy_dependencies(folder)
            _check(folder)
            folder.chmod(0o755)
            _rename_unless_there(folder, jars)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    _check(jars)
    return jars


def write_lock() -> None:
    """Fetch the jars and write their checksums down."""
    with tempfile.TemporaryDirectory() as folder:
        _copy_dependencies(Path(folder))
        lines = [f"{digest}  {name}\n" for name, digest in sorted(_digests(Path(folder)).items())]
    LOCK.write_text("".join(lines), encoding="ascii")


def _jars() -> Path:
    cache = os.environ.get("KYOKAN_CACHE") or Path.home() / ".cache" / "kyokan"
    return Path(cache) / f"neo4j-{version()}"


def _copy_dependencies(folder: Path) -> None:
    command = ["mvn", "-B", "-q", "-f", POM, "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStartError(f"Maven could not fetch Neo4j {version()}:\n{(done.stdout + done.stderr)[-2000:]}")


def _rename_unless_there(folder: Path, final: Path) -> None:
    try:
        folder.rename(final)
    except OSError:
        if not final.is_dir():  # else another process was first
            raise


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jar")}


def _check(folder: Path) -> None:
    pinned = {name: digest for digest, name in (line.split() for line in LOCK.read_text("ascii").splitlines())}
    found = _digests(folder)
    wrong = sorted(name for name in pinned.keys() | found.keys() if pinned.get(name) != found.get(name))
    if wrong:
        raise CannotStartError(
            f"{len(wrong)} jars in {folder} are not the pinned ones ({', '.join(wrong[:3])} …); remove it"
        )


# The process -------------------------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(jars: Path, home: Path, port: int) -> subprocess.Popen[bytes]:
    (home / "conf").mkdir(exist_ok=True)
    (home / "conf" / "neo4j.conf").write_text(CONFIGURATION.format(home=home, port=port), encoding="utf-8")
    opened = (
        f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.nio", "java.io", "sun.nio.ch", "java.lang")
    )
    command = [
        "java", "-cp", f"{jars}/*", "-Xms512m", "-Xmx4g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *opened,
        "-Dio.netty.tryReflectionSetAccessible=true",
        "org.neo4j.server.CommunityEntryPoint", f"--home-dir={home}", f"--config-dir={home / 'conf'}",
    ]  # fmt: skip
    with (home / "console.log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - the hook is one system call, safe beside threads
        )


def _die_with_parent() -> None:
    """On Linux, let the kernel stop the server if the tests are killed before they can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _first_contact(process: subprocess.Popen[bytes], port: int) -> Server | None:
    """Wait until Bolt answers, and replace the initial password by one of this server's own; None if it never does."""
    server = Server(f"neo4j://127.0.0.1:{port}", secrets.token_urlsafe(16))
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                pass
            with GraphDatabase.driver(f"bolt://127.0.0.1:{port}", auth=("neo4j", "neo4j")) as driver:
                driver.execute_query(
                    "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password",
                    password=server.password,
                    database_="system",
                )
            with GraphDatabase.driver(server.url, auth=(server.user, server.password)) as driver:
                driver.execute_query("RETURN 1")
        except (OSError, DriverError, Neo4jError):
            time.sleep(0.2)
        else:
            return server
    return None


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # its data goes with it, so there is nothing to save
    process.wait()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", nargs="?", choices=("run", "lock"), default="run")
    if parser.parse_args().action == "lock":
        write_lock()
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with running() as server:
            print(f"KYOKAN_STORE={server.url}\nKYOKAN_NEO4J_PASSWORD={server.password}", flush=True)  # noqa: T201
            print("Everything in it goes when it stops (Ctrl-C).", flush=True)  # noqa: T201
            signal.pause()
    except CannotStartError as error:
        print(f"Neo4j cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 3
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
