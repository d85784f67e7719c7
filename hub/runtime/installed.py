"""Finds plugins that are installed and builds them with their settings: the one module that knows stevedore.

It finds and loads classes by name, once in a process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.metadata import EntryPoint, entry_points, version
from typing import Any, NamedTuple, NoReturn, cast

from pydantic import ValidationError
from stevedore import NamedExtensionManager

from hub.contracts import PluginManifest, PluginSettings
from hub.errors import ConfigurationError, HubError
from hub.model.refusals import closest
from hub.model.tenant import Tenant
from hub.runtime.config import TENANT_FOLDER
from hub.runtime.plugin_checks import PluginClass, broken, check_plugin
from hub.runtime.setting_errors import configuration_error

GROUP = "hub.plugins"
MOST_CLASSES_KEPT = 256  # far more than anyone installs


class InstalledPlugin(NamedTuple):
    """One installed plugin as `hub plugins` shows it; `manifest` is None when `error` says what is wrong with it."""

    name: str
    distribution: str
    version: str
    manifest: PluginManifest | None
    error: str = ""


def installed_plugins() -> list[InstalledPlugin]:
    """Return every installed plugin by name, with its version and card, or with what is wrong with it."""
    return [_described(point) for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]


@cache
def installed_fingerprint() -> str:
    """Return what is installed in one text, the hub first: nodes that differ in it do not work side by side.

    Looked up once in a process, which goes on with what it began with whatever is installed meanwhile.
    """
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    plugins = [f"{point.name} {point.dist.version if point.dist else '?'}" for point in points]
    return ", ".join([f"hub {version('reskontra-hub')}", *plugins])


def installed_names() -> list[str]:
    """Return the names of all installed plugins."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def default_plugin(name: str) -> object:
    """Build one installed plugin with its default settings. Raises ConfigurationError as `load_plugin_class`."""
    return build_plugin(name, {}, "the plugin's own defaults")


@lru_cache(maxsize=MOST_CLASSES_KEPT)
def load_plugin_class(name: str) -> PluginClass:
    """Load one installed plugin's class, once in a process.

    Raises:
        ConfigurationError: it is not installed, is installed twice, cannot be imported, or does not fit the contract.
    """
    try:
        found = NamedExtensionManager[Any](
            GROUP, [name], on_load_failure_callback=_refuse_broken, on_missing_entrypoints_callback=_refuse_missing
        )
    except AssertionError as error:  # the one failure that stevedore does not hand to its callback
        raise broken(name, error, "cannot be imported") from error
    if len(found.extensions) != 1:
        raise ConfigurationError(
            f"{len(found.extensions)} installed packages bring a plugin of this name",
            where=f"plugins.{name}",
            hint="uninstall all but one; pip list shows them",
        )
    plugin_class: Any = found.extensions[0].plugin
    check_plugin(name, plugin_class)
    return cast(PluginClass, plugin_class)


def _described(point: EntryPoint) -> InstalledPlugin:
    distribution, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
    try:
        plugin_class = load_plugin_class(point.name)
    except ConfigurationError as error:
        return InstalledPlugin(point.name, distribution, version, None, str(error))
    return InstalledPlugin(point.name, distribution, version, plugin_class.manifest)


def plugin_settings(tenant: Tenant, name: str) -> PluginSettings:
    """Return the settings of a plugin that is turned on. Raises ConfigurationError when its table is wrong."""
    return _settings(load_plugin_class(name), name, tenant.plugins[name], f"{TENANT_FOLDER}/{tenant.id}.toml")


def _settings(plugin_class: PluginClass, name: str, table: Mapping[str, Any], source: str) -> PluginSettings:
    model = plugin_class.Settings
    try:
        return model.model_validate(table)
    except ValidationError as error:
        page = f"the README of the plugin {name}"
        raise configuration_error(error, model, source=source, path=f"plugins.{name}", page=page) from None


def wants_text(name: str, table: Mapping[str, Any]) -> list[str]:
    """Return the settings of a table that have to be text and are not; none where the plugin cannot be loaded."""
    try:
        load_plugin_class(name).Settings.model_validate(table)
    except ValidationError as error:
        return [str(one["loc"][0]) for one in error.errors() if one["type"] == "string_type" and len(one["loc"]) == 1]
    except ConfigurationError:
        pass
    return []


def build_plugin(name: str, table: Mapping[str, Any], source: str) -> object:
    """Load a plugin and build it with its table of settings; `source` names the file for errors.

    Raises:
        ConfigurationError: it is missing or broken, or its table is wrong.
    """
    plugin_class = load_plugin_class(name)
    settings = _settings(plugin_class, name, table, source)
    try:
        return plugin_class(settings)
    except ConfigurationError as error:
        raise said_of_plugin(error, name) from error
    except HubError:
        raise
    except Exception as error:
        raise broken(name, error, "cannot be built with these settings") from error


def said_of_plugin(error: ConfigurationError, name: str) -> ConfigurationError:
    """Return what a plugin says of its settings with its table named, where it does not name the setting itself."""
    return error if error.where else ConfigurationError(str(error), where=f"plugins.{name}")


def _refuse_missing(names: Iterable[str]) -> NoReturn:
    name = min(names)
    installed = installed_names()
    nearest = closest(name, installed)
    package = f"reskontra-hub-{name.replace('_', '-')}"
    install = f"install it: pip install -e plugins/{name} in a checkout, else pip install {package}"
    raise ConfigurationError(
        f"the plugin is not installed (installed: {', '.join(installed) or 'none'})",
        where=f"plugins.{name}",
        hint=f"did you mean {nearest}?" if nearest else install,  # a mistyped name must not be installed
    )


def _refuse_broken(_: object, point: EntryPoint, error: BaseException) -> NoReturn:
    raise broken(point.name, error, "cannot be imported") from error
