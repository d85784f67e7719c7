"""EN 16931 for UBL, CEN release 1.3.16 (April 2026): the patterns in their order, each with its contexts."""

from __future__ import annotations

from hub_peppol.judging.en16931 import codes, contexts, datatypes, decimals, not_used, syntax
from hub_peppol.judging.rule import Pack

PACK = Pack(
    "EN 16931 UBL",
    "1.3.16",
    contexts=(*contexts.CONTEXTS, *syntax.CONTEXTS, *codes.CONTEXTS),
    rules=(*decimals.RULES, *syntax.RULES, *datatypes.RULES, *not_used.RULES, *codes.RULES),
    unused=not_used.UNUSED,
    unused_attributes=(*datatypes.UNUSED_ATTRIBUTES, *not_used.UNUSED_ATTRIBUTES),
)
