"""Compares a plugin with the contract before anything is built with it, and says what to do when it does not fit."""

from __future__ import annotations

from typing import Protocol

from pydantic import ValidationError

from hub.contracts import CONTRACT_VERSION, PluginManifest, PluginSettings
from hub.errors import ConfigurationError
from hub.model.refusals import causes, in_words


class PluginClass(Protocol):
    """What an entry point leads to: a class with a card and settings, built with the settings of one tenant."""

    manifest: PluginManifest
    Settings: type[PluginSettings]

    def __call__(self, settings: PluginSettings, /) -> object: ...


def check_plugin(name: str, plugin: object) -> None:
    """Compare the card of a plugin, class or instance, with the contract.

    Raises:
        ConfigurationError: no card, another name, no settings model, or written for another contract.
    """
    manifest = getattr(plugin, "manifest", None)
    if not isinstance(manifest, PluginManifest):
        raise _unfit(name, "it has no card", "its class needs: manifest = PluginManifest(...)")
    if manifest.name != name:
        raise _unfit(name, f"its card says {manifest.name}", "card, entry point and table must have one name")
    settings = getattr(plugin, "Settings", None)
    if not (isinstance(settings, type) and issubclass(settings, PluginSettings)):
        raise _unfit(name, "it has no settings", "its class needs: Settings, a subclass of PluginSettings")
    if manifest.contract != CONTRACT_VERSION:
        older = "plugin" if manifest.contract < CONTRACT_VERSION else "hub"
        message = f"it was written for contract {manifest.contract}, the hub has {CONTRACT_VERSION}"
        raise _unfit(name, message, f"update the {older}")


def broken(name: str, error: BaseException, what: str) -> ConfigurationError:
    """Say that a plugin failed with an exception not of ours: its type, never its text, which may hold data.

    Of a card that is not filled in right, what is wrong with it is said: a card holds no data.
    """
    if isinstance(error, ValidationError) and error.title == PluginManifest.__name__:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))} {in_words(one, 'field')}" for one in causes(error))
        return _unfit(name, f"its card is wrong: {wrong}", "its maker mends the PluginManifest of its class")
    return ConfigurationError(
        f"the plugin {what}: {type(error).__name__}",
        where=f"plugins.{name}",
        hint="update or reinstall it, or turn it off by removing its table; its maker can use the traceback",
    )


def _unfit(name: str, message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"the plugin does not fit: {message}", where=f"plugins.{name}", hint=hint)
