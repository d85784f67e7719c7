"""The plugin's table `[plugins.kronofogden]`."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from hub.contracts import PluginSettings
from hub.model.setting_values import Switch
from hub.transports.file_settings import FolderSettings


def _whole(path: str) -> str:
    if path and not PurePath(path).is_absolute():
        raise ValueError("write a whole path, beginning with /")
    return path


class KronofogdenSettings(PluginSettings):
    """Settings of the filer and its channel."""

    layout: Annotated[str, Field(max_length=1000), AfterValidator(_whole)] = Field(
        default="",
        description="Path of the layout with the authority's own specification; without it nothing is filed by file.",
    )
    is_trial: Switch = Field(
        default=False,
        description="The other side is a sandbox: files are of a made-up layout. Never with the authority itself.",
    )
    out: FolderSettings = Field(
        default=FolderSettings(), description="Where files for the authority are put; needed to file."
    )
    incoming: FolderSettings = Field(
        default=FolderSettings(), description="Where its files are fetched; left out: a person hands them over."
    )
    takes_once: Switch = Field(
        default=False,
        description="It takes a file of one name once, however often it is put there; else a lost answer is for a "
        "person to find out about.",
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.layout and self.is_trial:
            raise ValueError("layout and is_trial exclude each other: a trial has a layout of its own")
        return self
