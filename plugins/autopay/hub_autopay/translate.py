"""Theirs to ours: one transaction detail or one whole entry becomes one event. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from hub.formats.xml_layout import Values
from hub.model.payment_file import (
    LOOKUP_KINDS,
    Key,
    OtherEntry,
    OtherKind,
    PayeeAccount,
    Payment,
    ReferenceQuality,
    Reversal,
)
from hub_autopay.accounts import GIRO, account_of
from hub_autopay.head import Head, other_kind, transaction_code
from hub_autopay.mapping import NAMES_FOR_NONE
from hub_autopay.payer import counterparty_of, payer_of
from hub_autopay.remittance import references_of, remittance_of

_REFERENCES = ("tx_id", "instr_id", "end_to_end_id", "clr_sys_ref", "mndt_id", "uetr")
_OF_ORDERS = ("message_id", "part_id")  # of a debit: the file of payment orders, and its part, that it is of
FILE_AND_PART = 2  # of an entry that is of one part alone: the narrower name goes first
_LOOKUPS = tuple(name for name in _REFERENCES if name in LOOKUP_KINDS)
_KIVRA_PLACE = "PaymentKey"


def payment(head: Head, detail: Values, *, line: int, position: int, amount_ore: int, is_only: bool) -> Payment:
    """Return the payment that a booked credit detail states."""
    last_text = head.text if is_only else ""
    reference, parts, texts = remittance_of(detail, currency=head.currency, line=line, last_text=last_text)
    return Payment(
        line,
        head.number,
        amount_ore,
        head.currency,
        head.booked_date,
        reference,
        ReferenceQuality.GIVEN if reference else ReferenceQuality.NONE,
        parts,
        texts,
        payer_of(detail),
        proof_keys(head, detail, position=position, is_only=is_only) + _lookup_keys(detail),
        head.channel,
        _other_giro(head, detail),
        head.reference,
    )


def reversal(head: Head, detail: Values, *, line: int, amount_ore: int) -> Reversal:
    """Return the reversal that a detail states; its keys name the original as far as the bank does."""
    purpose = remittance_of(detail, currency=head.currency, line=line)
    return Reversal(
        line=line,
        entry=head.number,
        amount_ore=amount_ore,
        currency=head.currency,
        booked_date=head.booked_date,
        reference=next(iter(references_of(purpose)), ""),
        keys=_original_keys(head, detail),
        reason=detail.get("return_reason", ""),
        is_credit=head.direction > 0,
        account=_other_giro(head, detail),
        entry_reference=head.reference,
    )


def other_detail(head: Head, detail: Values, *, line: int, position: int, signed_ore: int, is_only: bool) -> OtherEntry:
    """Return the entry that a debit detail, or one of zero, states."""
    purpose = remittance_of(detail, currency=head.currency, line=line, last_text=head.text if is_only else "")
    given = (value for name in _REFERENCES + _OF_ORDERS if (value := _given(detail.get(name, ""))))
    kind = other_kind({**_codes(head), **detail}, -1) if signed_ore else OtherKind.UNKNOWN
    return OtherEntry(
        line=line,
        entry=head.number,
        amount_ore=signed_ore,
        currency=head.currency,
        booked_date=head.booked_date,
        kind=kind,
        code=transaction_code(detail) or head.code,
        references=tuple(dict.fromkeys((*references_of(purpose), *given))),
        texts=purpose.texts,
        keys=proof_keys(head, detail, position=position, is_only=is_only),
        entry_reference=head.reference,
        proprietary=detail.get("proprietary_code") or head.proprietary,
        counterparty=counterparty_of(detail, is_credit=signed_ore > 0),
    )


def whole_entry(head: Head, details: Sequence[Values] = (), orders: Sequence[str] = ()) -> OtherEntry | Reversal:
    """Return the one event of an entry without usable details: lump, debit, pending or reversal.

    References and texts of the details, if there are any, stay with it, and `orders`, the files that it names as paid.
    """
    purposes = [remittance_of(detail, currency=head.currency, line=head.line) for detail in details]
    references = dict.fromkeys(reference for purpose in purposes for reference in references_of(purpose))
    references.update(dict.fromkeys(reversed(orders) if len(orders) == FILE_AND_PART else orders))
    texts = dict.fromkeys(text for purpose in purposes for text in purpose.texts)
    keys = (Key("acct_svcr_ref", head.acct_svcr_ref),) if head.acct_svcr_ref else ()
    others = (counterparty_of(detail, is_credit=head.direction > 0) for detail in details)
    if head.is_booked and head.is_reversal and head.signed_ore:
        return Reversal(
            line=head.line,
            entry=head.number,
            amount_ore=abs(head.signed_ore),
            currency=head.currency,
            booked_date=head.booked_date,
            reference=next(iter(references), ""),
            keys=(),  # its own reference does not name the original
            is_credit=head.direction > 0,
            entry_reference=head.reference,
        )
    return OtherEntry(
        line=head.line,
        entry=head.number,
        amount_ore=head.signed_ore,
        currency=head.currency,
        booked_date=head.booked_date,
        kind=head.kind if head.is_booked else OtherKind.PENDING,
        code=head.code if head.is_booked else head.status,
        references=tuple(references),
        texts=(*texts, head.text) if head.text else tuple(texts),
        keys=keys,
        entry_reference=head.reference,
        proprietary=head.proprietary,
        counterparty=next((one for one in others if one is not None), None),
    )


def proof_keys(head: Head, detail: Values, *, position: int, is_only: bool) -> tuple[Key, ...]:
    """Return the identities the bank gave this money: they prove it.

    A detail that is alone in its entry is the entry, so the entry's reference names it in camt.054 and camt.053 alike;
    among several it is named by its place.
    """
    keys: tuple[Key, ...] = ()
    own = detail.get("acct_svcr_ref")
    if own:
        keys = (Key("acct_svcr_ref", own),)
    elif head.acct_svcr_ref and is_only:
        keys = (Key("acct_svcr_ref", head.acct_svcr_ref),)
    elif head.acct_svcr_ref:
        keys = (Key("entry_ref", f"{head.acct_svcr_ref}#{position}"),)
    for extra in detail.get("supplementary", ()):
        if extra.get("place") == _KIVRA_PLACE and extra.get("id"):
            keys += (Key("kivra_payment", extra["id"]),)
    return keys


def _original_keys(head: Head, detail: Values) -> tuple[Key, ...]:
    """Return what names the original. The reversal's own entry reference does not: it would exclude the original."""
    own = detail.get("acct_svcr_ref", "")
    keys = (Key("acct_svcr_ref", own),) if own and own != head.acct_svcr_ref else ()
    return keys + _lookup_keys(detail)


def _lookup_keys(detail: Values) -> tuple[Key, ...]:
    """Return the names that a payer or a bank on the way gave the payment: they repeat, and prove nothing.

    A mandate names many payments, so it finds none.
    """
    return tuple([Key(name, value) for name in _LOOKUPS if name in detail and (value := _given(detail[name]))])


def _given(text: str) -> str:
    return "" if text.upper() in NAMES_FOR_NONE else text


def _codes(head: Head) -> Values:
    family, _, sub_family = head.code.partition("/")
    return {"family": family, "sub_family": sub_family}


def _other_giro(head: Head, detail: Values) -> PayeeAccount | None:
    """Return the giro number the payer used when it is not the section's own account."""
    if "creditor_other" not in detail:
        return None
    account = account_of(detail, "creditor")
    return account if account and account.scheme in GIRO and account != head.account else None
