"""The run of one payment file, from kept bytes to posted money.

read (chunks, nothing posted) → judge (duplicates, held, deposits) → post (chunk by chunk) → finish (reversals, the bank
side, pairing). From `judge` on it only goes forward; a crash resumes at the step it was in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from hub.contracts import Recognition
from hub.errors import ConfigurationError, DataError, TransientError
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.refunds import Refund
from hub.model.tenant import Tenant
from hub.services.payees import Payees, register_payees
from hub.services.payments.clearing import pair_accounts, post_movements
from hub.services.payments.judging import accounts_of, correction_of, judge, refused_as_test
from hub.services.payments.posting import ChunkPoster
from hub.services.payments.reading import FileLoader, events_of
from hub.services.payments.receiving import (
    BEFORE_JUDGING,
    HEAD_SIZE,
    RUN_KIND,
    NamedReader,
    as_reader_defect,
    choose_reader,
    describe,
)
from hub.services.payments.returned_orders import with_returns
from hub.services.payments.reversing import apply_reversals
from hub.services.payments.statements import look_at_statements
from hub.services.ports import JsonObject, NotOursError, Store, UnitOfWork, Work

_ORIGINALS = (ExchangeState.POSTING, ExchangeState.POSTED, ExchangeState.HELD)


class PaymentFileRun:
    """Carries one payment file through, under one tenant's settings and plugins."""

    def __init__(self, store: Store, tenant: Tenant, readers: Sequence[NamedReader], poster: ChunkPoster) -> None:
        self._store = store
        self._tenant = tenant
        self._readers = readers
        self._post_chunk = poster

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Run one attempt. Input: exchange_no, and `accept_correction` when a person has chosen the newer file."""
        exchange_no = input["exchange_no"]
        with self._store.read() as reading:
            exchange = reading.exchanges.get(exchange_no)
            if exchange.state in BEFORE_JUDGING:  # from there it holds accounts, for which an earlier one may wait
                _go_after_earlier_files(reading, work.run_no)
        if exchange.state == ExchangeState.RECEIVED:
            read = self._read(work, exchange)
            if read is not None:
                return read
        judged = work.step("judge", self._judge, {**input, "run_no": work.run_no})
        if "outcome" in judged:
            return judged
        self._post(work, exchange_no, judged["accounts"])
        return work.step("finish", self._finish, {"exchange_no": exchange_no, "run_no": work.run_no})

    def has_reader(self, exchange: Exchange) -> bool:
        """Say whether some reader takes a file for one of payments."""
        with self._store.contents.open(exchange.sha256) as stream:
            head = stream.read(HEAD_SIZE)
        return any(reader.recognises(head) is not Recognition.NO for _, reader in self._readers)

    # --- reading ----------------------------------------------------------------------------------------------------

    def _read(self, run: Work, exchange: Exchange) -> JsonObject | None:
        """Load the file; None means go on, else the outcome that ends the run. Safe to repeat after a crash."""
        with run.write() as work:
            work.loading.clear(exchange.number)
            payees = register_payees(work, self._tenant)
        try:
            return self._load(run, exchange, payees)
        except DataError as error:
            return _quarantine(run, exchange, error)
        except (TransientError, ConfigurationError, NotOursError):
            raise
        except Exception as error:  # noqa: BLE001 - a defect keeps one file out, and no other
            return _quarantine(run, exchange, as_reader_defect(error))

    def _load(self, run: Work, exchange: Exchange, payees: Payees) -> JsonObject | None:
        with self._store.contents.open(exchange.sha256) as stream:
            plugin, reader = choose_reader(self._readers, stream.read(HEAD_SIZE))
            stream.seek(0)
            content_key = f"{reader.name}:{reader.content_key(stream)}"
            with run.write() as work:
                if close_if_posted_before(work, exchange.number, content_key):
                    return {"outcome": ExchangeState.DUPLICATE}
            events = with_returns(events_of(reader, stream), self._refunds, self._refunds_of_files)
            summary = FileLoader(run, payees, exchange.number).load(events)
        if refused_as_test(summary, tenant_is_test=self._tenant.is_test):
            raise DataError("the file is marked as a test; receive it in a tenant that has is_test = true")
        with run.write() as work:
            work.exchanges.change(
                exchange.number,
                state=ExchangeState.READ,
                plugin=plugin,
                format=summary["format"],
                content_key=content_key,
                summary=summary,
            )
        return None

    def _refunds(self, end_to_end_ids: Collection[str]) -> dict[str, Refund]:
        with self._store.read() as reading:
            return reading.refunds.by_ids(end_to_end_ids)

    def _refunds_of_files(self, names: Collection[str]) -> dict[str, list[Refund]]:
        with self._store.read() as reading:
            return reading.refunds.of_files(names)

    # --- judging ----------------------------------------------------------------------------------------------------

    def _judge(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        exchange_no, run_no = input["exchange_no"], input["run_no"]
        exchange = work.exchanges.get(exchange_no)
        if exchange.state != ExchangeState.READ:  # an earlier attempt came further; nothing is judged twice
            return {"outcome": exchange.state}
        accounts = accounts_of(work, self._tenant, exchange_no)
        _claim(work, accounts, run_no)
        if close_if_posted_before(work, exchange_no, exchange.content_key):
            work.accounts.release(run_no)
            work.loading.clear(exchange_no)
            return {"outcome": ExchangeState.DUPLICATE}
        correction = None if input.get("accept_correction") else correction_of(work, exchange_no)
        if correction is not None:
            work.accounts.release(run_no)
            return _hold_as_correction(work, exchange_no, correction)
        verdict = judge(work, self._tenant, exchange_no)
        work.exchanges.change(
            exchange_no, state=ExchangeState.POSTING, summary={**(exchange.summary or {}), "verdict": verdict}
        )
        return {"verdict": verdict, "accounts": sorted(accounts)}

    # --- posting ----------------------------------------------------------------------------------------------------

    def _post(self, work: Work, exchange_no: int, accounts: Iterable[int]) -> None:
        with work.write() as claiming:  # no step: an attempt that failed has given its claim back
            _claim(claiming, accounts, work.run_no)
            chunks = claiming.matching.chunks(exchange_no)
        total = sum(chunk.payments for chunk in chunks)
        done = 0
        for chunk in chunks:
            work.step(
                f"post:{chunk.chunk_no}",
                self._post_chunk,
                {
                    "run_no": work.run_no,
                    "exchange_no": exchange_no,
                    "chunk_no": chunk.chunk_no,
                    "first": chunk.first_payment,
                    "last": chunk.last_payment,
                },
            )
            done += chunk.payments
            work.progress(done, total)

    def _finish(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        exchange_no, run_no = input["exchange_no"], input["run_no"]
        accounts = work.accounts.of_file(exchange_no)
        _claim(work, accounts, run_no)  # the settings may say since the file was judged that they are paid in elsewhere
        reversals = apply_reversals(work, self._tenant, exchange_no, run_no)
        work.lumps.count_done_reversals(exchange_no)
        moved = post_movements(work, self._tenant, exchange_no, run_no)
        pairs = pair_accounts(work, accounts)
        exchange = work.exchanges.get(exchange_no)
        outcome = {**reversals, "bank_movements": len(moved), "pairs": pairs}
        summary = {**(exchange.summary or {}), "finished": outcome}
        work.exchanges.change(exchange_no, state=ExchangeState.POSTED, summary=summary)
        look_at_statements(work, work.bank_statements.accounts_of(exchange_no))
        work.accounts.release(run_no)
        work.events.record("payment_file_posted", exchange_no=exchange_no, name=exchange.name, format=exchange.format)
        return {"outcome": ExchangeState.POSTED, **outcome}


def _quarantine(run: Work, exchange: Exchange, error: DataError) -> JsonObject:
    with run.write() as work:
        work.loading.clear(exchange.number)
        problem = describe(error)
        work.exchanges.change(exchange.number, state=ExchangeState.QUARANTINED, reason=str(error), problem=problem)
        work.events.record("file_quarantined", exchange_no=exchange.number, name=exchange.name, problem=problem)
    return {"outcome": ExchangeState.QUARANTINED, "problem": problem}


def _go_after_earlier_files(work: UnitOfWork, run_no: int) -> None:
    """Raise TransientError while a file that came before waits: for the same time, and then its turn comes first."""
    earlier = work.runs.first_unfinished(RUN_KIND)
    if earlier is not None and earlier.run_no < run_no:
        why = f": {earlier.problem}" if earlier.problem else ""
        raise TransientError(
            f"goes after {earlier.run_id}, which came before and waits{why}",
            retry_after_s=max(1, earlier.put_off_for_s(work.now)),
        )


def _claim(work: UnitOfWork, accounts: Iterable[int], run_no: int) -> None:
    if not work.accounts.claim(accounts, run_no):
        raise TransientError("another run is posting to the same payee account; this one goes on after it")


def close_if_posted_before(work: UnitOfWork, exchange_no: int, content_key: str) -> bool:
    """Close an exchange whose content another one has posted, is posting, or holds for a person's choice."""
    same = work.exchanges.with_content(content_key=content_key, states=_ORIGINALS)
    earlier = [exchange for exchange in same if exchange.number != exchange_no]
    if not earlier:
        return False
    held = " (held: accept or reject that one)" if earlier[0].state == ExchangeState.HELD else ""
    work.exchanges.change(
        exchange_no,
        state=ExchangeState.DUPLICATE,
        content_key=content_key,
        reason=f"the same content as exchange {earlier[0].number}{held}",
    )
    work.events.record("file_closed_as_duplicate", exchange_no=exchange_no, of_exchange_no=earlier[0].number)
    return True


def _hold_as_correction(work: UnitOfWork, exchange_no: int, correction: JsonObject) -> JsonObject:
    exchange = work.exchanges.get(exchange_no)
    corrects = correction["corrects"]
    work.exchanges.change(
        exchange_no,
        state=ExchangeState.HELD,
        reason=f"corrects exchange {corrects}: accept or reject it",
        summary={**(exchange.summary or {}), "correction": correction},
    )
    work.commands.open_task("correction", str(exchange_no), f"exchange {exchange_no} corrects exchange {corrects}")
    work.events.record("file_held", exchange_no=exchange_no, corrects=corrects)
    return {"outcome": ExchangeState.HELD, **correction}
