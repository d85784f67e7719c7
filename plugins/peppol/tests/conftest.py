"""A document and the company that sends it, small enough to see what a test changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.model.company import Company
from hub.model.documents import Document
from hub.rules.delivery.totals import totals_of
from hub.testing.example_tenant import company_settings
from hub_peppol.ubl import BisWriter

LETTERHEAD = {
    "street": "Elgatan 1",
    "postal_code": "602 16",
    "city": "Nordvik",
    "vat_number": "SE556677889901",
    "seat": "Nordvik",
    "bic": "ESSESESS",
    "terms": {"sv": "Dröjsmålsränta enligt räntelagen."},
}


@pytest.fixture(scope="session")
def in_full(pytestconfig: pytest.Config) -> bool:
    """Whether a test that goes through many cases goes through all (`--in-full`, of the suite as a whole)."""
    return bool(pytestconfig.getoption("--in-full", default=False))


@pytest.fixture
def seller() -> Callable[..., Company]:
    """Return a maker of companies; what is given changes the letterhead, `payee_accounts` the accounts."""

    def make(*, payee_accounts: Any = ({"bankgiro": "991-2346"},), **changes: Any) -> Company:
        settings = company_settings(payee_accounts=list(payee_accounts), letterhead={**LETTERHEAD, **changes})
        return Company.model_validate(settings)

    return make


@pytest.fixture
def invoice() -> Callable[..., Document]:
    """Return a maker of completed invoices: one line, 125.00 with VAT."""

    def make(**changes: Any) -> Document:
        fields = {
            "number": "040000123",
            "company": "1",
            "issue_date": "2026-11-02",
            "due_date": "2026-12-02",
            "debtor": {
                "name": "Björkdals Snickeri & Bygg AB",
                "number": "20731",
                "identity": "5566778899",
                "vat_number": "SE556677889901",
                "address": {"street": "Box 117", "postal_code": "603 22", "city": "Nordvik"},
            },
            "buyer_reference": "REF1",
            "payee_account": "bankgiro:9912346",
            "reference": "04000012312",
            "lines": [{"text": "Elnät november 2026", "amount": "100.00"}],
        }
        document = Document.model_validate({**fields, **changes})
        return document.model_copy(update={"to_pay_ore": totals_of(document).to_pay_ore})

    return make


@pytest.fixture
def written(invoice: Callable[..., Document], seller: Callable[..., Company]) -> Callable[..., bytes]:
    """Return a maker of e-invoices of such an invoice."""

    def make(company: Company | None = None, **changes: Any) -> bytes:
        return BisWriter().write(invoice(**changes), company or seller())

    return make
