"""The plugin's table `[plugins.collection_agencies]`: a table within for each agency that is used."""

from __future__ import annotations

from pydantic import Field

from hub.contracts import PluginSettings
from hub_collection_agencies.amili.settings import AmiliSettings
from hub_collection_agencies.folder_settings import FolderAgencySettings


class CollectionAgenciesSettings(PluginSettings):
    """Settings of all agencies; one that has no table is not offered."""

    amili: AmiliSettings | None = Field(default=None, description="Visma Amili, Sweden, by its API.")
    amili_files: FolderAgencySettings | None = Field(default=None, description="Visma Amili, Sweden, by its SFTP.")
    svea: FolderAgencySettings | None = Field(default=None, description="Svea Inkasso.")
    intrum: FolderAgencySettings | None = Field(default=None, description="Intrum.")
    marginalen: FolderAgencySettings | None = Field(default=None, description="Marginalen.")
    predator: FolderAgencySettings | None = Field(default=None, description="Predator.")
    inkassodirekt: FolderAgencySettings | None = Field(default=None, description="InkassoDIREKT.")
    sergel: FolderAgencySettings | None = Field(default=None, description="Sergel.")
