"""Whether applications for orders to pay (*betalningsföreläggande*) of each company can be made and filed."""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import HubError
from hub.model.company import Company
from hub.model.orders_to_pay import FeePayment
from hub.rules.orders_to_pay.interest import choice_of
from hub.rules.orders_to_pay.limits import refuse_rows
from hub.runtime.findings import Finding, Health
from hub.runtime.tenant_work import TenantWork
from hub.services.orders_to_pay.looking import applicant_rows


def order_findings(work: TenantWork, what: str) -> Iterator[Finding]:
    """Find settings by which nothing can be filed; nothing of companies that have none for orders to pay."""
    for company in work.tenant.companies:
        if "orders_to_pay" in company.model_fields_set:
            for text in _wrong(work, company):
                yield Finding(Health.WRONG, what, f"company {company.number}: orders to pay: {text}")


def _wrong(work: TenantWork, company: Company) -> Iterator[str]:
    settings = company.orders_to_pay
    try:
        filers = work.order_means.filers()
        filer = filers.of(company)
        if filer is not None:
            filers.plugin_of(filer)
        refuse_rows("applicant", applicant_rows(company))
        choice_of(company.dunning.interest.rate)
    except HubError as error:
        yield str(error)
    if settings.fee_payment is FeePayment.GIRO and not settings.fee_giro:
        yield "fee_payment is giro, and no fee_giro is given"
    if settings.books_costs and not company.accounts.court_costs:
        yield "books_costs needs accounts.court_costs"
