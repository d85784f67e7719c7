"""`hub doctor`: looks at everything that must be right before money moves, and says what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from hub.errors import HubError
from hub.model.counting import counted
from hub.model.refusals import closest
from hub.money import format_kronor, plain_kronor
from hub.rules.payments.matching import Reason
from hub.runtime.bank_findings import bank_findings
from hub.runtime.bootstrap import Installation
from hub.runtime.collection_findings import collection_findings
from hub.runtime.company_findings import company_findings
from hub.runtime.dunning_findings import dunning_findings
from hub.runtime.facade import Hub
from hub.runtime.findings import Finding, Health, Waiting
from hub.runtime.installed import installed_plugins
from hub.runtime.ledger_findings import ledger_findings
from hub.runtime.mandate_findings import mandate_findings
from hub.runtime.order_findings import order_findings
from hub.runtime.printing_findings import cannot_be_printed, texts_of_company
from hub.runtime.refund_findings import refund_findings
from hub.runtime.secret_findings import secret_findings
from hub.runtime.tenant_work import TenantWork
from hub.runtime.webhook_findings import webhook_findings
from hub.services.receivables.importing import KIND as RECEIVABLE_FILE
from hub.services.receivables.importing import UNFINISHED
from hub.store.elsewhere import tenant_places
from hub.store.installation import tenant_number
from hub.store.verifying import SqlVerifying

__all__ = ["Finding", "Health", "Setting", "Waiting", "examine", "settings_in_force"]

_LOOKED_AT = ("quarantined", "held")


class Setting(NamedTuple):
    """One setting of a tenant as it works; `is_default` when the file leaves it out."""

    path: str
    value: str
    is_default: bool


def examine(home: Path | None, tenant: str | None = None) -> Iterator[Finding]:
    """Yield what is found, beginning with the home; a later check is left out where an earlier one makes it idle."""
    try:
        installation = Installation.open(home)
    except HubError as error:
        yield Finding(Health.WRONG, "home", str(error))
        return
    try:
        yield Finding(Health.OK, "home", str(installation.home.path))
        yield from _broken_plugins()
        yield from _database(installation, tenant)
        yield from _limits(installation)
        yield from webhook_findings(installation, tenant)
        yield from _plugins_in_use(installation, tenant)
    finally:
        installation.close()


def _broken_plugins() -> Iterator[Finding]:
    for plugin in installed_plugins():
        if plugin.manifest is None:
            yield Finding(Health.WRONG, f"plugin {plugin.name}", plugin.error)


def _plugins_in_use(installation: Installation, tenant: str | None) -> Iterator[Finding]:
    """Find what nobody has compared with a counterparty, of plugins that a tenant has turned on."""
    names = [tenant] if tenant else list(installation.home.tenants)
    turned_on = {plugin for name in names for plugin in _turned_on(installation, name)}
    for plugin in installed_plugins():
        if plugin.manifest is None or plugin.name not in turned_on:
            continue
        count = len(plugin.manifest.unverified)
        text = f"{counted(count, 'thing')} unverified against the counterparty: see hub plugins"
        yield Finding(Health.LOOK if count else Health.OK, f"plugin {plugin.name}", text if count else plugin.version)


def _turned_on(installation: Installation, name: str) -> Iterator[str]:
    try:
        yield from installation.tenant(name).tenant.plugins
    except HubError:  # a finding of its own
        return


def _database(installation: Installation, tenant: str | None) -> Iterator[Finding]:
    try:
        dialect = installation.engine.dialect.name
    except HubError as error:
        yield Finding(Health.WRONG, "database", str(error))
        return
    yield Finding(Health.OK, "database", dialect)
    if not tenant and not len(installation.home.tenants):
        yield Finding(Health.WRONG, "tenants", "there is none; write tenants/<id>.toml")
    for name in [tenant] if tenant else installation.home.tenants:
        yield from _tenant(installation, name)
    if not tenant:
        yield from _left_in_database(installation)


def _left_in_database(installation: Installation) -> Iterator[Finding]:
    """Find tenants that the database holds rows of and the home has no file of."""
    for place in tenant_places(installation.engine):
        number = tenant_number(installation.engine, place.name)
        if place.name in installation.home.tenants or place.elsewhere or number is None:
            continue
        if SqlVerifying(installation.engine, number).has_rows():
            text = f"its books are in the database, and tenants/{place.name}.toml is not here: put the file back"
            yield Finding(Health.LOOK, f"tenant {place.name}", text)


def _limits(installation: Installation) -> Iterator[Finding]:
    """Find limits of channels that nobody has: a name that is misspelt limits nothing."""
    limits = installation.home.config.engine.channels
    try:
        offered = _channels(installation) if limits else set()
    except HubError:  # a finding of its own, and who knows what channels that tenant has
        return
    for name in sorted(limits.keys() - offered):
        nearest = closest(name, sorted(offered))
        text = f"no tenant's plugins offer the channel {name}, so this limits nothing"
        hint = f": did you mean {nearest}?" if nearest else ""
        yield Finding(Health.LOOK, f"hub.toml, engine.channels.{name}", text + hint)


def _channels(installation: Installation) -> set[str]:
    return {channel for name in installation.home.tenants for channel in installation.tenant(name).plugins.channels}


def _tenant(installation: Installation, name: str) -> Iterator[Finding]:
    what = f"tenant {name}"
    try:
        work = installation.tenant(name)
        readers = ", ".join(reader.name for _, reader in work.plugins.readers)
    except HubError as error:
        yield Finding(Health.WRONG, what, str(error))
        yield from _queued_meanwhile(installation, name)
        return
    yield Finding(
        Health.OK if readers else Health.LOOK, what, f"reads {readers or 'no payment file: turn a plugin on'}"
    )
    try:
        work.store.refuse_if_elsewhere()
    except HubError as error:
        yield Finding(Health.LOOK, what, str(error))
        return
    try:
        work.refuse_companies_without_settings()
    except HubError as error:
        yield Finding(Health.WRONG, what, str(error))
    yield from _channels_of(work, what)
    for found in dunning_findings(work, work.clock.today()):
        named = f", dunning policy {found.policy}" if found.policy else ""
        because = f" ({found.paragraph})" if found.paragraph else ""
        health = Health.WRONG if found.is_wrong else Health.LOOK
        yield Finding(health, what, f"company {found.company}{named}: {found.message}{because}")
    yield from ledger_findings(work, what)
    yield from bank_findings(work, what)
    yield from refund_findings(work, what)
    yield from mandate_findings(work, what)
    yield from _parts_found_since(work, what)
    yield from collection_findings(work, what)
    yield from order_findings(work, what)
    yield from secret_findings(installation.home, work.tenant, what)
    yield from company_findings(work.tenant, what)
    yield from _waiting(Hub(installation, work), what)
    for cursor in work.cursors.all():
        if cursor.attempts:
            text = f"observer {cursor.observer} failed {counted(cursor.attempts, 'time')}: {cursor.problem}"
            yield Finding(Health.LOOK, what, text)


def _channels_of(work: TenantWork, what: str) -> Iterator[Finding]:
    """Say by which channels documents go; building them shows settings and letterheads that cannot be used."""
    try:
        channels = work.plugins.document_channels
    except HubError as error:
        yield Finding(Health.WRONG, what, str(error))
        return
    if not channels:
        return
    yield Finding(Health.OK, what, f"sends documents by {', '.join(channels)}")
    for company in work.tenant.companies:
        try:
            work.printer.renderer(company.number)
        except HubError as error:
            yield Finding(Health.WRONG, what, str(error))
        for text in cannot_be_printed(texts_of_company(company)):
            yield Finding(Health.WRONG, what, f"company {company.number}: {text}")


def _queued_meanwhile(installation: Installation, name: str) -> Iterator[Finding]:
    """Find what waits until a tenant's settings can be used again."""
    with installation.store(name).read() as work:
        if waiting := len(work.runs.unfinished()):
            text = f"{counted(waiting, 'run')} queued until its settings can be used: see hub runs --tenant {name}"
            yield Finding(Health.LOOK, f"tenant {name}", text)


def _waiting(hub: Hub, what: str) -> Iterator[Finding]:
    for kind in _LOOKED_AT:
        if found := hub.exchanges.latest(state=kind, limit=100):
            numbers = ", ".join(str(exchange.number) for exchange in found[:10])
            see = f"hub exchanges show {found[0].number}" if len(found) == 1 else f"hub exchanges --state {kind}"
            yield Finding(Health.LOOK, what, f"{counted(len(found), 'file')} {kind} (exchange {numbers}): see {see}")
    yield from _interrupted_imports(hub, what)
    for kind in ("queued", "running", "failed"):
        if runs := hub.runs.latest(state=kind, limit=100):
            yield Finding(Health.LOOK, what, f"{counted(len(runs), 'run')} {kind}: see hub runs --state {kind}")
    yield from _waiting_money(hub, what)
    for task in hub.tasks():
        yield Finding(Health.LOOK, what, f"task {task['task_no']}: {task['text']}")


def _waiting_money(hub: Hub, what: str) -> Iterator[Finding]:
    for state, currency, payments, amount_ore in hub.payments.totals():
        text = f"{counted(payments, 'payment')} {state}, {format_kronor(amount_ore)} {currency}"
        waiting = Waiting(state, payments, currency, amount_ore)
        yield Finding(Health.LOOK, what, f"{text}: see hub payments --state {state}", waiting)


def _interrupted_imports(hub: Hub, what: str) -> Iterator[Finding]:
    for state in UNFINISHED:
        for exchange in hub.exchanges.latest(state=state, kind=RECEIVABLE_FILE, limit=10):
            text = f"the import of {exchange.name} (exchange {exchange.number}) is interrupted, or under way now"
            yield Finding(Health.LOOK, what, f"{text}: if nothing imports it, import the same file again")


def settings_in_force(home: Path | None, tenant: str | None = None) -> list[Setting]:
    """Return every setting of a tenant with its value; plugins' settings too. Raises ConfigurationError."""
    installation = Installation.open(home)
    try:
        settings = installation.tenant(tenant).tenant
    finally:
        installation.close()
    return [*_settings(settings, "")]


def _settings(model: BaseModel, path: str) -> Iterator[Setting]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        dotted = f"{path}{field.alias or name}"
        is_default = name not in model.model_fields_set
        if isinstance(value, BaseModel):
            yield from _settings(value, f"{dotted}.")
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for index, item in enumerate(value, 1):  # as messages about settings count
                yield from _settings(item, f"{dotted}[{index}].")
        elif isinstance(value, dict) and value and isinstance(next(iter(value.values())), BaseModel):
            for key, item in value.items():
                yield from _settings(item, f"{dotted}.{key}.")
        else:
            text = plain_kronor(value) if name.endswith("_ore") and value is not None else _text(value)
            yield Setting(dotted, text, is_default)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _parts_found_since(work: TenantWork, what: str) -> Iterator[Finding]:
    """Find money whose share named nothing when it came, and names something open by now; nobody tries it by itself."""
    with work.store.read() as reading:
        found = reading.queue.may_find_part(Reason.PART_NOT_FOUND)
    if found:
        text = (
            f"{counted(found, 'payment')} wait since a share named nothing that was open, and it is open by now; "
            f"try them again: hub payments try-again --reason {Reason.PART_NOT_FOUND}"
        )
        yield Finding(Health.LOOK, what, text)
