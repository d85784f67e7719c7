"""The checks that every plugin must pass, whatever it offers."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from hub.contracts import CONTRACT_VERSION, PluginManifest, PluginSettings, hookspecs
from hub.contracts.markers import PROJECT
from hub.testing.watched import no_network, no_writing

HOOK_PREFIX = f"{PROJECT}_"
_MARK = f"{PROJECT}_impl"  # the attribute that the marker leaves on an implementation


class PluginConformance:
    """Inherit this in a class whose name begins with `Test`, and name the plugin class."""

    plugin: ClassVar[Any]  # the class that the entry point leads to

    def test_card_is_complete(self) -> None:
        manifest = getattr(self.plugin, "manifest", None)

        assert isinstance(manifest, PluginManifest), "the class has no manifest = PluginManifest(...)"
        assert manifest.sources, "the card names no document that the plugin was made from"

    def test_contract_version_fits(self) -> None:
        assert self.plugin.manifest.contract == CONTRACT_VERSION

    def test_settings_are_plugin_settings(self) -> None:
        settings = self.plugin.Settings

        assert isinstance(settings, type), "Settings is no class"
        assert issubclass(settings, PluginSettings), "Settings is no subclass of PluginSettings"

    def test_every_setting_has_a_description(self) -> None:
        bare = [name for name, field in self._settings() if not (field.description or "").strip()]

        assert not bare, f"settings without a description: {bare}"

    def test_every_setting_has_a_default(self) -> None:
        required = [name for name, field in self._settings() if field.is_required()]

        assert not required, f"settings without a default, so that `hub inspect` cannot use the plugin: {required}"

    def test_an_unknown_setting_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            self.plugin.Settings.model_validate({"no_such_setting_of_any_plugin": True})

    def test_every_hook_is_marked_and_known(self) -> None:
        members = dict(inspect.getmembers(self.plugin, callable))
        hooks = {name for name in members if name.startswith(HOOK_PREFIX)}
        unmarked = sorted(name for name in hooks if not hasattr(members[name], _MARK))
        unknown = sorted(name for name in hooks if not hasattr(hookspecs, name))

        assert not unmarked, f"never called, for want of @hookimpl: {unmarked}"
        assert not unknown, f"no such hooks: {unknown}"
        assert hooks, "the plugin implements no hook"

    def test_hooks_take_only_arguments_that_exist(self) -> None:
        wrong = []
        for name, specification in inspect.getmembers(hookspecs, inspect.isfunction):
            implementation = getattr(self.plugin, name, None)
            if name.startswith(HOOK_PREFIX) and implementation is not None:
                known = {"self", *inspect.signature(specification).parameters}
                wrong += [f"{name}({p})" for p in inspect.signature(implementation).parameters if p not in known]

        assert not wrong, f"arguments that the hook does not have: {wrong}"

    def test_building_it_opens_no_connection(self) -> None:
        with no_network() as tried:
            self._build()

        assert not tried, f"building the plugin tried: {tried}"

    def test_building_it_writes_no_file(self) -> None:
        with no_writing() as tried:
            self._build()

        assert not tried, f"building the plugin tried: {tried}"

    def test_two_tenants_get_two_plugins(self) -> None:
        assert self._build() is not self._build(), "the class hands out one instance to all tenants"

    def _build(self) -> object:
        if any(field.is_required() for _, field in self._settings()):
            pytest.skip("it cannot be built on default settings")
        return self.plugin(self.plugin.Settings())

    def _settings(self) -> Iterator[tuple[str, FieldInfo]]:
        fields: dict[str, FieldInfo] = self.plugin.Settings.model_fields
        return iter(fields.items())
