"""Counterparties of plugins on this machine: started together, told what goes wrong, asked what they got.

A folder is theirs: another process orders faults and reads what was received through its files.
"""

from __future__ import annotations

import errno
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.contracts import Received, Sandbox, SandboxMaker, SelectiveSandbox
from hub.errors import ConfigurationError, DataError, HubError
from hub.model.refusals import closest
from hub.runtime.installed import build_plugin, installed_names
from hub.runtime.lock import held, is_held
from hub.runtime.plugins import TenantPlugins
from hub.runtime.sandbox_acts import carried_out, tell_sandbox, write_answer

ORDERS = "faults.jsonl"
RECEIVED = "received.json"
LOCK = ".serving"  # held by the process that serves, so that nobody takes its files over


Tables = Mapping[str, Mapping[str, Any]]
"""Settings by plugin, as they stand in a tenant's file."""

_NO_TABLES: Tables = MappingProxyType({})


class RunningSandbox(NamedTuple):
    """A counterparty that serves, and the plugin that it is the other side of."""

    plugin: str
    sandbox: Sandbox
    chosen: Mapping[str, Any] = MappingProxyType({})  # settings by which the plugin chose it

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the plugin's table needs: what was chosen, and where the counterparty is."""
        return {**self.chosen, **self.sandbox.settings}

    @property
    def table(self) -> str:
        """The plugin's table for a tenant's settings, as TOML."""
        return plugin_table(self.plugin, self.settings)

    @property
    def reaches(self) -> list[str] | None:
        """The only debtors whom it reaches; None where it reaches whoever its channel does."""
        return list(self.sandbox.reaches) if isinstance(self.sandbox, SelectiveSandbox) else None


def installed_makers(tables: Tables = _NO_TABLES) -> list[tuple[str, SandboxMaker]]:
    """Return the sandboxes that installed plugins offer, with their plugins' names; a broken plugin is left out.

    Those with a table offer what they offer by its settings, such as the side of another access point.

    Raises:
        ConfigurationError: a plugin with a table is not installed or broken, or its table is wrong.
    """
    makers: list[tuple[str, SandboxMaker]] = []
    for name in sorted({*installed_names(), *tables}):
        try:
            makers += TenantPlugins([build_plugin(name, tables.get(name, {}), "the settings given")]).sandbox_makers
        except HubError:
            if name in tables:
                raise
    return makers


@contextmanager
def running(
    folder: Path, names: Sequence[str] = (), *, first_port: int = 0, tables: Tables = _NO_TABLES
) -> Iterator[list[RunningSandbox]]:
    """Serve counterparties of plugins while the block lasts; without names those of all that offer one.

    With a first port each takes the next one, in the order of their names; else each takes a free one. Of a plugin
    with a table it is the counterparty that its settings name.

    Raises:
        ConfigurationError: a plugin of this name offers none, its table is wrong or of one that is not served,
            another process serves from the folder, or a port is taken.
    """
    makers = installed_makers(tables)
    _refuse_unknown((*names, *tables), {plugin for plugin, _ in makers})
    _refuse_unserved(tables, names)
    folder = folder.resolve()  # settings hold whole paths: they are read from other folders too
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), ExitStack() as stack:
        chosen = [(plugin, maker) for plugin, maker in makers if not names or plugin in names]
        ports = [first_port + place if first_port else 0 for place in range(len(chosen))]
        yield [
            RunningSandbox(plugin, _begun(stack, folder / plugin, maker, port), tables.get(plugin, {}))
            for (plugin, maker), port in zip(chosen, ports, strict=True)
        ]


def is_served(folder: Path) -> bool:
    """Say whether a process serves from a folder that there is."""
    return is_held(folder / LOCK)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who serves from a folder: a second one would replace the first one's keys and orders."""
    with held(folder / LOCK) as is_ours:
        if not is_ours:
            raise ConfigurationError(
                f"another process serves from the folder {folder.name}",
                where="sandbox",
                hint="end that one, or give this one a folder of its own by --folder",
            )
        yield


def _begun(stack: ExitStack, own: Path, maker: SandboxMaker, port: int) -> Sandbox:
    """Let a sandbox serve until the stack is closed."""
    own.mkdir(parents=True, exist_ok=True)
    try:
        return stack.enter_context(maker(own, port=port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise ConfigurationError(f"port {port} is taken", where="sandbox", hint="give another by --port") from None


def _refuse_unserved(tables: Tables, names: Sequence[str]) -> None:
    for plugin in tables:
        if names and plugin not in names:
            raise ConfigurationError(
                f"there are settings of {plugin}, which is not served",
                where="sandbox",
                hint=f"add --only {plugin}, or take its settings away",
            )


def _refuse_unknown(names: Sequence[str], offered: set[str]) -> None:
    for name in names:
        if name not in offered:
            nearest = closest(name, offered)
            if "," in name:
                once_each = " ".join(f"--only {part.strip()}" for part in name.split(","))
                raise ConfigurationError(f"{name} is no plugin", where="sandbox", hint=f"one at a time: {once_each}")
            hint = f"did you mean {nearest}?" if nearest else f"there is: {', '.join(sorted(offered)) or 'none'}"
            raise ConfigurationError(f"no installed plugin called {name} has a sandbox", where="sandbox", hint=hint)


def plugin_table(plugin: str, settings: Mapping[str, Any]) -> str:
    """Write a plugin's table as TOML."""
    lines = [f"[plugins.{plugin}]"]
    lines += [f"{name} = {_toml(value)}" for name, value in settings.items()]
    return "\n".join(lines)


def tables_of(sandboxes: Sequence[RunningSandbox]) -> list[str]:
    """Write a table for each plugin, whichever of its counterparties serve."""
    settings: dict[str, dict[str, Any]] = {}
    for one in sandboxes:
        settings.setdefault(one.plugin, {}).update(one.settings)
    return [plugin_table(plugin, table) for plugin, table in settings.items()]


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


class SandboxDesk:
    """Carries orders of other processes out, and lets them read what was received."""

    def __init__(self, folder: Path, sandboxes: Sequence[RunningSandbox]) -> None:
        self._folder = folder
        self._orders = folder / ORDERS
        self._received = folder / RECEIVED
        self._sandboxes = {one.sandbox.name: one.sandbox for one in sandboxes}
        self._read = self._orders.stat().st_size if self._orders.exists() else 0  # earlier orders were another's
        self._told: dict[str, list[Received]] = {}

    def look(self) -> None:
        """Carry out what was ordered since the last look, and write down what was received."""
        for order in self._new_orders():
            sandbox = self._sandboxes.get(order.get("sandbox", ""))
            if sandbox is None:
                continue
            if "id" in order:
                write_answer(self._folder, order["id"], carried_out(sandbox, order))
            elif order.get("fault") in sandbox.faults:
                sandbox.order(order["fault"], int(order.get("times", 1)))
        told = {name: list(sandbox.received()) for name, sandbox in self._sandboxes.items()}
        if told != self._told or not self._received.exists():
            self._told = told
            faults = {name: list(sandbox.faults) for name, sandbox in self._sandboxes.items()}
            content = {
                "received": {name: [one._asdict() for one in got] for name, got in told.items()},
                "faults": faults,
            }
            new = self._received.with_suffix(".new")
            new.write_text(json.dumps(content), encoding="utf-8")
            new.replace(self._received)

    def _new_orders(self) -> list[dict[str, Any]]:
        if not self._orders.exists():
            return []
        with self._orders.open("rb") as file:
            file.seek(self._read)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        return [json.loads(line) for line in whole.splitlines()]


def order_fault(folder: Path, sandbox: str, fault: str, times: int) -> None:
    """Let the next calls to a sandbox of another process go wrong.

    Raises:
        DataError: nothing serves from this folder, or it has no such sandbox or fault.
    """
    faults = _faults_of(folder, sandbox)
    if fault not in faults[sandbox]:
        raise DataError(f"{sandbox} has no such fault (it has: {', '.join(sorted(faults[sandbox]))})")
    with (folder / ORDERS).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"sandbox": sandbox, "fault": fault, "times": times}) + "\n")


def order_day(folder: Path, sandbox: str, day: date) -> list[Path]:
    """Let a day end at a sandbox of another process; return the files that it answers by, oldest first.

    Raises:
        DataError: nothing serves from this folder, it has no such sandbox, or that does not work by days.
    """
    _faults_of(folder, sandbox)
    return tell_sandbox(folder / ORDERS, sandbox, {"day": day.isoformat()})


def order_act(folder: Path, sandbox: str, act: str, given: Mapping[str, str]) -> list[Path]:
    """Let a sandbox of another process do something by itself; return the files that tell of it at once.

    Raises:
        DataError: nothing serves from this folder, or the sandbox does no such thing, or cannot as told.
    """
    _faults_of(folder, sandbox)
    return tell_sandbox(folder / ORDERS, sandbox, {"act": act, "given": dict(given)})


def _faults_of(folder: Path, sandbox: str) -> dict[str, list[str]]:
    """Return the faults of all that serve there, one of this name among them. Raises DataError as above."""
    faults: dict[str, list[str]] = _told_by(folder)["faults"]
    if not is_served(folder):
        raise DataError(f"no sandbox serves from the folder {folder.name} any more; {_start(folder)}")
    if sandbox not in faults:
        raise DataError(f"no sandbox called {sandbox} serves there (there is: {', '.join(sorted(faults)) or 'none'})")
    return faults


def received_by(folder: Path) -> dict[str, list[Received]]:
    """Return what the sandboxes of a folder have taken, by name; whether they still serve is for `is_served` to say.

    Raises:
        DataError: none has served there.
    """
    return {name: [Received(**one) for one in got] for name, got in _told_by(folder)["received"].items()}


def _told_by(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / RECEIVED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise DataError(f"no sandbox serves from the folder {folder.name}; {_start(folder)}") from None
    return told


def _start(folder: Path) -> str:
    return f"start them: hub sandbox --folder {shlex.quote(str(folder))}"
