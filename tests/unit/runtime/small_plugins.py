"""The smallest plugin, which tests of loading and of hooks add to."""

from __future__ import annotations

from typing import Any

from hub.contracts import CONTRACT_VERSION, PluginManifest, PluginSettings


def card(name: str, contract: int = CONTRACT_VERSION) -> PluginManifest:
    """What a plugin of a test says about itself."""
    return PluginManifest(name=name, summary="A plugin for this test", contract=contract)


class Silent:
    """The smallest plugin."""

    manifest = card("silent")
    Settings: Any = PluginSettings

    def __init__(self, settings: Any = None) -> None:
        self.settings = settings
