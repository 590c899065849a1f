"""Settings, from the environment (``KYOKAN_…``) or from ``kyokan.toml`` in the home folder."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from kyokan.errors import SettingsError

PREFIX = "KYOKAN_"
LOOPBACK = ("localhost", "127.0.0.1")
OF_THE_TEST_SUITE = ("KYOKAN_TEST_", "KYOKAN_CACHE")  # read by the test tooling, not by the product


class Settings(BaseSettings):
    """Everything that can be set; each field is ``KYOKAN_`` and its name in capitals.

    Raises:
        SettingsError: a setting is unknown or breaks its rule (through ``load_settings``).
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("kyokan"),
        description="Folder of the store, the snapshots and the vector cache.",
    )
    store: str = Field(default="", description="Address of the graph store; empty means SQLite in the home folder.")
    neo4j_user: str = Field(default="neo4j", description="User name for a neo4j:// store without one in its address.")
    neo4j_password: SecretStr = Field(default=SecretStr(""), description="Password for a neo4j:// store.")
    encoder: str = Field(
        default="universal", description="Text encoder: universal (bundled), or st:NAME for sentence-transformers."
    )
    dictionary: Path | None = Field(default=None, description="A planner's own file of kansei terms, added to ours.")
    host: str = Field(default="127.0.0.1", description="Address the web listens on.")
    port: int = Field(default=8765, ge=0, le=65535, description="Port the web listens on; 0 takes a free one.")
    web_workers: int = Field(default=2, ge=1, le=64, description="Processes that answer web requests.")
    proxies: int = Field(
        default=0, ge=0, le=8, description="Reverse proxies in front of the web whose X-Forwarded headers are believed."
    )
    timezone: ZoneInfo = Field(
        default=ZoneInfo("Asia/Tokyo"), description="Zone by which days are counted and dates are shown."
    )
    address: str = Field(
        default="",
        pattern=r"^(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?)?$",
        description="Where people reach the web, as in https://kyokan.example; empty means host and port.",
    )
    hosts: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9.,\s-]*$",
        description="Further names by which the web is reached, by commas; .example.com means all below. Others: 400.",
    )
    catalogue: Literal["", "open", "members"] = Field(
        default="", description="Who reads the catalogue and asks it: open to everybody, or members; empty means open."
    )
    smtp: SecretStr = Field(
        default=SecretStr(""), description="Mail server, smtp://USER:PASSWORD@HOST:PORT or smtps://…; empty sends none."
    )
    mail_from: str = Field(default="", description="Whom letters come from, as in Kyokan <hello@kyokan.example>.")
    oidc_issuer: str = Field(
        default="", description="OpenID Connect issuer at which people may sign in, as https://login.example.com."
    )
    oidc_client_id: str = Field(default="", description="This installation's client id there.")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="Its client secret there.")
    broker: str = Field(default="", description="Celery broker; empty means the file broker in the home folder.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the file."""
        home = Path(os.environ.get(f"{PREFIX}HOME", "") or user_data_path("kyokan"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, home / "kyokan.toml")

    @cached_property
    def store_url(self) -> str:
        """The store's address, the default filled in."""
        return self.store or f"sqlite:///{self.home / 'kyokan.db'}"

    @cached_property
    def reached_at(self) -> str:
        """Where people reach the web, without a slash at the end."""
        return (self.address or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def members_only(self) -> bool:
        """Whether nobody reads the catalogue without signing in."""
        return self.catalogue == "members"

    @cached_property
    def served_hosts(self) -> tuple[str, ...]:
        """Names that web requests may be for; empty means any, where the web is open to others and none is set."""
        named = (urlsplit(self.address).hostname or "", *(name.strip() for name in self.hosts.split(",")))
        known = tuple(name.lower() for name in named if name)
        return (*known, *LOOPBACK) if known or self.host in LOOPBACK else ()

    @cached_property
    def snapshots(self) -> Path:
        """Folder of the snapshots."""
        return self.home / "snapshots"

    @cached_property
    def vector_cache(self) -> Path:
        """File of the vectors already computed."""
        return self.home / "vectors.db"

    @cached_property
    def workroom(self) -> Path:
        """File of accounts, deals and the audit trail."""
        return self.home / "workroom.db"

    @cached_property
    def weights(self) -> Path:
        """File of the weights that were learned from one's own deals."""
        return self.home / "weights.json"


def load_settings(**overrides: Any) -> Settings:
    """The settings in force, ``overrides`` (command-line options) first.

    Raises:
        SettingsError: a setting is unknown, breaks its rule, or the file cannot be read.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known and not name.startswith(OF_THE_TEST_SUITE):
            raise SettingsError(name, "is not a setting", f"Known are {', '.join(sorted(known))}")
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]  # the input may be a secret
        where = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(where, first["msg"].lower(), "Correct it in the environment or in kyokan.toml") from None
    except (OSError, ValueError) as error:
        raise SettingsError("kyokan.toml", f"cannot be read ({error})", "Correct or remove the file") from error
