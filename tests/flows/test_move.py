"""`hub move`: a tenant goes on in another database, whole, once, and in one place at any moment."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from demonstration import Demonstration
from engine_home import DATABASE_VARIABLE
from payment_world import World, pay, payment_file
from sqlalchemy import Connection, Engine, Table, text
from test_cli_demo import answer, run
from test_verify import found

from hub.demo.folder import BGMAX, CAMT053, LATE_RECEIVABLE, RECEIVABLES, SOURCE_SYSTEM, TENANT, lay_out
from hub.errors import ConfigurationError, LedgerError, RuleViolation, TransientError
from hub.model.attempts import ChannelRest, PlannedMessage
from hub.model.carried_charges import CarriedKind, Uncharged
from hub.model.deliveries import ArchivedFileRow, Fate, KeptAnswer, LetterBalance
from hub.model.delivery import AnswerKind, Receipt, ReceiptKind
from hub.model.dunning_plans import KIND, PlanItem, StepTaken, Verdict
from hub.model.instalment_plans import InstalmentPlan, PaymentDays, PlanClaim, PlanTerms
from hub.model.interest_charges import InterestCharge
from hub.model.nodes import Node
from hub.rules.instalment_plans.schedule import make_schedule
from hub.runtime.clock import LONGEST_SLEEP, Clockwork
from hub.runtime.facade import Hub
from hub.runtime.lock import work_lock
from hub.runtime.node import WorkingNode
from hub.services.attempts.planning import plan_batch
from hub.services.payments.posting import ChunkPoster
from hub.services.ports import UnitOfWork
from hub.store import bulk, moving_rows
from hub.store.database import open_database, writing
from hub.store.moving import SqlMove
from hub.store.nodes import SqlNodes

SCHEDULE = """
[[schedules]]
name = "hourly"
job = "round"
cron = "0 * * * *"
time_zone = "UTC"
"""
NEVER_IN_THE_DEMONSTRATION = {
    "account_claim",  # held while a run judges
    "agency_cursor",  # nothing is handed over to an agency
    "agency_list",
    "agency_told",
    "authority",  # nor applied for
    "bank_answer",  # no bank is connected
    "bank_connection",
    "bank_file",
    "collection_case",
    "collection_claim",
    "collection_order",
    "direct_debit_step",  # nobody has a mandate
    "document_mention",  # no statement nor printed plan is sent there
    "fee_invoice",  # fees are debited there
    "erased_content",  # this and those of purges: nothing in it is old enough
    "closed_month",  # no ledger is named
    "ledger_account",
    "ledger_balance",
    "refund",
    "refund_approval",
    "refund_order",
    "refund_telling",  # nothing was paid back
    "ledger_file",
    "ledger_line",
    "left_out_payment",
    "limitation_interruption",
    "mandate",
    "mandate_register",
    "order_to_pay",
    "order_to_pay_claim",
    "order_to_pay_step",
    "payment_extra_key",
    "payment_request",
    "printed_charge",
    "purged_receivable",
    "registered_mandate",
    "repeated_reference",
    "replaced_account",
    "reversal",
    "ruled_movement",
    "scheme_order",
    "settlement",
    "settlement_payment",
    "settlement_row",
    "statement_gap",
    "voucher_export",
}


def let_pay_in_parts(work: UnitOfWork) -> None:
    """Keep an instalment plan that has ended."""
    terms = PlanTerms(date(2026, 11, 20), date(2026, 12, 31), 50_00)
    schedule = make_schedule(terms, [PlanClaim(1, 1, "1", "", "2026-09-30", 100_00)])
    row = InstalmentPlan(
        1, "1", "SEK", "ended", "2026-11-20", "anna", "2026-12-31", 0, 50_00, None, None, 0, 0, "", "act/act",
        "", "", "", 100_00, None, "2026-11-21", "asked for",
    )  # fmt: skip
    days = {one.payment_no: PaymentDays("2026-12-21", "2027-01-09") for one in schedule.payments}
    work.instalment_plans.add(row, schedule, days)


def dun(work: UnitOfWork) -> None:
    """Rows of a plan, its item and step, and what was charged afterwards: nothing of the demonstration is dunned."""
    plan_no = work.plans.make(KIND, on_day="2026-11-22", selection={}, fingerprint="", made_by="anna")
    work.plans.add_items(
        plan_no, [PlanItem(1, 1, "reminder_1", 1, 0, 0, 1, Verdict.LEAVE, "hold: D")], filled_to=1, counted={}
    )
    step = StepTaken(1, 1, "reminder_1", plan_no, 1, "2026-11-22", "2026-12-02", 0, 0, 0, 0, "", "dun:1:1")
    work.dunning.add_steps([step])
    work.interest_charges.record([InterestCharge(1, 1, 1, "2026-11-21", "2026-11-22", 2, 2, plan_no, "")])
    work.carried_charges.offer([Uncharged(1, CarriedKind.DIFFERENCE, 1, "2890")])


@pytest.fixture(scope="module")
def told(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's day, and what else leaves rows: an undo, commands, schedules, messages."""
    home = demonstration.copied_to(tmp_path_factory.mktemp("move") / "home")
    settings = home / "tenants" / f"{TENANT}.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + SCHEDULE, encoding="utf-8")
    number = answer("receivables", home=home)[0]["number"]
    for words in (
        ("receivables", "hold", number, "--code", "D"),
        ("receivables", "watch", number, "call first"),
        ("exchanges", "undo", 4, "--reason", "a wrong file"),
    ):
        result = run(*words, home=home)
        assert result.exit_code == 0, result.output
    with Hub.open(home) as hub:
        Clockwork(hub._installation).turn()
        kept = hub._work.store.contents.keep(io.BytesIO(b"a letter"))
        with hub._work.store.write() as work:
            letter = PlannedMessage("letter:1", kept.sha256, kept.size)
            plan_batch(work, TENANT, "letter", "1", [letter], plugin="letters")
            work.attempts.keep_rest(ChannelRest("letter", failures=2, problem="it answered 503"))
            work.recipients.keep_early("letters", [Receipt(ReceiptKind.DELIVERED, external_id="x-1")])
            work.letters.keep_balances([LetterBalance(1, 1, 100_00)])
            work.documents.keep_answer(KeptAnswer(1, 0, "k", "peppol", AnswerKind.ACCEPTED, "", "", ""))
            work.archives.keep([ArchivedFileRow(1, 1, Fate.REST, None, "entry 1")])
            dun(work)
            let_pay_in_parts(work)
            work.commands.open_task("unknown_attempt", "1", "look whether it arrived")
        hub.runs.cancel(f"send:{TENANT}:1:1")
        hub.schedules.run("hourly", key="k", user="anna")
    return home


@pytest.fixture
def home(told: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "home"
    shutil.copytree(told, copied)
    return copied


@pytest.fixture
def target_home(home: Path, new_database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the same tenants on PostgreSQL, the way docs/postgresql.md makes it."""
    made = home.with_name("target")
    shutil.copytree(home, made, ignore=shutil.ignore_patterns("hub.sqlite*"))
    monkeypatch.setenv(DATABASE_VARIABLE, new_database)
    (made / "hub.toml").write_text(f'[database]\nurl = "env:{DATABASE_VARIABLE}"\n', encoding="utf-8")
    return made


def kept_files(home: Path) -> int:
    with Hub.open(home) as hub, hub._work.store.read() as work:
        return len(work._connection.execute(text("SELECT sha256 FROM content")).all())


TO_POSTGRESQL = ("move", "--to", f"env:{DATABASE_VARIABLE}")


def asked(home: Path) -> list[Any]:
    lists = ("feed", "balances", "receivables", "runs", "tasks", "exchanges", "attempts")
    return [answer(name, home=home) for name in lists]


# --- from SQLite to PostgreSQL and back --------------------------------------------------------------------------


def test_everything_moves_is_the_same_there_goes_on_and_comes_back(home: Path, target_home: Path) -> None:
    before = asked(home)
    moved = answer(*TO_POSTGRESQL, home=home)["tenants"][0]
    assert {one["table"] for one in moved["tables"] if not one["rows"]} == NEVER_IN_THE_DEMONSTRATION
    assert (moved["files"], moved["damaged"]) == (kept_files(home), 0)

    for place in (home, target_home):
        assert run("verify", home=place).exit_code == 0
        assert asked(place) == before
    refused = run("receive", home / "files" / BGMAX, home=home)
    assert (refused.exit_code, f"{TENANT} has moved to postgresql://" in refused.stderr) == (3, True)
    assert "has moved to postgresql://" in run("doctor", home=home).stdout

    with Hub.open(target_home, here=True) as hub:
        assert hub.receive(target_home / "files" / BGMAX).exchange.state == "duplicate"
        assert hub.receive(target_home / "files" / CAMT053).exchange.state == "posted"
        hub.import_receivables(target_home / "files" / LATE_RECEIVABLE, source_system=SOURCE_SYSTEM)
    assert run("verify", home=target_home).exit_code == 0
    there = asked(target_home)
    assert len(answer("feed", "--limit", 10_000, home=target_home)) > len(before[0])

    undo = run(*TO_POSTGRESQL, "--undo", home=home)
    assert (undo.exit_code, "move it back from there" in undo.stderr) == (1, True)
    assert run("move", "--to", f"sqlite:///{home / 'hub.sqlite'}", home=target_home).exit_code == 0

    assert asked(home) == there
    assert run("verify", home=home).exit_code == 0
    assert run("receive", home / "files" / CAMT053, home=home).exit_code == 0
    assert run("receive", home / "files" / CAMT053, home=target_home).exit_code == 3


def test_a_file_that_is_being_posted_is_posted_once_after_the_move(
    target_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(*_: Any) -> Any:
        raise TransientError("the account is busy")

    demo = lay_out(tmp_path / "queued")
    with Hub.open(demo.home, wait_s=0.3) as hub:
        hub.import_receivables(demo.file(RECEIVABLES), source_system=SOURCE_SYSTEM)
        with monkeypatch.context() as waiting:
            waiting.setattr(ChunkPoster, "__call__", wait)
            receipt = hub.receive(demo.file(BGMAX))
    assert (receipt.run_state, receipt.exchange.state) == ("queued", "posting")

    assert run(*TO_POSTGRESQL, home=demo.home).exit_code == 0

    with Hub.open(target_home, here=True) as hub:
        assert hub.work()
        assert hub.exchanges.get(receipt.exchange.number).state == "posted"
        assert [step for _, step in hub.runs.show(receipt.run_id).steps].count("judge") == 1
        assert hub.receive(demo.file(BGMAX)).exchange.state == "duplicate"
        posted = {balance.account: balance.amount_ore for balance in hub.balances()}
    assert run("verify", home=target_home).exit_code == 0
    with Hub.open(lay_out(tmp_path / "straight").home) as hub:
        hub.import_receivables(demo.file(RECEIVABLES), source_system=SOURCE_SYSTEM)
        hub.receive(demo.file(BGMAX))
        assert {balance.account: balance.amount_ore for balance in hub.balances()} == posted


# --- what may go wrong -------------------------------------------------------------------------------------------


class Move:
    """Two SQLite files, a tenant with a file posted and one that waits in the first, and the move to the second."""

    def __init__(self, folder: Path, empty: Path) -> None:
        self.source = open_database(f"sqlite:///{shutil.copy(empty, folder / 'source.sqlite')}")
        self.target = open_database(f"sqlite:///{shutil.copy(empty, folder / 'target.sqlite')}")
        self.world = World(self.source)
        self.world.owe("100", 50_000)
        self.world.receive(payment_file("bgmax", [pay(50_000, "100"), pay(700, "")], serial="1"))

    def carry_out(self) -> Any:
        return SqlMove(self.source, self.target, self.world.store.tenant_name).carry_out()

    def take_back(self) -> Any:
        return SqlMove(self.source, self.target, self.world.store.tenant_name).take_back()

    def works_in(self) -> list[str]:
        """Where work can be done."""
        places = []
        for name, engine in (("source", self.source), ("target", self.target)):
            with suppress(ConfigurationError), engine.connect() as connection:
                if connection.execute(text("SELECT count(*) FROM tenant")).scalar_one():
                    world = World(engine)
                    world.receive(payment_file("bgmax", [pay(900, "")], serial=name), name)
                    places.append(name)
        return places


@pytest.fixture
def move(tmp_path: Path, sqlite_database: Path) -> Iterator[Move]:
    made = Move(tmp_path, sqlite_database)
    yield made
    made.source.dispose()
    made.target.dispose()


class Killed(BaseException):
    pass


@pytest.mark.parametrize(
    ("moment", "may_work_in"),
    [
        ("hub.store.moving.copy_rows", ["source"]),
        ("hub.store.moving.contents_of", ["source"]),
        ("hub.store.moving.SqlMove._hash_anew", ["source"]),
        ("hub.store.moving.SqlMove._open_copy", []),
    ],
)
def test_a_move_that_is_interrupted_is_run_again(
    move: Move, moment: str, may_work_in: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: Any) -> Any:
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(moment, kill)
        with pytest.raises(Killed):
            move.carry_out()
    assert move.works_in() == may_work_in

    move.carry_out()

    assert move.works_in() == ["target"]
    assert found(World(move.target)) == {}
    assert move.carry_out().tables == ()  # once more changes nothing


def test_a_copy_that_differs_is_not_opened(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_one(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Any]) -> None:
        bulk.insert_rows(connection, table, columns, rows[1:] if table.name == "entry" else rows)

    with monkeypatch.context() as losing:
        losing.setattr(moving_rows, "insert_rows", lose_one)
        with pytest.raises(LedgerError, match="differs in entry"):
            move.carry_out()
    assert move.works_in() == ["source"]
    move.carry_out()
    assert move.works_in() == ["target"]


def test_a_tenant_with_content_of_its_own_is_never_written_over(move: Move) -> None:
    other = World(move.target)
    other.owe("1", 100)
    with pytest.raises(ConfigurationError, match="content of its own"):
        move.carry_out()
    assert other.open_ore(1) == 100
    assert move.works_in() == ["source", "target"]


def test_a_tenant_with_its_name_alone_makes_place(move: Move) -> None:
    with writing(move.target) as connection:
        connection.execute(text("INSERT INTO tenant (tenant, name) VALUES (7, :n)"), {"n": move.world.tenant.id})
    move.carry_out()
    assert World(move.target).store.tenant == 7


def test_other_tenants_of_both_databases_are_left_alone(move: Move) -> None:
    kept = [World(move.source, name="kept"), World(move.target, name="other")]
    for world in kept:
        world.owe("5", 500)
    move.carry_out()
    for world in kept:
        world.receive(payment_file("bgmax", [pay(500, "5")], serial="9"))
        assert world.open_ore(1) == 0
        assert found(world) == {}


def test_bytes_that_were_damaged_before_move_and_are_counted(move: Move) -> None:
    with writing(move.source) as connection:
        connection.execute(text("UPDATE content_part SET data = x'00'"))
    moved = move.carry_out()
    assert (moved.files, moved.damaged) == (1, 1)


def test_undo_lets_it_work_here_again_and_closes_the_copy(move: Move) -> None:
    with pytest.raises(ConfigurationError, match="has not moved"):
        move.take_back()
    move.carry_out()
    move.take_back()
    assert move.works_in() == ["source"]
    move.carry_out()
    assert move.works_in() == ["target"]
    with pytest.raises(RuleViolation, match="gone on"):
        move.take_back()


def test_a_node_at_the_source_leaves_a_tenant_that_has_moved_alone(home: Path) -> None:
    to_other = ("move", "--to", f"sqlite:///{home / 'other.sqlite'}")
    with Hub.open(home) as hub:
        with hub._work.store.write() as work:
            work.runs.enqueue("round:queued", "round", {})
        told = run(*to_other, home=home)
        assert told.exit_code == 0
        assert re.search(r"the bytes of [1-9]\d* files hashed anew", told.stderr)
        assert "entry" in told.stdout
        settings = home / "tenants" / f"{TENANT}.toml"
        settings.write_text(settings.read_text(encoding="utf-8") + SCHEDULE.replace("hourly", "again"))
        clock = Clockwork(hub._installation)
        clock.turn()
        assert clock.turn() == LONGEST_SLEEP  # nothing of it is due, or unread, for ever
        with WorkingNode(hub._installation).at_work():
            pass
        with pytest.raises(ConfigurationError, match="has moved to"):
            hub.work()
        assert hub.runs.get("round:queued").executions == 0
    assert run("doctor", home=home).exit_code == 0
    undone = answer(*to_other, "--undo", home=home)
    assert undone["tenants"][0]["destination"].endswith("hub.sqlite")


def test_a_process_that_was_open_before_the_move_writes_nothing_more(move: Move) -> None:
    store = move.world.store
    move.carry_out()
    with pytest.raises(ConfigurationError, match="has moved to"), store.write():
        raise AssertionError("never")


def test_a_tenant_that_is_not_there_and_the_same_database_are_refused(home: Path) -> None:
    same = run("move", "--to", "sqlite:///hub.sqlite", home=home)
    assert (same.exit_code, "works in this database already" in same.stderr) == (3, True)
    other = f"sqlite:///{home / 'other.sqlite'}"
    assert run("move", "--to", other, "--tenant", "nobody", home=home).exit_code == 3
    assert run("move", "--to", "mysql://x/y", home=home).exit_code == 3
    assert run("move", "--to", other, "--all-tenants", "--tenant", TENANT, home=home).exit_code == 2
    assert run("move", "--to", other, "--all-tenants", home=home).exit_code == 0


def test_nothing_moves_while_a_node_works(home: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    other = f"sqlite:///{home / 'other.sqlite'}"
    if engine.dialect.name == "postgresql":
        monkeypatch.setenv(DATABASE_VARIABLE, engine.url.render_as_string(hide_password=False))
        (home / "hub.toml").write_text(f'[database]\nurl = "env:{DATABASE_VARIABLE}"\n', encoding="utf-8")
        monkeypatch.setattr(
            SqlNodes, "all", lambda _: [Node("north", "north:1", "host", 1, "", "", "{}", "", 0, 0, None, 0)]
        )
        refused = run("move", "--to", other, home=home)
    else:
        with work_lock(home / "hub.sqlite", timeout_s=0):
            refused = run("move", "--to", other, "--wait", "0", home=home)
    assert refused.exit_code == 4
    assert "nothing was changed" in refused.stderr
