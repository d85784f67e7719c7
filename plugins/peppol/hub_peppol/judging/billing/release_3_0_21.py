"""Peppol BIS Billing 3.0.21 (May 2026, asked for from 17 August 2026)."""

from __future__ import annotations

from hub_peppol.judging.billing import (
    code_rules,
    denmark,
    general,
    germany,
    greece,
    iceland,
    italy,
    line_rules,
    netherlands,
    norway,
    party_numbers,
    sweden,
)
from hub_peppol.judging.billing.empty_elements import NO_EMPTY_ELEMENTS
from hub_peppol.judging.rule import Pack

_PARTS = (
    general,
    line_rules,
    party_numbers,
    norway,
    denmark,
    italy,
    sweden,
    greece,
    iceland,
    netherlands,
    germany,
    code_rules,
)

PACK = Pack(
    "Peppol BIS Billing",
    "3.0.21",
    contexts=tuple(context for part in _PARTS for context in part.CONTEXTS),
    rules=tuple(rule for part in _PARTS for rule in part.RULES),
    structure=NO_EMPTY_ELEMENTS,
)
