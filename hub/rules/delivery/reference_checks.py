"""References that the bank would refuse, wherever a document asks to be paid by one."""

from __future__ import annotations

from collections.abc import Iterator

from hub.model.documents import INVOICES, Document
from hub.model.import_rows import RowProblem
from hub.model.payment_reference import ReferenceControl
from hub.rules.delivery.payment_box import asks_for_payment
from hub.rules.references import check_reference, normal_form

_MISSING = "the bank refuses payments without one: give it, or "
_MISSING_IN_INVOICE = _MISSING + "a number that one can be made of"
_MISSING_IN_LETTER = _MISSING + "one for each claim or instalment"


def in_normal_form(document: Document) -> Document:
    """Return the document, what its instalments and claims are paid by written as its own reference is kept."""
    return document.model_copy(
        update={
            "instalments": tuple(
                one.model_copy(update={"reference": normal_form(one.reference)}) for one in document.instalments
            ),
            "claims": tuple(
                one.model_copy(update={"reference": normal_form(one.reference)}) for one in document.claims
            ),
        }
    )


def reference_problems(document: Document, control: ReferenceControl, *, needs_one: bool) -> list[RowProblem]:
    """Return what is wrong with each reference in normal form, where the control is hard; no message repeats a value.

    A blank one is wrong only where it is the document's own and it `needs_one`: a claim and an instalment may go
    without.
    """
    if not control.is_hard or not asks_for_payment(document):
        return []
    why = _MISSING_IN_INVOICE if document.kind in INVOICES else _MISSING_IN_LETTER
    missing = [RowProblem("reference", "REFERENCE_MISSING", why)] if needs_one and not document.reference else []
    checked = ((place, check_reference(reference, control)) for place, reference in _stated(document))
    return missing + [RowProblem(place, wrong.code, wrong.message) for place, wrong in checked if wrong is not None]


def _stated(document: Document) -> Iterator[tuple[str, str]]:
    """Yield each reference that somebody may pay by, with the place it stands in."""
    places = [("reference", document.reference)]
    places += [
        (f"instalments[{number}].reference", one.reference) for number, one in enumerate(document.instalments, 1)
    ]
    places += [(f"claims[{number}].reference", one.reference) for number, one in enumerate(document.claims, 1)]
    return ((place, reference) for place, reference in places if reference)
