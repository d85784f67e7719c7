"""What is written of any document that the core accepts passes the official schema and rules, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from hub.errors import DocumentError
from hub_peppol import BisWriter, read_e_invoice, validate
from plugins.peppol.tests import official_rules
from plugins.peppol.tests.made_documents import sales
from plugins.peppol.tests.said_by_ubl import said

_AS_IT_TAKES = settings(deadline=None, suppress_health_check=list(HealthCheck))
_PRICE_LEFT_OUT = "price beyond 12 digits"


@pytest.mark.skipif(bool(official_rules.missing()), reason=official_rules.missing() or "all is there")
@settings(_AS_IT_TAKES, max_examples=200)
@given(sales())
def test_what_is_written_passes_the_official_schema_and_rules(sale):
    document, company, endpoint = sale
    try:
        content = BisWriter({"1": endpoint}).write(document, company)
    except DocumentError:
        return

    assert official_rules.findings(content) == []


@settings(_AS_IT_TAKES, max_examples=200)
@given(sales())
def test_what_is_written_passes_our_own_judge(sale):
    document, company, endpoint = sale
    try:
        content = BisWriter({"1": endpoint}).write(document, company)
    except DocumentError:
        return

    assert list(validate(content).findings) == []


@settings(_AS_IT_TAKES, max_examples=100)
@given(sales(most_tidy=10))
def test_what_is_written_is_read_back_with_all_that_ubl_can_say(sale):
    document, company, endpoint = sale
    try:
        content = BisWriter({"1": endpoint}).write(document, company)
    except DocumentError:
        return

    read = read_e_invoice(content)

    assert read.document.model_dump() == said(document, company, endpoint)
    assert set(read.left_out) <= {_PRICE_LEFT_OUT}


@settings(_AS_IT_TAKES, max_examples=25)
@given(sales(most_tidy=10))
def test_the_same_document_gives_the_same_bytes(sale):
    document, company, endpoint = sale
    try:
        content = BisWriter({"1": endpoint}).write(document, company)
    except DocumentError:
        return

    assert BisWriter({"1": endpoint}).write(document.model_copy(deep=True), company) == content


@pytest.mark.skipif(bool(official_rules.missing()), reason=official_rules.missing() or "all is there")
def test_the_official_rules_find_an_ore_too_much(written):
    content = written().replace(
        b'<cbc:PayableAmount currencyID="SEK">125.00<', b'<cbc:PayableAmount currencyID="SEK">125.01<'
    )

    assert [one.split()[2] for one in official_rules.findings(content)] == ["BR-CO-16"]
