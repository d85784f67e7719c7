"""What a claim says of one receivable: debtors, line, fees, history, payments, documents, holds. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from hub.banking_calendar import swedish_date
from hub.errors import DataError
from hub.identifiers import coordination_number, organisation_number, personal_identity_number
from hub.model.claim_facts import DebtAmounts, SentDocument
from hub.model.claims import (
    FEE_LINE,
    LONGEST_DESCRIPTION,
    ClaimDebtor,
    ClaimDocument,
    ClaimFee,
    ClaimHold,
    ClaimInterest,
    ClaimLine,
    ClaimPayment,
    ClaimStep,
    Creditor,
    DebtorFlag,
    DebtorKind,
    DebtorRole,
    FeeType,
    IdentityType,
    InterestBasis,
    LegalClass,
    PaidTo,
)
from hub.model.company import Company
from hub.model.deliveries import KnownRecipient
from hub.model.dunning import DunningStep, Stopped
from hub.model.dunning_plans import StepTaken
from hub.model.parties import DebtorClass, PostalAddress, class_of_kept
from hub.model.receivables import Hold, Receivable, ReceivableKind
from hub.rules.charges import CHARGE_CAUSES, MONEY_CAUSES, Cause, EntryFacts
from hub.rules.debtors import debtor_fields
from hub.rules.delivery.recipients import number_key
from hub.rules.dunning.holds import stopped_by
from hub.rules.statutes import COLLECTION_COSTS_ACT
from hub.services.books.interest import Accrued, terms_of

OF_AGE = 18
_FEE_OF = {
    DunningStep.REMINDER_1: (FeeType.REMINDER, f"{COLLECTION_COSTS_ACT} 2 §"),
    DunningStep.REMINDER_2: (FeeType.REMINDER, f"{COLLECTION_COSTS_ACT} 2 §"),
    DunningStep.DEMAND: (FeeType.DEMAND, f"{COLLECTION_COSTS_ACT} 3 §"),
}
_SOURCES: dict[str, PaidTo] = {Cause.COLLECTED: PaidTo.AGENCY}
_KINDS = {ReceivableKind.FEE_INVOICE: FEE_LINE}  # the others are called as receivables are
_CLASSES = {
    DebtorClass.PERSON: DebtorKind.PERSON,
    DebtorClass.COMPANY: DebtorKind.COMPANY,
    DebtorClass.PUBLIC: DebtorKind.PUBLIC,
}
_ADDRESS_LINE = 100


class DebtFacts(NamedTuple):
    """What is known of one receivable that becomes a claim."""

    receivable: Receivable
    amounts: DebtAmounts
    entries: Sequence[EntryFacts]
    accrued: Accrued
    steps: Sequence[StepTaken]
    holds: Sequence[Hold]
    documents: Sequence[SentDocument]
    recipients: Mapping[str, KnownRecipient]  # by identity as it is kept, and by the number's key
    reference: str
    last_day: date | None  # of the claim's life


def creditor_of(company: Company, routine: str) -> Creditor:
    """Return who is owed; the numbers that it has at an agency are added by who knows the agency."""
    settings, head = company.claims, company.letterhead
    address = PostalAddress(street=head.street, postal_code=head.postal_code, city=head.city, country=head.country)
    return Creditor(
        organisation_number=company.organisation_number,
        name=company.name,
        address=address,
        company=company.number,
        routine=routine,
        **_payout(company),
        contact_name=settings.contact_name,
        contact_phone=settings.contact_phone or head.phone,
        contact_email=settings.contact_email or head.email,
        original_creditor=settings.original_creditor,
    )


def _payout(company: Company) -> dict[str, str]:
    wanted = tuple(company.claims.payout_account.split(":", 1)) if company.claims.payout_account else None
    accounts = [one for one in company.payee_accounts if wanted is None or wanted in one.numbers]
    numbers = dict(accounts[0].numbers) if accounts else {}
    if wanted is not None:
        numbers[wanted[0]] = wanted[1]
    return {scheme: numbers.get(scheme, "") for scheme in ("bankgiro", "plusgiro", "iban")}


def debtors_of(facts: DebtFacts, company: Company, on: date) -> tuple[ClaimDebtor, ...]:
    """Return who owes, the main debtor first."""
    row = facts.receivable
    flags = [company.claims.hold_flags[one.code] for one in facts.holds if one.code in company.claims.hold_flags]
    by_number = facts.recipients.get(number_key(row.company, row.debtor_number), KnownRecipient(""))
    flags += [DebtorFlag.PROTECTED_IDENTITY] * by_number.is_protected  # by either key, whatever all else is known by
    main = _debtor(row.debtor_name, row.debtor_identity, by_number, facts, on, flags)
    main = main.model_copy(update={"number": row.debtor_number, "address": _address(row)})
    if not row.second_debtor_name:
        return (main,)
    second = _debtor(row.second_debtor_name, row.second_debtor_identity, by_number, facts, on, ())
    return (main, second.model_copy(update={"role": DebtorRole.JOINT, "address": main.address}))


def _debtor(
    name: str, identity: str, by_number: KnownRecipient, facts: DebtFacts, on: date, flags: Iterable[DebtorFlag]
) -> ClaimDebtor:
    known = facts.recipients.get(identity, KnownRecipient("")) if identity else by_number
    found = {*flags}
    if known.is_protected:
        found.add(DebtorFlag.PROTECTED_IDENTITY)
    if is_minor(identity, on):
        found.add(DebtorFlag.MINOR)
    return ClaimDebtor(
        kind=_kind(identity, known),
        identity_type=identity_type(identity),
        identity=identity,
        name=name,
        email=known.email,
        flags=tuple(sorted(found)),
    )


def _kind(identity: str, known: KnownRecipient) -> DebtorKind:
    """A business with a personal number is a sole trader (*enskild firma*), where the register says that it is one."""
    told = DebtorClass(known.debtor_class) if known.debtor_class else None
    shown = class_of_kept(identity)
    if told is DebtorClass.COMPANY and shown is DebtorClass.PERSON and identity:
        return DebtorKind.SOLE_TRADER
    return _CLASSES[told or shown]


def identity_type(identity: str) -> IdentityType:
    """Return what kind of number an identity is."""
    if not identity:
        return IdentityType.NONE
    if organisation_number.is_valid(identity):
        return IdentityType.ORGANISATION
    if personal_identity_number.is_valid(identity):
        return IdentityType.PERSONAL
    return IdentityType.COORDINATION if coordination_number.is_valid(identity) else IdentityType.FOREIGN


def is_minor(identity: str, on: date) -> bool:
    """Say whether a person is under eighteen: föräldrabalken (1949:381) 9 kap. 1 §. Without a century nobody is."""
    if len(identity) != 12 or identity_type(identity) not in (IdentityType.PERSONAL, IdentityType.COORDINATION):
        return False
    year, month_and_day = int(identity[:4]), (int(identity[4:6]), int(identity[6:8]) % 60)
    return on.year - year - ((on.month, on.day) < month_and_day) < OF_AGE


def _address(row: Receivable) -> PostalAddress:
    """Return the debtor's address; one that cannot be read stays in the lines it came in."""
    try:
        return PostalAddress.model_validate(debtor_fields(row)["address"])
    except (DataError, ValueError):
        first, *more = row.debtor_address.split("\n")
        return PostalAddress(street=first[:_ADDRESS_LINE], street_2=", ".join(more)[:_ADDRESS_LINE])


def line_of(facts: DebtFacts, company: Company, on: date) -> ClaimLine:
    """Return the receivable as a line of its claim."""
    row, routine = facts.receivable, company.routine(facts.receivable.routine)
    text = (routine.claim_text or routine.name) if routine is not None else ""
    return ClaimLine(
        receivable_id=row.receivable_id,
        company=row.company,
        source_system=row.source_system,
        invoice_no=row.number,
        ocr=facts.reference,
        kind=_KINDS.get(ReceivableKind(row.kind), row.kind),
        description=text[:LONGEST_DESCRIPTION],
        invoice_date=row.invoice_date,
        due_date=row.due_date,
        sent_date=_sent_on(facts),
        currency=row.currency,
        principal_original_ore=row.original_ore,
        principal_open_ore=facts.amounts.principal_ore,
        fee_open_ore=facts.amounts.fee_ore,
        interest_open_ore=facts.amounts.interest_ore,
        interest=_interest(facts, company, on),
        legal_class=routine.legal_class if routine is not None else LegalClass.PRIVATE_LAW,
        limitation_date="" if facts.last_day is None else facts.last_day.isoformat(),
    )


def _sent_on(facts: DebtFacts) -> str:
    sent = [one.sent_at for one in facts.documents if one.number == facts.receivable.number and one.sent_at]
    return day_of(min(sent)) if sent else ""


def day_of(moment: str) -> str:
    """Return the Swedish day of an ISO time."""
    return swedish_date(datetime.fromisoformat(moment)).isoformat()


def _interest(facts: DebtFacts, company: Company, on: date) -> ClaimInterest:
    terms = terms_of(facts.receivable, company)
    if terms is None:
        return ClaimInterest(basis=InterestBasis.NONE)
    is_above = terms.rate.is_above_reference
    first_day = facts.accrued.first_day_left(terms.day_count) or terms.first_day
    return ClaimInterest(
        basis=InterestBasis.REFERENCE_PLUS if is_above else InterestBasis.FIXED,
        spread_percent=terms.rate.percent if is_above else None,
        percent=None if is_above else terms.rate.percent,
        start_date=first_day.isoformat(),
        accrued_ore=facts.accrued.left_ore,
        accrued_to=on.isoformat(),
    )


def fees_of(facts: DebtFacts) -> Iterator[ClaimFee]:
    """Yield the fees that letters have asked for, printed ones too."""
    for step in facts.steps:
        if step.are_fees_invoiced:  # receivables of their own
            continue
        if step.compensation_ore:
            yield ClaimFee(
                type=FeeType.LATE_COMPENSATION,
                amount_ore=step.compensation_ore,
                date=step.dated_on,
                is_booked=True,
                legal_basis=f"{COLLECTION_COSTS_ACT} 4 a §",
            )
        if step.fee_ore and step.step in _FEE_OF:
            kind, statute = _FEE_OF[DunningStep(step.step)]
            yield ClaimFee(
                type=kind,
                amount_ore=step.fee_ore,
                date=step.dated_on,
                is_booked=bool(step.is_fee_debited),
                legal_basis=statute,
            )


def history_of(facts: DebtFacts) -> Iterator[ClaimStep]:
    """Yield what we did, in order: the invoice, then each step of dunning that stands."""
    by_no = {one.document_no: one for one in facts.documents}
    for one in facts.documents:
        if one.number == facts.receivable.number and one.sent_at:
            sent_on = day_of(one.sent_at)
            yield ClaimStep(event="invoice_sent", date=sent_on, channel=one.channel, document_no=one.document_no)
            break
    for step in facts.steps:
        if step.is_by_agency:
            continue
        document = by_no.get(step.document_no or 0)
        yield ClaimStep(
            event=step.step,
            date=day_of(step.sent_at) if step.sent_at else step.dated_on,
            channel=document.channel if document is not None else "",
            document_no=step.document_no,
            pay_by=step.answer_by,
            fee_ore=step.fee_ore,
        )


def payments_of(entries: Iterable[EntryFacts]) -> list[ClaimPayment]:
    """Return what has been paid, one row for each payment and day; what was taken back adds up to nothing."""
    sums: dict[tuple[int, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        if is_money(entry):
            source = _SOURCES.get(entry.cause, PaidTo.CUSTOMER)
            sums[entry.payment_id or 0, entry.transaction_date, source][entry.bucket] -= entry.amount_ore
    return [
        ClaimPayment(
            payment_id=payment_id or None,
            date=day,
            source=PaidTo(source),
            amount_ore=sum(by_bucket.values()),
            principal_ore=by_bucket["principal"],
            fee_ore=by_bucket["fee"],
            interest_ore=by_bucket["interest"],
        )
        for (payment_id, day, source), by_bucket in sorted(sums.items(), key=lambda one: (one[0][1], one[0][0]))
        if any(by_bucket.values())
    ]


def is_money(entry: EntryFacts) -> bool:
    """Say whether an entry is money that came, went or was moved."""
    if entry.cause in CHARGE_CAUSES or entry.cause in (Cause.TRANSFERRED, Cause.TRANSFER_TAKEN_BACK):
        return False
    return entry.payment_id is not None or entry.cause in MONEY_CAUSES


def documents_of(facts: DebtFacts) -> Iterator[ClaimDocument]:
    """Yield the documents of which there is a rendering."""
    for one in facts.documents:
        if one.pdf_sha256:
            name = f"{one.kind}-{one.number}.pdf".replace("/", "-")
            yield ClaimDocument(kind=one.kind, name=name, sha256=one.pdf_sha256, size=one.pdf_size)


def holds_of(facts: DebtFacts, company: Company) -> Iterator[ClaimHold]:
    """Yield the active holds."""
    for one in facts.holds:
        stopped = stopped_by(company.dunning.hold_codes, one.code)
        is_deferral = Stopped.INTEREST_IF_DEFERRAL_KEPT in stopped
        yield ClaimHold(code=one.code, until=one.until_date or "", no_interest_if_kept=is_deferral)
