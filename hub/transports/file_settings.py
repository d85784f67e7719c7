"""Where a plugin puts files or fetches them, as its settings say it: a folder of this machine, or one by SFTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictInt, model_validator

from hub.contracts.context import PluginContext
from hub.contracts.settings import PluginSettings, SecretReference
from hub.contracts.transports import RemoteFolder
from hub.errors import ConfigurationError
from hub.transports.host_keys import PinnedKeys
from hub.transports.local_folder import LocalFolder
from hub.transports.looks import SharedLooks
from hub.transports.remote_files import SETTLED_AFTER_S
from hub.transports.sftp import SftpFolder, SftpParty
from hub.transports.ssh_connection import SftpLogin


def _absolute(path: str) -> str:
    if path and not PurePath(path).is_absolute():
        raise ValueError("must be a whole path, such as /srv/print/out: the hub is started in more than one place")
    return path


def _readable(keys: tuple[str, ...]) -> tuple[str, ...]:
    try:
        PinnedKeys(keys)
    except ConfigurationError as error:
        raise ValueError(str(error)) from None
    return keys


class SftpSettings(PluginSettings):
    """An account on another machine; without a pinned host key the first call says which key was seen."""

    host: str = Field(min_length=1, max_length=253, description="Name or address of the machine.")
    port: StrictInt = Field(default=22, ge=1, le=65535, description="Port.")
    user: str = Field(min_length=1, max_length=100, description="Whom we log in as.")
    password: SecretReference | None = Field(default=None, description="`env:NAME` or `file:PATH`.")
    private_key: SecretReference | None = Field(
        default=None, description="`file:PATH` of a private key as `ssh-keygen` writes it."
    )
    passphrase: SecretReference | None = Field(default=None, description="Of the private key.")
    host_keys: Annotated[tuple[str, ...], AfterValidator(_readable)] = Field(
        default=(), description="Keys that the machine may show: `SHA256:…`, or lines of a known_hosts file."
    )
    path: str = Field(default=".", min_length=1, max_length=1000, description="The folder there.")
    timeout_s: float = Field(default=30.0, gt=0, le=600, description="How long a call may take besides the bytes.")

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        if self.password is None and self.private_key is None:
            raise ValueError("name a password or a private_key, each by reference")
        return self


class FolderSettings(PluginSettings):
    """One folder that files are put into, or fetched from: `folder` or `sftp`."""

    folder: Annotated[str, AfterValidator(_absolute)] = Field(
        default="", max_length=1000, description="Path of a folder on this machine, or mounted on it."
    )
    sftp: SftpSettings | None = Field(default=None, description="An account on another machine.")
    settled_after_s: float = Field(
        default=SETTLED_AFTER_S, ge=0, le=3600, description="How long a file must not have changed to be fetched."
    )

    @property
    def is_given(self) -> bool:
        """Whether it leads anywhere."""
        return bool(self.folder) or self.sftp is not None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.folder and self.sftp is not None:
            raise ValueError("give folder or sftp, not both")
        return self


def place_of(settings: FolderSettings) -> str:
    """Say where a folder is, without secrets: the same words for the same place."""
    sftp = settings.sftp
    return settings.folder if sftp is None else f"sftp://{sftp.user}@{sftp.host}:{sftp.port}/{sftp.path}"


def remote_folder(settings: FolderSettings, context: PluginContext, where: str) -> RemoteFolder:
    """Return the folder that settings lead to; nothing is opened, and no secret is fetched, before it is used.

    `where` is the dotted path of the settings in the plugin's table, such as `out`. What was seen there is known to all
    processes of the hub, since each of them may look but once.

    Raises:
        ConfigurationError: they lead nowhere.
    """
    looks = SharedLooks(context, where)
    if settings.sftp is not None:
        party = _party(settings.sftp, context, f"{where}.sftp")
        return SftpFolder(party, settings.sftp.path, settled_after_s=settings.settled_after_s, looks=looks)
    if not settings.folder:
        raise ConfigurationError("no folder is given", where=where, hint='write folder = "/path", or sftp = { … }')
    return LocalFolder(Path(settings.folder), settled_after_s=settings.settled_after_s, looks=looks)


def _party(settings: SftpSettings, context: PluginContext, where: str) -> SftpParty:
    def secret(name: str) -> Callable[[], str] | None:
        return None if getattr(settings, name) is None else lambda: context.secret(f"{where}.{name}")

    login = SftpLogin(settings.user, secret("password"), secret("private_key"), secret("passphrase"))
    return SftpParty(settings.host, login, settings.host_keys, port=settings.port, timeout_s=settings.timeout_s)
