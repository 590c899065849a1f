"""Copy the vendored fonts and scripts out of their npm packages and list their SHA-256.

Run ``python web/vendor/vendor.py`` to bring ``web/static/vendor`` in line with ``package-lock.json``, or with
``--check`` to compare every vendored file with a fresh copy from npm without changing anything.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "static" / "vendor"
SUMS = HERE / "SHA256SUMS"

# folder below web/static/vendor -> package, files to take. The style sheets name .woff files as well; every browser
# that knows unicode-range takes the .woff2 that stands before them, so only those are kept.
WANTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "htmx": ("htmx.org", ("LICENSE", "dist/htmx.min.js")),
    # The graph of evidence; the layout stands on the two packages under it.
    "cytoscape": ("cytoscape", ("LICENSE", "dist/cytoscape.min.js")),
    "cytoscape-fcose": ("cytoscape-fcose", ("LICENSE", "cytoscape-fcose.js")),
    "cose-base": ("cose-base", ("LICENSE", "cose-base.js")),
    "layout-base": ("layout-base", ("LICENSE", "layout-base.js")),
    "libre-franklin": ("@fontsource-variable/libre-franklin", ("LICENSE", "wght.css", "files/*-wght-normal.woff2")),
    "source-serif-4": ("@fontsource-variable/source-serif-4", ("LICENSE", "opsz.css", "files/*-opsz-normal.woff2")),
    "zen-kaku-gothic-new": (
        "@fontsource/zen-kaku-gothic-new",
        ("LICENSE", "400.css", "700.css", "files/*-400-normal.woff2", "files/*-700-normal.woff2"),
    ),
    "zen-old-mincho": ("@fontsource/zen-old-mincho", ("LICENSE", "600.css", "files/*-600-normal.woff2")),
    # The same two faces in one file a weight: documents to hand over embed what they need of it themselves.
    "zen-kaku-gothic-new-whole": (
        "@expo-google-fonts/zen-kaku-gothic-new",
        ("LICENSE", "LICENSE_FONT", "400Regular/*.ttf", "700Bold/*.ttf"),
    ),
    "zen-old-mincho-whole": (
        "@expo-google-fonts/zen-old-mincho",
        ("LICENSE", "LICENSE_FONT", "600SemiBold/*.ttf"),
    ),
}


def install(folder: Path) -> Path:
    """Install the locked packages into ``folder`` and return its ``node_modules``."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)  # noqa: S607
    return folder / "node_modules"


def wanted_files(modules: Path) -> dict[str, Path]:
    """Path below ``web/static/vendor`` -> file in ``node_modules``; a pattern that finds nothing is an error."""
    files: dict[str, Path] = {}
    for folder, (package, patterns) in WANTED.items():
        root = modules / package
        for pattern in patterns:
            found = sorted(root.glob(pattern))
            if not found:
                raise SystemExit(f"{package}: {pattern} matches nothing; its files were renamed. Correct WANTED")
            files |= {f"{folder}/{path.relative_to(root)}": path for path in found}
    return files


def sums(files: dict[str, Path]) -> str:
    """Lines of ``sha256sum`` for the files, in ascending order of name."""
    return "".join(f"{hashlib.sha256(files[name].read_bytes()).hexdigest()}  {name}\n" for name in sorted(files))


def main(arguments: list[str]) -> int:
    """Vendor, or compare with ``--check``; 1 when they differ."""
    with tempfile.TemporaryDirectory() as folder:
        files = wanted_files(install(Path(folder)))
        listing = sums(files)
        if arguments == ["--check"]:
            vendored = {str(path.relative_to(TARGET)): path for path in TARGET.rglob("*") if path.is_file()}
            same = listing == SUMS.read_text() == sums(vendored)
            print("as on npm" if same else "vendored files differ from npm; run web/vendor/vendor.py")  # noqa: T201
            return 0 if same else 1
        shutil.rmtree(TARGET, ignore_errors=True)
        for name, path in files.items():
            (TARGET / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, TARGET / name)
        SUMS.write_text(listing)
    print(f"{len(files)} files vendored")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
