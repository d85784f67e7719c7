"""Money out and its answers through one bank: ordered, handed over, answered, told by a statement, each once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from bank_world import CHANNELS, context_of
from refund_world import RefundWorld
from sqlalchemy import Engine

from hub.loopback.counterparty import Counterparty
from hub.model.bank_connections import BankFileRow
from hub.runtime.plugins import TenantPlugins
from hub.runtime.tenant_work import take_in_payment_file
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.bank_connections.answering import tell_booked_orders
from hub.services.bank_connections.fetching import RUN_KIND, FetchRun, queue_fetches
from hub.services.refunds import ORDERING, OrderRun, OrderWriters
from hub_autopay import AutopaySettings, Plugin
from hub_autopay.orders import BankOrders
from hub_autopay.sandbox import BY_HTTPS, BY_SFTP, FileBank
from plugins.autopay.tests.order_files import answer, assert_valid

FILE = "RH1-261122-1"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[FileBank]:
    with FileBank(tmp_path / "bank") as serving:
        yield serving


@pytest.fixture(params=[BY_SFTP, BY_HTTPS])
def world(engine: Engine, bank: FileBank, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RefundWorld]:
    """A tenant whose refunds go to the sandbox by one of its doors."""
    with Counterparty(tmp_path / "accepted.jsonl") as nobody:
        made = RefundWorld(engine, nobody, tmp_path / "accepted.jsonl")
        settings = AutopaySettings.model_validate(bank.settings)
        plugins = TenantPlugins.from_objects(Plugin(settings), contexts=lambda _: context_of(bank, made.clock))
        writer = BankOrders("bank", made.writer._terms, f"bank_{request.param}")
        writers = OrderWriters({"bank": writer}, plugins.plugins_of_channels)
        made.bodies |= {
            ORDERING: OrderRun(made.tenant, writers),
            SENDING: SendingRun(made.store, plugins.channels, made.clock, steady=made.clock.steady),
            RUN_KIND: FetchRun(made.store, plugins.bank_connections, take_in_payment_file),
        }
        yield made
        assert made.found() == []


def fetch(world: RefundWorld, door: str) -> None:
    with world.store.write() as work:
        assert queue_fetches(work, world.tenant.id, [door], f"test:{work.events.latest()}")
    world.drain()
    world.follow()
    with world.store.write() as work:
        while tell_booked_orders(work):
            pass


def sent(world: RefundWorld) -> BankFileRow:
    with world.store.read() as work:
        (one,) = [one for one in work.bank_files.files(CHANNELS, before=None, limit=10) if one.direction == "out"]
    return one


def test_a_file_of_refunds_is_followed_from_the_order_to_the_statement(world: RefundWorld, bank: FileBank) -> None:
    world.ordered(100_00, 50_00)
    door = sent(world).connection
    ((name, content),) = bank.handed_over().items()
    assert_valid(content)
    assert (sent(world).state, world.states()) == ("handed_over", ["ordered", "ordered"])
    assert [one.sha256 for one in bank.received()] == [hashlib.sha256(world.files()[0]).hexdigest()]
    assert name.endswith(".xml")

    bank.put("answer.xml", answer("<GrpSts>ACCP</GrpSts>", message=FILE))
    fetch(world, door)

    assert (sent(world).state, world.states()) == ("accepted", ["accepted", "accepted"])
    for number, (amount_ore, one) in enumerate(((100_00, "RH1R1"), (50_00, "RH1R2"))):
        world.booked(world.debit(amount_ore, one, day=date(2026, 11, 24 + number)))
        with world.store.write() as work:
            tell_booked_orders(work)
        assert sent(world).state == ("accepted", "booked")[number]
    assert world.states() == ["booked", "booked"]
    assert bank.waiting() == []


def test_a_lost_receipt_ends_in_one_file_at_the_bank(world: RefundWorld, bank: FileBank) -> None:
    bank.order("lost_receipt")
    bank.order("upload_reset_after_accept")
    world.ordered(100_00)
    assert sent(world).state == "unknown"
    for _ in range(4):
        world.later(minutes=20)
        world.drain()

    assert (sent(world).state, list(bank.handed_over().values())) == ("handed_over", world.files())


def test_the_banks_answer_settles_what_was_in_doubt(world: RefundWorld, bank: FileBank) -> None:
    bank.order("lost_receipt")
    bank.order("upload_reset_after_accept")
    world.ordered(100_00)
    bank.put("answer.xml", answer("<GrpSts>RJCT</GrpSts>", message=FILE))

    fetch(world, sent(world).connection)

    assert (sent(world).state, sent(world).exchange_state) == ("rejected", "delivered")
    assert world.states() == ["rejected"]
    for _ in range(4):
        world.later(hours=30)
        world.drain()
    assert len(bank.handed_over()) == 1
