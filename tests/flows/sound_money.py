"""The money in answers of the made-up scheme: what is paid is a payment, what is given back reverses it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from hub.contracts import Recognition
from hub.model.direct_debits import (
    PaymentRequest,
    Refund,
    RequestOutcome,
    RequestStatus,
    SchemeFileClosed,
    SchemeFileOpened,
)
from hub.model.payment_file import (
    DIRECT_DEBIT_KEY,
    FileClosed,
    FileEvent,
    FileOpened,
    Key,
    Level,
    Payment,
    ReferenceQuality,
    Reversal,
    SectionClosed,
    SectionOpened,
)
from tests.unit.testing.sound_scheme import MARK, PAYEE, SoundScheme


class SoundReader:
    """Reads payment specifications of the scheme."""

    name = "sound"

    def recognises(self, head: bytes) -> Recognition:
        is_ours = head.startswith(f'["{MARK}", "answers", "payment_specification"'.encode())
        return Recognition.YES if is_ours else Recognition.NO

    def content_key(self, stream: BinaryIO) -> str:
        return hashlib.sha256(stream.read()).hexdigest()

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        net_ore = count = 0
        made_on = ""
        for event in SoundScheme().read(stream):
            if isinstance(event, SchemeFileOpened):
                made_on = event.made_on
                yield FileOpened("sound", "autogiro", made_on, made_on)
                yield SectionOpened(PAYEE, Level.SPECIFICATION, "SEK")
            elif isinstance(event, RequestOutcome) and event.status == RequestStatus.PAID:
                net_ore, count = net_ore + event.request.amount_ore, count + 1
                yield _payment(event, date.fromisoformat(made_on))
            elif isinstance(event, Refund):
                one, day = event.request, date.fromisoformat(made_on)
                yield Reversal(event.line, 1, one.amount_ore, "SEK", day, one.reference, (_key(one),))
            elif isinstance(event, SchemeFileClosed):
                yield SectionClosed(event.line, net_ore, count)
                yield FileClosed(event.line, count, 0)


def _payment(event: RequestOutcome, day: date) -> Payment:
    one = event.request
    quality = ReferenceQuality.GIVEN
    return Payment(
        event.line, 1, one.amount_ore, "SEK", day, one.reference, quality, keys=(_key(one),), channel="autogiro"
    )


def _key(one: PaymentRequest) -> Key:
    return Key(DIRECT_DEBIT_KEY, f"{one.payer_number} {one.on_date} {one.amount_ore} {one.reference}")
