"""The agencies and channels that the settings ask for."""

from __future__ import annotations

from hub.contracts import CollectionAgency, DeliveryChannel, PluginContext
from hub.transports.folder_channel import FolderChannel
from hub_collection_agencies.amili.agency import AmiliAgency
from hub_collection_agencies.amili.channel import AmiliChannel
from hub_collection_agencies.amili.files import FILES
from hub_collection_agencies.folder_agency import FolderAgency
from hub_collection_agencies.folder_settings import FolderAgencySettings
from hub_collection_agencies.inkassodirekt.profile import PROFILE as INKASSODIREKT
from hub_collection_agencies.intrum.profile import PROFILE as INTRUM
from hub_collection_agencies.marginalen.profile import PROFILE as MARGINALEN
from hub_collection_agencies.predator.profile import PROFILE as PREDATOR
from hub_collection_agencies.sergel.profile import PROFILE as SERGEL
from hub_collection_agencies.settings import CollectionAgenciesSettings
from hub_collection_agencies.svea.profile import PROFILE as SVEA
from hub_collection_agencies.terms import Profile

PROFILES = (FILES, SVEA, INTRUM, MARGINALEN, PREDATOR, INKASSODIREKT, SERGEL)


def agencies(settings: CollectionAgenciesSettings, context: PluginContext) -> list[CollectionAgency]:
    """Return an agency for each table of the settings. Raises ConfigurationError for a layout that is wrong."""
    found: list[CollectionAgency] = []
    if settings.amili is not None:
        found.append(AmiliAgency(settings.amili, context))
    return found + [FolderAgency(profile, own, context) for profile, own in _by_folders(settings)]


def channels(settings: CollectionAgenciesSettings, context: PluginContext) -> list[DeliveryChannel]:
    """Return a channel for each agency whose settings say where messages go."""
    found: list[DeliveryChannel] = []
    if settings.amili is not None:
        found.append(AmiliChannel(settings.amili, context))
    for profile, own in _by_folders(settings):
        if own.out.is_given:
            where = f"{profile.name}.out"
            found.append(FolderChannel(profile.name, own.out, context, where=where, takes_once=own.takes_once))
    return found


def _by_folders(settings: CollectionAgenciesSettings) -> list[tuple[Profile, FolderAgencySettings]]:
    tables = [(profile, getattr(settings, profile.name)) for profile in PROFILES]
    return [(profile, own) for profile, own in tables if own is not None]
