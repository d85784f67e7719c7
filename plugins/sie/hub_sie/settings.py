"""The plugin's table `[plugins.sie]`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hub.contracts import PluginSettings
from hub.model.setting_values import Switch
from hub.transports.file_settings import FolderSettings


class SieSettings(PluginSettings):
    """Settings of the exporter and its channel."""

    out: FolderSettings = Field(
        default=FolderSettings(), description="Where files for the ledger are put; left out: nothing is exported."
    )
    takes_once: Switch = Field(
        default=False,
        description="The ledger takes a file of one name once, however often it is put there; else a lost answer is "
        "for a person to find out about.",
    )
    encoding: Literal["pc8", "utf-8", "latin-1"] = Field(
        default="pc8", description="What the ledger's own files are written in, where it does not keep to PC8."
    )
