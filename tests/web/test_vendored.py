"""The vendored fonts and scripts are the files that npm published, with their licences."""

import hashlib
import json
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"
VENDORED = WEB / "static" / "vendor"


def listed():
    lines = (WEB / "vendor" / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_every_vendored_file_is_listed_and_unchanged():
    found = {
        str(path.relative_to(VENDORED)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDORED.rglob("*")
        if path.is_file()
    }
    assert found == listed()


def test_every_vendored_package_brings_its_licence():
    folders = {name.split("/")[0] for name in listed()}
    assert {name for name in listed() if name.endswith("LICENSE")} == {f"{folder}/LICENSE" for folder in folders}


def test_versions_are_pinned_with_checksums():
    wanted = json.loads((WEB / "vendor" / "package.json").read_text())["dependencies"]
    locked = json.loads((WEB / "vendor" / "package-lock.json").read_text())["packages"]
    assert all(version[0].isdigit() for version in wanted.values())
    for package, version in wanted.items():
        entry = locked[f"node_modules/{package}"]
        assert entry["version"] == version
        assert entry["integrity"].startswith("sha512-")
