"""Who a document is for, as channels and the register of recipients know the debtor."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from hub.identifiers import electronic_address, organisation_number
from hub.identifiers.identity_key import identity_key, may_be_same
from hub.model.deliveries import KnownRecipient
from hub.model.delivery import Recipient, RouteStep
from hub.model.documents import INVOICES, Document
from hub.model.parties import Debtor, DebtorClass, PostalAddress
from hub.rules.delivery.route import RouteFacts

_CENTURIES = ("18", "19", "20")


def recipient_key(document: Document) -> str:
    """Return what the debtor is known by: its identity, else its number at the company, else name and postal address.

    Two of one name are not one debtor.
    """
    return debtor_key(document.company, document.debtor)


def debtor_key(company: str, debtor: Debtor) -> str:
    """Return the same of a debtor of a company."""
    if debtor.identity is not None:
        return identity_key(debtor.identity)
    if debtor.number:
        return number_key(company, debtor.number)
    return f"{company.lstrip('0')}//{_digest(_written(debtor.name, debtor.address))}"


def number_key(company: str, number: str) -> str:
    """Return what a debtor without identity is known by."""
    return f"{company.lstrip('0')}/{number}"


def debtor_number_key(document: Document) -> str:
    """Return the key of the debtor's number where its identity goes before that; blank where there are not both."""
    debtor = document.debtor
    return number_key(document.company, debtor.number) if debtor.identity is not None and debtor.number else ""


def recipient_of(document: Document, known: KnownRecipient | None) -> Recipient:
    """Return the recipient; what the register says goes before what the document says."""
    debtor, known = document.debtor, known or KnownRecipient("")
    recipient = Recipient(
        key=recipient_key(document),
        name=debtor.name,
        identity=full_identity(debtor.identity or ""),
        debtor_class=DebtorClass(known.debtor_class) if known.debtor_class else document.debtor_class,
        vat_number=debtor.vat_number,
        email=known.email or debtor.email,
        e_invoice_address=known.e_invoice_address or debtor.e_invoice_address,
        e_bank_address=known.e_bank_address,
        country=debtor.address.country,
    )
    return recipient._replace(key=_digest(json.dumps(recipient)))  # an answer is about these facts and no others


def row_of(document: Document, known: KnownRecipient | None) -> KnownRecipient | None:
    """Return a row of the register that was found by the debtor's key, unless it is of one a century older."""
    identities = document.debtor.identity or "", "" if known is None else known.identity
    return known if not all(identities) or may_be_same(*identities) else None


def register_keys(document: Document) -> set[str]:
    """Return the keys that the register is asked by about a document's debtor."""
    return {recipient_key(document), debtor_number_key(document)} - {""}


def registered_of(
    document: Document, known: Mapping[str, KnownRecipient], *, is_held: bool = False
) -> KnownRecipient | None:
    """Return what the register says, by key, of a document's debtor, None when it says nothing.

    A protection counts by either key, so that nobody is found by the one that knows nothing of it; all else is said by
    the debtor's own. With `is_held` a hold on what the document is about says that the debtor is protected.
    """
    row = row_of(document, known.get(recipient_key(document)))
    by_number = known.get(debtor_number_key(document))
    if not is_held and (by_number is None or not by_number.is_protected):
        return row
    return (row or KnownRecipient(recipient_key(document)))._replace(is_protected=1)


def numbers_named(document: Document) -> set[str]:
    """Return the numbers of the receivables that a document is about or names; a letter's own is none of them."""
    own = {document.number} if document.kind in INVOICES else set()
    claims = (one.number for one in (*document.claims, *document.also_open))
    return {*own, document.credits_number, *claims} - {""}


def says_otherwise(now: KnownRecipient | None, before: KnownRecipient | None) -> bool:
    """Say whether the register says something else of a debtor than before that its documents go by."""
    return _said(now) != _said(before)


def _said(known: KnownRecipient | None) -> KnownRecipient:
    return (known or KnownRecipient(""))._replace(recipient_key="", name="", identity="", source="", changed_at="")


def facts_of(document: Document, recipient: Recipient, known: KnownRecipient | None, today: str) -> RouteFacts:
    """Return what a route goes by `today` (ISO), but for what was tried.

    A consent of the register is for the address that the register has: never for one that a document brings.
    """
    known = known or KnownRecipient("")
    has_agreed = bool(known.email) and "" < known.email_consent_on <= today
    return RouteFacts(
        kind=document.kind,
        debtor_class=recipient.debtor_class,
        wish=RouteStep(known.wish) if known.wish else None,
        has_email=bool(recipient.email),
        has_email_consent=has_agreed or (document.debtor.email_consent and not known.email),
        is_protected=bool(known.is_protected) or document.debtor.is_protected,
    )


def is_reached_at(recipient: Recipient, address: str) -> bool:
    """Say whether an electronic address is of a recipient: the stated one, or that of its Swedish or VAT number."""
    stated = (
        recipient.e_invoice_address,
        f"{electronic_address.ORGANISATION}:{recipient.identity}",
        f"{electronic_address.SWEDISH_VAT}:{recipient.vat_number}",
    )
    return any(electronic_address.are_same(address, one) for one in stated)


def full_identity(identity: str) -> str:
    """Return an identity as networks want it: an organisation number with ten digits, a person's with twelve.

    A person's number without its century stays as it is: nobody guesses a century.
    """
    return organisation_number.compact(identity) if organisation_number.is_valid(identity) else identity


def has_century(identity: str) -> bool:
    """Say whether a person's number states its century."""
    return len(identity) == 12 and identity.startswith(_CENTURIES)


def is_same_email(one: str, other: str) -> bool:
    """Say whether two email addresses are the same: upper and lower case mean the same one."""
    return _compared(one) == _compared(other)


def address_used(step: RouteStep, document: Document, recipient: Recipient) -> str:
    """Return the address that a channel of a step uses, to note that it does not work; blank when it has none."""
    if step is RouteStep.EMAIL:
        return _compared(recipient.email)
    if step is RouteStep.LETTER:
        return _written(document.debtor.name, document.debtor.address)
    own = recipient.e_bank_address if step is RouteStep.INTERNET_BANK else recipient.e_invoice_address
    return "\n".join((recipient_key(document), "" if step is RouteStep.KIVRA else own))


def _compared(email: str) -> str:
    return email.casefold()


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _written(name: str, address: PostalAddress) -> str:
    parts = (name, address.care_of, address.street, address.street_2, address.postal_code, address.city)
    return "\n".join(part.strip().casefold() for part in (*parts, address.country))
