"""Collection agencies (*inkassobolag*): claims to them, and what they say of them back, by files and by Amili's API."""

from hub_collection_agencies.folder_agency import FolderAgency
from hub_collection_agencies.plugin import Plugin
from hub_collection_agencies.settings import CollectionAgenciesSettings

__all__ = ["CollectionAgenciesSettings", "FolderAgency", "Plugin"]
