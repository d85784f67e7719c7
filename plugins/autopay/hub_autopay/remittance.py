"""What a payment is for: references, their shares, credit notes and free text of one transaction detail.

The bank does not vouch for a reference in camt, not even with the code SCOR, so every reference is GIVEN.
"""

from __future__ import annotations

from typing import NamedTuple

from hub.formats.xml_layout import Amount, Values
from hub.model.payment_file import Part, PartKind
from hub_autopay.mapping import CREDIT_NOTE_CODES, NAMES_FOR_NONE
from hub_autopay.scalars import money

_REFERENCE_ALONE = {"reference"}


class Remittance(NamedTuple):
    """`reference` when the payment names one document; otherwise `parts`, one for each."""

    reference: str = ""
    parts: tuple[Part, ...] = ()
    texts: tuple[str, ...] = ()


def remittance_of(detail: Values, *, currency: str, line: int, last_text: str = "") -> Remittance:
    """Read the remittance information (*betalningsinformation*) of one transaction detail.

    A single structured reference becomes `reference`. Several become parts: positive shares for invoices, negative
    ones for credit notes; a share in another currency or of zero says nothing and is None. `last_text` is the entry's
    own text, for a detail that is alone in its entry.
    """
    texts: list[str] = [*detail.get("unstructured", ())]
    parts: list[Part] = []
    for block in detail.get("structured", ()):
        if block.keys() == _REFERENCE_ALONE:  # what nearly every block is
            parts.append(Part(block["reference"]))
            continue
        parts += _parts_of(block, currency, line)
        texts += block.get("texts", ())
        texts += _further_numbers(block)
    texts += (detail.get("additional", ""), last_text, _other_debtor(detail))
    spoken = tuple(dict.fromkeys(filter(None, texts)))
    if len(parts) == 1 and parts[0].kind == PartKind.INVOICE:
        return Remittance(parts[0].reference, (), spoken)
    return Remittance("", tuple(parts), spoken)


def references_of(remittance: Remittance) -> tuple[str, ...]:
    """Return every reference, for entries that are no payments."""
    found = (remittance.reference, *(part.reference for part in remittance.parts))
    return tuple(filter(None, found))


def states_other_total(parts: tuple[Part, ...], amount_ore: int) -> bool:
    """Say whether every part states a share and the shares do not add up to the payment."""
    shares = [part.amount_ore for part in parts if part.amount_ore is not None]
    return bool(shares) and len(shares) == len(parts) and sum(shares) != amount_ore


def _parts_of(block: Values, currency: str, line: int) -> list[Part]:
    reference = block.get("reference", "") or next(iter(_numbers(block)), "")
    if "remitted" not in block and "credited" not in block:
        kind = PartKind.CREDIT_NOTE if _is_credit_note(block) else PartKind.INVOICE
        return [Part(reference, None, kind)] if reference else []
    remitted = _share(block.get("remitted"), currency, line, "RmtdAmt")
    credited = _share(block.get("credited"), currency, line, "CdtNoteAmt")
    if _is_credit_note(block) or (credited and not remitted):
        share = credited or remitted
        return [Part(reference, -share if share else None, PartKind.CREDIT_NOTE)]
    parts = [Part(reference, remitted or None)] if reference or remitted else []
    if credited:
        parts.append(Part(reference, -credited, PartKind.CREDIT_NOTE))
    return parts


def _is_credit_note(block: Values) -> bool:
    return any(document.get("type") in CREDIT_NOTE_CODES for document in block.get("documents", ()))


def _share(stated: Amount | None, currency: str, line: int, field: str) -> int:
    if stated is None:
        return 0
    whole, stated_currency = money(stated, line=line, record="Strd", field=field)
    return whole if stated_currency == currency else 0


def _numbers(block: Values) -> list[str]:
    return [document["number"] for document in block.get("documents", ()) if "number" in document]


def _further_numbers(block: Values) -> list[str]:
    """Document numbers that did not become the reference: kept as text, so that matching may still find them."""
    numbers = _numbers(block)
    if not numbers:
        return numbers
    return [number for number in numbers if number != block.get("reference", numbers[0])]


def _other_debtor(detail: Values) -> str:
    """Return the ultimate debtor when somebody else paid for it; the payer's own name stands in `Payer`."""
    name: str = detail.get("ultimate_debtor_name", "")
    if not name:
        return ""
    payer: str = detail.get("debtor_name", "")
    is_named = bool(payer) and not NAMES_FOR_NONE & {payer.upper(), name.upper()}
    return name if is_named and name != payer else ""
