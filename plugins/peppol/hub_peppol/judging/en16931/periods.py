"""Periods: of the document and of its lines."""

from __future__ import annotations

from hub_peppol.judging.en16931.contexts import LINE_PERIOD, PERIOD
from hub_peppol.judging.node import Node, date_of
from hub_peppol.judging.predicates import has
from hub_peppol.judging.rule import Rule, fatal


def _ends_after_it_starts(period: Node) -> bool:
    if "cbc:StartDate" not in period.kids or "cbc:EndDate" not in period.kids:
        return True
    return date_of(period.value_of("cbc:StartDate")) <= date_of(period.value_of("cbc:EndDate"))


_IN_ORDER = "Let the period end on or after its start: mend cbc:StartDate or cbc:EndDate."

RULES: tuple[Rule, ...] = (
    fatal("BR-29", PERIOD, _ends_after_it_starts, _IN_ORDER),
    fatal("BR-30", LINE_PERIOD, _ends_after_it_starts, _IN_ORDER),
    fatal(
        "BR-CO-19",
        PERIOD,
        has("cbc:StartDate", "cbc:EndDate", "cbc:DescriptionCode"),
        "Give the period a start, an end, or a code that says when VAT is due; or leave cac:InvoicePeriod out.",
    ),
    fatal(
        "BR-CO-20",
        LINE_PERIOD,
        has("cbc:StartDate", "cbc:EndDate"),
        "Give the line's period a start, an end or both; or leave cac:InvoicePeriod out.",
    ),
)
