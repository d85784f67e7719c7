"""Settings of an agency that takes files and gives files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from hub.contracts import PluginSettings
from hub.model.documents import DocumentKind
from hub.model.payee_account import read_account
from hub.model.setting_values import Switch
from hub.transports.file_settings import FolderSettings


def _whole(path: str) -> str:
    if path and not Path(path).is_absolute():
        raise ValueError("write a whole path, beginning with /")
    return path


LayoutPath = Annotated[str, Field(max_length=1000), AfterValidator(_whole)]
Accounts = tuple[Annotated[str, Field(max_length=60), AfterValidator(read_account)], ...]


class FolderAgencySettings(PluginSettings):
    """One agency that takes files."""

    out: FolderSettings = Field(
        default=FolderSettings(), description="Where files for the agency are put; left out: a person fetches them."
    )
    incoming: FolderSettings = Field(
        default=FolderSettings(),
        description="Where the agency's files are fetched; left out: a person hands them over.",
    )
    layout: LayoutPath = Field(
        default="", description="Path of the layout with the agency's own specification; left out: the shipped one."
    )
    documents: tuple[DocumentKind, ...] = Field(
        default=(),
        description="Documents that go beside a claim, as files of their own, such as `invoice` and `demand`.",
    )
    largest_document_mb: int = Field(
        default=10,
        ge=1,
        le=64,
        description="The largest document that the agency takes, in megabytes of 1,000,000 bytes.",
    )
    giro_numbers: Accounts = Field(
        default=(), description="Accounts that the agency pays out from, such as `bankgiro:991-2346`."
    )
    takes_once: Switch = Field(
        default=False,
        description="The agency takes a file of one name once, however often it is put there; else a lost answer is "
        "for a person to find out about.",
    )
