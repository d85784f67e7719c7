"""A sound adapter of an agency in a made-up format, and one broken adapter for each check of the kit."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import count
from typing import Any, BinaryIO, ClassVar

from hub.errors import DataError, FormatError
from hub.model.collection import (
    AgencyDoubt,
    AgencyEvent,
    AgencyTerms,
    Attachment,
    CaseBatch,
    CaseClosed,
    CaseOrder,
    CaseRef,
    Closed,
    ClosingCode,
    CollectionStep,
    Fetched,
    FetchedFile,
    Manner,
    Opened,
    Payee,
    Receipt,
    SettlementClosed,
    SettlementOpened,
    SettlementRow,
    Stage,
    StatusTold,
    StepTerms,
)

_CALLS = count(1)


class SoundAgency:
    """One JSON list a line: a head, what is told, and how many that was; a place in memory."""

    name = "sound"
    channel = ""
    manner = Manner.IN_FILES
    steps: ClassVar[dict[CollectionStep, StepTerms]] = {
        CollectionStep.COLLECT: StepTerms(Payee.AGENCY, keeps_fees=True)
    }
    giro_numbers: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.place: dict[str, bytes] = {}

    def why_not(self, order: CaseOrder) -> str:
        return "" if order.claim.debtor.identity and order.claim.currency == "SEK" else "it cannot be said"

    def file_name(self, batch: CaseBatch) -> str:
        return f"{batch.terms.customer_no}_{batch.file_no}.jsonl"

    def write(self, batch: CaseBatch) -> bytes:
        lines: list[list[Any]] = [["head", batch.file_no]]
        for order in batch.orders:
            self.refuse(order)
            lines.append(self.said_of(order))
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    def refuse(self, order: CaseOrder) -> None:
        if self.why_not(order):
            raise DataError("it cannot be written")

    def said_of(self, order: CaseOrder) -> list[Any]:
        amounts = [part.amount_ore for part in (order.payment, order.credit) if part is not None]
        line = order.claim.line
        return [order.kind, order.claim_id, line.invoice_no, line.open_ore, amounts, order.claim.debtor.name]

    def fetch(self, cursor: str) -> Fetched:
        for name in json.loads(cursor or "[]"):
            self.place.pop(name, None)
        return self.found()

    def found(self) -> Fetched:
        files = tuple(FetchedFile(name, content) for name, content in self.place.items())
        return Fetched(files, json.dumps(list(self.place)))

    def read(self, stream: BinaryIO) -> Iterator[AgencyEvent]:
        told, number, ended = 0, 0, False
        for number, content in enumerate(lines_of(stream), 1):
            kind, *fields = self.fields_of(content, number)
            if ended or (number == 1) != (kind == "head"):
                raise FormatError("out of order", code="OUT_OF_ORDER", line=number)
            if kind == "end" and fields != [told]:
                raise FormatError("not all are there", code="COUNT_WRONG", line=number)
            ended = kind == "end"
            told += kind not in ("head", "end")
            yield self.event_of(kind, fields, number)
        if not ended:
            raise FormatError("the end is missing", code="CUT", line=number)

    def fields_of(self, content: bytes, number: int) -> list[Any]:
        try:
            fields = json.loads(content)
            return [str(fields[0]), *fields[1:]]
        except (ValueError, TypeError, IndexError, KeyError, RecursionError):
            raise FormatError("no list", code="LINE_UNREADABLE", line=number) from None

    def event_of(self, kind: str, fields: list[Any], number: int) -> AgencyEvent:
        try:
            event: AgencyEvent = MAKERS[kind](*fields)
        except (TypeError, ValueError, KeyError, AttributeError):
            raise FormatError("wrong fields", code="FIELDS_WRONG", line=number) from None
        return event


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _case(claim_id: Any) -> CaseRef:
    return CaseRef(str(claim_id or "nobody"))


def _status(claim_id: Any, word: Any) -> StatusTold:
    stage = Stage(word) if word in set(Stage) else Stage.UNKNOWN
    return StatusTold(_case(claim_id), stage, said=str(word))


def _closing(claim_id: Any, word: Any) -> CaseClosed:
    code = ClosingCode(word) if word in set(ClosingCode) else ClosingCode.UNKNOWN
    return CaseClosed(_case(claim_id), code, said=str(word))


MAKERS: dict[str, Any] = {
    "head": lambda number: Opened(_whole(number)),
    "receipt": lambda claim_id, accepted: Receipt(_case(claim_id), accepted is True),
    "status": _status,
    "payout": lambda reference: SettlementOpened(str(reference) or "none", ""),
    "row": lambda claim_id, net: SettlementRow(_case(claim_id), capital_ore=_whole(net), net_ore=net),
    "paid": lambda rows: SettlementClosed(_whole(rows)),
    "closing": _closing,
    "end": lambda told: Closed(_whole(told)),
}


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines; what stands behind the last line feed is one too, and is cut."""
    while content := stream.readline(100_000):
        if not content.endswith(b"\n"):
            raise FormatError("the line is cut", code="CUT")
        yield content


SAMPLE = b"".join(
    json.dumps(line).encode() + b"\n"
    for line in (
        ["head", 1],
        ["receipt", "C-1", True],
        ["status", "C-1", "krav_sent"],
        ["status", "C-1", "vilande"],
        ["payout", "U1"],
        ["row", "C-1", 1_000],
        ["paid", 1],
        ["closing", "C-1", "PAID_AGENCY"],
        ["end", 7],
    )
)


class _NewName(SoundAgency):
    @property  # type: ignore[override]
    def name(self) -> str:
        return f"sound_{next(_CALLS)}"


class _TakesNothing(SoundAgency):
    @property  # type: ignore[override]
    def steps(self) -> Any:
        return _Empty()


class _Empty(dict[CollectionStep, StepTerms]):
    """A mapping that says it has nothing, and still lets the kit make orders."""

    def __iter__(self) -> Iterator[CollectionStep]:
        return iter([CollectionStep.COLLECT])


class _OneName(SoundAgency):
    def file_name(self, batch: CaseBatch) -> str:
        return f"{batch.file_no}.jsonl"


class _OtherBytes(SoundAgency):
    def write(self, batch: CaseBatch) -> bytes:
        return super().write(batch) + b" " * (
            next(_CALLS) if batch.orders[0].claim.line.invoice_no == "10010007" else 0
        )


class _OnlyTheFirst(SoundAgency):
    def write(self, batch: CaseBatch) -> bytes:
        return super().write(batch._replace(orders=batch.orders[:1]))


class _LosesTheAmount(SoundAgency):
    def said_of(self, order: CaseOrder) -> list[Any]:
        said = super().said_of(order)
        return [*said[:4], [], said[5]]


class _WritesWhatItRefuses(SoundAgency):
    def refuse(self, order: CaseOrder) -> None:
        pass


class _RefusesWhatItTakes(SoundAgency):
    def refuse(self, order: CaseOrder) -> None:
        super().refuse(order)
        if order.kind == "hold":
            raise DataError("no holds")


class _NamesTheDebtor(SoundAgency):
    def why_not(self, order: CaseOrder) -> str:
        reason = super().why_not(order)
        return reason and f"{reason}: {order.claim.debtor.name}"


class _CountsWrongly(SoundAgency):
    def event_of(self, kind: str, fields: list[Any], number: int) -> AgencyEvent:
        event = super().event_of(kind, fields, number)
        return event._replace(events=event.events + 1) if isinstance(event, Closed) else event


class _LosesClosings(SoundAgency):
    def event_of(self, kind: str, fields: list[Any], number: int) -> AgencyEvent:
        event = super().event_of(kind, fields, number)
        return StatusTold(event.case, Stage.CLOSED) if isinstance(event, CaseClosed) else event


class _LosesTheCase(SoundAgency):
    def event_of(self, kind: str, fields: list[Any], number: int) -> AgencyEvent:
        event = super().event_of(kind, fields, number)
        return event._replace(case=CaseRef()) if isinstance(event, StatusTold) else event


class _PassesWordsOn(SoundAgency):
    def event_of(self, kind: str, fields: list[Any], number: int) -> AgencyEvent:
        event = super().event_of(kind, fields, number)
        return event._replace(stage=event.said) if isinstance(event, StatusTold) else event


class _AddsUpWrongly(SoundAgency):
    def event_of(self, kind: str, fields: list[Any], number: int) -> AgencyEvent:
        event = super().event_of(kind, fields, number)
        return event._replace(commission_ore=1) if isinstance(event, SettlementRow) else event


class _ReadsAtOnce(SoundAgency):
    def read(self, stream: BinaryIO) -> Iterator[AgencyEvent]:
        is_slow = not isinstance(stream, io.BytesIO)  # it hands over less than asked for
        whole = stream.read(100_000)
        return super().read(io.BytesIO(SAMPLE.replace(b"U1", b"U2") if is_slow else whole))


class _TakesCutFiles(SoundAgency):
    def read(self, stream: BinaryIO) -> Iterator[AgencyEvent]:
        told, closed = -1, False
        try:
            for event in super().read(stream):
                told, closed = told + 1, isinstance(event, Closed)
                yield event
        except FormatError as error:
            if error.code != "CUT":
                raise
            if not closed:
                yield Closed(told)


class _RaisesItsOwn(SoundAgency):
    def fields_of(self, content: bytes, number: int) -> list[Any]:
        fields: list[Any] = json.loads(content)
        return [str(fields[0]), *fields[1:]]


class _NamesNoCode(SoundAgency):
    def fields_of(self, content: bytes, number: int) -> list[Any]:
        try:
            return super().fields_of(content, number)
        except FormatError:
            raise FormatError("no list", line=number) from None


class _DeletesAtOnce(SoundAgency):
    def found(self) -> Fetched:
        found = super().found()
        if len(self.place) == 1 and "second.txt" not in self.place:
            self.place.clear()
        return found


class _DeletesAll(SoundAgency):
    def fetch(self, cursor: str) -> Fetched:
        is_kept = bool(json.loads(cursor or "[]"))
        found = super().fetch(cursor)
        if is_kept:
            self.place.clear()
        return found


class _DoubtsWithoutAWord(SoundAgency):
    def doubts(self, terms: AgencyTerms) -> list[AgencyDoubt]:
        return [AgencyDoubt(" ", is_wrong=not terms.customer_no)]


class _OneNameForAllDocuments(SoundAgency):
    def attachments(self, order: CaseOrder) -> list[Attachment]:
        return [Attachment("invoice.pdf", one.sha256, one.size) for one in order.claim.documents]


BROKEN_AGENCIES: dict[str, type[SoundAgency]] = {
    "test_keeps_the_contract_under_a_stable_name": _NewName,
    "test_each_step_says_whom_the_debtor_pays": _TakesNothing,
    "test_doubts_of_its_settings_say_what_to_do": _DoubtsWithoutAWord,
    "test_documents_beside_a_claim_have_names_of_their_own": _OneNameForAllDocuments,
    "test_every_file_has_a_name_of_its_own": _OneName,
    "test_the_same_batch_gives_the_same_bytes": _OtherBytes,
    "test_every_order_is_in_what_is_written": _OnlyTheFirst,
    "test_other_orders_give_other_bytes": _LosesTheAmount,
    "test_what_cannot_be_held_is_refused": _WritesWhatItRefuses,
    "test_what_can_be_held_is_written": _RefusesWhatItTakes,
    "test_no_reason_names_the_debtor": _NamesTheDebtor,
    "test_a_file_is_read_whole": _CountsWrongly,
    "test_samples_tell_of_everything": _LosesClosings,
    "test_what_is_told_is_of_a_case": _LosesTheCase,
    "test_stages_and_codes_are_the_hubs_own": _PassesWordsOn,
    "test_settlements_open_have_rows_and_close": _AddsUpWrongly,
    "test_a_file_that_comes_slowly_is_read_alike": _ReadsAtOnce,
    "test_a_cut_file_is_refused": _TakesCutFiles,
    "test_damage_ends_in_a_format_error": _RaisesItsOwn,
    "test_an_error_has_a_code_of_its_own": _NamesNoCode,
    "test_what_waits_is_fetched_whole_and_deleted_only_when_it_is_kept": _DeletesAtOnce,
    "test_what_came_meanwhile_is_not_deleted": _DeletesAll,
}
