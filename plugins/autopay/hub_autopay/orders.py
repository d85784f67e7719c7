"""The adapter: payment orders as pain.001, a bank's answers from pain.002."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from hub.contracts import Recognition
from hub.errors import DataError
from hub.formats.xml_writing import write_document
from hub.model.payment_orders import OrderBatch, OrderEvent, PaymentOrder
from hub_autopay import order_answers
from hub_autopay.answer_layout import ORDER_MESSAGE
from hub_autopay.order_layout import DOCUMENT, ROOT, VERSIONS, namespace_of
from hub_autopay.order_values import LONGEST_ID, LONGEST_REFERENCE, PARTS, Terms, part_of, values_of

CURRENCY = "SEK"
SMALLEST_ORE, LARGEST_ORE = 1, 99_999_999_999_99  # eleven digits of kronor: an amount of pain.001 has 18 in all
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]*")
_REFERENCE = re.compile(r"[0-9]{2,25}|RF[0-9]{2}[0-9A-Z]{1,21}")


class BankOrders:
    """Files for one bank, by its profile."""

    def __init__(self, name: str, terms: Terms, channel: str = "") -> None:
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

    def why_not(self, batch: OrderBatch, order: PaymentOrder) -> str:
        """See `PaymentOrderWriter.why_not`."""
        return _wrong_amount(batch, order) or _wrong_ids(batch, order) or self._wrong_place(batch, order)

    def file_name(self, batch: OrderBatch) -> str:
        """Return a name such as `RH1-261123-17.xml`."""
        return f"{batch.message_id}.xml"

    def part_of(self, order: PaymentOrder) -> str:
        """Return `BG`, `PG` or `AC`: payments to bankgiro numbers, to plusgiro numbers and to accounts."""
        return part_of(order)

    def write(self, batch: OrderBatch) -> bytes:
        """See `PaymentOrderWriter.write`."""
        self._refuse(batch)
        version = self._terms.version
        values = values_of(batch, self._terms)
        return write_document(ROOT, namespace_of(version), DOCUMENT, values, variant=VERSIONS.index(version))

    def recognises(self, head: bytes) -> Recognition:
        """Say whether a file begins as a pain.002 that is not about another message."""
        return Recognition(order_answers.is_about(head, ORDER_MESSAGE))

    def read(self, stream: BinaryIO) -> Iterator[OrderEvent]:
        """See `PaymentOrderWriter.read`."""
        return order_answers.read(stream)

    def _refuse(self, batch: OrderBatch) -> None:
        if not batch.orders:
            raise DataError("a file of payment orders needs at least one")
        counted = Counter(order.end_to_end_id for order in batch.orders)
        if len(counted) < len(batch.orders):
            raise DataError("two payments of a file have one id, and the bank would make one of them")
        for order in batch.orders:
            if why := self.why_not(batch, order):
                raise DataError(f"payment {order.end_to_end_id} cannot be ordered: {why}")

    def _wrong_place(self, batch: OrderBatch, order: PaymentOrder) -> str:
        profile = self._terms.profile
        if order.payee.scheme not in ("bankgiro", "plusgiro", "bban", "iban") or not order.payee.number:
            return "no such kind of account is paid to; give a bankgiro, a plusgiro, an account or an IBAN"
        if order.payee.scheme == "iban" and not order.payee.number.startswith("SE"):
            return "the account is not in Sweden; pay it from the internet bank, and say so by hub refunds decide"
        must_draw = part_of(order) == PARTS["bankgiro"] and profile.draws_giro_on == "bankgiro"
        if must_draw and batch.debtor_giro is None:
            return f"{profile.title} draws payments to bankgiro numbers on one: give refunds.drawn_on of the company"
        if profile.needs_town and not order.payee_town.strip():
            return f"{profile.title} wants the payee's town: give it with the refund"
        return "" if order.payee_name.strip() else "the payee has no name: give it with the refund"


def _wrong_amount(batch: OrderBatch, order: PaymentOrder) -> str:
    if batch.currency != CURRENCY:
        return f"payments are ordered in {CURRENCY} alone; pay it from the internet bank"
    if not SMALLEST_ORE <= order.amount_ore <= LARGEST_ORE:
        return "the amount is not one that a bank pays"
    return ""


def _wrong_ids(batch: OrderBatch, order: PaymentOrder) -> str:
    ids = (f"{batch.message_id}-XX", order.end_to_end_id)
    if not all(_ID.fullmatch(one) and len(one) <= LONGEST_ID for one in ids):
        return f"an id has 1 to {LONGEST_ID} letters, digits and hyphens; mend refunds.id_prefix of the company"
    if order.reference and not (_REFERENCE.fullmatch(order.reference) and len(order.reference) <= LONGEST_REFERENCE):
        return "the payee's reference is no OCR number: give a text in its place"
    return ""
