"""The home folder: `hub.toml`, `tenants/<id>.toml`, and by default the SQLite file.

This is the only module that reads the environment, and the only one that turns a secret's reference into the secret. A
wrong setting is a ConfigurationError with its dotted path, what is wrong and what to do; a wrong setting of one tenant
stops that tenant alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError, field_validator, model_validator

from hub.contracts.settings import SecretReference
from hub.errors import ConfigurationError
from hub.model.refusals import closest
from hub.model.tenant import Tenant
from hub.runtime.plain_secrets import refuse_plain_secrets
from hub.runtime.setting_errors import configuration_error
from hub.runtime.webhook_settings import WebhookSettings

HOME_VARIABLE = "HUB_HOME"
OFFICIAL_RULES_VARIABLE = "HUB_OFFICIAL_RULES"
INSTALLATION_FILE = "hub.toml"
TENANT_FOLDER = "tenants"
INBOX_FOLDER = "inbox"  # whose folders are the tenants' inboxes
DEFAULT_DATABASE_URL = "sqlite:///hub.sqlite"

MOST_LISTED = 10
STANDS_TWICE = "write the settings of both tables under one heading, and delete the other"

_REFERENCE = re.compile(r"(env|file):.+")
_POSTGRESQL = "postgresql+psycopg://"
_Settings = TypeVar("_Settings", bound=BaseModel)


class DatabaseSettings(BaseModel):
    """Where rows and bytes are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        default=DEFAULT_DATABASE_URL,
        description="`sqlite:///` and a file, from the home folder, without options; or "
        "`postgresql://user@host/name`; or the whole URL by reference, as `env:NAME` or `file:PATH`. "
        "A password never stands in it.",
    )
    password: SecretReference | None = Field(
        default=None, description="PostgreSQL's password by reference: `env:NAME` or `file:PATH`."
    )

    @field_validator("url")
    @classmethod
    def _is_known_and_holds_no_password(cls, url: str) -> str:
        if not _REFERENCE.fullmatch(url):
            _check_database_url(url)
            if _has_password(url):
                raise ValueError("the URL holds a password: take it out and set database.password to env:NAME")
        return url


class ChannelLimit(BaseModel):
    """How much one channel takes, of all tenants and processes together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_minute: StrictInt = Field(
        ge=1, le=60_000, description="How many calls a minute at most; one at a time, of one batch at a time."
    )


class EngineSettings(BaseModel):
    """How the work of all tenants is carried out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    runs_at_once: StrictInt = Field(
        default=2, ge=1, le=64, description="How many runs a process carries out side by side."
    )
    deliveries_at_once: StrictInt = Field(
        default=8, ge=1, le=256, description="How many batches to outside parties a process carries out side by side."
    )
    poll_ms: StrictInt = Field(default=50, ge=5, le=10_000, description="How often a process looks for queued runs.")
    heartbeat_s: StrictInt = Field(default=5, ge=1, le=60, description="How often a process says that it is alive.")
    silent_after_s: StrictInt = Field(
        default=60, ge=5, le=3600, description="How long a process may be silent before others take over its runs."
    )
    keep_finished_days: StrictInt = Field(default=30, ge=1, description="How long what was done is remembered.")
    channels: dict[str, ChannelLimit] = Field(
        default={}, description="Limits of channels over all tenants and processes, by the channel's name."
    )

    @property
    def calls_per_minute(self) -> dict[str, int]:
        """The limited channels, each with how often it may be called."""
        return {name: limit.per_minute for name, limit in self.channels.items()}

    @model_validator(mode="after")
    def _beats_before_it_is_silent(self) -> Self:
        if self.silent_after_s < 3 * self.heartbeat_s:
            raise ValueError("silent_after_s must be at least three heartbeats, so that one lost beat means nothing")
        return self


class InstallationSettings(BaseModel):
    """What all tenants of an installation share: `hub.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: DatabaseSettings = Field(default=DatabaseSettings(), description="Where rows and bytes are kept.")
    engine: EngineSettings = Field(default=EngineSettings(), description="How work is carried out.")
    webhooks: WebhookSettings = Field(default=WebhookSettings(), description="Where other sides may post notices.")


@dataclass(frozen=True, slots=True)
class TenantDirectory(Mapping[str, Tenant]):
    """Tenants by id, each loaded when it is asked for and again when its file has changed.

    Listing reads no file, so a broken tenant shows up only when it is looked up, as a ConfigurationError.
    """

    home: Path
    _loaded: dict[str, tuple[bytes, Tenant]] = field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, name: str) -> Tenant:
        if name not in self:
            raise KeyError(name)
        content = self.content(name)
        kept = self._loaded.get(name)
        if kept is None or kept[0] != content:
            kept = (content, _tenant_from(content, name))
            self._loaded[name] = kept
        return kept[1]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in (self.home / TENANT_FOLDER).glob("[!.]*.toml")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or not name or name != Path(name).name or name[0] == ".":
            return False
        return os.path.lexists(self.home / TENANT_FOLDER / f"{name}.toml")

    def content(self, name: str) -> bytes:
        """Return a tenant's file as it lies there. Raises ConfigurationError when it cannot be read."""
        return _read(self.home / TENANT_FOLDER / f"{name}.toml", f"{TENANT_FOLDER}/{name}.toml")

    def read(self, name: str) -> Tenant:
        """Read one tenant of many without keeping it. Raises ConfigurationError when its file is wrong."""
        return _tenant_from(self.content(name), name)


@dataclass(frozen=True, slots=True)
class Home:
    """One installation: its folder, its settings and its tenants."""

    path: Path
    config: InstallationSettings
    tenants: TenantDirectory

    def tenant(self, name: str) -> Tenant:
        """Return one tenant. Raises ConfigurationError when there is none of that name, or its file is wrong."""
        if name not in self.tenants:
            known = listed(self.tenants) or "none yet"
            nearest = closest(name, self.tenants)
            question = f"did you mean {nearest}? " if nearest is not None else ""
            raise ConfigurationError(
                f"there is no tenant {name!r}", where=TENANT_FOLDER, hint=f"{question}known tenants: {known}"
            )
        return self.tenants[name]

    def database_url(self) -> str:
        """Return the database URL with an absolute path and the password in it: for the driver, never for a log.

        Raises ConfigurationError when a reference in it leads nowhere.
        """
        settings = self.config.database
        url = settings.url
        if _REFERENCE.fullmatch(url):
            url = self.secret(SecretReference.parse(url), where="database.url")
            try:
                _check_database_url(url)
            except ValueError as error:
                raise ConfigurationError(str(error), where="database.url", hint="correct what it refers to") from None
        if url.startswith("sqlite"):
            return f"sqlite:///{self.path / url.removeprefix('sqlite:///')}"
        url = _POSTGRESQL + url.split("://", 1)[1]
        if settings.password is None:
            return url
        return _with_password(url, self.secret(settings.password, where="database.password"))

    def secret(self, reference: SecretReference, *, where: str = "") -> str:
        """Fetch a secret; see `resolve_secret`. Files are looked for from the home folder."""
        return resolve_secret(reference, home=self.path, where=where)


def listed(names: Iterable[str]) -> str:
    """Return names for a message: the first few, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - MOST_LISTED} more" if len(known) > MOST_LISTED else ""
    return ", ".join(known[:MOST_LISTED]) + more


def find_home(given: Path | None = None) -> Path:
    """Return the home folder: `given`, else the environment's HUB_HOME, else the current folder if it is one.

    Raises ConfigurationError when none of them is there.
    """
    if given is not None:
        return given.expanduser()
    from_environment = os.environ.get(HOME_VARIABLE, "")
    if from_environment:
        return Path(from_environment).expanduser()
    if (Path.cwd() / INSTALLATION_FILE).is_file():
        return Path.cwd()
    raise ConfigurationError(
        "no home folder is given, and the current folder is none",
        hint=f"give --home, set {HOME_VARIABLE}, or make one with: hub init FOLDER",
    )


def official_rules() -> Path | None:
    """Return the folder of official rules that the environment names, for a referee; None when it names none."""
    named = os.environ.get(OFFICIAL_RULES_VARIABLE, "")
    return Path(named).expanduser() if named else None


def load_home(path: Path) -> Home:
    """Read the settings of the installation in folder `path`; tenants are read when they are asked for.

    Raises ConfigurationError when the folder or its hub.toml is missing or wrong.
    """
    path = path.absolute()
    file = path / INSTALLATION_FILE
    if not file.is_file():
        raise ConfigurationError(f"the folder {path.name} has no {INSTALLATION_FILE}", hint="make one: hub init FOLDER")
    table = _parse(_read(file, INSTALLATION_FILE), INSTALLATION_FILE)
    return Home(path, _validated(InstallationSettings, table, INSTALLATION_FILE), TenantDirectory(path))


def settings_fingerprint(tenant: Tenant) -> str:
    """Return the SHA-256 of a tenant's settings: equal settings give the same, however the file is laid out."""
    settings = tenant.model_dump(mode="json")
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def resolve_secret(reference: SecretReference, *, home: Path | None = None, where: str = "") -> str:
    """Fetch what `env:NAME` or `file:PATH` refers to; line ends at a file's end are not part of the secret.

    `where` is the dotted path of the setting, for the message. Raises ConfigurationError when there is nothing.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        secret = os.environ.get(name, "")
        hint = f"set the environment variable {name} where the hub runs"
    else:
        secret = _secret_file((home or Path()) / name)
        hint = "write the secret, and nothing else, to the file, readable by the hub's user"
    if not secret:
        raise ConfigurationError(f"{reference} leads to no secret", where=where, hint=hint)
    return secret


def _secret_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        return ""


def _tenant_from(content: bytes, name: str) -> Tenant:
    source = f"{TENANT_FOLDER}/{name}.toml"
    tenant = _validated(Tenant, _parse(content, source), source)
    if tenant.id != name:
        raise ConfigurationError(
            f"the id differs from the file's name, in {source}", where="id", hint=f'write id = "{name}"'
        )
    refuse_plain_secrets(tenant.plugins, "plugins", source)
    if tenant.source_systems:
        from hub.services.receivables.mapping import refuse_wrong_mappings  # here, as below: it loads what reads files

        refuse_wrong_mappings(tenant.source_systems)
    if tenant.schedules:
        from hub.runtime.cron import refuse_wrong_times  # here, so that only those with schedules load the cron library

        refuse_wrong_times(tenant.schedules, source)
    return tenant


def _validated(model: type[_Settings], table: dict[str, Any], source: str) -> _Settings:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        raise configuration_error(error, model, source=source) from None


def _read(path: Path, source: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"{source} cannot be read: {reason}", hint="check the file and its rights") from None


def _parse(content: bytes, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"{source} is not UTF-8 text", hint="save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        hint = STANDS_TWICE if "twice" in str(error) else "correct it at that place"
        raise ConfigurationError(f"{source} is not valid TOML: {error}", hint=hint) from None


def _check_database_url(url: str) -> None:
    """Raise ValueError, without the URL in it, when it is none we know."""
    file = url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else ""
    if "?" in file:
        raise ValueError("the URL of an SQLite database takes no options: leave out the ? and what is behind it")
    if file and file != ":memory:":
        return
    if url.startswith(("postgresql://", _POSTGRESQL)) and "/" in url.split("://", 1)[1]:
        return
    raise ValueError("the database URL must be sqlite:///FILE or postgresql://user@host/name")


def _has_password(url: str) -> bool:
    parts = urlsplit(url)
    return parts.password is not None or "password" in parse_qs(parts.query)


def _with_password(url: str, password: str) -> str:
    from sqlalchemy.engine import make_url  # here, so that reading settings does not load the database library

    return make_url(url).set(password=password).render_as_string(hide_password=False)
