"""What the copy of a letter is paid by: what its original was, unless the bank refuses that by now."""

from __future__ import annotations

from hub.model.documents import WITHOUT_PAYMENT, Document
from hub.model.payment_reference import ReferenceControl
from hub.model.tenant import Tenant
from hub.rules.delivery.payment_box import payee_account_of
from hub.rules.references import is_refused
from hub.services.chart import canonical_key
from hub.services.delivery.letter_references import with_references
from hub.services.ports import UnitOfWork


def with_taken_references(work: UnitOfWork, tenant: Tenant, copy: Document) -> Document:
    """Return the copy of a letter or a plan with references that the bank takes, of what is copied.

    Where a control was made hard since, its own is another that means the same from now on, and its instalments have
    that too. A claim goes without one. Where the old one means nothing here, the copy has none.

    Raises:
        ValueError: it names an account that is none of its company's.
    """
    company = tenant.company(copy.company)
    account = None if company is None or not copy.claims else payee_account_of(copy, company)
    if company is None or account is None or copy.kind in WITHOUT_PAYMENT:
        return copy
    control = company.reference_control(account)
    if copy.reference and is_refused(copy.reference, control):
        key = canonical_key(account)
        account_no = work.accounts.register({(key, company.number)})[key]
        return _with(copy, _renewed(work, tenant, account_no, copy), control)
    return _with(copy, copy.reference, control)


def _renewed(work: UnitOfWork, tenant: Tenant, account_no: int, copy: Document) -> str:
    """Return a new reference that means what a copy's own does; blank where that means nothing, or none fits."""
    new = with_references(work, tenant, {"": copy.model_copy(update={"reference": ""})})[""].reference
    return new if new and work.letters.add_renewed(account_no, copy.reference, new) else ""


def _with(copy: Document, reference: str, control: ReferenceControl) -> Document:
    claims = [
        one.model_copy(update={"reference": "" if is_refused(one.reference, control) else one.reference})
        for one in copy.claims
    ]
    own = {copy.reference: reference}
    instalments = [
        one.model_copy(update={"reference": own.get(one.reference, "")}) if is_refused(one.reference, control) else one
        for one in copy.instalments
    ]
    return copy.model_copy(update={"reference": reference, "claims": tuple(claims), "instalments": tuple(instalments)})
