"""Calls plugins: with the markers the one module that knows pluggy, with one manager for each tenant.

Every hook is a typed method here, so that no other module meets the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, TypeVar

from pluggy import PluginManager, PluginValidationError

from hub.contracts import (
    BankConnection,
    BookkeepingExporter,
    CollectionAgency,
    DeliveryChannel,
    DirectDebitScheme,
    DocumentArchive,
    DocumentChannel,
    DocumentInspector,
    EInvoiceWriter,
    FileDescriber,
    OrderToPayFiler,
    PaymentFileReader,
    PaymentOrderWriter,
    PluginContext,
    SandboxMaker,
    WebhookReceiver,
    hookspecs,
)
from hub.contracts.markers import PROJECT
from hub.errors import ConfigurationError, HubError
from hub.model.documents import DocumentKind
from hub.model.events import Event
from hub.model.payments import MatchProposal, UnmatchedPayment
from hub.model.tenant import Tenant
from hub.runtime.config import TENANT_FOLDER
from hub.runtime.installed import build_plugin, default_plugin, installed_names, said_of_plugin
from hub.runtime.plugin_answers import check_promise, checked_offers, checked_proposals
from hub.runtime.plugin_checks import broken, check_plugin

_READERS = "hub_payment_file_readers"
_CHANNELS = "hub_delivery_channels"
_SANDBOXES = "hub_sandboxes"
_WEBHOOKS = "hub_webhook_receivers"
_WRITERS = "hub_e_invoice_writers"
_ARCHIVES = "hub_document_archives"
_INSPECTORS = "hub_document_inspectors"
_EXPORTERS = "hub_bookkeeping_exporters"
_FILERS = "hub_order_to_pay_filers"
_SCHEMES = "hub_direct_debit_schemes"
_AGENCIES = "hub_collection_agencies"
_ORDERS = "hub_payment_order_writers"
_BANKS = "hub_bank_connections"
_DESCRIBERS = "hub_file_describers"
_MATCH = "hub_match_payments"
_EVENTS = "hub_events_recorded"

NamedReader = tuple[str, PaymentFileReader]  # plugin name, reader
Observer = Callable[[Sequence[Event]], None]
Contexts = Callable[[str], PluginContext]  # by plugin name
Offer = TypeVar("Offer")


def default_readers() -> list[NamedReader]:
    """Return the readers of all installed plugins on default settings, for `hub inspect` without a tenant."""
    return _of_all_installed(lambda plugins: plugins.readers)


def default_describers() -> list[FileDescriber]:
    """Return what looks into files, of all installed plugins on default settings, for `hub inspect`."""
    return _of_all_installed(lambda plugins: plugins.file_describers)


def default_inspectors() -> list[DocumentInspector]:
    """Return what judges documents, of all installed plugins on default settings, for `hub validate`."""
    return _of_all_installed(lambda plugins: plugins.document_inspectors)


def _of_all_installed(offers: Callable[[TenantPlugins], list[Offer]]) -> list[Offer]:
    """Return what each installed plugin offers by itself.

    A broken plugin is left out, so that one of them does not hide the others; `installed_plugins` says why.
    """
    found: list[Offer] = []
    for name in installed_names():
        with suppress(HubError):
            found += offers(TenantPlugins([default_plugin(name)]))
    return found


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
        return cls((build_plugin(name, table, source) for name, table in tenant.plugins.items()), contexts)

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
    def archives(self) -> dict[str, DocumentArchive]:
        """All that read archives of printed documents, by name. Raises ConfigurationError as `channels`."""
        offered = self._offered(_ARCHIVES, DocumentArchive, "archives")
        for plugin, archive in offered:
            if self.plugins_of_channels.get(archive.channel) != plugin or archive.channel in self.document_channels:
                raise ConfigurationError(
                    f"the archive {archive.name} passes its rest on by {archive.channel}, which no message can take",
                    where=f"plugins.{plugin}",
                    hint="its plugin must offer a channel of that name, which is no DocumentChannel",
                )
        return {archive.name: archive for _, archive in offered}

    @cached_property
    def rest_channels(self) -> dict[str, DeliveryChannel]:
        """The channels that the rest of archives goes on, by name."""
        return {archive.channel: self.channels[archive.channel] for archive in self.archives.values()}

    @cached_property
    def document_inspectors(self) -> list[DocumentInspector]:
        """All that judge documents by the rules of their format. Raises ConfigurationError as `channels`."""
        return [one for _, one in self._offered(_INSPECTORS, DocumentInspector, "inspectors")]

    @cached_property
    def bookkeeping_exporters(self) -> dict[str, BookkeepingExporter]:
        """What writes vouchers for general ledgers, by name. Raises ConfigurationError as `channels`."""
        return {one.name: one for _, one in self._offered(_EXPORTERS, BookkeepingExporter, "bookkeeping exporters")}

    @cached_property
    def direct_debit_schemes(self) -> dict[str, DirectDebitScheme]:
        """What collects by direct debit (*autogiro*), by name. Raises ConfigurationError as `channels`."""
        return {
            one.name: one for _, one in self._offered(_SCHEMES, DirectDebitScheme, "direct debit schemes", is_lent=True)
        }

    @cached_property
    def collection_agencies(self) -> dict[str, CollectionAgency]:
        """All collection agencies (*inkassobolag*), by name. Raises ConfigurationError as `channels`."""
        offered = self._offered(_AGENCIES, CollectionAgency, "collection agencies", is_lent=True)
        for plugin, agency in offered:
            if agency.channel and self.plugins_of_channels.get(agency.channel) != plugin:
                raise ConfigurationError(
                    f"the agency {agency.name} sends by {agency.channel}, which no message can take",
                    where=f"plugins.{plugin}",
                    hint="its plugin must offer a channel of that name",
                )
        return {agency.name: agency for _, agency in offered}

    @cached_property
    def payment_order_writers(self) -> dict[str, PaymentOrderWriter]:
        """What asks banks to pay, by name. Raises ConfigurationError as `channels`."""
        offered = self._offered(_ORDERS, PaymentOrderWriter, "writers of payment orders", is_lent=True)
        return {one.name: one for _, one in offered}

    @cached_property
    def bank_connections(self) -> dict[str, BankConnection]:
        """Agreements with banks, by name.

        Raises:
            ConfigurationError: as `channels`, or one hands over by a channel that no plugin offers.
        """
        for plugin, one in self._named_banks:
            if one.channel and one.channel not in self.plugins_of_channels:
                raise ConfigurationError(
                    f"the bank connection {one.name} hands files over by {one.channel}, which no plugin offers",
                    where=f"plugins.{plugin}",
                    hint="its plugin must offer a channel of that name",
                )
        return {one.name: one for _, one in self._named_banks}

    @cached_property
    def plugins_of_banks(self) -> dict[str, str]:
        """The plugin of each bank connection, by the connection's name."""
        return {one.name: plugin for plugin, one in self._named_banks}

    @cached_property
    def _named_banks(self) -> list[tuple[str, BankConnection]]:
        return self._offered(_BANKS, BankConnection, "bank connections", is_lent=True)

    @cached_property
    def order_to_pay_filers(self) -> dict[str, OrderToPayFiler]:
        """What files applications for orders to pay, by name. Raises ConfigurationError as `channels`."""
        return {one.name: one for _, one in self._offered(_FILERS, OrderToPayFiler, "filers", is_lent=True)}

    @cached_property
    def file_describers(self) -> list[FileDescriber]:
        """All that look into files for `hub inspect`. Raises ConfigurationError as `channels`."""
        return [one for _, one in self._offered(_DESCRIBERS, FileDescriber, "describers")]

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
            if not isinstance(offer.name, str) or not offer.name.isprintable() or not offer.name:
                raise broken(plugin, TypeError(), f"gives no name of plain characters to one of its {noun}")
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
            raise said_of_plugin(error, plugin) from error
        except HubError:
            raise
        except Exception as error:
            raise broken(plugin, error, f"fails in {hook}") from error
        return answers[0] if answers else None
