"""Plugins are found by name, built with one tenant's settings, checked before use, and called in the tenant's order."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from hub.contracts import CONTRACT_VERSION, PluginManifest, PluginSettings, SecretReference, hookimpl
from hub.errors import ConfigurationError, DataError
from hub.model.events import Event
from hub.model.payments import MatchProposal, ProposedShare, UnmatchedPayment
from hub.model.tenant import Tenant
from hub.runtime import plugins as loading
from hub.runtime.plugins import TenantPluginCache, TenantPlugins, default_readers, installed_plugins, load_plugin_class
from hub_fjordbanken import FjordbankenReader, Plugin

EVENTS = [Event(1, "payment_posted", "2026-11-20T18:30:00Z", {})]
MODULE = "hub_plugins_under_test"


def card(name: str, contract: int = CONTRACT_VERSION) -> PluginManifest:
    return PluginManifest(name=name, summary="A plugin for this test", contract=contract)


class Silent:
    """The smallest plugin."""

    manifest = card("silent")
    Settings: Any = PluginSettings

    def __init__(self, settings: Any = None) -> None:
        self.settings = settings


class Matcher(Silent):
    def __init__(self, name: str, answer: Any) -> None:
        self.manifest = card(name)
        self._answer = answer

    @hookimpl
    def hub_match_payments(self, payments: Any) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class Listener(Silent):
    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.manifest = card(name)
        self.heard: list[Event] = []
        self._error = error

    @hookimpl
    def hub_events_recorded(self, events: Any) -> None:
        if self._error:
            raise self._error
        self.heard += events


class Offering(Silent):
    def __init__(self, name: str, readers: Any) -> None:
        self.manifest = card(name)
        self._readers = readers

    @hookimpl
    def hub_payment_file_readers(self) -> Any:
        if isinstance(self._readers, Exception):
            raise self._readers
        return self._readers


def tenant(plugins: dict[str, Any], name: str = "north") -> Tenant:
    accounts = dict.fromkeys(
        ("bank", "clearing", "suspense", "receivable", "revenue", "write_off", "error_account", "rounding",
         "reminder_fee", "demand_fee", "interest_revenue", "carried"), "1000")  # fmt: skip
    company = {"number": "1", "name": "North AB", "organisation_number": "556677-8899", "accounts": accounts}
    return Tenant.model_validate({"id": name, "name": "North", "companies": [company], "plugins": plugins})


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


def proposal(receivable: int, rule: str = "by name") -> MatchProposal:
    return MatchProposal((ProposedShare(receivable, 100),), rule)


def unmatched(number: int) -> UnmatchedPayment:
    return UnmatchedPayment(number, 1, 100, "SEK", "2026-11-20", "", "", (), (), "", "", "", 1, 1, "1", "payment")


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


def test_a_missing_plugin_names_the_command_and_what_is_installed(install):
    install(fjordbanken=Plugin)

    with pytest.raises(ConfigurationError) as caught:
        TenantPlugins.build(tenant({"fjordbank": {}}))

    message = str(caught.value)
    assert message.startswith("plugins.fjordbank: the plugin is not installed (installed: fjordbanken)")
    assert "did you mean fjordbanken?" in message
    assert "pip install -e plugins/fjordbank" in message


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


def test_a_hook_of_an_unknown_name_is_refused():
    class Misspelt(Silent):
        @hookimpl
        def hub_payment_file_reader(self) -> Any: ...

    with pytest.raises(ConfigurationError, match="does not fit the hooks"):
        TenantPlugins.from_objects(Misspelt())


def test_an_argument_that_the_hook_does_not_have_is_refused():
    class Misspelt(Silent):
        @hookimpl
        def hub_match_payments(self, payment: Any) -> Any: ...

    with pytest.raises(ConfigurationError, match="does not fit the hooks"):
        TenantPlugins.from_objects(Misspelt())


def test_an_implementation_may_take_fewer_arguments_than_its_hook():
    class Modest(Silent):
        @hookimpl
        def hub_match_payments(self) -> Any:
            return {}

    assert TenantPlugins.from_objects(Modest()).match_payments([unmatched(1)]) == {}


def test_a_plugin_cannot_be_turned_on_twice():
    with pytest.raises(ConfigurationError, match="twice"):
        TenantPlugins.from_objects(Silent(), Silent())


# Readers


def test_readers_come_in_the_tenants_order():
    first, second = FjordbankenReader(), FjordbankenReader()
    first.name, second.name = "b", "a"

    built = TenantPlugins.from_objects(Offering("zebra", [first]), Offering("ant", [second]), Silent())

    assert built.payment_file_readers() == [("zebra", first), ("ant", second)]


def test_two_readers_of_one_name_are_refused():
    built = TenantPlugins.from_objects(Offering("one", [FjordbankenReader()]), Offering("two", [FjordbankenReader()]))

    with pytest.raises(ConfigurationError, match="two readers are called fjordbanken"):
        _ = built.readers


@pytest.mark.parametrize("offered", [[object()], 7, FjordbankenReader(), KeyError("x")])
def test_offering_something_else_than_readers_is_refused(offered):
    with pytest.raises(ConfigurationError, match=r"plugins\.odd"):
        _ = TenantPlugins.from_objects(Offering("odd", offered)).readers


def test_offering_nothing_is_allowed():
    assert TenantPlugins.from_objects(Offering("none", None), Offering("empty", ())).readers == []


# Matching


def test_proposals_of_several_plugins_are_merged():
    built = TenantPlugins.from_objects(Matcher("one", {1: proposal(7)}), Matcher("two", {2: proposal(8)}), Silent())

    assert built.match_payments([unmatched(1), unmatched(2)]) == {1: proposal(7), 2: proposal(8)}


def test_plugins_that_agree_keep_the_first_ones_rule():
    built = TenantPlugins.from_objects(Matcher("one", {1: proposal(7, "a")}), Matcher("two", {1: proposal(7, "b")}))

    assert built.match_payments([unmatched(1)]) == {1: proposal(7, "a")}


def test_plugins_that_disagree_leave_the_payment_to_the_hubs_own_rules():
    built = TenantPlugins.from_objects(
        Matcher("one", {1: proposal(7), 2: proposal(5)}),
        Matcher("two", {1: proposal(8)}),
        Matcher("three", {1: proposal(7)}),
    )

    assert built.match_payments([unmatched(1), unmatched(2)]) == {2: proposal(5)}


@pytest.mark.parametrize("answer", [ZeroDivisionError(), [proposal(1)], {1: "receivable 7"}, {99: proposal(1)}])
def test_matching_fails_closed(answer):
    built = TenantPlugins.from_objects(Matcher("right", {1: proposal(7)}), Matcher("wrong", answer))

    with pytest.raises(ConfigurationError, match=r"plugins\.wrong"):
        built.match_payments([unmatched(1)])


def test_a_plugins_own_hub_error_comes_out_as_it_is():
    with pytest.raises(DataError, match="as it is"):
        TenantPlugins.from_objects(Matcher("strict", DataError("as it is"))).match_payments([unmatched(1)])


# Observers


def test_observers_are_named_so_that_each_can_have_a_cursor():
    listener = Listener("second")
    observers = TenantPlugins.from_objects(Silent(), listener).observers

    observers["second"](EVENTS)

    assert list(observers) == ["second"]
    assert listener.heard == EVENTS


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
