"""A clearing house in memory: takes orders as a file has them, keeps its own register, and answers day by day.

It knows nothing of the hub. What it does with a request is drawn by chance from `fates`, once for each.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hub.banking_calendar import add_banking_days, is_banking_day
from hub.model.direct_debits import (
    AdviceOutcome,
    ChangeOutcome,
    MandateAdvice,
    PaymentRequest,
    Refund,
    RegisteredMandate,
    RequestChanged,
    RequestOutcome,
    RequestRejected,
    RequestStatus,
    SchemeCode,
)
from tests.unit.testing.sound_scheme import PAYEE

PAID, NO_COVER, NO_ACCOUNT, RETRIED_PAID, RETRIED_FAILED = (
    "paid",
    "no_cover",
    "no_account",
    "retried_paid",
    "retried_failed",
)
FATES = {PAID: 85, NO_COVER: 6, NO_ACCOUNT: 2, RETRIED_PAID: 4, RETRIED_FAILED: 3}
TRIES = 3  # banking days on which it is tried again


@dataclass
class Waiting:
    """A request that waits for its day."""

    request: PaymentRequest
    day: date
    fate: str
    tries: int = 0


@dataclass
class ClearingHouse:
    """Mandates by payer number, requests that wait, and what was paid."""

    rng: random.Random
    fates: Mapping[str, int] = field(default_factory=lambda: FATES)
    mandates: dict[str, tuple[str, str]] = field(default_factory=dict)  # account and identity
    waiting: list[Waiting] = field(default_factory=list)
    paid: list[PaymentRequest] = field(default_factory=list)
    refunded: list[PaymentRequest] = field(default_factory=list)
    advices: list[MandateAdvice] = field(default_factory=list)
    changes: list[RequestChanged] = field(default_factory=list)
    rejections: list[RequestRejected] = field(default_factory=list)

    @property
    def balance_ore(self) -> int:
        """What it has paid out to the payee, less what it has taken back."""
        return sum(one.amount_ore for one in self.paid) - sum(one.amount_ore for one in self.refunded)

    def take(self, orders: Sequence[tuple[str, dict[str, Any]]], today: date) -> None:
        """Take the orders of a file; answers wait to be fetched."""
        for kind, fields in orders:
            if kind == "MandateOrder":
                self._mandate(fields, today)
            elif kind == "PaymentRequest":
                self._request(PaymentRequest(**fields), today)
            else:
                self._change(kind, fields, today)

    def _mandate(self, fields: dict[str, Any], today: date) -> None:
        payer, kind = fields["payer_number"], fields["kind"]
        if kind in ("new", "approve"):
            is_new = payer not in self.mandates
            self.mandates.setdefault(payer, (fields["payer_account"], fields["payer_identity"]))
            self._advise(payer, AdviceOutcome.CREATED if is_new else AdviceOutcome.REFUSED, "04", today)
        elif kind == "cancel":
            ended = self.mandates.pop(payer, None)
            self._advise(payer, AdviceOutcome.ENDED if ended else AdviceOutcome.REFUSED, "03", today)
            self._drop(payer)
        elif kind == "change_payer_number" and payer not in self.mandates:
            self._advise(payer, AdviceOutcome.REFUSED, "05", today)
        elif kind == "change_payer_number":
            self.mandates[fields["new_payer_number"]] = self.mandates.pop(payer)
            self._advise(payer, AdviceOutcome.ENDED, "05", today)
            self._advise(fields["new_payer_number"], AdviceOutcome.CREATED, "05", today)

    def _advise(self, payer: str, outcome: str, code: str, today: date) -> None:
        account, identity = self.mandates.get(payer, ("", ""))
        known = "exists_already" if payer in self.mandates else "mandate_missing"
        name = known if outcome == AdviceOutcome.REFUSED else "said"
        comment = SchemeCode("32", name, "", name)
        about = SchemeCode(code, "payer_number_changed" if code == "05" else "about", "", "about")
        self.advices.append(
            MandateAdvice(0, PAYEE, payer, outcome, about, comment, today.isoformat(), account, identity)
        )

    def _request(self, request: PaymentRequest, today: date) -> None:
        day = date.fromisoformat(request.on_date)
        is_wrong_day = day <= today or not is_banking_day(day)
        if request.payer_number not in self.mandates or is_wrong_day:
            code = SchemeCode("12", "date_wrong", "", "a wrong day")
            if not is_wrong_day:
                code = SchemeCode("01", "no_mandate", "", "no mandate")
            self.rejections.append(RequestRejected(0, PAYEE, request, code))
            return
        fate = self.rng.choices(list(self.fates), list(self.fates.values()))[0]
        self.waiting.append(Waiting(request, day, fate))

    def _change(self, kind: str, fields: dict[str, Any], today: date) -> None:
        found = [one for one in self.waiting if self._is_meant(one, fields) and one.day > today and not one.tries]
        outcome = ChangeOutcome.NOT_DONE
        if found and kind == "RequestCancellation":
            self.waiting.remove(found[0])
            outcome = ChangeOutcome.CANCELLED
        elif found:
            found[0].day = date.fromisoformat(fields["new_date"])
            found[0].request = found[0].request._replace(on_date=fields["new_date"])
            outcome = ChangeOutcome.MOVED
        self.changes.append(self._changed(outcome, fields))

    @staticmethod
    def _is_meant(one: Waiting, fields: dict[str, Any]) -> bool:
        names = ("payer_number", "on_date", "amount_ore", "reference")
        return all(getattr(one.request, name) == fields[name] for name in names)

    @staticmethod
    def _changed(outcome: str, fields: Mapping[str, Any]) -> RequestChanged:
        said = SchemeCode("12", "said", "", str(outcome))
        which = (fields["payer_number"], fields["on_date"], fields["amount_ore"], "collect", fields["reference"])
        return RequestChanged(0, PAYEE, outcome, said, said, *which, new_date=fields.get("new_date", ""))

    def _drop(self, payer: str) -> None:
        """Let the requests go whose mandate has ended."""
        for one in [one for one in self.waiting if one.request.payer_number == payer]:
            self.waiting.remove(one)
            self.changes.append(self._changed(ChangeOutcome.CANCELLED, one.request._asdict()))

    def end_mandate(self, payer: str, today: date) -> None:
        """Let the payer end a mandate in the bank."""
        if payer in self.mandates:
            self._advise(payer, AdviceOutcome.ENDED, "46", today)
            del self.mandates[payer]
            self._drop(payer)

    def wish(self, payer: str) -> bool:
        """Say whether a payer may ask for a mandate."""
        return payer not in self.mandates

    def day(self, today: date) -> list[RequestOutcome]:
        """Carry out what is due on a day; say what became of each."""
        return [self._outcome(one, today) for one in sorted(self.waiting, key=_order) if one.day == today]

    def _outcome(self, one: Waiting, today: date) -> RequestOutcome:
        is_again = one.fate in (RETRIED_PAID, RETRIED_FAILED) and one.tries < TRIES
        if is_again:
            one.tries += 1
            one.day = add_banking_days(today, 1)
            return RequestOutcome(0, PAYEE, RequestStatus.RETRIED, one.request)
        self.waiting.remove(one)
        if one.fate in (PAID, RETRIED_PAID):
            self.paid.append(one.request)
            return RequestOutcome(0, PAYEE, RequestStatus.PAID, one.request)
        status = RequestStatus.NO_ACCOUNT if one.fate == NO_ACCOUNT else RequestStatus.NO_COVER
        return RequestOutcome(0, PAYEE, status, one.request)

    def refund(self, today: date) -> list[Refund]:
        """Give one payment back, if any can be."""
        left = [one for one in self.paid if one not in self.refunded]
        if not left:
            return []
        one = self.rng.choice(left)
        self.refunded.append(one)
        return [Refund(0, PAYEE, one, today.isoformat(), SchemeCode("01", "no_mandate", "", "no mandate given"))]

    def register(self) -> list[RegisteredMandate]:
        """Return every mandate."""
        return [RegisteredMandate(0, PAYEE, payer, *who, False) for payer, who in sorted(self.mandates.items())]

    def fetched(self) -> tuple[list[MandateAdvice], list[RequestChanged], list[RequestRejected]]:
        """Return what waits to be told, and forget it."""
        told = (self.advices, self.changes, self.rejections)
        self.advices, self.changes, self.rejections = [], [], []
        return told


def _order(one: Waiting) -> tuple[str, ...]:
    return (one.request.payer_number, one.request.reference, one.request.on_date)
