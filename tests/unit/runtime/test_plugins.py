"""Plugins are found by name, built once with one tenant's settings, and checked before use."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from hub.contracts import CONTRACT_VERSION, PluginManifest, PluginSettings, SecretReference
from hub.errors import ConfigurationError
from hub.model.tenant import Tenant
from hub.runtime import installed as loading
from hub.runtime.installed import installed_plugins, load_plugin_class
from hub.runtime.plugin_cache import TenantPluginCache
from hub.runtime.plugins import TenantPlugins, default_readers
from hub.testing.example_tenant import tenant_settings
from hub_fjordbanken import FjordbankenReader, Plugin
from tests.unit.runtime.small_plugins import Silent, card

MODULE = "hub_plugins_under_test"


def tenant(plugins: dict[str, Any], name: str = "north") -> Tenant:
    return Tenant.model_validate(tenant_settings(id=name, plugins=plugins))


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let entry points lead to classes of this test, without installing anything."""

    def install_plugins(**classes: Any) -> None:
        points = [EntryPoint(name, f"{MODULE}:{name}", loading.GROUP) for name in classes]
        module = type(sys)(MODULE)
        for name, plugin_class in classes.items():
            if plugin_class is not None:
                setattr(module, name, plugin_class)
        monkeypatch.setitem(sys.modules, MODULE, module)
        monkeypatch.setattr(loading, "entry_points", lambda group: points)
        monkeypatch.setattr("stevedore.extension.ExtensionManager.list_entry_points", lambda self: points)
        load_plugin_class.cache_clear()

    yield install_plugins
    load_plugin_class.cache_clear()


# Loading


def test_a_plugin_is_built_with_its_own_table(install):
    install(fjordbanken=Plugin)

    built = TenantPlugins.build(tenant({"fjordbanken": {"keep_messages": False}}))

    ((name, reader),) = built.readers
    assert name == "fjordbanken"
    assert isinstance(reader, FjordbankenReader)
    assert reader._settings.keep_messages is False


def test_only_plugins_with_a_table_are_loaded(install):
    install(fjordbanken=Plugin, never_imported=None)

    assert TenantPlugins.build(tenant({"fjordbanken": {}})).names == ("fjordbanken",)


def test_a_mistyped_plugin_names_the_one_that_was_meant(install):
    install(fjordbanken=Plugin)

    with pytest.raises(ConfigurationError) as caught:
        TenantPlugins.build(tenant({"fjordbank": {}}))

    message = str(caught.value)
    assert message.startswith("plugins.fjordbank: the plugin is not installed (installed: fjordbanken)")
    assert "did you mean fjordbanken?" in message
    assert "pip install" not in message  # a mistyped name must not be installed


def test_a_plugin_that_is_none_of_those_installed_names_the_command(install):
    install(fjordbanken=Plugin)

    with pytest.raises(ConfigurationError, match="pip install -e plugins/kivra in a checkout"):
        TenantPlugins.build(tenant({"kivra": {}}))


def test_in_a_bare_install_the_message_says_that_none_is_installed(install):
    install()

    with pytest.raises(ConfigurationError, match="installed: none"):
        TenantPlugins.build(tenant({"fjordbanken": {}}))


def test_a_broken_plugin_is_named_with_the_type_of_what_it_raised(install):
    install(gone=None)

    with pytest.raises(ConfigurationError, match=r"plugins\.gone: the plugin cannot be imported: AttributeError"):
        TenantPlugins.build(tenant({"gone": {}}))


def test_a_plugin_that_asserts_when_imported_is_broken_too(install, monkeypatch):
    install(angry=Silent)

    def load(self: EntryPoint) -> Any:
        raise AssertionError("never here")

    monkeypatch.setattr(EntryPoint, "load", load)
    with pytest.raises(ConfigurationError, match="AssertionError"):
        TenantPlugins.build(tenant({"angry": {}}))


def test_a_card_that_is_not_filled_in_right_says_what_is_wrong_with_it(install, monkeypatch):
    install(hasty=Silent)

    def load(self: EntryPoint) -> Any:
        return PluginManifest(name="hasty", summary="x", contract=1)

    monkeypatch.setattr(EntryPoint, "load", load)
    with pytest.raises(ConfigurationError, match="its card is wrong: summary must have at least"):
        TenantPlugins.build(tenant({"hasty": {}}))


def test_a_class_is_loaded_once_in_a_process(install, monkeypatch):
    install(silent=Silent)
    loads = []
    real = EntryPoint.load
    monkeypatch.setattr(EntryPoint, "load", lambda self: loads.append(self.name) or real(self))

    for name in ("north", "south"):
        TenantPlugins.build(tenant({"silent": {}}, name))

    assert loads == ["silent"]


def test_two_packages_with_one_plugin_name_are_refused(install, monkeypatch):
    install(silent=Silent)
    twice = [EntryPoint("silent", f"{MODULE}:silent", loading.GROUP)] * 2
    monkeypatch.setattr("stevedore.extension.ExtensionManager.list_entry_points", lambda self: twice)

    with pytest.raises(ConfigurationError, match="2 installed packages"):
        load_plugin_class("silent")


# Settings


def test_a_wrong_setting_is_named_with_its_path_and_file(install):
    install(fjordbanken=Plugin)

    with pytest.raises(
        ConfigurationError, match=r"plugins\.fjordbanken\.keep_mesages.*tenants/north\.toml.*did you mean"
    ):
        TenantPlugins.build(tenant({"fjordbanken": {"keep_mesages": True}}))


def test_a_setting_refused_is_not_repeated(install):
    class Settings(PluginSettings):
        key: SecretReference = SecretReference("env:KEY")

    install(silent=type("WithKey", (Silent,), {"Settings": Settings}))

    with pytest.raises(ConfigurationError) as caught:
        TenantPlugins.build(tenant({"silent": {"key": "s3cret-in-the-wrong-place"}}))

    assert "s3cret" not in str(caught.value)


def test_a_plugin_that_fails_when_built_is_named_without_its_text(install):
    def fail(self: Any, settings: Any) -> None:
        raise KeyError("19121212-1212")

    install(silent=type("Failing", (Silent,), {"__init__": fail}))

    with pytest.raises(ConfigurationError, match=r"plugins\.silent: .*cannot be built.*KeyError") as caught:
        TenantPlugins.build(tenant({"silent": {}}))

    assert "1212" not in str(caught.value)


# Fitting the contract


@pytest.mark.parametrize(("contract", "who"), [(CONTRACT_VERSION - 1, "plugin"), (CONTRACT_VERSION + 1, "hub")])
def test_another_contract_version_is_refused_and_says_what_to_update(contract, who):
    plugin = Silent()
    plugin.manifest = card("silent", contract)

    with pytest.raises(ConfigurationError, match=f"contract {contract}.*update the {who}"):
        TenantPlugins.from_objects(plugin)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"manifest": None}, "has no card"),
        ({"manifest": card("other")}, "its card says other"),
        ({"Settings": dict}, "has no settings"),
    ],
)
def test_a_plugin_class_that_does_not_fit_is_refused(install, changes, message):
    install(silent=type("Odd", (Silent,), changes))

    with pytest.raises(ConfigurationError, match=message):
        load_plugin_class("silent")


# The cache


def test_plugins_are_built_once_for_the_same_settings(install):
    install(silent=Silent)
    cache = TenantPluginCache()

    assert cache.get(tenant({"silent": {}})) is cache.get(tenant({"silent": {}}))


def test_changed_settings_build_them_anew(install):
    install(fjordbanken=Plugin)
    cache = TenantPluginCache()
    before = cache.get(tenant({"fjordbanken": {}}))

    assert cache.get(tenant({"fjordbanken": {"keep_messages": False}})) is not before


def test_two_tenants_never_share_an_instance(install):
    install(fjordbanken=Plugin)
    cache = TenantPluginCache()
    ((_, one),), ((_, other),) = (cache.get(tenant({"fjordbanken": {}}, name)).readers for name in ("north", "south"))

    assert one is not other


def test_the_tenant_used_longest_ago_makes_room(install):
    install(silent=Silent)
    cache = TenantPluginCache(most_kept=2)
    kept = {name: cache.get(tenant({}, name)) for name in ("north", "south")}
    cache.get(tenant({}, "north"))
    cache.get(tenant({}, "west"))

    assert cache.get(tenant({}, "north")) is kept["north"]
    assert cache.get(tenant({}, "south")) is not kept["south"]


# Without a tenant


def test_default_readers_leave_out_what_is_broken(install):
    install(broken=None, fjordbanken=Plugin, silent=Silent)

    assert [name for name, _ in default_readers()] == ["fjordbanken"]


def test_installed_plugins_show_card_or_error(install):
    install(fjordbanken=Plugin, gone=None)

    found = {plugin.name: plugin for plugin in installed_plugins()}

    assert found["fjordbanken"].manifest is Plugin.manifest
    assert found["fjordbanken"].error == ""
    assert found["gone"].manifest is None
    assert "AttributeError" in found["gone"].error
