"""The table `[plugins.collection_agencies.svea]`."""

from __future__ import annotations

from pydantic import Field

from hub.model.setting_values import Switch
from hub_collection_agencies.folder_settings import FolderAgencySettings


class SveaSettings(FolderAgencySettings):
    """Svea Inkasso."""

    direct_payments: Switch = Field(
        default=False, description="A file with direct payments has been agreed on; else a person tells of them."
    )
