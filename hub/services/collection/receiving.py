"""Taking in an agency's file: kept, read whole, judged, and only then applied, chunk by chunk.

What a call was answered is taken in the same way, in the transaction that hears of it. A file that cannot be read goes
to quarantine; one that is out of sequence, or whose settlements do not add up, is held for a person, and nothing of it
counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import Any, TypeVar

from hub.contracts import CollectionAgency
from hub.errors import DataError, FormatError
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.tenant import Tenant
from hub.services.collection.agencies import Agencies
from hub.services.collection.applying import apply_next
from hub.services.collection.listing import begin_list
from hub.services.collection.reading import Keeper, read_events
from hub.services.collection.settling import wrong_settlements
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

KIND = "agency_file"
RUN_KIND = "agency_file"
EVENTS_AT_ONCE = 1_000
TAKEN_IN = "agency_file_taken_in"  # event
FILE_HELD = "agency_file_held"  # task and event
FILE_UNREAD = "agency_file_unread"  # task
ANSWER_UNREAD = "agency_answer_unread"  # task
STRAYS = "agency_told_of_unknown_cases"  # task
_SETTLING = ("settlement_opened", "settlement_row", "settlement_closed")
_GOES_ON = (ExchangeState.RECEIVED, ExchangeState.READ, ExchangeState.POSTING)
_Item = TypeVar("_Item")


def keep_file(
    work: UnitOfWork, tenant_name: str, agency: str, plugin: str, *, name: str, sha256: str, size: int
) -> tuple[Exchange, str]:
    """Write an exchange for a file whose bytes are kept, and queue its run; return both."""
    exchange = work.exchanges.open(kind=KIND, name=name[-255:], sha256=sha256, size=size)
    work.exchanges.change(exchange.number, plugin=plugin, format=agency)
    return work.exchanges.get(exchange.number), queue_file(work, tenant_name, exchange.number)


def queue_file(
    work: UnitOfWork,
    tenant_name: str,
    exchange_no: int,
    *,
    is_again: bool = False,
    is_decided: bool = False,
    company: str = "",
) -> str:
    """Queue the run that takes a file in; return its id. `is_decided`: whatever its number is."""
    occasion = f"{RUN_KIND}:{tenant_name}:{exchange_no}"
    given = {"exchange_no": exchange_no, "is_decided": is_decided, **({"company": company} if company else {})}
    if not (is_again or is_decided):
        work.runs.enqueue_once(occasion, RUN_KIND, given)
        return occasion
    more = f"{occasion}:{'decided' if is_decided else 'again'}"  # it may be held again, and decided again
    return f"{more}:{work.runs.enqueue_another(more, RUN_KIND, given)}"


def read_again(work: UnitOfWork, tenant: Tenant, agencies: Agencies, exchange: Exchange) -> None:
    """Read a file, or an answer, anew that could not be read; a file in a run of its own.

    Raises:
        DataError: it could be read, or is held, which a person decides.
        ConfigurationError: no plugin that is turned on offers its agency.
    """
    if exchange.state not in (ExchangeState.QUARANTINED, ExchangeState.RECEIVED):
        raise DataError(f"exchange {exchange.number} is {exchange.state}: there is nothing to read again")
    agency = agencies.get(exchange.format)
    state = ExchangeState.RECEIVED
    work.exchanges.change(exchange.number, state=state, attempt=exchange.attempt + 1, reason="", problem=None)
    if exchange.kind == KIND:
        queue_file(work, tenant.id, exchange.number, is_again=True)
    elif take_in_answer(work, tenant, agency, work.exchanges.get(exchange.number)) == ExchangeState.POSTED:
        work.commands.close_task(ANSWER_UNREAD, str(exchange.number))


class AgencyFileRun:
    """Takes in one file."""

    def __init__(self, store: Store, tenant: Tenant, agencies: Agencies) -> None:
        self._store = store
        self._tenant = tenant
        self._agencies = agencies

    def __call__(self, work: Work, run_input: JsonObject) -> JsonObject:
        """Read, judge and apply; answer the state that the exchange has come to.

        Raises ConfigurationError when no plugin that is turned on offers the agency.
        """
        number = run_input["exchange_no"]
        begun = work.step("begin", _begin, {"exchange_no": number})
        if begun["state"] not in _GOES_ON:  # by the run before, or a person
            return begun
        with self._store.read() as unit:
            exchange = unit.exchanges.get(number)
        agency = self._agencies.get(exchange.format)
        is_unread = exchange.state == ExchangeState.RECEIVED  # else this run has read it, and died since
        if is_unread and not self._read(work, agency, exchange, run_input.get("company", "")):
            return {"state": ExchangeState.QUARANTINED}
        given = {"exchange_no": number, "is_decided": run_input.get("is_decided", False)}
        judged = work.step("judge", lambda unit, inp: judge(unit, self._tenant, agency, inp), given)
        if judged["state"] != ExchangeState.POSTING:
            return judged
        left = EVENTS_AT_ONCE
        while left:
            step = {**given, "run_no": work.run_no}
            left = work.step("apply", lambda unit, inp: self._apply(unit, agency, inp), step)["applied"]
        return work.step("finish", lambda unit, inp: finish(unit, self._tenant.id, agency, inp["exchange_no"]), given)

    def _read(self, work: Work, agency: CollectionAgency, exchange: Exchange, company: str) -> bool:
        """Keep what the file says; False, and nothing is kept, when it cannot be read."""
        keeper = Keeper(self._tenant, agency.name, exchange.number, company)
        with work.write() as unit:
            unit.agency_told.forget(exchange.number)
        try:
            with self._store.contents.open(exchange.sha256) as content:
                for some in _in_chunks(read_events(agency, content)):
                    with work.write() as unit:
                        keeper.keep(unit, some)
        except FormatError as error:
            with work.write() as unit:
                quarantine(unit, exchange, error)
            return False
        with work.write() as unit:
            note_head(unit, exchange.number, keeper)
        return True

    def _apply(self, unit: UnitOfWork, agency: CollectionAgency, given: JsonObject) -> JsonObject:
        applied = apply_next(
            unit, self._tenant, agency, given["exchange_no"], limit=EVENTS_AT_ONCE, run_no=given["run_no"]
        )
        return {"applied": applied}


def _begin(work: UnitOfWork, given: JsonObject) -> JsonObject:
    """Take up a file; one that is held is read again, since its cases may be known by now."""
    exchange = work.exchanges.get(given["exchange_no"])
    if exchange.state != ExchangeState.HELD:
        return {"state": exchange.state}
    work.exchanges.change(exchange.number, state=ExchangeState.RECEIVED)
    return {"state": ExchangeState.RECEIVED}


def take_in_answer(work: UnitOfWork, tenant: Tenant, agency: CollectionAgency, exchange: Exchange) -> str:
    """Take in what a call was answered, in this transaction; return the state that its exchange has come to."""
    if exchange.state != ExchangeState.RECEIVED:
        return exchange.state
    work.exchanges.change(exchange.number, format=agency.name)
    keeper = Keeper(tenant, agency.name, exchange.number)
    try:
        keeper.keep(work, list(read_events(agency, BytesIO(work.contents.read(exchange.sha256)))))
    except FormatError as error:
        quarantine(work, exchange, error)
        return ExchangeState.QUARANTINED
    note_head(work, exchange.number, keeper)
    judged = judge(work, tenant, agency, {"exchange_no": exchange.number, "is_decided": False})
    if judged["state"] != ExchangeState.POSTING:
        return str(judged["state"])
    while apply_next(work, tenant, agency, exchange.number, limit=EVENTS_AT_ONCE, run_no=None):
        pass
    return str(finish(work, tenant.id, agency, exchange.number)["state"])


def note_head(work: UnitOfWork, exchange_no: int, keeper: Keeper) -> None:
    """Keep how a file begins: its number in the agency's series; and tell apart what only all of it tells apart."""
    keeper.tell_apart(work)
    opened = keeper.opened
    summary: JsonObject = {"file_no": opened.file_no, "series": opened.series, "made_on": opened.made_on}
    summary |= {"lists_cases": True} if opened.lists_cases else {}
    summary |= {"customer_no": opened.customer_no} if opened.customer_no else {}
    work.exchanges.change(exchange_no, state=ExchangeState.READ, summary=summary)


def quarantine(work: UnitOfWork, exchange: Exchange, error: DataError) -> None:
    """Put a file aside that cannot be read; nothing of it counts."""
    work.agency_told.forget(exchange.number)
    problem: dict[str, Any] = {"code": error.code, "message": str(error)}
    if isinstance(error, FormatError):
        problem |= {"line": error.line, "record": error.record, "field": error.field}
    state = ExchangeState.QUARANTINED
    work.exchanges.change(exchange.number, state=state, reason=str(error), problem=problem)
    if exchange.kind == KIND:
        message = (
            f"exchange {exchange.number} of {exchange.format} cannot be read ({error.code}), and nothing of it counts: "
            f"see hub exchanges show {exchange.number}; mend it here, then hub exchanges retry {exchange.number}, or "
            "ask the agency for another file"
        )
        work.commands.open_task(FILE_UNREAD, str(exchange.number), message)
    work.events.record("file_quarantined", exchange_no=exchange.number, name=exchange.name, problem=problem)


def judge(work: UnitOfWork, tenant: Tenant, agency: CollectionAgency, given: JsonObject) -> JsonObject:
    """Say whether a file that was read whole may be applied: it is ours, not twice, in its turn, its sums agree."""
    work.commands.claim(f"files of {agency.name}")  # the same file may have come twice
    exchange = work.exchanges.get(given["exchange_no"])
    if exchange.state != ExchangeState.READ:
        return {"state": exchange.state}
    work.commands.close_task(FILE_UNREAD, str(exchange.number))
    if exchange.kind == KIND and _is_repeated(work, exchange) and not _is_list(work, exchange):
        work.agency_told.forget(exchange.number)
        work.exchanges.change(exchange.number, state=ExchangeState.DUPLICATE, reason="it has been taken in before")
        return {"state": ExchangeState.DUPLICATE}
    settling = work.agency_told.of_kind(exchange.number, _SETTLING)
    why = wrong_settlements(work, agency.name, settling)
    if not why and not given["is_decided"]:
        why = _of_another_customer(tenant, agency.name, exchange) or _out_of_sequence(work, agency.name, exchange)
    if why:
        return _hold(work, exchange, agency.name, why)
    work.exchanges.change(exchange.number, state=ExchangeState.POSTING, reason="")
    work.commands.close_task(FILE_HELD, str(exchange.number))
    return {"state": ExchangeState.POSTING}


def _is_repeated(work: UnitOfWork, exchange: Exchange) -> bool:
    states = [ExchangeState.POSTING, ExchangeState.POSTED]
    same = work.exchanges.with_content(sha256=exchange.sha256, states=states)
    return any(one.kind == KIND and one.format == exchange.format and one.number != exchange.number for one in same)


def _is_list(work: UnitOfWork, exchange: Exchange) -> bool:
    """Say whether a file without a number is a list alone: the same list may hold again after another."""
    summary = exchange.summary or {}
    kinds = work.agency_told.kinds(exchange.number)
    is_list = kinds == {"case_listed"} or (not kinds and summary.get("lists_cases", False))
    return is_list and not summary.get("file_no")


def _of_another_customer(tenant: Tenant, agency: str, exchange: Exchange) -> str:
    """Return why a file is not for this tenant: our ids of claims begin anew in each, so it may name cases of ours."""
    told = (exchange.summary or {}).get("customer_no", "")
    ours = {one.customer_no for one in tenant.collection_agencies if one.agency == agency} - {""}
    if not told or not ours or told in ours:
        return ""
    return f"it is written for another customer number at {agency} than {', '.join(sorted(ours))}"


def _out_of_sequence(work: UnitOfWork, agency: str, exchange: Exchange) -> str:
    """Return why a file is not the next of its series; the first that is ever seen begins it."""
    summary = exchange.summary or {}
    number, series = int(summary.get("file_no") or 0), series_of(summary)
    _, last = work.collection_orders.cursor(agency, series)
    if not number or not last or number == last + 1:
        return ""
    if number <= last:
        return f"file {number} has been followed by file {last}: it comes again with other content, or late"
    return f"file {number} follows file {last}: {number - last - 1} before it have not come"


def series_of(summary: JsonObject) -> str:
    """Return the name under which the last number of a series is kept."""
    return f"files:{summary.get('series', '')}"


def _hold(work: UnitOfWork, exchange: Exchange, agency: str, why: str) -> JsonObject:
    work.exchanges.change(exchange.number, state=ExchangeState.HELD, reason=why)
    message = (
        f"exchange {exchange.number} of {agency} is held, and nothing of it counts: {why}; ask the agency, then: hub "
        f"collection decide {exchange.number}"
    )
    work.commands.open_task(FILE_HELD, str(exchange.number), message)
    work.events.record(FILE_HELD, exchange_no=exchange.number, agency=agency, reason=why)
    return {"state": ExchangeState.HELD}


def finish(work: UnitOfWork, tenant_name: str, agency: CollectionAgency, exchange_no: int) -> JsonObject:
    """Close a file that has been applied; one that waited for it comes next."""
    exchange = work.exchanges.get(exchange_no)
    if exchange.state == ExchangeState.POSTED:
        return {"state": exchange.state}
    if (exchange.summary or {}).get("lists_cases"):
        begin_list(work, agency.name, exchange_no)  # an empty list is one too
    counted = work.agency_told.counts(exchange_no)
    summary = {**(exchange.summary or {}), **counted}
    work.exchanges.change(exchange_no, state=ExchangeState.POSTED, summary=summary)
    number = int(summary.get("file_no") or 0)
    if number:
        _, last = work.collection_orders.cursor(agency.name, series_of(summary))
        last = number if number == 1 else max(last, number)  # one that comes late takes no place; 1 begins anew
        work.collection_orders.keep_cursor(agency.name, series_of(summary), file_no=last)
        _wake_next(work, tenant_name, agency.name, summary, last + 1)
    if counted["stray"]:
        message = (
            f"{agency.name} has told {counted['stray']} things of cases that are not ours, in exchange {exchange_no}: "
            "ask the agency what they are"
        )
        work.commands.open_task(STRAYS, str(exchange_no), message)
    work.events.record(TAKEN_IN, exchange_no=exchange_no, agency=agency.name, **counted)
    return {"state": ExchangeState.POSTED, **counted}


def _wake_next(work: UnitOfWork, tenant_name: str, agency: str, summary: JsonObject, number: int) -> None:
    for one in work.exchanges.oldest(kind=KIND, state=ExchangeState.HELD):
        theirs = one.summary or {}
        if one.format == agency and series_of(theirs) == series_of(summary) and theirs.get("file_no") == number:
            queue_file(work, tenant_name, one.number, is_again=True)


def close_file(work: UnitOfWork, exchange_no: int, remark: str) -> None:
    """Let a held file never count."""
    work.agency_told.forget(exchange_no)
    reason = remark or "closed by a person"
    work.exchanges.change(exchange_no, state=ExchangeState.DUPLICATE, reason=reason)
    work.commands.close_task(FILE_HELD, str(exchange_no))


def _in_chunks(events: Iterable[_Item]) -> Iterator[list[_Item]]:
    iterator = iter(events)
    while some := list(islice(iterator, EVENTS_AT_ONCE)):
        yield some
