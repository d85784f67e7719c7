"""The hub's own hand-off, `reskontra-hub/e-faktura/1`: JSON over HTTPS. The plugin's README documents every field.

A row that cannot be read is passed over: of a registration the debtor is then not reached, of an ending the
distributor refuses the next invoice, and of a report a person asks when it stays silent.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from hub.errors import ConfigurationError, DocumentError, HubError, RejectedError, TransientError
from hub.identifiers import coordination_number, personal_identity_number
from hub.model.delivery import Outgoing, Receipt, ReceiptKind
from hub.money import plain_kronor
from hub_internet_bank.hand_off import Issuer, Registration, RegistrationPage, ReportPage

FORMAT = "reskontra-hub/e-faktura/1"
_CODE = re.compile(r"[A-Za-z0-9_-]{1,8}")  # too short for a person's number
_NUMBER_LENGTH = 12

Cause = Literal["recipient", "document", "issuer"]
_Text = Annotated[str, Field(min_length=1, max_length=100)]
_KINDS = {"delivered": ReceiptKind.DELIVERED, "received": ReceiptKind.UNDER_WAY, "forwarded": ReceiptKind.UNDER_WAY}


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore")


T = TypeVar("T", bound=_Told)


class _Page(_Told):
    cursor: Annotated[str, Field(max_length=200)]
    has_more: StrictBool = False


class _RegistrationRows(_Page):
    registrations: list[Any]


class _ReportRows(_Page):
    reports: list[Any]


class _RegistrationRow(_Told):
    no: Annotated[StrictInt, Field(ge=1)]
    event: Literal["registered", "ended"]
    personal_number: _Text
    fmi: _Text


class _ReportRow(_Told):
    state: Literal["received", "forwarded", "delivered", "rejected"]
    delivery_id: Annotated[str, Field(max_length=40)] = ""
    id: Annotated[str, Field(max_length=100)] = ""
    cause: Cause = "recipient"
    code: str = ""
    at: datetime | None = None


class _Taken(_Told):
    key: str
    id: _Text


class _Refused(_Told):
    cause: Cause
    code: str = ""


class NeutralHandOff:
    """The hand-off of our own."""

    def headers(self, key: str, secret: str) -> Mapping[str, str]:
        """Return who we are, and the key under which the same bytes count once."""
        told = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
        return told | ({"Content-Type": "application/json", "Idempotency-Key": key} if key else {})

    def invoice(self, issuer: Issuer, outgoing: Outgoing) -> bytes:
        """Write an invoice: the payment that is to be signed, and the PDF that is shown."""
        document = outgoing.document
        said = {
            "format": FORMAT,
            "delivery_id": outgoing.delivery_id,
            "issuer": issuer._asdict(),
            "recipient": {"fmi": outgoing.address},
            "invoice": {
                "number": document.number,
                "kind": document.kind.value,
                "issue_date": document.issue_date,
                "due_date": document.due_date,
                "amount": plain_kronor(document.to_pay_ore or 0),
                "currency": document.currency,
                "reference": document.reference,
                "bankgiro": issuer.bankgiro,
            },
            "pdf": {
                "sha256": hashlib.sha256(outgoing.pdf).hexdigest(),
                "content": b64encode(outgoing.pdf).decode("ascii"),
            },
        }
        return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    def taken(self, key: str, content: bytes) -> str | None:
        """Read the answer to an invoice."""
        said = _read(_Taken, content)
        return said.id if said is not None and said.key == key else None

    def refused(self, content: bytes) -> HubError | None:
        """Read a refusal: whose matter it is decides what is done next."""
        said = _read(_Refused, content)
        if said is None:
            return None
        reason = _reason(said.code)
        if said.cause == "issuer":
            return ConfigurationError(reason, where="plugins.internet_bank", hint="look at fui, ctd and the bankgiro")
        return DocumentError(reason) if said.cause == "document" else RejectedError(reason)

    def registrations(self, content: bytes) -> RegistrationPage:
        """Read a page of registrations."""
        page = _read(_RegistrationRows, content)
        if page is None:
            raise TransientError("the distributor's registrations cannot be read")
        rows = [row for row in (_row(_RegistrationRow, each) for each in page.registrations) if row is not None]
        known = [(row, person) for row in rows if (person := _person(row.personal_number))]
        read = [Registration(row.no, row.event == "registered", person, row.fmi.strip()) for row, person in known]
        return RegistrationPage(read, page.cursor, page.has_more)

    def reports(self, content: bytes) -> ReportPage:
        """Read a page of reports."""
        page = _read(_ReportRows, content)
        if page is None:
            raise TransientError("the distributor's reports cannot be read")
        rows = [row for row in (_row(_ReportRow, each) for each in page.reports) if row is not None]
        receipts = [_receipt(row) for row in rows if row.delivery_id or row.id]
        return ReportPage(receipts, page.cursor, page.has_more)


def _receipt(row: _ReportRow) -> Receipt:
    is_rejected = row.state == "rejected"
    # Never a bad address: the register says when a registration ends, and when the debtor has a new one.
    kind = _KINDS.get(row.state) or (ReceiptKind.RETURNED if row.cause == "recipient" else ReceiptKind.STOPPED)
    return Receipt(
        kind,
        delivery_id=row.delivery_id,
        external_id=row.id,
        reason=_reason(row.code) if is_rejected else "",
        at=row.at.isoformat() if row.at else "",
    )


def _reason(code: str) -> str:
    """Say that it was rejected; a code is told when it is one, and no text, which may name people."""
    return f"the distributor rejected it{f', code {code}' if _CODE.fullmatch(code) else ''}"


def _person(number: str) -> str:
    """Return a person's number with twelve digits, blank when it is none."""
    digits = personal_identity_number.compact(number)
    is_one = personal_identity_number.is_valid(digits) or coordination_number.is_valid(digits)
    return digits if is_one and len(digits) == _NUMBER_LENGTH else ""


def _row(kind: type[T], value: object) -> T | None:
    try:
        return kind.model_validate(value)
    except ValidationError:
        return None


def _read(kind: type[T], content: bytes) -> T | None:
    try:
        return kind.model_validate_json(content)
    except ValidationError:
        return None
