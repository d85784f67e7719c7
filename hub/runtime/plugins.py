"""Finds, builds and calls plugins: the one module that knows stevedore, and with the markers the one that knows pluggy.

stevedore finds and loads classes by name, once in a process; pluggy registers and calls instances, with one manager for
each tenant. Every hook is a typed method here, so that no other module meets either library.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from importlib.metadata import EntryPoint, entry_points, version
from threading import Lock
from typing import Any, NamedTuple, NoReturn, cast

from pluggy import PluginManager, PluginValidationError
from pydantic import ValidationError
from stevedore import NamedExtensionManager

from hub.contracts import (
    DeliveryChannel,
    DocumentChannel,
    DocumentInspector,
    EInvoiceWriter,
    PaymentFileReader,
    PluginContext,
    PluginManifest,
    PluginSettings,
    SandboxMaker,
    WebhookReceiver,
    hookspecs,
)
from hub.contracts.markers import PROJECT
from hub.errors import ConfigurationError, HubError
from hub.model.documents import DocumentKind
from hub.model.events import Event
from hub.model.payments import MatchProposal, UnmatchedPayment
from hub.model.refusals import closest
from hub.model.tenant import Tenant
from hub.runtime.config import TENANT_FOLDER, settings_fingerprint
from hub.runtime.plugin_answers import check_promise, checked_offers, checked_proposals
from hub.runtime.plugin_checks import PluginClass, broken, check_plugin
from hub.runtime.setting_errors import configuration_error

GROUP = "hub.plugins"
MOST_CLASSES_KEPT = 256  # far more than anyone installs
MOST_TENANTS_KEPT = 64  # instances are small, but a process may meet thousands of tenants
_READERS = "hub_payment_file_readers"
_CHANNELS = "hub_delivery_channels"
_SANDBOXES = "hub_sandboxes"
_WEBHOOKS = "hub_webhook_receivers"
_WRITERS = "hub_e_invoice_writers"
_INSPECTORS = "hub_document_inspectors"
_MATCH = "hub_match_payments"
_EVENTS = "hub_events_recorded"

NamedReader = tuple[str, PaymentFileReader]  # plugin name, reader
Observer = Callable[[Sequence[Event]], None]
Contexts = Callable[[str], PluginContext]  # by plugin name


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


def installed_fingerprint() -> str:
    """Return what is installed in one text, the hub first: nodes that differ in it do not work side by side."""
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    plugins = [f"{point.name} {point.dist.version if point.dist else '?'}" for point in points]
    return ", ".join([f"hub {version('reskontra-hub')}", *plugins])


def default_readers() -> list[NamedReader]:
    """Return the readers of all installed plugins on default settings, for `hub inspect` without a tenant.

    A broken plugin is left out, so that one of them does not hide the others; `installed_plugins` says why.
    """
    readers: list[NamedReader] = []
    for name in sorted({point.name for point in entry_points(group=GROUP)}):
        try:
            readers += TenantPlugins([default_plugin(name)]).readers
        except HubError:
            continue
    return readers


def default_plugin(name: str) -> object:
    """Build one installed plugin with its default settings. Raises ConfigurationError as `load_plugin_class`."""
    return _instance(name, {}, "the plugin's own defaults")


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


class TenantPlugins:
    """The plugins of one tenant: instances built with its settings, behind one typed method for each hook.

    They are asked in the order given, which is that of the tenant's file.
    """

    def __init__(self, plugins: Iterable[object], contexts: Contexts | None = None) -> None:
        """`contexts` lends what adapters are built with; without it only those are built that need nothing."""
        self._contexts = contexts
        self._manager = PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._names: list[str] = []
        for plugin in plugins:
            self._register(plugin)

    @classmethod
    def build(cls, tenant: Tenant, contexts: Contexts | None = None) -> TenantPlugins:
        """Load and build the plugins that a tenant has turned on.

        Raises:
            ConfigurationError: a plugin is missing or broken, or its table is wrong.
        """
        source = f"{TENANT_FOLDER}/{tenant.id}.toml"
        return cls((_instance(name, table, source) for name, table in tenant.plugins.items()), contexts)

    @classmethod
    def from_objects(cls, *plugins: object, contexts: Contexts | None = None) -> TenantPlugins:
        """Take plugin instances as they are, without looking at what is installed: for tests and demonstrations."""
        return cls(plugins, contexts)

    @property
    def names(self) -> tuple[str, ...]:
        """The plugins' names, in the order they are asked."""
        return tuple(self._names)

    @cached_property
    def readers(self) -> list[NamedReader]:
        """All readers of incoming-payments files (*inbetalningsfil*), each with its plugin's name.

        Raises:
            ConfigurationError: a plugin fails, offers something else, or two readers have one name.
        """
        return self._offered(_READERS, PaymentFileReader, "readers")

    @cached_property
    def channels(self) -> dict[str, DeliveryChannel]:
        """All channels that messages go out by, by name.

        Raises:
            ConfigurationError: a plugin fails, offers something else, or two channels have one name.
        """
        for plugin, channel in self._named_channels:
            check_promise(plugin, channel)
        return {channel.name: channel for _, channel in self._named_channels}

    def close(self) -> None:
        """Close what channels keep open between calls, such as connections."""
        for _, channel in self.__dict__.get("_named_channels", ()):
            close = getattr(channel, "close", None)
            if callable(close):
                close()

    @cached_property
    def document_channels(self) -> dict[str, DocumentChannel]:
        """Those channels that take part in routes. Raises ConfigurationError as `channels`."""
        return {name: channel for name, channel in self.channels.items() if isinstance(channel, DocumentChannel)}

    @cached_property
    def plugins_of_channels(self) -> dict[str, str]:
        """The plugin of each channel, by the channel's name."""
        return {channel.name: plugin for plugin, channel in self._named_channels}

    @cached_property
    def _named_channels(self) -> list[tuple[str, DeliveryChannel]]:
        return self._offered(_CHANNELS, DeliveryChannel, "channels", is_lent=True)

    @cached_property
    def webhook_receivers(self) -> dict[str, WebhookReceiver]:
        """What other sides may post notices to, by name. Raises ConfigurationError as `channels`."""
        return {receiver.name: receiver for _, receiver in self._named_receivers}

    @cached_property
    def plugins_of_receivers(self) -> dict[str, str]:
        """The plugin of each receiver, by the receiver's name."""
        return {receiver.name: plugin for plugin, receiver in self._named_receivers}

    @cached_property
    def _named_receivers(self) -> list[tuple[str, WebhookReceiver]]:
        return self._offered(_WEBHOOKS, WebhookReceiver, "webhook receivers", is_lent=True)

    @cached_property
    def e_invoice_writers(self) -> dict[DocumentKind, EInvoiceWriter]:
        """What writes each kind of document as an e-invoice (*e-faktura*). Raises ConfigurationError as `channels`."""
        offered = self._offered(_WRITERS, EInvoiceWriter, "writers of e-invoices", is_lent=True)
        return {kind: writer for _, writer in reversed(offered) for kind in writer.writes}

    @cached_property
    def document_inspectors(self) -> list[DocumentInspector]:
        """All that judge documents by the rules of their format. Raises ConfigurationError as `channels`."""
        return [one for _, one in self._offered(_INSPECTORS, DocumentInspector, "inspectors")]

    @property
    def sandbox_makers(self) -> list[tuple[str, SandboxMaker]]:
        """What makes counterparties on this machine, each with its plugin's name."""
        asked = [(plugin, self._ask(plugin, _SANDBOXES) or ()) for plugin in self._names]
        return [(plugin, maker) for plugin, makers in asked for maker in makers]

    def payment_file_readers(self) -> list[NamedReader]:
        """Return a list of `readers`; see there."""
        return list(self.readers)

    def match_payments(self, payments: Sequence[UnmatchedPayment]) -> dict[int, MatchProposal]:
        """Return the plugins' proposals by payment id (*avprickning*).

        Two plugins that propose different things for one payment leave it to the hub's own rules: nobody guesses.

        Raises:
            ConfigurationError: a plugin fails or answers something else. The run stops and nothing is posted.
        """
        asked = tuple(payments)
        ids = {payment.payment_id for payment in asked}
        merged: dict[int, MatchProposal] = {}
        disputed: set[int] = set()
        for plugin in self._names:
            answer = self._ask(plugin, _MATCH, payments=asked)
            for payment_id, proposal in checked_proposals(plugin, answer, ids):
                if merged.setdefault(payment_id, proposal).shares != proposal.shares:
                    disputed.add(payment_id)
        return {payment_id: proposal for payment_id, proposal in merged.items() if payment_id not in disputed}

    @property
    def proposer(self) -> Callable[[Sequence[UnmatchedPayment]], dict[int, MatchProposal]] | None:
        """What asks the plugins that match payments; None when no plugin does."""
        return self.match_payments if any(self._caller(plugin, _MATCH) for plugin in self._names) else None

    @property
    def observers(self) -> dict[str, Observer]:
        """Those who listen to events, by plugin name; each raises what its plugin raises."""
        return {plugin: partial(self._tell, plugin) for plugin in self._names if self._caller(plugin, _EVENTS)}

    def _register(self, plugin: object) -> None:
        name = str(getattr(getattr(plugin, "manifest", None), "name", type(plugin).__name__))
        check_plugin(name, plugin)
        if name in self._names:
            raise ConfigurationError("the plugin is turned on twice", where=f"plugins.{name}", hint="keep one of them")
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except PluginValidationError as error:
            message = f"the plugin does not fit the hooks: {error}"
            raise ConfigurationError(message, where=f"plugins.{name}", hint="see docs/plugin-guide.md") from None
        self._names.append(name)

    def _offered(self, hook: str, kind: Any, noun: str, *, is_lent: bool = False) -> list[tuple[str, Any]]:
        """Return what all plugins offer by a hook, each with its plugin's name; no two have one name."""
        asked = [(name, self._ask(name, hook, **self._lent(name, is_lent))) for name in self._names]
        offers = [(name, offer) for name, answer in asked for offer in checked_offers(name, answer, kind)]
        names = [offer.name for _, offer in offers]
        for plugin, offer in offers:
            if names.count(offer.name) > 1:
                message = f"two {noun} are called {offer.name}"
                raise ConfigurationError(message, where=f"plugins.{plugin}", hint="turn one of their plugins off")
        return offers

    def _lent(self, plugin: str, is_lent: bool) -> dict[str, object]:
        return {"context": self._contexts and self._contexts(plugin)} if is_lent else {}

    def _caller(self, plugin: str, hook: str) -> Callable[..., Any] | None:
        """Return a way to call one plugin's implementation of a hook, or None when it has none."""
        others = [self._manager.get_plugin(name) for name in self._names if name != plugin]
        caller = self._manager.subset_hook_caller(hook, others)
        return caller if caller.get_hookimpls() else None

    def _tell(self, plugin: str, events: Sequence[Event]) -> None:
        caller = self._caller(plugin, _EVENTS)
        assert caller is not None  # `observers` names only those that have one
        caller(events=tuple(events))

    def _ask(self, plugin: str, hook: str, **arguments: object) -> Any:
        """Return one plugin's answer, None when it gives none.

        Raises:
            HubError: what the plugin raises of ours; a ConfigurationError for anything else.
        """
        caller = self._caller(plugin, hook)
        if caller is None:
            return None
        try:
            answers = caller(**arguments)
        except ConfigurationError as error:
            raise _of_plugin(error, plugin) from error
        except HubError:
            raise
        except Exception as error:
            raise broken(plugin, error, f"fails in {hook}") from error
        return answers[0] if answers else None


class TenantPluginCache:
    """Built plugins of the tenants used last; a tenant whose settings have changed is built anew."""

    def __init__(self, most_kept: int = MOST_TENANTS_KEPT) -> None:
        self._most_kept = most_kept
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[str, TenantPlugins]] = OrderedDict()

    def close(self) -> None:
        """Close what the kept plugins have open."""
        with self._lock:
            for _, plugins in self._kept.values():
                plugins.close()

    def get(self, tenant: Tenant, contexts: Contexts | None = None) -> TenantPlugins:
        """Return a tenant's plugins, built on first use. Raises ConfigurationError as `TenantPlugins.build`."""
        fingerprint = settings_fingerprint(tenant)
        with self._lock:
            kept = self._kept.get(tenant.id)
            if kept is None or kept[0] != fingerprint:
                kept = (fingerprint, TenantPlugins.build(tenant, contexts))
            self._kept[tenant.id] = kept
            self._kept.move_to_end(tenant.id)
            while len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)
            return kept[1]


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


def _instance(name: str, table: Mapping[str, Any], source: str) -> object:
    plugin_class = load_plugin_class(name)
    settings = _settings(plugin_class, name, table, source)
    try:
        return plugin_class(settings)
    except ConfigurationError as error:
        raise _of_plugin(error, name) from error
    except HubError:
        raise
    except Exception as error:
        raise broken(name, error, "cannot be built with these settings") from error


def _of_plugin(error: ConfigurationError, name: str) -> ConfigurationError:
    """Return what a plugin says of its settings with its table named, where it does not name the setting itself."""
    return error if error.where else ConfigurationError(str(error), where=f"plugins.{name}")


def _refuse_missing(names: Iterable[str]) -> NoReturn:
    name = min(names)
    installed = sorted({point.name for point in entry_points(group=GROUP)})
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
