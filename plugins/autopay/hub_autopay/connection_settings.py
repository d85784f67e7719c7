"""The tables `[plugins.autopay.connections.NAME]`: where a bank's files lie, and where ours are put."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictInt, model_validator

from hub.contracts import PluginSettings, SecretReference
from hub.model.attempts import Message
from hub.model.setting_values import Switch
from hub.transports.file_settings import FolderSettings

MEGABYTE = 1_000_000
KEY, NAME = "{key}", "{name}"
_PLACES = re.compile(r"\{[^}]*\}?|\}")


def _with_a_place(text: str) -> str:
    if _PLACES.findall(text) not in ([KEY], [NAME]):
        raise ValueError("must have {name} or {key} in one place, and no other braces: what we call the file")
    if set(text) & set('/\\:*?"<>|') or text.startswith((".", "~", "-", " ")):
        raise ValueError("must be the name of a file, such as rh_{key}.xml")
    return text


def _ending(content: bytes) -> str:
    """Return what a file without a name of its own ends with: banks tell XML by it."""
    return ".xml" if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else ".txt"


def _plain_path(text: str) -> str:
    if text.startswith("/") or ".." in text.split("/") or "?" in text or "#" in text:
        raise ValueError("must be a path behind the address, without a slash before it, such as files/{id}")
    return text


def _path_with(place: str, *, may_be_blank: bool = False) -> AfterValidator:
    def check(text: str) -> str:
        if not (text or may_be_blank) or (text and text.count(place) != 1):
            raise ValueError(f"must have {place} in one place")
        return _plain_path(text)

    return AfterValidator(check)


def _absolute(path: str) -> str:
    if path and not PurePath(path).is_absolute():
        raise ValueError(
            "must be a whole path, such as /etc/hub/bank-ca.pem: the hub is started in more than one place"
        )
    return path


_Member = Annotated[str, Field(min_length=1, max_length=60)]
_Header = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")]


class TellTaken(StrEnum):
    """How a bank is told that a file is kept here."""

    DELETE = "delete"
    POST = "post"
    NO = "no"


class GatewaySettings(PluginSettings):
    """A bank's files by HTTPS: the address, its paths, and what its lists call what."""

    address: str = Field(
        min_length=1, max_length=500, description="Base address, such as `https://files.bank.example/v1`."
    )
    token: SecretReference | None = Field(
        default=None, description="`env:NAME` or `file:PATH`, sent as a bearer token."
    )
    client_certificate: SecretReference | None = Field(
        default=None, description="`file:PATH` of our certificate and its private key, both as PEM."
    )
    ca_file: Annotated[str, AfterValidator(_absolute)] = Field(
        default="", description="Issuers whose servers are trusted; left out: those that browsers trust."
    )
    list_path: Annotated[str, AfterValidator(_plain_path)] = Field(
        default="files", max_length=300, description="Where the list of files for us is; blank: none are fetched."
    )
    cursor_parameter: str = Field(
        default="cursor", pattern=r"^[A-Za-z0-9_-]{0,60}$", description="Of the list; blank: it has no pages."
    )
    file_path: Annotated[str, _path_with("{id}")] = Field(
        default="files/{id}", max_length=300, description="Where one file is."
    )
    taken: TellTaken = Field(
        default=TellTaken.DELETE,
        description="How the bank is told that a file is kept: `delete` it, `post` to `taken_path`, or `no` word.",
    )
    taken_path: Annotated[str, _path_with("{id}")] = Field(
        default="files/{id}/taken", max_length=300, description="With `post`."
    )
    upload_path: Annotated[str, AfterValidator(_plain_path)] = Field(
        default="files", max_length=300, description="Where files for the bank are posted; blank: it takes none."
    )
    by_key_path: Annotated[str, _path_with(KEY, may_be_blank=True)] = Field(
        default="", max_length=300, description="Where the bank says which file it has under our key; blank: nowhere."
    )
    key_header: _Header = Field(default="Idempotency-Key", description="What our key of a file is sent in.")
    name_header: _Header = Field(default="X-File-Name", description="What its name is sent in.")
    files_member: _Member = Field(default="files", description="In a list: the files.")
    id_member: _Member = Field(default="id", description="In a file: what the bank calls it.")
    name_member: _Member = Field(default="name", description="In a file: its name.")
    size_member: _Member = Field(default="size", description="In a file: its size in bytes, where it is given.")
    next_member: _Member = Field(
        default="next", description="In a list: the cursor of the next page, where there is one."
    )
    largest_mb: Annotated[StrictInt, Field(ge=1, le=4_000)] = Field(
        default=1_000, description="How large a file that is fetched may be, in millions of bytes."
    )
    timeout_s: float = Field(default=30.0, gt=0, le=600, description="How long a call may take besides the bytes.")

    @property
    def largest(self) -> int:
        """How many bytes a file may have."""
        return self.largest_mb * MEGABYTE


class ConnectionSettings(PluginSettings):
    """One agreement with one bank: by `from_bank` and `to_bank`, each a folder or SFTP, or by `https` for both."""

    from_bank: FolderSettings = Field(default=FolderSettings(), description="Where the bank puts files for us.")
    to_bank: FolderSettings = Field(default=FolderSettings(), description="Where files for the bank are put.")
    https: GatewaySettings | None = Field(default=None, description="The bank's files by HTTPS.")
    keeps_files: Switch = Field(
        default=False, description="Files that are kept here stay in `from_bank`; else they are deleted there."
    )
    takes_once: Switch = Field(
        default=False,
        description="The bank takes a file of one name, or one key, once, however often it comes. Else a lost answer "
        "is asked about, and what cannot be found there is for a person.",
    )
    file_name: Annotated[str, AfterValidator(_with_a_place)] = Field(
        default=NAME,
        max_length=100,
        description="What files for the bank are called: `{name}` is what the sender calls it, else our key of the "
        "message with `.xml` or `.txt`; `{key}` is always the key.",
    )

    def name_of(self, message: Message) -> str:
        """Return what a file for the bank is called: the same each time that it is sent."""
        name = message.name.rpartition("/")[2] if "/" in message.name else ""
        return self.file_name.replace(NAME, name or f"{message.key}{_ending(message.content)}").replace(
            KEY, message.key
        )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        by_files = self.from_bank.is_given or self.to_bank.is_given
        if by_files == (self.https is not None):
            raise ValueError("give from_bank and to_bank, or one of them, or https")
        if self.https is not None and not (self.https.list_path or self.https.upload_path):
            raise ValueError("https needs list_path, upload_path or both")
        return self
