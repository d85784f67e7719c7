"""The plugin: its card, its settings, its agencies with their channels, and counterparties to try them with."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import (
    CONTRACT_VERSION,
    CollectionAgency,
    DeliveryChannel,
    PluginContext,
    PluginManifest,
    SandboxMaker,
    hookimpl,
)
from hub_collection_agencies import offered
from hub_collection_agencies.sandbox import AgencySandbox, AmiliSandbox
from hub_collection_agencies.settings import CollectionAgenciesSettings


class Plugin:
    """Collection agencies."""

    manifest = PluginManifest(
        name="collection_agencies",
        summary="Claims to collection agencies, and what they say of them back: files by declared layouts, Amili's API",
        contract=CONTRACT_VERSION,
        formats=("Amili REST, Sweden", "Sergel flat file, as far as it is public", "declared layouts: TOML documents"),
        sources=(
            "docs.amili.se, read in a stored copy, 2025",
            "public code of a housing company that writes Sergel's file",
        ),
        unverified=(
            "No agency has taken a file, or a call, of it yet.",
            "Amili: full lists of states, statuses and finance categories; where its production is; respite.",
            "Svea, Intrum, Marginalen, Predator, InkassoDIREKT: no format is public; the shipped layout is our own.",
            "Sergel: what it sends in return.",
        ),
    )
    Settings = CollectionAgenciesSettings

    def __init__(self, settings: CollectionAgenciesSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_collection_agencies(self, context: PluginContext) -> Sequence[CollectionAgency]:
        """Offer an agency for each table of the settings."""
        return offered.agencies(self._settings, context)

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer a channel for each agency whose settings say where messages go."""
        return offered.channels(self._settings, context)

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer Amili and an agency by SFTP on this machine."""
        return (AmiliSandbox, AgencySandbox)
