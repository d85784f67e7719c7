"""Ways to break what is kept of collection agencies, each with the checks of `hub verify` that find it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from hub.store.statements import text

_COUNTERS = "INSERT INTO counter (tenant, series, next_value) SELECT tenant, '{series}', {next_value} FROM tenant"
_CASE = (
    "INSERT INTO collection_case (tenant, case_no, receivable_id, claim_id, company, agency, organisation_number, "
    "currency, rule, step, state, stage, stage_on, plan_no, item_no, since_entry, is_settled, principal_ore, fee_ore, "
    "interest_ore, transferred_on) SELECT tenant, {no}, 1, 'K{no}', '1', 'small', '5566778899', 'SEK', 'r', 'collect', "
    "'{state}', 'closed', '', 1, 1, 1, {settled}, 100, 0, 0, '' FROM tenant"
)
_ORDER = (
    "INSERT INTO collection_order (tenant, order_no, case_no, order_key, kind, step, state, on_day) "
    "SELECT tenant, {no}, {no}, 'K{no}-{no}', 'claim', 'collect', '{state}', '' FROM tenant"
)


def _case(*, state: str = "closed", settled: int = 0, order: str = "accepted") -> list[str]:
    return [
        _COUNTERS.format(series="collection_case", next_value=2),
        _COUNTERS.format(series="collection_order", next_value=2),
        _CASE.format(no=1, state=state, settled=settled),
        _ORDER.format(no=1, state=order),
    ]


_SETTLEMENT = (
    "INSERT INTO settlement (tenant, settlement_no, agency, exchange_no, payout_reference, dated_on, company, "
    "currency, rows, collected_ore, commission_ore, vat_ore, net_ore, posted_on) SELECT tenant, 1, 'small', "
    "min(exchange_no), 'P1', '', '1', 'SEK', 1, 100, 0, 0, 100, '' FROM exchange WHERE state = 'posted' GROUP BY tenant"
)
_ROW = (
    "INSERT INTO settlement_row (tenant, exchange_no, row_no, settlement_no, case_no, capital_ore, interest_ore, "
    "reminder_fee_ore, demand_fee_ore, court_costs_ore, commission_ore, vat_ore, net_ore, paid_on) "
    "SELECT tenant, 1, 1, 1, 1, {capital}, {interest}, 0, 0, 0, 0, 0, 100, '' FROM tenant"
)


def _all(*statements: str) -> Callable[[Connection], int]:
    return partial(_carry_out, statements)


def _carry_out(statements: tuple[str, ...], connection: Connection) -> int:
    return min(connection.execute(text(statement)).rowcount for statement in statements)


BROKEN_COLLECTION: dict[str, tuple[str, Callable[[Connection], int]]] = {
    "a case that no order handed over": ("CASE_DIFFERS CASE_ORDER_NUMBER_GAP", _all(*_case()[:3])),
    "an order without the message it went in": ("CASE_DIFFERS", _all(*_case(order="sent"))),
    "a case number that is missing": (
        "CASE_NUMBER_GAP",
        _all(_COUNTERS.format(series="collection_case", next_value=2)),
    ),
    "a settlement number that is missing": (
        "SETTLEMENT_NUMBER_GAP",
        _all(_COUNTERS.format(series="settlement", next_value=2)),
    ),
    "a settlement that has lost its row": (
        "SETTLEMENT_DIFFERS",
        _all(_COUNTERS.format(series="settlement", next_value=2), _SETTLEMENT),
    ),
    "a settlement that was never booked": (
        "COLLECTED_DIFFERS",
        _all(*_case(), _ROW.format(capital=100, interest=0)),
    ),
    "a row that pays out more than was collected": (
        "SETTLEMENT_DIFFERS COLLECTED_INTEREST_DIFFERS",
        _all(*_case(), _ROW.format(capital=0, interest=50)),
    ),
    "a case that was settled and never booked": ("COLLECTED_DIFFERS", _all(*_case(state="accepted", settled=1))),
}
