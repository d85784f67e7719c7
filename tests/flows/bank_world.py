"""A tenant whose bank is the sandbox of the autopay plugin, behind a real SSH and a real HTTPS server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from attempt_world import PassingTime
from payment_world import World
from sqlalchemy import Engine
from telling import command

from hub.banking_calendar import FixedClock
from hub.model.attempts import PlannedMessage
from hub.model.bank_connection_commands import TellBankFile
from hub.model.bank_connections import BankFileRow, ConnectionRow
from hub.runtime.plugins import TenantPlugins
from hub.runtime.tenant_work import take_in_payment_file
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun, plan_batch
from hub.services.bank_connections.answering import tell_bank_file_by_command
from hub.services.bank_connections.fetching import RUN_KIND, FetchRun, queue_fetches
from hub.services.books import carry_out
from hub.services.ports import JsonObject
from hub.testing.carrying import drain
from hub.testing.contexts import ContextInMemory, StateInMemory
from hub_autopay import AutopaySettings, Plugin
from hub_autopay.sandbox import BY_HTTPS, BY_SFTP, FileBank

CHANNELS = {f"bank_{name}": name for name in (BY_SFTP, BY_HTTPS)}


def context_of(bank: FileBank, clock: FixedClock, state: StateInMemory | None = None) -> ContextInMemory:
    """What the autopay plugin is lent to talk to its sandbox."""
    password, token = bank.secrets["AUTOPAY_SANDBOX_PASSWORD"], bank.secrets["AUTOPAY_SANDBOX_TOKEN"]
    shown = bank.settings["connections"][BY_HTTPS]["https"]["client_certificate"].removeprefix("file:")
    secrets = {
        f"connections.{BY_SFTP}.from_bank.sftp.password": password,
        f"connections.{BY_SFTP}.to_bank.sftp.password": password,
        f"connections.{BY_HTTPS}.https.token": token,
        f"connections.{BY_HTTPS}.https.client_certificate": Path(shown).read_text(encoding="ascii"),
    }
    return ContextInMemory(secrets, clock=clock, state=state or StateInMemory())


class BankWorld(World):
    """A tenant that fetches from its bank and hands files over to it."""

    def __init__(self, engine: Engine, bank: FileBank, **company: Any) -> None:
        super().__init__(engine, **company)
        self.clock = PassingTime(self.clock.now())
        self.store._clock = self.clock
        self.bank = bank
        self._looks = 0
        self.state = StateInMemory()
        self.set()

    def set(self, **changes: dict[str, Any]) -> None:
        """Give connections other settings, by connection."""
        table = {name: {**one, **changes.get(name, {})} for name, one in self.bank.settings["connections"].items()}
        settings = AutopaySettings.model_validate({"connections": table})
        self.plugins = TenantPlugins.from_objects(
            Plugin(settings), contexts=lambda _: context_of(self.bank, self.clock, self.state)
        )
        self.bodies[RUN_KIND] = FetchRun(self.store, self.plugins.bank_connections, take_in_payment_file)
        self.bodies[SENDING] = SendingRun(self.store, self.plugins.channels, self.clock, steady=self.clock.steady)

    def fetch(self, connection: str) -> JsonObject:
        """Look at the bank once; return what the look answered, or why it did not come to its end."""
        with self.store.write() as work:
            self._looks += 1
            (run_id,) = queue_fetches(work, self.tenant.id, [connection], f"test:{self._looks}")
        answers = drain(self.store, self.bodies)
        with self.store.read() as work:
            run = work.runs.get(run_id)
        assert run is not None
        return {**answers[run_id], "state": run.state, "problem": run.problem}

    def told(self, exchange_no: int, state: str, reason: str = "") -> None:
        """Tell what the bank says of a file that was handed over."""
        given = command("tell_bank_file", exchange_no=exchange_no, state=state, reason=reason)
        with self.store.write() as work:
            carry_out(work, self.tenant, given, {TellBankFile: tell_bank_file_by_command})

    def pass_time(self, hours: int = 0, minutes: int = 0, times: int = 1) -> None:
        """Let time pass, and what is due be done; so many times."""
        for _ in range(times):
            self.clock.advance(timedelta(hours=hours, minutes=minutes))
            drain(self.store, self.bodies)

    def hand_over(self, connection: str, content: bytes, message: str = "order-1") -> int:
        """Plan a file for the bank and send it; return its exchange."""
        with self.store.write() as work:
            kept = work.contents.keep(content)
            planned = PlannedMessage(message, kept.sha256, kept.size, "payment_order")
            plan_batch(work, self.tenant.id, f"bank_{connection}", message, [planned], plugin="autopay")
            (attempt,) = work.attempts.of_messages([message])
        drain(self.store, self.bodies)
        return attempt.exchange_no

    def looked(self, connection: str) -> ConnectionRow:
        """How the looks at a bank went."""
        with self.store.read() as work:
            return work.bank_files.connections()[connection]

    def files(self) -> list[BankFileRow]:
        """All files both ways, newest first."""
        with self.store.read() as work:
            return work.bank_files.files(CHANNELS, before=None, limit=100)

    def tasks(self) -> dict[str, str]:
        """What waits for a person, by kind."""
        with self.store.read() as work:
            return {task["kind"]: task["text"] for task in work.commands.open_tasks()}
