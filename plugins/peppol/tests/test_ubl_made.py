"""What is written of any document that the core accepts passes the official schema and rules, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from hub.errors import DocumentError
from hub_peppol import BisWriter, read_e_invoice, validate
from plugins.peppol.tests import official_rules
from plugins.peppol.tests.made_documents import sales
from plugins.peppol.tests.said_by_ubl import said

_AS_IT_TAKES = settings(deadline=None, suppress_health_check=list(HealthCheck))  # benchmarks/peppol_made.py makes more
_PRICE_LEFT_OUT = "price beyond 12 digits"


def _written(sale: Any) -> bytes | None:
    """Return what is written of a sale; nothing when it is refused."""
    document, company, endpoint = sale
    try:
        return BisWriter({"1": endpoint}).write(document, company)
    except DocumentError:
        return None


def _findings(content: bytes) -> list[Any]:
    """Return what our own judge finds in a document."""
    return list(validate(content).findings)


def _check_what_is_written(*judges: Callable[[bytes], list[Any]], in_full: bool) -> None:
    """Put what is written of made sales before judges, none of whom may find anything."""

    @settings(_AS_IT_TAKES, max_examples=40 if in_full else 12)
    @given(sales())
    def passes(sale):
        content = _written(sale)
        if content is not None:
            assert [judge(content) for judge in judges] == [[] for _ in judges]

    passes()


@pytest.mark.skipif(bool(official_rules.missing()), reason=official_rules.missing() or "all is there")
def test_what_is_written_passes_the_official_schema_and_rules_and_our_own_judge(in_full):
    _check_what_is_written(official_rules.findings, _findings, in_full=in_full)


@pytest.mark.skipif(not official_rules.missing(), reason="both judge the same documents, in the test above")
def test_what_is_written_passes_our_own_judge(in_full):
    _check_what_is_written(_findings, in_full=in_full)


def test_what_is_written_is_the_same_again_and_read_back_with_all_that_ubl_can_say(in_full):
    @settings(_AS_IT_TAKES, max_examples=25 if in_full else 8)
    @given(sales(most_tidy=10))
    def is_read_back(sale):
        document, company, endpoint = sale
        content = _written(sale)
        if content is None:
            return

        read = read_e_invoice(content)

        assert BisWriter({"1": endpoint}).write(document.model_copy(deep=True), company) == content
        assert read.document.model_dump() == said(document, company, endpoint)
        assert set(read.left_out) <= {_PRICE_LEFT_OUT}

    is_read_back()


@pytest.mark.skipif(bool(official_rules.missing()), reason=official_rules.missing() or "all is there")
def test_the_official_rules_find_an_ore_too_much(written):
    content = written().replace(
        b'<cbc:PayableAmount currencyID="SEK">125.00<', b'<cbc:PayableAmount currencyID="SEK">125.01<'
    )

    assert [one.split()[2] for one in official_rules.findings(content)] == ["BR-CO-16"]
