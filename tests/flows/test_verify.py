"""Every check of the books has rows broken by hand that it catches; what people and banks do leaves it clean."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from broken_collection import BROKEN_COLLECTION
from broken_mandates import BROKEN_MANDATES
from payment_world import DAY, World, lump, pay, payment_file, statement
from sqlalchemy import Connection, Engine, text
from telling import REFUND_TO, tell, waiting_ids

from hub.errors import RuleViolation
from hub.model.company import Company
from hub.model.payment_file import Key, Reversal
from hub.model.verification import CheckResult, Verification
from hub.services.verifying import accounts_by, verify
from hub.store import tables
from hub.store.database import WRITES
from hub.store.verifying import CHECKS, MOST_SHOWN, SqlVerifying
from hub.testing.example_tenant import company_settings


def proof(world: World, *, with_bytes: bool = True) -> Verification:
    contents = world.store.contents if with_bytes else None
    return verify(SqlVerifying(world.engine, world.store.tenant), contents, world.tenant)


def found(world: World) -> dict[str, int]:
    """What was found, by code."""
    return {result.code: result.found for result in proof(world).results if result.found}


def change(connection: Connection, statement: str, **values: Any) -> int:
    """Break something by hand; return how many rows."""
    tenant = connection.execute(text("SELECT tenant FROM tenant")).scalar_one()
    return connection.execute(text(statement), {"t": tenant, **values}).rowcount


@pytest.fixture
def world(engine: Engine) -> World:
    """Money placed exactly and with small differences; suspended, and told by the bank account too."""
    made = World(engine)
    made.owe("100", 50_000)
    made.owe("101", 30_000, fee_ore=6_000)
    made.owe("102", 70_000)
    made.owe("103", 20_000)
    payments = [
        pay(50_000, "100", keys=(Key("acct_svcr_ref", "A"),)),
        pay(36_000, "101", entry=1),
        pay(20_300, "103", entry=1),
        pay(9_900, "", entry=2),
        pay(4_400, "", entry=2),
    ]
    made.receive(payment_file("bgmax", payments, serial="1"))
    made.receive(statement(lump(106_300), lump(1_000, entry=2)))
    return made


# --- what must be clean --------------------------------------------------------------------------------


def test_an_empty_tenant_is_clean(engine: Engine) -> None:
    assert found(World(engine)) == {}


def test_an_ordinary_day_is_clean_and_every_check_has_something_to_look_at(world: World) -> None:
    assert found(world) == {}
    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'paired'") == 1


def test_what_people_do_leaves_the_books_clean(world: World) -> None:
    first, second = waiting_ids(world)
    tell(world, "move_payment", payment_id=first, shares=[{"company": "1", "number": "102", "amount_ore": 5_000}])
    tell(world, "write_off_suspended", payment_id=second, above_limit=True)
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=first, amount_ore=1_000)
    assert found(world) == {}
    tell(world, "undo_file", exchange_no=1, reason="wrong tenant")
    assert found(world) == {}


def test_a_payment_that_was_written_off_taken_back_and_given_again_is_clean(world: World) -> None:
    content = payment_file("camt.054", [pay(1_200, "", keys=(Key("acct_svcr_ref", "B"),))], identity="one")
    world.receive(content)
    tell(world, "write_off_suspended", payment_id=waiting_ids(world)[-1], above_limit=True)
    reversal = Reversal(1, 1, 1_200, "SEK", DAY, "", (Key("acct_svcr_ref", "B"),), "AC04")
    taken_back = world.receive(payment_file("camt.054", [reversal], identity="two"))
    assert world.number("SELECT count(*) FROM reversal WHERE tenant = :t AND state = 'done'") == 1
    assert found(world) == {}
    tell(world, "undo_file", exchange_no=taken_back.number, reason="told in error")
    assert found(world) == {}
    assert 1_200 in [ore for _, _, ore in world.waiting()]


def test_a_file_half_posted_is_clean(world: World) -> None:
    """A file of which a process was killed between two chunks."""
    with world.engine.begin() as connection:
        change(connection, "UPDATE exchange SET state = 'posting' WHERE tenant = :t AND exchange_no = 1")
    assert found(world) == {}


def test_accounts_changed_in_the_settings_are_a_remark_where_the_old_ones_are_gone(world: World) -> None:
    tell(world, "write_off_suspended", payment_id=waiting_ids(world)[0], above_limit=True)
    later = World(world.engine, accounts={"suspense": "2991", "receivable": "1511"})
    checked = proof(later)
    assert checked.is_clean
    assert [remark.split(":")[0] for remark in checked.remarks] == ["company 1"] * 2
    later.receive(payment_file("bgmax", [pay(700, "")], serial="2"))
    assert proof(later).is_clean


def test_coding_on_an_account_that_is_not_ours_any_more_is_coding(world: World) -> None:
    later = World(world.engine, accounts={"suspense": "2991", "receivable": "1511"})
    for account in ("2990", "1510"):
        tell(later, "credit_receivable", "102", amount_ore=100, coding=[{"account": account, "amount_ore": 100}])
    checked = proof(later)
    assert checked.is_clean, checked.results
    assert len(checked.remarks) == 2


def test_coding_on_an_account_that_another_company_books_on_is_coding(world: World) -> None:
    """Each company has books of its own; the settings let one use for revenue what is another's bank too."""
    theirs = {"bank": "1931", "clearing": "1941", "suspense": "2992", "receivable": "1520"}
    other = company_settings(number="2", name="North Rent AB", accounts=theirs, payee_accounts=[])
    world.tenant = world.tenant.model_copy(update={"companies": (*world.tenant.companies, Company(**other))})
    with world.store.write() as work:
        work.receivables.posting_group("2", "", "invoice")
    for account in theirs.values():
        tell(world, "credit_receivable", "102", amount_ore=100, coding=[{"account": account, "amount_ore": 100}])
    assert found(world) == {}


# --- what is broken by hand --------------------------------------------------------------------------------

Breaking = Callable[[Connection], int]


def _of(statement: str) -> Breaking:
    return lambda connection: change(connection, statement)


def _voucher_of(kind: str) -> str:
    return f"(SELECT max(voucher_no) FROM voucher WHERE tenant = :t AND voucher_type = '{kind}')"


def _two_open_targets(connection: Connection) -> int:
    return change(
        connection,
        "INSERT INTO reference (tenant, account_no, reference, target_kind, target_id, valid_from, is_contested) "
        "SELECT tenant, account_no, reference, target_kind, target_id + 1, valid_from, 0 FROM reference "
        "WHERE tenant = :t AND target_id = 1",
    )


def _more_allocated_than_came(connection: Connection) -> int:
    """Money that nobody paid goes from the suspense account to a receivable, with everything that follows."""
    voucher = _voucher_of("giro_payments")
    change(
        connection,
        "INSERT INTO entry (tenant, receivable_id, entry_no, cause, bucket, amount_ore, currency, transaction_date, "
        "booked_date, voucher_no, payment_id, rule) SELECT :t, 3, 9998, "
        f"'payment', 'principal', -500, 'SEK', '2026-11-16', '2026-11-16', {voucher}, "
        "min(payment_id), '' FROM payment WHERE tenant = :t",
    )
    change(connection, "UPDATE open_item SET principal_ore = 69500 WHERE tenant = :t AND receivable_id = 3")
    change(
        connection,
        "INSERT INTO suspense_movement (tenant, payment_id, movement_no, amount_ore, currency, cause, booked_date, "
        f"voucher_no) SELECT :t, min(payment_id), 9999, -500, 'SEK', 'suspended', '2026-11-16', {voucher} "
        "FROM payment WHERE tenant = :t",
    )
    change(
        connection,
        "INSERT INTO unallocated_payment (tenant, payment_id, exchange_no, account_no, company, reference, amount_ore, "
        "remaining_ore, currency, booked_date, state, reason) SELECT :t, min(payment_id), 1, 1, '1', '', -500, -500, "
        "'SEK', '2026-11-16', 'suspended', '' FROM payment WHERE tenant = :t",
    )
    for account, amount_ore in (("1510", -500), ("2990", 500)):
        change(
            connection,
            "UPDATE voucher_line SET amount_ore = amount_ore + :ore WHERE tenant = :t AND account = :account "
            f"AND voucher_no = {voucher}",
            account=account,
            ore=amount_ore,
        )
    return 1


def _other_bytes(connection: Connection) -> int:
    packed = connection.execute(text("SELECT min(data) FROM content_part")).scalar_one()
    content = bytearray(zlib.decompress(packed))
    content[-2] ^= 1
    return change(
        connection, "UPDATE content_part SET data = :data WHERE data = :was", data=zlib.compress(content), was=packed
    )


def _unpackable(connection: Connection) -> int:
    return change(connection, "UPDATE content_part SET data = :data WHERE tenant = :t", data=b"no such thing")


def _paid_fee_that_never_was(connection: Connection) -> int:
    """The open item is made anew from the entries, as `--rebuild` would."""
    change(
        connection,
        "INSERT INTO open_item (tenant, receivable_id, group_no, currency, principal_ore, fee_ore) "
        "VALUES (:t, 1, 1, 'SEK', 50000, -50000)",
    )
    return change(
        connection,
        "UPDATE entry SET bucket = 'fee' WHERE tenant = :t AND receivable_id = 1 AND cause = 'payment'",
    )


# What is broken, and the codes of the checks that find it.
_COUNT_MESSAGES = "INSERT INTO counter (tenant, series, next_value) VALUES (:t, 'attempt', 2)"


def _document(state: str, exchange_no: str = "NULL", *, sha256: str = "") -> Breaking:
    """Return what writes a document that stands in a state, and counts it."""
    kept = f"'{sha256}'" if sha256 else "(SELECT min(sha256) FROM content WHERE tenant = :t)"

    def write(connection: Connection) -> int:
        change(connection, "INSERT INTO counter (tenant, series, next_value) VALUES (:t, 'document', 2)")
        return change(
            connection,
            "INSERT INTO document (tenant, document_no, document_key, company, kind, number, version, recipient_key, "
            "debtor_class, state, handed_sha256, sha256, size, exchange_no, accepted_at, changed_at) "
            f"VALUES (:t, 1, 'k', '1', 'invoice', '1', 1, 'r', 'person', '{state}', '', {kept}, 1, {exchange_no}, '', "
            "'')",
        )

    return write


_PLANS = (
    "INSERT INTO instalment_plan (tenant, plan_no, company, currency, state, made_on, made_by, first_payment, "
    "is_last_of_month, amount_ore, notice_fee_ore, plan_fee_ore, rate_percent, day_count, open_ore) VALUES "
    "(:t, 1, '1', 'SEK', 'active', '', '', '', 0, 100, 0, 0, '', '', 100), "
    "(:t, 2, '1', 'SEK', 'active', '', '', '', 0, 100, 0, 0, '', '', 100)"
)


def _interest_invoiced_beside_collected(connection: Connection) -> int:
    """An agency has collected 60 kronor, all that was earned, and we invoice an öre beside."""
    change(
        connection,
        "INSERT INTO interest_charge (tenant, receivable_id, charge_no, amount_ore, first_day, last_day, days, "
        "invoice_id, plan_no, charged_at, earned_ore) VALUES (:t, 2, 1, 1, '', '', 1, 9, 1, '9999', 6000)",
    )
    return change(
        connection,
        "UPDATE entry SET bucket = 'interest', cause = CASE WHEN amount_ore > 0 THEN 'collected_interest_debited' "
        "ELSE cause END WHERE tenant = :t AND receivable_id = 2 AND bucket = 'fee'",
    )


def _payment_of_nothing(connection: Connection) -> int:
    return _of(_PLANS)(connection) and _of(
        "INSERT INTO instalment (tenant, plan_no, payment_no, due_date, notice_on, late_after, amount_ore, own_ore, "
        "principal_left_ore) VALUES (:t, 1, 1, '', '', '', 100, 100, 0)"
    )(connection)


def _in_two_plans(connection: Connection) -> int:
    return _of(_PLANS)(connection) and _of(
        "INSERT INTO instalment_claim (tenant, plan_no, claim_no, receivable_id, number, text, due_date, "
        "principal_ore, fee_ore, interest_ore) VALUES (:t, 1, 1, 1, '', '', '', 100, 0, 0), "
        "(:t, 2, 1, 1, '', '', '', 100, 0, 0)"
    )(connection)


_TEXTS = (
    "company", "state_since", "debtor_identity", "debtor_name", "made_on", "made_by", "interest", "fee_payment",
    "enforcement", "counted_to",
)  # fmt: skip
_NUMBERS = (
    "own_work_ore", "agent_ore", "other_ore", "has_real_property", "allows_protected", "fee_ore", "principal_ore",
    "collection_ore", "interest_ore",
)  # fmt: skip


def _order(*, state: str = "ready", led_to: str = "ready", is_kept: bool = False, **other: Any) -> Breaking:
    """Write an application with one step."""

    def write(connection: Connection) -> int:
        numbers: dict[str, Any] = dict.fromkeys(_NUMBERS, 0)
        values = {**dict.fromkeys(_TEXTS, ""), **numbers, "order_no": 1, "currency": "SEK", "state": state, **other}
        if is_kept:
            kept = "INSERT INTO content (tenant, sha256, size, parts, upload) VALUES (:t, 'k', 0, 0, 'u')"
            change(connection, kept)
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        change(
            connection,
            "INSERT INTO order_to_pay_step (tenant, order_no, step_no, happening, state, on_day, told_by, recorded_at) "
            "VALUES (:t, :order_no, 1, 'checked', :led_to, '', '', '')",
            order_no=values["order_no"],
            led_to=led_to,
        )
        return change(connection, f"INSERT INTO order_to_pay (tenant, {names}) VALUES (:t, {marks})", **values)

    return write


_CLAIM = (
    "INSERT INTO order_to_pay_claim (tenant, order_no, claim_no, receivable_id, company, number, source_system, "
    "refers_to, invoice_date, due_date, demand_sent_on, demand_pay_by, principal_ore, collection_ore, interest_ore, "
    "told_principal_ore) VALUES (:t, :no, 1, 1, '1', '100', '', '', '', '', '', '', 0, 0, 0, :told)"
)


def _in_two_orders(connection: Connection) -> int:
    for number in (1, 2):
        _order(order_no=number)(connection)
        change(connection, _CLAIM, no=number, told=0)
    return 2


def _told_more(connection: Connection) -> int:
    return _order()(connection) and change(connection, _CLAIM, no=1, told=5)


def _awarded_of_nothing(connection: Connection) -> int:
    return change(
        connection,
        "UPDATE entry SET cause = 'court_costs_debited', rule = 'order:1' "
        "WHERE tenant = :t AND bucket = 'fee' AND amount_ore > 0",
    )


def _item_without_step(connection: Connection) -> int:
    """A plan of one item that says that its step was taken."""
    change(connection, "INSERT INTO counter (tenant, series, next_value) VALUES (:t, 'plan', 2)")
    change(
        connection,
        "INSERT INTO run_plan (tenant, plan_no, kind, state, on_day, selection, fingerprint, made_at, made_by) "
        "VALUES (:t, 1, 'dunning', 'executed', '', '', '', '', '')",
    )
    return change(
        connection,
        "INSERT INTO run_plan_item (tenant, plan_no, item_no, receivable_id, step, letter_no, fee_ore, interest_ore, "
        "open_ore, verdict, reason, outcome) VALUES (:t, 1, 1, 1, 'demand', 1, 0, 0, 1, 'take', '', 'done')",
    )


def _interest_debited_and_invoiced(connection: Connection) -> int:
    """An invoice of all that a receivable has earned, though a demand has debited some of it."""
    change(
        connection,
        "INSERT INTO entry (tenant, receivable_id, entry_no, cause, bucket, amount_ore, currency, transaction_date, "
        "booked_date) SELECT :t, receivable_id, 9999, 'interest_debited', 'interest', 100, currency, '', '' "
        "FROM receivable WHERE receivable_id = 1",
    )
    return change(
        connection,
        "INSERT INTO interest_charge (tenant, receivable_id, charge_no, amount_ore, first_day, last_day, days, "
        "invoice_id, plan_no, charged_at, earned_ore) VALUES (:t, 1, 1, 300, '', '', 1, 9, 1, '', 300)",
    )


def _message(
    state: str,
    sha256: str = "min(sha256)",
    told: str = "",
    exchange: str = "",
    direction: str = "out",
    let_go: int = 0,
) -> Breaking:
    """A message that no run carries; `told` is the event of it, and `exchange` where its exchange stands."""

    def insert(connection: Connection) -> int:
        change(connection, _COUNT_MESSAGES)
        change(connection, "UPDATE counter SET next_value = next_value + 1 WHERE tenant = :t AND series = 'exchange'")
        change(
            connection,
            "INSERT INTO exchange (tenant, exchange_no, direction, kind, name, sha256, size, idempotency_key, state, "
            f"let_go, created_at, changed_at) SELECT :t, (SELECT max(exchange_no) + 1 FROM exchange), '{direction}', "
            f"'message', 'letter', c.sha256, coalesce(d.size, 1), 'letter', '{exchange or state}', {let_go}, '', '' "
            f"FROM (SELECT {sha256} AS sha256 FROM content WHERE tenant = :t) AS c "
            "LEFT JOIN content d ON d.tenant = :t AND d.sha256 = c.sha256",
        )
        if told:
            change(
                connection,
                "UPDATE event SET attempt_no = 1, kind = :told, data = (SELECT '{\"exchange_no\": ' || exchange_no || "
                "', \"sha256\": \"' || sha256 || '\"}' FROM exchange WHERE tenant = :t AND name = 'letter') "
                "WHERE tenant = :t AND kind = 'payment_file_posted' AND payment_id IS NULL",
                told=told,
            )
        return change(
            connection,
            "INSERT INTO attempt (tenant, attempt_no, batch, run_no, channel, exchange_no, key, state, changed_at) "
            f"SELECT :t, 1, '1', 999, 'post', max(exchange_no), '', '{state}', '' FROM exchange WHERE tenant = :t",
        )

    return insert


def _file_that_lost(what: str, kind: str) -> Breaking:
    def lose(connection: Connection) -> int:
        _message("delivered", told="attempt_delivered")(connection)
        became = "UPDATE exchange SET kind = :kind, summary = :said WHERE tenant = :t AND name = 'letter'"
        return change(connection, became, kind=kind, said=f'{{"{what}": 1}}')

    return lose


_REFUND_FILE = (
    "INSERT INTO refund_order (tenant, order_no, company, writer, message_id, exchange_no, name, organisation_number, "
    "currency, made_at, pay_on, charged, refunds, amount_ore) SELECT :t, 1, '1', 'bank', 'letter', "
    "max(exchange_no), '', '', 'SEK', '', '', '', {refunds}, {ore} FROM exchange WHERE tenant = :t"
)


def _refund(state: str, *, order_no: int = 0, booked_on: str = "") -> Breaking:
    """Return what writes a refund of the first payment that needs one approval where it stands in no file."""

    def write(connection: Connection) -> int:
        change(connection, "INSERT INTO counter (tenant, series, next_value) VALUES (:t, 'refund', 2)")
        return change(
            connection,
            "INSERT INTO refund (tenant, refund_no, company, source, payment_id, amount_ore, currency, payee_account, "
            "payee_name, state, asked_by, asked_at, approvals_needed, end_to_end_id, order_no, booked_on, changed_at) "
            f"VALUES (:t, 1, '1', 'payment', 1, 100, 'SEK', '', '', '{state}', 'hub', '', "
            f"{0 if order_no else 1}, 'R1', {order_no}, '{booked_on}', '')",
        )

    return write


def _refund_in_file(booked_on: str) -> Breaking:
    """Return what writes a refund with its file and message."""

    def write(connection: Connection) -> int:
        _message("delivered", told="attempt_delivered")(connection)
        change(connection, "UPDATE exchange SET kind = 'payment_order' WHERE tenant = :t AND name = 'letter'")
        change(connection, _REFUND_FILE.format(refunds=1, ore=100))
        return _refund("booked" if booked_on else "ordered", order_no=1, booked_on=booked_on)(connection)

    return write


def _statement_that_follows_none(connection: Connection) -> int:
    """Give the statement a later one beside it, and both of them balances that do not meet."""
    names = [column.name for column in tables.section.columns if column.name != "section_no"]
    own = ", ".join(names)
    added = change(
        connection,
        f"INSERT INTO section ({own}, section_no) SELECT {own}, 99 FROM section WHERE tenant = :t AND level = 'lump'",
    )
    told = ((1, "section_no <> 99", "16", 5, 6), (3, "section_no = 99", "20", 7, 8))
    for number, which, day, opening, closing in told:
        for place, kind, ore in ((number, "opening", opening), (number + 1, "closing", closing)):
            change(
                connection,
                "INSERT INTO statement_balance (tenant, exchange_no, balance_no, section_no, kind, on_date, "
                f"amount_ore, currency) SELECT :t, exchange_no, {900 + place}, section_no, '{kind}', "
                f"'2026-11-{day}', {ore}, 'SEK' "
                f"FROM section WHERE tenant = :t AND level = 'lump' AND {which}",
            )
    return added


BROKEN: dict[str, tuple[str, Breaking]] = {
    "an open item differs": (
        "OPEN_ITEM_DIFFERS",
        _of("UPDATE open_item SET fee_ore = 7 WHERE tenant = :t AND receivable_id = 3"),
    ),
    "an open item is missing": (
        "OPEN_ITEM_DIFFERS",
        _of("DELETE FROM open_item WHERE tenant = :t AND receivable_id = 3"),
    ),
    "an open item too many": (
        "OPEN_ITEM_DIFFERS",
        _of("INSERT INTO open_item (tenant, receivable_id, group_no, currency) VALUES (:t, 1, 1, 'SEK')"),
    ),
    "an open item in another group": (
        "OPEN_ITEM_DIFFERS",
        _of("UPDATE open_item SET group_no = 9 WHERE tenant = :t AND receivable_id = 3"),
    ),
    "entries on no receivable": (
        "ENTRY_ASTRAY EVENT_DIFFERS",
        _of(
            "INSERT INTO entry (tenant, receivable_id, entry_no, cause, bucket, amount_ore, currency, "
            "transaction_date, booked_date) SELECT :t, 999, 9000 + n, 'invoiced', 'fee', 5 - 10 * n, 'SEK', "
            "'2026-11-16', '2026-11-16' FROM (SELECT 0 AS n UNION ALL SELECT 1) AS two"
        ),
    ),
    "a voucher out of balance": (
        "VOUCHER_UNBALANCED",
        _of(
            "INSERT INTO voucher_line (tenant, voucher_no, line_no, account, amount_ore, coding) "
            "VALUES (:t, 1, 9, '3000', 12, '')"
        ),
    ),
    "a line on the wrong account": (
        "VOUCHER_DIFFERS",
        _of("UPDATE voucher_line SET account = '3590' WHERE tenant = :t AND account = '1510' AND voucher_no = 2"),
    ),
    "lines without a voucher": (
        "VOUCHER_MISSING",
        _of(
            "INSERT INTO voucher_line (tenant, voucher_no, line_no, account, amount_ore, coding) "
            "SELECT :t, 999, 1 + n, '3000', 5 - 10 * n, '' FROM (SELECT 0 AS n UNION ALL SELECT 1) AS two"
        ),
    ),
    "a voucher number is missing": (
        "VOUCHER_NUMBER_GAP",
        _of("UPDATE counter SET next_value = next_value + 1 WHERE tenant = :t AND series = 'voucher'"),
    ),
    "an event is missing": (
        "EVENT_NUMBER_GAP",
        _of("DELETE FROM event WHERE tenant = :t AND kind = 'payment_file_posted'"),
    ),
    "the first event is missing, and was an entry's": (
        "EVENT_NUMBER_GAP EVENT_DIFFERS",
        _of("DELETE FROM event WHERE tenant = :t AND event_no = 1"),
    ),
    "an event tells of another cause": (
        "EVENT_DIFFERS",
        _of("UPDATE event SET kind = 'credited' WHERE tenant = :t AND event_no = 1"),
    ),
    "an event tells of another receivable": (
        "EVENT_DIFFERS",
        _of("UPDATE event SET receivable_id = 99 WHERE tenant = :t AND event_no = 1"),
    ),
    "an event of a suspense movement tells of another payment": (
        "EVENT_DIFFERS",
        _of("UPDATE event SET payment_id = 99 WHERE tenant = :t AND kind = 'suspended'"),
    ),
    "a voucher of another day than its entries": (
        "ENTRY_NOT_BOOKED",
        _of("UPDATE voucher SET booked_date = '2020-01-01' WHERE tenant = :t AND voucher_no = 1"),
    ),
    "a voucher of another company than its entries": (
        "ENTRY_NOT_BOOKED",
        _of("UPDATE receivable SET company = '2' WHERE tenant = :t AND receivable_id = 3"),
    ),
    "a receivable has another original amount": (
        "RECEIVABLE_DIFFERS",
        _of("UPDATE receivable SET original_ore = original_ore + 1 WHERE tenant = :t AND receivable_id = 3"),
    ),
    "a payment pays a fee that was never debited": ("BUCKET_DIFFERS", _paid_fee_that_never_was),
    "an entry takes back another than its opposite": (
        "REVERSAL_DIFFERS",
        _of("UPDATE entry SET reverses_no = 1 WHERE tenant = :t AND receivable_id = 1 AND cause = 'payment'"),
    ),
    "the statement of paired movements is not posted": (
        "EXCHANGE_DIFFERS",
        _of("UPDATE exchange SET state = 'quarantined' WHERE tenant = :t AND exchange_no = 2"),
    ),
    "a chunk of a posted file is not posted": (
        "EXCHANGE_DIFFERS",
        _of("UPDATE chunk SET state = 'loaded' WHERE tenant = :t"),
    ),
    "a posted file would not be known again": (
        "EXCHANGE_DIFFERS",
        _of("UPDATE exchange SET content_key = '' WHERE tenant = :t AND exchange_no = 1"),
    ),
    "an exchange has gone": (
        "EXCHANGE_NUMBER_GAP",
        _of("UPDATE counter SET next_value = next_value + 1 WHERE tenant = :t AND series = 'exchange'"),
    ),
    "a payment is not found by its key": (
        "KEY_MISSING",
        _of("DELETE FROM payment_key WHERE tenant = :t AND kind = 'acct_svcr_ref'"),
    ),
    "payment numbers begin again": (
        "NUMBER_GIVEN_AGAIN",
        _of("UPDATE counter SET next_value = 1 WHERE tenant = :t AND series = 'payment'"),
    ),
    "parts of the bytes have other numbers": (
        "BYTES_MISSING",
        _of("UPDATE content_part SET part_no = part_no + 5 WHERE tenant = :t"),
    ),
    "more is allocated than came in": ("EVENT_DIFFERS PAYMENT_OVERALLOCATED", _more_allocated_than_came),
    "a payment is larger than what became of it": (
        "PAYMENT_NOT_SETTLED",
        _of("UPDATE payment SET amount_ore = amount_ore + 1 WHERE tenant = :t AND reference = '100'"),
    ),
    "a duplicate stands in the books": (
        "PAYMENT_NOT_SETTLED",
        _of(
            "INSERT INTO duplicate_payment (tenant, payment_id, twin_payment, proof) "
            "SELECT :t, min(payment_id), max(payment_id), 'person' FROM payment WHERE tenant = :t"
        ),
    ),
    "what remains of two payments is swapped": (
        "QUEUE_DIFFERS",
        _of(
            "UPDATE unallocated_payment SET remaining_ore = 14300 - remaining_ore "
            "WHERE tenant = :t AND state = 'suspended'"
        ),
    ),
    "suspended money of another company": (
        "SUSPENSE_ACCOUNT_DIFFERS",
        _of("UPDATE unallocated_payment SET company = '2' WHERE tenant = :t AND amount_ore = 4400"),
    ),
    "a deposit is not what was paid": (
        "CLEARING_ACCOUNT_DIFFERS",
        _of("UPDATE deposit SET amount_ore = amount_ore + 3 WHERE tenant = :t AND lump_no IS NULL"),
    ),
    "a bank movement on the wrong account": (
        "BANK_ACCOUNT_DIFFERS",
        _of("UPDATE voucher_line SET account = '3000' WHERE tenant = :t AND account = '1930'"),
    ),
    "a pair that only one side knows of": (
        "PAIR_DIFFERS",
        _of("UPDATE lump SET state = 'alone' WHERE tenant = :t AND state = 'paired'"),
    ),
    "an account paid into one that is not there": (
        "PAID_INTO_DIFFERS",
        _of("UPDATE payee_account SET bank_account_no = 999 WHERE tenant = :t"),
    ),
    "a reference with two targets": ("REFERENCE_AMBIGUOUS", _two_open_targets),
    "bytes are not there": ("BYTES_MISSING", _of("DELETE FROM content WHERE tenant = :t AND parts = 1")),
    "a part of the bytes is not there": ("BYTES_MISSING", _of("DELETE FROM content_part WHERE tenant = :t")),
    "an exchange says another size": (
        "BYTES_MISSING",
        _of("UPDATE exchange SET size = size + 1 WHERE tenant = :t AND exchange_no = 1"),
    ),
    "a claim is left": (
        "CLAIM_LEFT",
        _of("INSERT INTO account_claim (tenant, account_no, run_no) SELECT :t, 1, max(run_no) FROM run"),
    ),
    "a message has gone": ("ATTEMPT_NUMBER_GAP", _of(_COUNT_MESSAGES)),
    "a message has ended, and no event tells of it": ("ATTEMPT_DIFFERS", _message("delivered")),
    "a message that no run carries": ("ATTEMPT_LEFT", _message("planned", told="attempt_planned", exchange="sending")),
    "an unknown message that nobody is asked about": (
        "ATTEMPT_WITHOUT_TASK",
        _message("unknown", told="attempt_unknown"),
    ),
    "a message without bytes": (
        "MESSAGE_BYTES_MISSING",
        _message("delivered", "max('no such hash')", told="attempt_delivered"),
    ),
    "a message that stands otherwise than its attempt": (
        "MESSAGE_DIFFERS",
        _message("delivered", told="attempt_delivered", exchange="unknown"),
    ),
    "an attempt to send what came in": (
        "MESSAGE_DIFFERS",
        _message("delivered", told="attempt_delivered", direction="in"),
    ),
    "a document has gone": (
        "DOCUMENT_NUMBER_GAP",
        _of("INSERT INTO counter (tenant, series, next_value) SELECT :t, 'document', 2 FROM tenant"),
    ),
    "a held document that nobody is asked about": ("DOCUMENT_LEFT", _document("held")),
    "a document whose way nobody finds": ("DOCUMENT_LEFT", _document("accepted")),
    "a document whose message is not in the log": ("DOCUMENT_DIFFERS", _document("delivered", "999")),
    "a message that was let go and has arrived": (
        "DOCUMENT_SENT_TWICE",
        _message("delivered", told="attempt_delivered", let_go=1),
    ),
    "a document without bytes": ("DOCUMENT_BYTES_MISSING", _document("closed", sha256="no such hash")),
    "a voucher in the ledger that is not there": (
        "EXPORT_ASTRAY",
        _of(
            "INSERT INTO voucher_export (tenant, voucher_no, company, exchange_no, series, ledger_date, state) "
            "VALUES (:t, 999, '1', 1, 'H', '2026-11-20', 'exported')"
        ),
    ),
    "a file for the ledger that has lost a voucher": (
        "EXPORT_DIFFERS",
        _file_that_lost("vouchers", "bookkeeping_file"),
    ),
    "a refund that has left and that nothing was booked for": ("REFUND_DIFFERS", _refund_in_file("2026-11-24")),
    "a refund under way that nothing was booked for": (
        "REFUND_DIFFERS REFUND_CLEARING_DIFFERS",
        _refund_in_file(""),
    ),
    "a refund that nobody has approved": ("REFUND_ASTRAY", _refund("approved")),
    "a refund in a file that is not there": (
        "REFUND_DIFFERS REFUND_ASTRAY",
        _refund("booked", order_no=9, booked_on="2026-11-24"),
    ),
    "a file of refunds that no message carries": ("REFUND_FILE_DIFFERS", _of(_REFUND_FILE.format(refunds=0, ore=0))),
    "a refund is missing": (
        "REFUND_GAP",
        _of("INSERT INTO counter (tenant, series, next_value) SELECT :t, 'refund', 2 FROM tenant"),
    ),
    "an item of a plan without its step": (
        "DUNNING_DIFFERS",
        _item_without_step,
    ),
    "two reminder fees on one receivable": (
        "DUNNING_FEE_TWICE",
        _of(
            "INSERT INTO dunning_step (tenant, receivable_id, step_no, step, plan_no, item_no, dated_on, answer_by, "
            "fee_ore, is_fee_debited, interest_ore, is_interest_debited, letter) VALUES "
            "(:t, 1, 1, 'reminder_1', 1, 1, '', '', 6000, 0, 0, 0, 'dun:1:1'), "
            "(:t, 1, 2, 'reminder_2', 2, 1, '', '', 6000, 0, 0, 0, 'dun:2:1')"
        ),
    ),
    "a fee invoice whose step does not stand": (
        "FEE_INVOICE_ASTRAY",
        _of(
            "INSERT INTO fee_invoice (tenant, invoice_id, receivable_id, plan_no, fee, amount_ore, made_at) "
            "VALUES (:t, 2, 1, 1, 'reminder', 6000, '')"
        ),
    ),
    "a step whose fee invoice is lost": (
        "FEE_INVOICE_ASTRAY",
        _of(
            "INSERT INTO dunning_step (tenant, receivable_id, step_no, step, plan_no, item_no, dated_on, answer_by, "
            "fee_ore, is_fee_debited, interest_ore, is_interest_debited, letter, are_fees_invoiced) VALUES "
            "(:t, 1, 1, 'reminder_1', 1, 1, '', '', 6000, 1, 0, 0, 'dun:1:1', 1)"
        ),
    ),
    "compensation for late payment charged twice": (
        "COMPENSATION_TWICE",
        _of(
            "INSERT INTO dunning_step (tenant, receivable_id, step_no, step, plan_no, item_no, dated_on, answer_by, "
            "fee_ore, is_fee_debited, interest_ore, is_interest_debited, letter, compensation_ore) VALUES "
            "(:t, 1, 1, 'reminder_1', 1, 1, '', '', 0, 0, 0, 0, 'dun:1:1', 45000), "
            "(:t, 1, 2, 'demand', 2, 1, '', '', 0, 0, 0, 0, 'dun:2:1', 45000)"
        ),
    ),
    "interest that is debited with a demand and invoiced too": (
        "OPEN_ITEM_DIFFERS EVENT_DIFFERS ENTRY_NOT_BOOKED INTEREST_TWICE",
        _interest_debited_and_invoiced,
    ),
    "interest that is invoiced twice": (
        "INTEREST_TWICE",
        _of(
            "INSERT INTO interest_charge (tenant, receivable_id, charge_no, amount_ore, first_day, last_day, days, "
            "invoice_id, plan_no, charged_at) VALUES (:t, 1, 1, 1, '', '', 1, 9, 1, ''), "
            "(:t, 1, 2, 1, '', '', 1, 9, 1, '')"
        ),
    ),
    "interest that is invoiced beside what an agency has collected": (
        "EVENT_DIFFERS INTEREST_BESIDE_OTHERS",
        _interest_invoiced_beside_collected,
    ),
    "interest of an authority's report that was never debited": (
        "COLLECTED_INTEREST_DIFFERS",
        _of(
            "INSERT INTO order_to_pay_step (tenant, order_no, step_no, happening, state, on_day, text, amount_ore, "
            "exchange_no, told_by, recorded_at) VALUES (:t, 1, 1, 'enforcement_report', 'enforcement', '', '', 7, 0, "
            "'', '')"
        ),
    ),
    "a plan has gone": (
        "PLAN_NUMBER_GAP",
        _of("INSERT INTO counter (tenant, series, next_value) SELECT :t, 'plan', 2 FROM tenant"),
    ),
    "a payment of an instalment plan that pays nothing": ("INSTALMENT_DIFFERS", _payment_of_nothing),
    "a receivable that is in two instalment plans": ("IN_TWO_PLANS", _in_two_plans),
    "an instalment plan has gone": (
        "INSTALMENT_PLAN_NUMBER_GAP",
        _of("INSERT INTO counter (tenant, series, next_value) SELECT :t, 'instalment_plan', 2 FROM tenant"),
    ),
    "an application that asks for nothing of its receivables": ("ORDER_TO_PAY_DIFFERS", _order(principal_ore=100)),
    "a receivable that is in two applications": ("IN_TWO_ORDERS", _in_two_orders),
    "an application that stands where no step led": ("ORDER_STATE_DIFFERS", _order(state="served")),
    "an authority that knows more than it was asked for": ("ORDER_TOLD_MORE", _told_more),
    "an application that is ready and has been filed": (
        "ORDER_FILED_EARLY",
        _order(filed_on="2026", is_kept=True, application_sha256="k"),
    ),
    "an application whose bytes are gone": ("ORDER_NOT_KEPT", _order(state="filed", led_to="filed", filed_on="2026")),
    "costs that no decision awarded": ("EVENT_DIFFERS AWARDED_COSTS_DIFFER", _awarded_of_nothing),
    "an application has gone": (
        "ORDER_NUMBER_GAP",
        _of("INSERT INTO counter (tenant, series, next_value) SELECT :t, 'order_to_pay', 2 FROM tenant"),
    ),
    "a statement that follows none": ("STATEMENT_GAP_UNTOLD", _statement_that_follows_none),
    "a gap between statements that nobody is asked about": (
        "STATEMENT_GAP_LEFT",
        _of(
            "INSERT INTO statement_gap (tenant, gap_no, account_no, currency, kind, after_exchange, after_section, "
            "before_exchange, before_section, difference_ore, first_day, last_day, missing_numbers, state, found_at, "
            "changed_at) VALUES (:t, 1, 1, 'SEK', 'balance', 1, 1, 2, 1, 100, '', '', '', 'open', '', '')"
        ),
    ),
    "a bank rule that booked what no voucher has": (
        "BANK_RULE_DIFFERS",
        _of(
            "INSERT INTO ruled_movement (tenant, lump_no, rule, account, text, amount_ore, voucher_no) "
            "VALUES (:t, 1, 'fees', '6570', 'fees', -100, 1)"
        ),
    ),
    "a step without its run": (
        "STEP_WITHOUT_RUN",
        _of("INSERT INTO run_step (tenant, run_no, step_no, name, output) VALUES (:t, 999, 1, 'read', '')"),
    ),
    "a file of orders that has lost one": ("ORDERS_DIFFER", _file_that_lost("orders", "direct_debit_file")),
    **BROKEN_MANDATES,
    **BROKEN_COLLECTION,
}


def test_what_is_broken_is_found_by_the_checks_it_concerns_and_no_other(world: World) -> None:
    """Each is broken, looked at and rolled back."""
    verifying = SqlVerifying(world.engine, world.store.tenant)
    caught: dict[str, tuple[str, ...]] = {}
    for name, (_, break_it) in BROKEN.items():
        with world.engine.connect().execution_options(**{WRITES: True}) as connection:
            assert break_it(connection), f"nothing was broken: {name}"
            results = verifying.check(connection, accounts_by(world.tenant))
            caught[name] = tuple(result.code for result in results if result.found)
            connection.rollback()
    assert caught == {name: tuple(codes.split()) for name, (codes, _) in BROKEN.items()}
    assert found(world) == {}


def test_every_check_can_fail() -> None:
    assert {code for codes, _ in BROKEN.values() for code in codes.split()} == {check.code for check in CHECKS}


_ENTRY = (
    "INSERT INTO entry (tenant, receivable_id, entry_no, cause, bucket, amount_ore, currency, transaction_date, "
    "booked_date) VALUES (:t, 3, {number}, '{cause}', 'principal', {ore}, 'SEK', '2026-11-16', '2026-11-16')"
)


def _pair_that_nothing_tells_of(connection: Connection) -> int:
    for number, ore in ((9001, 500), (9002, -500)):
        change(connection, _ENTRY.format(number=number, cause="credited", ore=ore))
    return 2


# What `--rebuild` would have made look right: a person who breaks an entry and makes the open items anew.
HIDDEN: dict[str, tuple[set[str], Breaking]] = {
    "a write-off that nobody made": (
        {"EVENT_DIFFERS", "ENTRY_NOT_BOOKED"},
        _of(_ENTRY.format(number=9001, cause="written_off", ore=-500)),
    ),
    "a pair of entries without voucher or event": ({"EVENT_DIFFERS", "ENTRY_NOT_BOOKED"}, _pair_that_nothing_tells_of),
    "a payment on another receivable": (
        {"EVENT_DIFFERS"},
        _of("UPDATE entry SET receivable_id = 3 WHERE tenant = :t AND receivable_id = 1 AND cause = 'payment'"),
    ),
    "a payment of another bucket": (
        {"BUCKET_DIFFERS"},
        _of(
            "UPDATE entry SET bucket = 'interest' WHERE tenant = :t AND receivable_id = 1 AND cause = 'payment'",
        ),
    ),
}


def test_what_open_items_made_anew_would_hide_is_found_by_other_checks(world: World) -> None:
    verifying = SqlVerifying(world.engine, world.store.tenant)
    for name, (codes, break_it) in HIDDEN.items():
        with world.engine.connect().execution_options(**{WRITES: True}) as connection:
            assert break_it(connection), f"nothing was broken: {name}"
            results = verifying.check(connection, accounts_by(world.tenant))
            found_codes = {result.code for result in results if result.found}
            assert found_codes - {"OPEN_ITEM_DIFFERS"} == codes, name
            connection.rollback()


def test_open_items_are_not_made_anew_while_something_else_is_wrong(world: World) -> None:
    _, break_it = HIDDEN["a write-off that nobody made"]
    with world.engine.begin() as connection:
        assert break_it(connection)
    before = rows(world, "SELECT * FROM open_item ORDER BY receivable_id")
    with pytest.raises(RuleViolation, match="EVENT_DIFFERS, ENTRY_NOT_BOOKED"):
        rebuilt(world)
    assert rows(world, "SELECT * FROM open_item ORDER BY receivable_id") == before


def test_a_check_that_the_database_cannot_answer_hides_no_other(world: World) -> None:
    with world.engine.begin() as connection:
        change(connection, "UPDATE voucher_line SET amount_ore = 9223372036854775807 WHERE tenant = :t")
        change(connection, "DELETE FROM event WHERE tenant = :t AND event_no = 1")
    checked = proof(world)
    failed = {finding.place for finding in checked.findings if finding.code == "CHECK_FAILED"}
    assert "VOUCHER_UNBALANCED" in failed
    assert {"EVENT_NUMBER_GAP", "EVENT_DIFFERS"} <= set(found(world))


def test_settings_without_a_company_of_the_books_are_a_finding_and_the_rest_is_checked(world: World) -> None:
    with world.engine.begin() as connection:
        change(connection, "UPDATE posting_group SET company = '7' WHERE tenant = :t")
        change(connection, "DELETE FROM event WHERE tenant = :t AND event_no = 1")
    codes = found(world)
    assert set(codes) == {"TENANT_WITHOUT_SETTINGS", "EVENT_NUMBER_GAP", "EVENT_DIFFERS"}
    without = {check.code for check in CHECKS if check.needs_accounts}
    assert without.isdisjoint(result.code for result in proof(world).results)


@pytest.mark.parametrize("break_bytes", [_other_bytes, _unpackable])
def test_kept_bytes_that_are_not_those_that_came_are_found(world: World, break_bytes: Breaking) -> None:
    with world.engine.begin() as connection:
        break_bytes(connection)
    assert set(found(world)) == {"BYTES_DIFFER"}
    assert proof(world, with_bytes=False).is_clean


def test_a_finding_says_what_differs_by_how_much_where_and_what_to_do(world: World) -> None:
    with world.engine.begin() as connection:
        change(connection, "UPDATE open_item SET principal_ore = principal_ore + 7 WHERE tenant = :t")
    checked = proof(world)
    assert not checked.is_clean
    finding = checked.findings[0]
    assert (finding.code, finding.place, finding.difference_ore) == ("OPEN_ITEM_DIFFERS", "receivable 3", -7)
    assert "hub verify --rebuild" in finding.what_to_do


def test_many_findings_are_counted_and_the_largest_shown(world: World) -> None:
    with world.engine.begin() as connection:
        for number in range(100, 130):
            change(
                connection,
                "INSERT INTO voucher_line (tenant, voucher_no, line_no, account, amount_ore, coding) "
                "VALUES (:t, 1, :number, '3000', 1, '')",
                number=number,
            )
            change(
                connection,
                "INSERT INTO open_item (tenant, receivable_id, group_no, currency, fee_ore) "
                "VALUES (:t, :number, 1, 'SEK', :number)",
                number=number,
            )
    open_items = proof(world).results[0]
    assert (open_items.found, len(open_items.findings)) == (30, MOST_SHOWN)
    assert open_items.difference_ore == sum(range(100, 130))
    assert open_items.findings[0].difference_ore == -129


def test_open_items_are_made_anew_from_the_entries(world: World) -> None:
    before = rows(world, "SELECT * FROM open_item ORDER BY receivable_id")
    with world.engine.begin() as connection:
        change(connection, "UPDATE open_item SET group_no = 9, principal_ore = 1 WHERE tenant = :t")
        change(
            connection,
            "INSERT INTO open_item (tenant, receivable_id, group_no, currency, fee_ore) VALUES (:t, 1, 1, 'SEK', 5)",
        )
    differed = rebuilt(world)
    assert [(finding.place, finding.difference_ore) for finding in differed.findings] == [
        ("receivable 3", 69_999),
        ("receivable 1", -5),
        ("receivable 3", 0),  # its group
    ]
    assert rows(world, "SELECT * FROM open_item ORDER BY receivable_id") == before
    assert found(world) == {}


def test_open_items_of_other_tenants_are_left_alone(world: World) -> None:
    other = World(world.engine, name="south")
    other.owe("900", 1_000)
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM open_item"))
    rebuilt(world)
    assert found(world) == {}
    assert found(other) == {"OPEN_ITEM_DIFFERS": 1}


def rebuilt(world: World) -> CheckResult:
    return SqlVerifying(world.engine, world.store.tenant).rebuild_open_items(accounts_by(world.tenant))


def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
    with world.engine.begin() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_every_code_stands_in_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
    codes = {check.code for check in CHECKS} | {"BYTES_DIFFER", "CHECK_FAILED", "TENANT_WITHOUT_SETTINGS"}
    assert {code for code in codes if f"| `{code}` |" not in page} == set()
