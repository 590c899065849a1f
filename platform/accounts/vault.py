"""Secrets that must be read again, sealed with a key that stands beside the workroom's file, not in it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kyokan.errors import StoreError

SEALED = "gAAAA"  # how what Fernet seals begins; a secret in base32 never does


class Vault:
    """Seals with the first key of a file, opens with any of them; the file is made when it is first needed.

    Args:
        path: the file of keys, one a line, readable by its owner alone. Every use reads it, so that processes agree.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def seal(self, secret: str) -> str:
        """What is kept of a secret."""
        return self._keys().encrypt(secret.encode()).decode()

    def open(self, kept: str) -> str:
        """The secret; one kept before there was a key is given as it is.

        Raises:
            StoreError: it was sealed with a key that is not in the file.
        """
        if not kept.startswith(SEALED):
            return kept
        try:
            return self._keys().decrypt(kept.encode()).decode()
        except InvalidToken:
            raise StoreError(str(self.path), "does not hold the key of what is kept", "Restore the file") from None

    def add_key(self) -> None:
        """Seal with a new key from now on; those before it still open."""
        self._keys()
        self._replace([Fernet.generate_key().decode(), *self._written()])

    def drop_older(self) -> None:
        """Forget all keys but the last two: the one before the last may have sealed something at this moment."""
        self._replace(self._written()[:2])

    def _keys(self) -> MultiFernet:
        if not self.path.exists():
            made = self._write(Fernet.generate_key().decode())
            with suppress(FileExistsError):  # another process was first: its key holds
                os.link(made, self.path)
            made.unlink()
        try:
            return MultiFernet([Fernet(key) for key in self._written()])
        except (OSError, ValueError) as error:
            raise StoreError(str(self.path), f"holds no keys ({error})", "Restore the file") from error

    def _written(self) -> list[str]:
        return self.path.read_text(encoding="ascii").split()

    def _replace(self, keys: list[str]) -> None:
        self._write("\n".join(keys)).replace(self.path)

    def _write(self, keys: str) -> Path:
        """A whole file beside the one in force."""
        beside = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        beside.touch(mode=0o600)
        beside.write_text(f"{keys}\n", encoding="ascii")
        return beside
