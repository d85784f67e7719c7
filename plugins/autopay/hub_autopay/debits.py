"""The adapter: requests to collect (*autogiro*) as pain.008, for a bank that takes them so; answers from pain.002.

Money is told by camt, as any other: a request whose receivable is paid counts as paid by the books. What pain.002 tells
beside is what will not be collected. Mandates, cancellations and moves have no place in pain.008.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from hub.contracts import Recognition
from hub.errors import DataError, FormatError
from hub.formats.xml_writing import write_document
from hub.model.direct_debits import (
    Content,
    Direction,
    MandateOrder,
    PayeeOrder,
    PaymentRequest,
    Recurrence,
    RequestRejected,
    SchemeCode,
    SchemeEvent,
    SchemeFile,
    SchemeFileClosed,
    SchemeFileOpened,
    SchemeOrder,
)
from hub.model.payment_file import PayeeAccount
from hub.model.payment_orders import AnswerClosed, AnswerOpened, BatchStatus, OrderStatus, PaymentStatus
from hub_autopay import order_answers
from hub_autopay.answer_layout import DEBIT_MESSAGE
from hub_autopay.debit_layout import DOCUMENT, ROOT, VERSIONS, namespace_of
from hub_autopay.debit_values import DebitTerms, day_of, message_id, payee_of, request_id, request_of, values_of
from hub_autopay.order_values import LONGEST_ID

LARGEST_ORE = 99_999_999_999
_PAYER, _ACCOUNT, _REFERENCE = re.compile(r"\d{1,16}"), re.compile(r"\d{8,16}"), re.compile(r"[0-9A-Za-z]*")
_LATEST_NUMBER = 999_999
WORDS = {  # by the code of ISO's external list: a stable name, and what it means in Swedish and English
    "AC01": ("account_wrong", "kontonumret är fel", "wrong account number"),
    "AC04": ("account_closed", "kontot är avslutat", "the account is closed"),
    "AC06": ("account_blocked", "kontot är spärrat", "the account is blocked"),
    "AG01": ("account_not_allowed", "kontot får inte debiteras så", "no direct debits on this account"),
    "AM04": ("no_cover", "täckning saknas", "no cover"),
    "AM05": ("came_before", "uppdraget har kommit förut", "it came before"),
    "DT01": ("day_wrong", "fel dag", "wrong day"),
    "MD01": ("no_mandate", "medgivande saknas", "no mandate"),
    "MD07": ("payer_died", "betalaren har avlidit", "the payer has died"),
    "MS02": ("stopped_by_payer", "betalaren har stoppat uppdraget", "stopped by the payer"),
}


class BankDebits:
    """Files of direct debits for one bank."""

    def __init__(self, name: str, terms: DebitTerms, channel: str = "") -> None:
        self._name = name
        self._terms = terms
        self._channel = channel

    @property
    def name(self) -> str:
        """The name of its table."""
        return self._name

    @property
    def channel(self) -> str:
        """The channel that the settings name."""
        return self._channel

    def why_not(self, payee: PayeeAccount, order: SchemeOrder) -> str:
        """See `DirectDebitScheme.why_not`."""
        if payee.scheme != "bankgiro":
            return "pain.008 of ours collects to a bankgiro number: give one as direct_debit.payee of the company"
        if isinstance(order, MandateOrder):
            return "pain.008 has no mandates: let the bank register it, then hub mandates register --registered"
        if not isinstance(order, PaymentRequest):
            return "pain.008 takes nothing back: have it stopped by the bank, then hub payment-requests cancel"
        return _wrong(order)

    def file_name(self, file: SchemeFile) -> str:
        """Return a name such as `DD-1-17.xml`."""
        return f"DD-{file.company}-{file.number}.xml"

    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        """See `DirectDebitScheme.write`; its head counts and sums what follows, so all orders are taken first."""
        requests, payees = [], set()
        for payee, order in orders:
            if (why := self.why_not(payee, order)) or not isinstance(order, PaymentRequest):
                raise DataError(f"a request cannot be written: {why}")
            requests.append(order)
            payees.add(payee)
        if len(payees) != 1 or not 0 < file.number <= _LATEST_NUMBER:
            raise DataError("a file of direct debits is about one payee account, and its number has six digits at most")
        version = self._terms.version
        values = values_of(file, payees.pop(), requests, self._terms)
        yield write_document(ROOT, namespace_of(version), DOCUMENT, values, variant=VERSIONS.index(version))

    def recognises(self, head: bytes) -> Recognition:
        """Say whether a file begins as a pain.002 about a pain.008."""
        return Recognition(order_answers.is_about(head, DEBIT_MESSAGE))

    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        """See `DirectDebitScheme.read`. What is not refused is no row: a bank need not say it of each."""
        opened: AnswerOpened | None = None
        payee: PayeeAccount | None = None
        rows = 0
        for said in order_answers.read(stream, about=DEBIT_MESSAGE):
            if isinstance(said, AnswerOpened):
                opened = said
            elif isinstance(said, AnswerClosed):
                yield SchemeFileClosed(0, rows)
            else:
                if payee is None:
                    assert opened is not None  # the header comes first
                    payee = _payee(said.message_id)
                    yield SchemeFileOpened(
                        Content.REJECTED_REQUESTS, "new", opened.made_at[:10], payee, identity=opened.answer_id
                    )
                if said.status is OrderStatus.REJECTED:
                    rows += 1
                    yield _rejected(said, rows, payee)


def _payee(message: str) -> PayeeAccount:
    payee = payee_of(message)
    if payee is None:
        raise FormatError(
            "the answer is about a file of direct debits that nobody here has made; find out whose it is",
            code="ANSWER_OTHER",
            record="OrgnlGrpInfAndSts",
            field="OrgnlMsgId",
        )
    return payee


def _rejected(said: BatchStatus | PaymentStatus, row: int, payee: PayeeAccount) -> RequestRejected:
    """Return a refusal; one of a whole file or day names no payer, so that a person looks at it."""
    if isinstance(said, PaymentStatus):
        request = request_of(said.end_to_end_id)
    else:
        request = PaymentRequest("", 0, day_of(said.part))
    return RequestRejected(row, payee, request or PaymentRequest("", 0, ""), reason_of(said.code))


def reason_of(code: str) -> SchemeCode:
    """Return what a bank's reason says, without its own words, which may name somebody."""
    name, swedish, english = WORDS.get(code, ("", "", ""))
    return SchemeCode(
        code, name, swedish or f"banken: {code or 'utan skäl'}", english or f"the bank: {code or 'no reason'}"
    )


def _wrong(one: PaymentRequest) -> str:
    if one.direction != Direction.COLLECT or one.recurrence != Recurrence.ONCE:
        return "pain.008 collects once: no recurring request, and none that pays a payer"
    if not _PAYER.fullmatch(one.payer_number) or not one.on_date or not _REFERENCE.fullmatch(one.reference):
        return "a request needs a payer number, a day, and a reference of letters and digits"
    if not _ACCOUNT.fullmatch(one.payer_account):
        return "the bank wants the payer's account, clearing number first: register the mandate with --account"
    if not 0 < one.amount_ore <= LARGEST_ORE:
        return "the amount is not one that a bank collects"
    if len(request_id(one)) > LONGEST_ID:
        return f"payer number, amount and reference are together longer than the {LONGEST_ID} characters of an id"
    return ""


__all__ = ["BankDebits", "message_id"]
