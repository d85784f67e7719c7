"""Files of the authority: kept, read whole, then applied case by case; what does not fit becomes a task.

A file whose running number does not follow the one before is held: the one that is missing may change what it says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO, NamedTuple

from hub.contracts import OrderToPayFiler
from hub.errors import DataError, FormatError
from hub.identifiers.masking import covered
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.order_to_pay_files import CaseTold, FileReceipt, FilingEvent, FilingOpened, UnknownTold
from hub.model.tenant import Tenant
from hub.services.orders_to_pay.hearing import Applied, FromFile, apply_receipt, apply_told
from hub.services.orders_to_pay.means import Means
from hub.services.orders_to_pay.paying_out import CLAIM
from hub.services.ports import Store, UnitOfWork

KIND = "order_to_pay_report"
UNREAD_TASK, ORDER_TASK = "order_to_pay_unread", "order_to_pay_out_of_order"
FILE_UNREAD = "order_to_pay_file_unread"  # task
_UNREAD = (ExchangeState.QUARANTINED, ExchangeState.RECEIVED)  # received: its reading was cut short
EVENTS_AT_ONCE = 200
_STATE = "orders_to_pay"  # under which the core keeps how far it has read


class AuthorityReport(NamedTuple):
    """What a file of the authority came to."""

    exchange_no: int
    state: str  # posted, duplicate, quarantined, held
    told: int = 0  # applied now
    known: int = 0  # applied before
    problems: tuple[str, ...] = ()  # each is a task


class AuthorityFiles:
    """Takes in files of one filer's authority."""

    def __init__(self, store: Store, tenant: Tenant, filer: OrderToPayFiler, means: Means) -> None:
        self._store = store
        self._tenant = tenant
        self._filer = filer
        self._means = means

    def receive(self, stream: BinaryIO, *, name: str, despite_order: bool = False) -> AuthorityReport:
        """Take in a file; one that cannot be read goes to quarantine, and one out of order is held."""
        kept = self._store.contents.keep(stream)
        with self._store.write() as work:
            shown = PurePath(name).name[-255:]
            exchange = work.exchanges.open(kind=KIND, name=shown, sha256=kept.sha256, size=kept.size)
            work.exchanges.change(exchange.number, format=self._filer.name)
            if _is_taken_in(work, exchange):
                return AuthorityReport(exchange.number, ExchangeState.DUPLICATE)
        return self._read(exchange, despite_order=despite_order)

    def retry(self, exchange_no: int) -> AuthorityReport:
        """Read a file anew that could not be read, once what kept it is mended.

        Raises:
            DataError: it was read, or is held.
        """
        with self._store.write() as work:
            exchange = work.exchanges.get(exchange_no)
            if exchange.state == ExchangeState.HELD:
                raise DataError(
                    f"exchange {exchange_no} is held: to read it as it is, hub orders-to-pay read {exchange_no}"
                )
            if exchange.state not in _UNREAD:
                raise DataError(f"exchange {exchange_no} is {exchange.state}: there is nothing to retry")
            begun = {"state": ExchangeState.RECEIVED, "reason": "", "problem": None}
            work.exchanges.change(exchange_no, attempt=exchange.attempt + 1, **begun)
            if _is_taken_in(work, exchange):
                return AuthorityReport(exchange_no, ExchangeState.DUPLICATE)
        return self._read(exchange, despite_order=False)

    def read_again(self, exchange_no: int) -> AuthorityReport:
        """Read a held file although it is out of order. Raises DataError when it is none."""
        with self._store.read() as work:
            exchange = _held(work, exchange_no)
        return self._read(exchange, despite_order=True)

    def _read(self, exchange: Exchange, *, despite_order: bool) -> AuthorityReport:
        try:
            with self._store.contents.open(exchange.sha256) as content:
                events = [covered(event, "text") for event in self._filer.read(content)]
        except DataError as error:
            return self._quarantined(exchange, error)
        opened = events[0] if events else None
        if not isinstance(opened, FilingOpened):
            return self._quarantined(exchange, FormatError("the file does not say what it is", code="EMPTY"))
        if not despite_order:
            with self._store.write() as work:
                if problem := self._out_of_order(work, opened):
                    return _hold(work, exchange, opened.file_no, problem)
        report = self._apply(exchange, opened, events)
        self._read_next(opened)
        return report

    def _apply(self, exchange: Exchange, opened: FilingOpened, events: Sequence[FilingEvent]) -> AuthorityReport:
        """Apply events chunk by chunk: done again after a crash, those that are known change nothing."""
        counted, problems = Counter[str](), list[str]()
        source = FromFile(exchange.number, self._filer.name, opened.organisation_number)
        rest = iter(events)
        while chunk := list(islice(rest, EVENTS_AT_ONCE)):
            with self._store.write() as work:
                work.commands.claim(CLAIM)
                for one in (applied for event in chunk for applied in self._one(work, event, source)):
                    counted["told"] += one.is_new
                    counted["known"] += not one.is_new and not one.problem
                    problems += [one.problem] if one.problem else []
        with self._store.write() as work:
            return self._close(work, exchange, opened, counted, problems)

    def _one(self, work: UnitOfWork, event: FilingEvent, source: FromFile) -> list[Applied]:
        if isinstance(event, CaseTold):
            return [apply_told(work, self._tenant, event, source.exchange_no, self._means)]
        if isinstance(event, FileReceipt):
            return apply_receipt(work, self._tenant, event, source, self._means)
        if isinstance(event, UnknownTold):
            about = f"application {event.order_no}" if event.order_no else f"case {event.case_no}"
            return [Applied(is_new=False, problem=f"{about}: the authority says {event.word!r}, which nobody knows")]
        return []

    def _close(
        self, work: UnitOfWork, exchange: Exchange, opened: FilingOpened, counted: Counter[str], problems: list[str]
    ) -> AuthorityReport:
        for number, problem in enumerate(problems, 1):
            message = f"{exchange.name}: {problem}; see to it, then: hub orders-to-pay seen TASK"
            work.commands.open_task(UNREAD_TASK, f"{exchange.number}:{number}", message)
        for task in (ORDER_TASK, FILE_UNREAD):
            work.commands.close_task(task, str(exchange.number))
        if opened.file_no > self._last(work, opened):
            self._keep_last(work, opened)
        summary = {"file_no": opened.file_no, "problems": len(problems), **counted}
        work.exchanges.change(exchange.number, state=ExchangeState.POSTED, summary=summary, reason="")
        work.events.record("order_to_pay_file_taken_in", exchange_no=exchange.number, **summary)
        return AuthorityReport(
            exchange.number, ExchangeState.POSTED, counted["told"], counted["known"], tuple(problems)
        )

    def _out_of_order(self, work: UnitOfWork, opened: FilingOpened) -> str:
        last = self._last(work, opened)
        if not opened.file_no or not last or opened.file_no == last + 1:
            return ""
        if opened.file_no <= last:
            return f"it has the number {opened.file_no}, and {last} has been read: look at both"
        return f"it has the number {opened.file_no}, and {last + 1} has not come: get that first"

    def _last(self, work: UnitOfWork, opened: FilingOpened) -> int:
        kept = work.plugin_values.get(_STATE, self._series(opened))
        return int(kept[0]) if kept is not None else 0

    def _keep_last(self, work: UnitOfWork, opened: FilingOpened) -> None:
        kept = work.plugin_values.get(_STATE, self._series(opened))
        version = kept[1] if kept is not None else None
        work.plugin_values.put(_STATE, self._series(opened), str(opened.file_no), expected_version=version)

    def _series(self, opened: FilingOpened) -> str:
        return f"read:{self._filer.name}:{opened.organisation_number}"

    def _read_next(self, opened: FilingOpened) -> None:
        """Read the held file that was waiting for this one."""
        with self._store.read() as work:
            waiting = work.exchanges.oldest(kind=KIND, state=ExchangeState.HELD)
        for exchange in waiting:
            if exchange.format == self._filer.name and (exchange.summary or {}).get("file_no") == opened.file_no + 1:
                self._read(exchange, despite_order=False)
                return

    def _quarantined(self, exchange: Exchange, error: DataError) -> AuthorityReport:
        problem: dict[str, Any] = {"code": error.code, "message": str(error)}
        if isinstance(error, FormatError):
            problem |= {"line": error.line, "record": error.record, "field": error.field}
        with self._store.write() as work:
            state = ExchangeState.QUARANTINED
            work.exchanges.change(exchange.number, state=state, reason=str(error), problem=problem)
            message = (
                f"exchange {exchange.number} of {self._filer.name} cannot be read ({error.code}), and nothing of it "
                f"counts: see hub exchanges show {exchange.number}; mend the layout, then hub exchanges retry "
                f"{exchange.number}, or ask the authority for another file, then hub orders-to-pay seen TASK"
            )
            work.commands.open_task(FILE_UNREAD, str(exchange.number), message)
            work.events.record("file_quarantined", exchange_no=exchange.number, name=exchange.name, problem=problem)
        return AuthorityReport(exchange.number, state, problems=(str(error),))

    def fetch(self) -> list[AuthorityReport]:
        """Fetch what waits for us until nothing does; the authority's own is deleted once we have said it is kept.

        Raises:
            TransientError: there is no answer now.
            ConfigurationError: there is no place to fetch from.
        """
        reports: list[AuthorityReport] = []
        while found := self._fetch_once():
            reports += found
        return reports

    def _fetch_once(self) -> list[AuthorityReport]:
        name = f"cursor:{self._filer.name}"
        with self._store.read() as work:
            kept = work.plugin_values.get(_STATE, name)
        fetched = self._filer.fetch(kept[0] if kept is not None else "")
        reports = [self._receive_bytes(content, file_name) for file_name, content in fetched.files]
        with self._store.write() as work:
            version = kept[1] if kept is not None else None
            work.plugin_values.put(_STATE, name, fetched.cursor, expected_version=version)
        return reports

    def _receive_bytes(self, content: bytes, name: str) -> AuthorityReport:
        return self.receive(BytesIO(content), name=name)


def _is_taken_in(work: UnitOfWork, exchange: Exchange) -> bool:
    """Close a file whose bytes have been taken in before; say whether it was."""
    same = work.exchanges.with_content(sha256=exchange.sha256, states=[ExchangeState.POSTED])
    if not any(earlier.kind == KIND for earlier in same):
        return False
    reason = "it has been taken in before"
    work.exchanges.change(exchange.number, state=ExchangeState.DUPLICATE, reason=reason)
    work.commands.close_task(FILE_UNREAD, str(exchange.number))
    return True


def _held(work: UnitOfWork, exchange_no: int) -> Exchange:
    try:
        exchange = work.exchanges.get(exchange_no)
    except KeyError:
        exchange = None
    if exchange is None or exchange.kind != KIND or exchange.state != ExchangeState.HELD:
        raise DataError(f"exchange {exchange_no} is no held file of an authority; see: hub exchanges --state held")
    return exchange


def _hold(work: UnitOfWork, exchange: Exchange, file_no: int, problem: str) -> AuthorityReport:
    summary = {"file_no": file_no}
    work.commands.close_task(FILE_UNREAD, str(exchange.number))
    work.exchanges.change(exchange.number, state=ExchangeState.HELD, reason=problem, summary=summary)
    advice = f"or read it as it is: hub orders-to-pay read {exchange.number}"
    work.commands.open_task(ORDER_TASK, str(exchange.number), f"{exchange.name}: {problem}; {advice}")
    return AuthorityReport(exchange.number, ExchangeState.HELD, problems=(problem,))
