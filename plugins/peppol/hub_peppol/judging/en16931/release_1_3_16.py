"""EN 16931 for UBL, CEN release 1.3.16 (April 2026): the patterns in their order, each with its contexts."""

from __future__ import annotations

from hub_peppol.judging.en16931 import (
    allowances,
    codes,
    contexts,
    datatypes,
    decimals,
    document,
    lines,
    not_used,
    parties,
    payment,
    periods,
    syntax,
    totals,
    vat_amounts,
    vat_breakdown,
    vat_categories,
)
from hub_peppol.judging.rule import Pack

MODEL_RULES = (
    *document.RULES,
    *parties.RULES,
    *payment.RULES,
    *periods.RULES,
    *allowances.RULES,
    *lines.RULES,
    *totals.RULES,
    *vat_breakdown.RULES,
    *vat_categories.RULES,
    *vat_amounts.RULES,
)

PACK = Pack(
    "EN 16931 UBL",
    "1.3.16",
    contexts=(*contexts.CONTEXTS, *syntax.CONTEXTS, *codes.CONTEXTS),
    rules=(*MODEL_RULES, *decimals.RULES, *syntax.RULES, *datatypes.RULES, *not_used.RULES, *codes.RULES),
    unused=not_used.UNUSED,
    unused_attributes=(*datatypes.UNUSED_ATTRIBUTES, *not_used.UNUSED_ATTRIBUTES),
)
