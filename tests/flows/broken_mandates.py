"""What breaks each check of direct debits; `test_verify.py` looks at each and rolls it back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from hub.store.statements import text

_MANDATE = (
    "INSERT INTO mandate (tenant, mandate_no, company, account_no, payer_number, state, via, link_kind, made_at, "
    "changed_at) SELECT tenant, {number}, '1', 1, '{number}', 'active', 'paper', 'debtor_number', '', '' FROM tenant"
)
_REQUEST = (
    "INSERT INTO payment_request (tenant, request_no, mandate_no, company, account_no, receivable_id, payer_number, "
    "amount_ore, currency, on_date, reference, state, made_at, changed_at, exchange_no) SELECT tenant, {number}, 1, "
    "'{company}', 1, 1, '1', 100, 'SEK', '', 'none', '{state}', '', '', {exchange} FROM tenant"
)
_ORDER = (
    "INSERT INTO scheme_order (tenant, order_no, company, account_no, kind, mandate_no, request_no, body, state, "
    "made_at, exchange_no) SELECT tenant, {number}, '1', 1, 'request', 1, 1, '', '{state}', '', {exchange} FROM tenant"
)
_COUNTER = "INSERT INTO counter (tenant, series, next_value) SELECT tenant, '{series}', {next} FROM tenant"
_NUMBERED = (_COUNTER.format(series="mandate", next=2), _COUNTER.format(series="payment_request", next=2))
_SOUND = (_MANDATE.format(number=1), *_NUMBERED)


def _broken(*statements: str) -> Callable[[Connection], int]:
    return partial(_carry_out, statements)


def _carry_out(statements: tuple[str, ...], connection: Connection) -> int:
    return min(connection.execute(text(statement)).rowcount for statement in statements)


def _request(state: str = "cancelled", company: str = "1", exchange: str = "NULL") -> str:
    return _REQUEST.format(number=1, state=state, company=company, exchange=exchange)


def _order(number: int, state: str = "waiting", exchange: str = "NULL") -> str:
    return _ORDER.format(number=number, state=state, exchange=exchange)


_POSTED = "(SELECT min(exchange_no) FROM chunk)"
BROKEN_MANDATES: dict[str, tuple[str, Callable[[Connection], int]]] = {
    "a request of another company": ("REQUEST_ASTRAY", _broken(*_SOUND, _request(company="2"))),
    "a request that nobody has sent": ("REQUEST_ORDER", _broken(*_SOUND, _request("ordered"))),
    "a request that was sent twice": ("REQUEST_ORDER", _broken(*_SOUND, _request("ordered"), _order(1), _order(2))),
    "an order in a file that is not there": (
        "ORDER_ASTRAY",
        _broken(*_SOUND, _request("ordered"), _order(1, "filed", "999")),
    ),
    "a request that is paid by nothing": (
        "REQUEST_PAID",
        _broken(*_SOUND, _request("paid", exchange=_POSTED), _order(1)),
    ),
    "a mandate has gone": ("MANDATE_NUMBER_GAP", _broken(_COUNTER.format(series="mandate", next=2))),
    "a request has gone": ("REQUEST_NUMBER_GAP", _broken(_COUNTER.format(series="payment_request", next=2))),
}
