"""A file that the ledger has refused: its vouchers go again, in another file."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.exchanges import Exchange, ExchangeState
from hub.services.bookkeeping.exporting import MESSAGE_KIND
from hub.services.ports import JsonObject, UnitOfWork

_AT_AN_END = (ExchangeState.DELIVERED, ExchangeState.UNDELIVERED)


def let_go_again(work: UnitOfWork, exchange_no: int, *, reason: str, user: str) -> JsonObject:
    """Let the vouchers of a file go again that the ledger refused whole; the file itself is never sent again.

    Raises:
        DataError: there is no such file, or its vouchers go again already.
        RuleViolation: it may still reach the ledger, or the ledger has booked vouchers of it.
    """
    exchange = _file(work, exchange_no)
    _refuse_under_way(exchange)
    booked, vouchers = work.exporting.of_file(exchange_no)
    if booked:
        raise RuleViolation(
            f"the ledger has given numbers to {booked} vouchers of exchange {exchange_no}, so it has not refused it: "
            "they would be booked twice"
        )
    if not vouchers:
        raise DataError(f"the vouchers of exchange {exchange_no} go again already; see: hub bookkeeping vouchers")
    work.exporting.forget_file(exchange_no)
    work.exchanges.let_go([exchange_no])
    told = {name: value for name, value in (exchange.summary or {}).items() if name != "vouchers"}
    work.exchanges.change(exchange_no, reason=reason, summary={**told, "released": vouchers, "vouchers": 0})
    answer = {"exchange_no": exchange_no, "vouchers": vouchers}
    work.events.record("ledger_refused_file", **answer, company=told.get("company", ""), reason=reason, user=user)
    return answer


def _file(work: UnitOfWork, exchange_no: int) -> Exchange:
    try:
        exchange = work.exchanges.get(exchange_no)
    except KeyError:
        exchange = None
    if exchange is None or exchange.kind != MESSAGE_KIND:
        raise DataError(f"exchange {exchange_no} is no file for the ledger; see: hub bookkeeping vouchers")
    return exchange


def _refuse_under_way(exchange: Exchange) -> None:
    if exchange.state not in _AT_AN_END:
        raise RuleViolation(
            f"exchange {exchange.number} is {exchange.state}: it may still reach the ledger, and its vouchers would be "
            f"booked twice; find out first, and say so by hub attempts decide (hub exchanges show {exchange.number})"
        )
