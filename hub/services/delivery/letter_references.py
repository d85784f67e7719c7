"""A letter about several receivables has a reference of its own: a payment by it pays all that the letter is about.

So has one about a single receivable that the bank takes no payment for otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hub.errors import IdentifierError
from hub.model.documents import WITHOUT_PAYMENT, Document
from hub.model.payment_reference import ReferenceControl
from hub.model.tenant import Tenant
from hub.rules.delivery.payment_box import payee_account_of
from hub.rules.references import make_letter_reference
from hub.services.chart import canonical_key
from hub.services.ports import UnitOfWork

MOST_TRIES = 20  # of numbers that are somebody's reference already


class Place(NamedTuple):
    """Where a reference is known: the number of the payee account, and how the bank checks what is paid to it."""

    account_no: int
    control: ReferenceControl


def with_references(work: UnitOfWork, tenant: Tenant, documents: Mapping[str, Document]) -> dict[str, Document]:
    """Return documents, those that want one with references that nothing else is paid by.

    One whose number does not fit the control agreed with the bank goes without: each claim says its own.
    """
    lacking = {key: document for key, document in documents.items() if _lacks_reference(document)}
    places = _places(work, tenant, lacking)
    wanting = [key for key, document in lacking.items() if len(document.claims) > 1 or places[key].control.is_hard]
    if not wanting:
        return dict(documents)
    given: dict[str, str] = {}
    for _ in range(MOST_TRIES):
        made = _made(work, [key for key in wanting if key not in given], places)
        known = work.letters.known_references({(places[key].account_no, made[key]) for key in made if made[key]})
        given |= {key: ref for key, ref in made.items() if (places[key].account_no, ref) not in known}
        if len(given) == len(wanting):
            break
    return {key: document.model_copy(update={"reference": given.get(key, document.reference)})
            for key, document in documents.items()}  # fmt: skip


def keep_references(work: UnitOfWork, tenant: Tenant, letters: Iterable[tuple[int, Document]]) -> None:
    """Let the references of new letters mean them, from the day of the letter on."""
    numbered = {str(number): document for number, document in letters if document.reference}
    places = _places(work, tenant, numbered)
    work.letters.add_references(
        [
            (places[number].account_no, document.reference, int(number), document.issue_date)
            for number, document in numbered.items()
        ]
    )


def _lacks_reference(document: Document) -> bool:
    """Say whether a letter asks for receivables, and no reference pays it."""
    return bool(document.claims) and not document.reference and document.kind not in WITHOUT_PAYMENT


def _made(work: UnitOfWork, keys: Sequence[str], places: Mapping[str, Place]) -> dict[str, str]:
    """Return a reference for each, by numbers of a series of their own; blank where the number does not fit."""
    first = work.letters.take_reference_numbers(len(keys))
    return {key: _reference(number, places[key].control) for number, key in enumerate(keys, first)}


def _reference(number: int, control: ReferenceControl) -> str:
    try:
        return make_letter_reference(number, control)
    except IdentifierError:
        return ""


def _places(work: UnitOfWork, tenant: Tenant, documents: Mapping[str, Document]) -> dict[str, Place]:
    accounts = {}
    for key, document in documents.items():
        company = tenant.company(document.company)
        account = None if company is None else payee_account_of(document, company)
        assert company is not None
        assert account is not None  # a document that asks for payment is complete
        accounts[key] = canonical_key(account), company.number, company.reference_control(account)
    numbers = work.accounts.register({(name, company) for name, company, _ in accounts.values()})
    return {key: Place(numbers[name], control) for key, (name, _, control) in accounts.items()}
