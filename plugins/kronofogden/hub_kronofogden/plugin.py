"""The plugin: its card, its settings, its filer, its channel, and an authority to try it with."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import (
    CONTRACT_VERSION,
    DeliveryChannel,
    OrderToPayFiler,
    PluginContext,
    PluginManifest,
    SandboxMaker,
    hookimpl,
)
from hub_kronofogden.channel import AuthorityFolder
from hub_kronofogden.filer import KronofogdenFiler
from hub_kronofogden.sandbox import KronofogdenSandbox
from hub_kronofogden.settings import KronofogdenSettings


class Plugin:
    """Kronofogden."""

    manifest = PluginManifest(
        name="kronofogden",
        summary="Applications for orders to pay to Kronofogden by file, and what it tells back, by a declared layout",
        contract=CONTRACT_VERSION,
        formats=("declared layouts: TOML documents with the authority's own specification",),
        sources=("Kronofogden, digitala filtjänster: the public pages' tables of contents",),
        unverified=(
            "The authority's file format is not public: no layout of it is shipped, and nothing is filed without one.",
            "The layout of the sandbox is made up, and has nothing of the authority's.",
        ),
    )
    Settings = KronofogdenSettings

    def __init__(self, settings: KronofogdenSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_order_to_pay_filers(self, context: PluginContext) -> Sequence[OrderToPayFiler]:
        """Offer the filer."""
        return (KronofogdenFiler(self._settings, context),)

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel, where the settings say where files go."""
        return (AuthorityFolder(self._settings, context),) if self._settings.out.is_given else ()

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer an authority on this machine."""
        return (KronofogdenSandbox,)
