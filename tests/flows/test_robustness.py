"""A defect, a broken plugin or a death stops one thing only, says so, and can be taken up again."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from imported_ledger import Ledger
from payment_world import EventReader, World, pay, payment_file
from sqlalchemy import Engine, text

from hub.demo.folder import BGMAX, CAMT054, RECEIVABLES, lay_out
from hub.errors import ConfigurationError, DataError
from hub.model.books import Contra
from hub.model.commands import UndoFile
from hub.model.exchanges import Exchange
from hub.model.payment_file import FileEvent, Key, Payer
from hub.runtime.doctor import examine
from hub.runtime.facade import Hub
from hub.services.chart import chart_of
from hub.services.payees import Payees
from hub.services.payments.inspecting import FileInspector
from hub.services.ports import JsonObject, UnitOfWork
from hub.services.receivables import importing
from hub.store.database import open_database

GOOD = payment_file("bgmax", [pay(1000, "1111")], serial="7")
SECRET = "191212121212"


def tasks(world: World) -> list[tuple[str, str]]:
    with world.store.read() as work:
        return [(task["kind"], task["text"]) for task in work.commands.open_tasks()]


def body_of(world: World) -> Any:
    return world.bodies["ingest"]


def problem_code(exchange: Exchange) -> str:
    assert exchange.problem is not None
    return str(exchange.problem["code"])


# Reading and loading


def test_a_readers_own_exception_quarantines_its_file_and_the_next_is_posted(engine: Engine) -> None:
    world = World(engine)
    bad = b'events bgmax\n["FileOpened", {"format":"x","family":"bgmax","identity":"","created_at":""}]\n["Nope", {}]\n'

    first, second = world.receive(bad), world.receive(GOOD)

    assert (first.state, problem_code(first), second.state) == ("quarantined", "READER_DEFECT", "posted")
    assert "KeyError" in first.reason
    assert "a defect in payment_world, line" in first.reason  # the reader is of that module


def test_the_text_of_a_foreign_exception_is_kept_nowhere(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_reader: EventReader, _stream: BinaryIO) -> Iterator[FileEvent]:
        raise ValueError(SECRET)

    monkeypatch.setattr(EventReader, "read", read)
    exchange = World(engine).receive(GOOD)

    assert exchange.state == "quarantined"
    assert SECRET not in f"{exchange.reason}{exchange.problem}"


@pytest.mark.parametrize(("odd", "kept"), [("a\x00b", "a\N{REPLACEMENT CHARACTER}b"), ("a\ud83d", "a?")])
def test_money_of_which_a_text_is_no_text_is_posted_and_the_text_marked(engine: Engine, odd: str, kept: str) -> None:
    world = World(engine)
    odd_pay = pay(100, "2222", texts=(odd,), payer=Payer(name=odd, address=(odd,)), keys=(Key("bgc_serial", odd),))

    exchange = world.receive(payment_file("bgmax", [odd_pay], serial="1"))

    assert exchange.state == "posted"
    with engine.connect() as connection:
        found = connection.execute(text("SELECT texts, payer_name, payer_address, key_value FROM payment")).one()
    assert found == (kept,) * 4


@pytest.mark.parametrize("amounts", [(6 * 10**18,), (3 * 10**18, 3 * 10**18), (10**30,)])
def test_amounts_that_no_database_adds_up_are_refused(engine: Engine, amounts: Sequence[int]) -> None:
    world = World(engine)
    content = payment_file("bgmax", [pay(amount, str(n) * 4) for n, amount in enumerate(amounts)], serial="1")

    exchange = world.receive(content)

    assert (exchange.state, problem_code(exchange)) == ("quarantined", "AMOUNT_TOO_LARGE")
    assert world.receive(GOOD).state == "posted"


def test_a_readers_defect_is_a_finding_of_an_inspection() -> None:
    bad = io.BytesIO(b"events bgmax\nno json\n")

    found = FileInspector([("test", EventReader("bgmax"))], lambda: bad).inspection

    assert [error["code"] for error in found.errors] == ["READER_DEFECT"]


# Runs


def retry(world: World) -> None:
    with world.store.write() as work:
        assert work.runs.try_again(1)
    world.drain()


def test_a_defect_in_a_run_fails_it_with_a_task_and_others_go_on(engine: Engine) -> None:
    world = World(engine)
    body = body_of(world)
    whole = body._post_chunk

    def fail(_work: UnitOfWork, _input: JsonObject) -> JsonObject:
        raise KeyError(SECRET)

    body._post_chunk = fail
    first = world.receive(payment_file("bgmax", [pay(500, "4444")], serial="1"))
    body._post_chunk = whole
    second = world.receive(GOOD)

    assert (first.state, second.state) == ("posting", "posted")
    assert [(kind, "KeyError" in text, SECRET in text) for kind, text in tasks(world)] == [("failed_run", True, False)]
    assert world.number("SELECT count(*) FROM run WHERE tenant = :t AND state = 'failed'") == 1

    retry(world)

    assert world.exchange(first.number).state == "posted"
    assert tasks(world) == []


def test_a_run_that_fails_again_is_one_task_that_says_the_newest_reason(engine: Engine) -> None:
    world = World(engine)
    body = body_of(world)
    whole = body._post_chunk
    reasons = iter(["the plugin is broken", "the account is gone"])

    def fail(_work: UnitOfWork, _input: JsonObject) -> JsonObject:
        raise ConfigurationError(next(reasons))

    body._post_chunk = fail
    world.receive(payment_file("bgmax", [pay(500, "4444")], serial="1"))
    assert ["the plugin is broken" in text for _, text in tasks(world)] == [True]

    retry(world)
    assert ["the account is gone" in text for _, text in tasks(world)] == [True]

    body._post_chunk = whole
    retry(world)
    assert tasks(world) == []


def test_a_run_that_is_retried_posts_under_a_claim(engine: Engine) -> None:
    world = World(engine)
    body = body_of(world)
    whole = body._post_chunk
    claims: list[bool] = []

    def fail(_work: UnitOfWork, _input: JsonObject) -> JsonObject:
        raise ConfigurationError("the plugin is broken")

    def post(work: UnitOfWork, given: JsonObject) -> JsonObject:
        other_run = 4711
        claims.append(work.accounts.claim(work.accounts.numbers().values(), other_run))
        return dict(whole(work, given))

    body._post_chunk = fail
    exchange = world.receive(GOOD)
    assert world.number("SELECT count(*) FROM account_claim WHERE tenant = :t") == 0

    body._post_chunk = post
    retry(world)

    assert claims == [False]
    assert world.exchange(exchange.number).state == "posted"
    assert world.number("SELECT count(*) FROM account_claim WHERE tenant = :t") == 0


def test_a_retried_run_waits_for_another_that_has_claimed_its_account_meanwhile(engine: Engine) -> None:
    world = World(engine)
    body = body_of(world)
    whole = body._post_chunk

    def fail(_work: UnitOfWork, _input: JsonObject) -> JsonObject:
        raise ConfigurationError("the plugin is broken")

    body._post_chunk = fail
    exchange = world.receive(GOOD)
    body._post_chunk = whole
    with world.store.write() as work:
        assert work.runs.try_again(1)
        assert work.accounts.claim(work.accounts.numbers().values(), run_no=4711)
    world.drain()
    assert world.exchange(exchange.number).state == "posting"

    with world.store.write() as work:
        work.accounts.release(4711)
    world.drain()
    assert world.exchange(exchange.number).state == "posted"


# Duplicates of what is held


def test_a_held_correction_received_again_is_its_duplicate(engine: Engine) -> None:
    world = World(engine)
    world.receive(payment_file("bgmax", [pay(10000, "1111")], serial="1"))
    correction = payment_file("bgmax", [pay(12000, "1111")], serial="1", marker="newer")

    held, again = world.receive(correction), world.receive(correction)

    assert (held.state, again.state) == ("held", "duplicate")
    assert f"exchange {held.number} (held" in again.reason
    assert [kind for kind, _ in tasks(world)] == ["correction"]


# Settings that lose an account


def test_an_account_that_the_settings_lost_is_booked_on_the_companys_accounts(engine: Engine) -> None:
    two = [{"bankgiro": "991-2346", "clearing_account": "1941"}, {"bankgiro": "991-2353"}]
    before = World(engine, payee_accounts=two)
    with before.store.read() as work:
        lost = work.accounts.numbers()["bankgiro:9912346"]
    after = World(engine, payee_accounts=two[1:])

    with after.store.read() as work:
        chart = chart_of(work, after.tenant)
        payees = Payees(after.tenant, work.accounts.numbers())

    assert chart.contra(Contra.CLEARING, company="1", account_no=lost, group_no=0) == "1940"
    assert payees.get(lost) is None
    with pytest.raises(ConfigurationError, match="put its table back"):
        chart.suspense("9")


# Imports


class Died(BaseException):
    """Stands for a killed process."""


def die_after_first_chunk(done: int, _total: int) -> None:
    if done == 1:
        raise Died


def test_an_import_that_died_is_finished_by_the_next_one_of_the_same_file(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 1)
    ledger = Ledger(engine)
    rows = ({"number": "1001"}, {"number": "1002"})
    with pytest.raises(Died):
        ledger.rows(*rows, progress=die_after_first_chunk)

    report = ledger.rows(*rows)

    assert (report.exchange_no, report.new, report.unchanged, report.state) == (1, 1, 1, "posted")
    with ledger.store.read() as work:
        assert [exchange.state for exchange in work.exchanges.latest()] == ["posted"]
    assert ledger.rows(*rows).state == "duplicate"


def test_an_import_that_died_after_its_last_row_ends_as_posted(engine: Engine) -> None:
    ledger = Ledger(engine)
    with pytest.raises(Died):
        ledger.rows({"number": "1001"}, progress=die_after_first_chunk)

    report = ledger.rows({"number": "1001"})

    assert (report.exchange_no, report.new, report.state) == (1, 0, "posted")


# A whole home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "home").home


def test_a_run_that_failed_goes_on_by_retry(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Hub.open(home) as hub, monkeypatch.context() as broken:

        def fail(*_given: object) -> None:
            raise ZeroDivisionError(SECRET)

        broken.setattr("hub.services.payments.ingesting.apply_reversals", fail)
        receipt = hub.receive(home / "files" / BGMAX)
        assert (receipt.run_state, receipt.problem) == ("failed", "LEDGER: ZeroDivisionError")
        assert hub.receive(home / "files" / CAMT054).run_state == "failed"
        assert [task["kind"] for task in hub.tasks()] == ["failed_run"] * 2
    with Hub.open(home) as hub:
        assert hub.exchanges.retry(receipt.exchange.number).state == "posted"
        assert [task["kind"] for task in hub.tasks()] == ["failed_run"]


def test_a_payment_file_given_to_the_wrong_door_first_can_be_undone(home: Path) -> None:
    file = home / "files" / BGMAX
    with Hub.open(home) as hub:
        refused = hub.import_receivables(file, source_system="billing")
        assert refused.refused is not None
        with pytest.raises(DataError, match="import the same file again"):
            hub.exchanges.retry(refused.exchange_no)

        exchange = hub.receive(file).exchange
        assert (exchange.kind, exchange.state) == ("payment_file", "posted")
        hub.carry_out(UndoFile(key="u", user="me", exchange_no=exchange.number, reason="test"))
        assert hub.exchanges.get(exchange.number).state == "undone"


def test_the_doctor_shows_an_import_that_never_ended(home: Path) -> None:
    with Hub.open(home) as hub, pytest.raises(Died):
        hub.import_receivables(home / "files" / RECEIVABLES, source_system="billing", progress=die_at_once)
    assert [finding for finding in examine(home) if "import the same file again" in finding.message]

    with Hub.open(home) as hub:
        hub.import_receivables(home / "files" / RECEIVABLES, source_system="billing")
    assert not [finding for finding in examine(home) if "import the same file again" in finding.message]


def die_at_once(_done: int, _total: int) -> None:
    raise Died


# Several processes


def test_processes_that_open_a_tenant_for_the_first_time_at_once_agree_on_its_accounts(
    engine: Engine, database_url: str
) -> None:
    start = threading.Barrier(6)
    numbers: list[dict[str, int]] = []
    errors: list[str] = []

    def open_tenant() -> None:
        own = open_database(database_url)
        start.wait()
        try:
            world = World(own, name="new")
            with world.store.read() as work:
                numbers.append(work.accounts.numbers())
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(repr(error))
        finally:
            own.dispose()

    threads = [threading.Thread(target=open_tenant) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert numbers == [numbers[0]] * 6
