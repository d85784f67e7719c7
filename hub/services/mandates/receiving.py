"""Taking in a file of answers: read whole first, then applied chunk by chunk, each chunk once.

The money in such a file is posted before, by the run of payment files: what stands here says what became of requests.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from hub.contracts import DirectDebitScheme, Recognition
from hub.errors import DataError, FormatError, TransientError
from hub.model.counting import counted
from hub.model.direct_debits import (
    Content,
    SchemeAnswer,
    SchemeEvent,
    SchemeFileClosed,
    SchemeFileOpened,
    SchemeWarned,
)
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.tenant import Tenant
from hub.services.mandates.answers import Answers
from hub.services.mandates.collecting import Schemes, collectors_by_account
from hub.services.mandates.proving import tell_differences
from hub.services.mandates.telling import UNKNOWN_ROWS
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

ANSWERS_AT_ONCE = 1_000
HEAD_SIZE = 64 * 1024
INGEST = "ingest"  # the kind of runs that files come in by: one goes after another
FOREIGN_PAYEE = "FOREIGN_PAYEE"
CLAIM = "mandates"
_PADDING = b" \t\r\n\x1a"


class _Whole(NamedTuple):
    """A file that has been read whole."""

    opened: SchemeFileOpened
    rows: int
    warnings: tuple[SchemeWarned, ...]


class AnswerFiles:
    """Takes in files of answers of one tenant's schemes."""

    def __init__(self, store: Store, tenant: Tenant, schemes: Schemes) -> None:
        self._store = store
        self._tenant = tenant
        self._schemes = schemes

    def scheme_of(self, exchange: Exchange) -> DirectDebitScheme | None:
        """Return the scheme whose answers a file holds, None when it holds none."""
        if not self._schemes.by_name:
            return None
        with self._store.contents.open(exchange.sha256) as stream:
            head = stream.read(HEAD_SIZE)
        return next((one for one in self._schemes.by_name.values() if one.recognises(head) is Recognition.YES), None)

    def take_in(self, run: Work, exchange_no: int, scheme: DirectDebitScheme) -> JsonObject:
        """Apply a file's answers; one without money that cannot be read goes to quarantine, and nothing of it counts.

        Raises:
            TransientError: a file that came before has not been taken in.
            DataError: money of it is posted, and the rest cannot be read.
        """
        with self._store.read() as work:
            _go_after_earlier_files(work, run.run_no)
            exchange = work.exchanges.get(exchange_no)
        if exchange.state == ExchangeState.RECEIVED and self._is_known(run, exchange, scheme):
            return {"outcome": ExchangeState.DUPLICATE}
        try:
            whole = self._read_whole(exchange, scheme)
        except DataError as error:
            if exchange.state != ExchangeState.RECEIVED:
                raise
            return _quarantined(run, exchange, error)
        with run.write() as work:
            if not (exchange.summary or {}).get("answers_applied"):
                work.mandate_registers.forget(exchange_no)
        with self._store.contents.open(exchange.sha256) as stream:
            self._apply(run, exchange, whole, scheme.read(stream))
        return run.step("answers", self._finish, {"exchange_no": exchange_no, "format": scheme.name, **_told(whole)})

    def _is_known(self, run: Work, exchange: Exchange, scheme: DirectDebitScheme) -> bool:
        with self._store.contents.open(exchange.sha256) as stream:
            key = f"{scheme.name}:{_content_digest(stream)}"
        with run.write() as work:
            same = work.exchanges.with_content(content_key=key, states=[ExchangeState.POSTED])
            earlier = [one for one in same if one.number != exchange.number]
            if earlier:
                reason = f"the same content as exchange {earlier[0].number}"
                state = ExchangeState.DUPLICATE
                work.exchanges.change(exchange.number, state=state, reason=reason, content_key=key)
                told = {"exchange_no": exchange.number, "of_exchange_no": earlier[0].number}
                work.events.record("file_closed_as_duplicate", **told)
            else:
                work.exchanges.change(exchange.number, content_key=key)
            return bool(earlier)

    def _read_whole(self, exchange: Exchange, scheme: DirectDebitScheme) -> _Whole:
        """Read a file to its end without keeping anything. Raises DataError."""
        opened: SchemeFileOpened | None = None
        closed: SchemeFileClosed | None = None
        warnings: list[SchemeWarned] = []
        with self._store.contents.open(exchange.sha256) as stream:
            for event in scheme.read(stream):
                opened = event if isinstance(event, SchemeFileOpened) else opened
                closed = event if isinstance(event, SchemeFileClosed) else closed
                warnings += [event] if isinstance(event, SchemeWarned) and len(warnings) < ANSWERS_AT_ONCE else []
        if opened is None or closed is None:
            raise FormatError("the file does not say that it is whole", code="NOT_WHOLE")
        self._refuse_foreign(opened)
        return _Whole(opened, closed.rows, tuple(warnings))

    def _refuse_foreign(self, opened: SchemeFileOpened) -> None:
        payee = opened.payee
        if payee is not None and self._tenant.canonical_account(payee.scheme, payee.number) is None:
            raise FormatError(
                f"the file is about the payee {payee.scheme} {payee.number}, which no company of the tenant has",
                code=FOREIGN_PAYEE,
            )

    def _apply(self, run: Work, exchange: Exchange, whole: _Whole, events: Iterator[SchemeEvent]) -> None:
        answers = _answers_in(events)
        with self._store.read() as work:
            summary = work.exchanges.get(exchange.number).summary or {}
        done = int(summary.get("answers_applied", 0))
        for _ in islice(answers, done):  # an earlier carrying-out applied them
            pass
        while chunk := list(islice(answers, ANSWERS_AT_ONCE)):
            with run.write() as work:
                work.commands.claim(CLAIM)
                before = work.exchanges.get(exchange.number).summary or {}
                applied = Counter(before.get("answers", {}))
                applied.update(Answers(work, self._tenant, exchange.number, whole.opened.payee).apply(chunk, done + 1))
                done += len(chunk)
                after = {**before, "answers_applied": done, "answers": dict(applied)}
                work.exchanges.change(exchange.number, summary=after)
            run.progress(done, whole.rows)

    def _finish(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        number = input["exchange_no"]
        exchange = work.exchanges.get(number)
        summary = {**(exchange.summary or {}), "content": input["content"], "made_on": input["made_on"]}
        if input["warnings"]:
            summary["warnings"] = input["warnings"]
        changed = {"state": ExchangeState.POSTED, "format": exchange.format or input["format"]}
        work.exchanges.change(number, summary=summary, **changed)
        if input["content"] == Content.MANDATE_REGISTER:
            self._put_in_force(work, number, input["made_on"])
        foreign = summary.get("answers", {}).get("foreign", 0)
        if foreign:
            rows = counted(foreign, "row")
            said = f"exchange {number} has {rows} about payee accounts that no company here collects to"
            work.commands.open_task(UNKNOWN_ROWS, str(number), said)
        told = {"content": input["content"], "answers": summary.get("answers", {})}
        work.events.record("direct_debit_answers_taken_in", exchange_no=number, **told)
        return {"outcome": ExchangeState.POSTED, **told}

    def _put_in_force(self, work: UnitOfWork, exchange_no: int, made_on: str) -> None:
        accounts = [(number, by.company.number) for number, by in collectors_by_account(work, self._tenant).items()]
        told = work.mandate_registers.accounts_in(exchange_no)
        chosen = [(number, company) for number, company in accounts if number in told]
        work.mandate_registers.put_in_force(exchange_no, chosen, made_on)
        for company in sorted({company for _, company in chosen}):
            tell_differences(work, company)


def _content_digest(stream: BinaryIO) -> str:
    """Return a digest that does not change with line ends and padding."""
    digest = hashlib.sha256()
    for line in stream:
        digest.update(line.rstrip(_PADDING) + b"\n")
    return digest.hexdigest()


def _answers_in(events: Iterator[SchemeEvent]) -> Iterator[SchemeAnswer]:
    for event in events:
        if not isinstance(event, SchemeFileOpened | SchemeFileClosed | SchemeWarned):
            yield event


def _told(whole: _Whole) -> JsonObject:
    warnings = [f"line {one.line}: {one.message}" if one.line else one.message for one in whole.warnings[:20]]
    return {"content": whole.opened.content, "made_on": whole.opened.made_on, "warnings": warnings}


def _go_after_earlier_files(work: UnitOfWork, run_no: int) -> None:
    """Raise TransientError while a file that came before has not been taken in: answers build on one another."""
    earlier = work.runs.first_unfinished(INGEST)
    if earlier is not None and earlier.run_no < run_no:
        raise TransientError(
            f"goes after {earlier.run_id}, which came before", retry_after_s=max(1, earlier.put_off_for_s(work.now))
        )


def _quarantined(run: Work, exchange: Exchange, error: DataError) -> JsonObject:
    problem: JsonObject = {"code": error.code, "message": str(error), "line": None, "record": "", "field": ""}
    if isinstance(error, FormatError):
        problem |= {"line": error.line, "record": error.record, "field": error.field}
    with run.write() as work:
        state = ExchangeState.QUARANTINED
        work.mandate_registers.forget(exchange.number)
        work.exchanges.change(exchange.number, state=state, reason=str(error), problem=problem)
        work.events.record("file_quarantined", exchange_no=exchange.number, name=exchange.name, problem=problem)
    return {"outcome": ExchangeState.QUARANTINED, "problem": problem}
