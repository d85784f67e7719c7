"""Peppol BIS Billing 3.0.20 (November 2025, asked for from 23 February to 16 August 2026).

It is 3.0.21 without what that brought: the Dutch numbers, the German rule for links, and that four Danish rules are
more than a warning. Its code lists are taken to be those of 3.0.21.
"""

from __future__ import annotations

from hub_peppol.judging.billing import release_3_0_21
from hub_peppol.judging.rule import WARNING, Rule

CAME_LATER = frozenset({"DE-R-T02", *(f"PEPPOL-COMMON-R{rule}" for rule in ("054", "055", "056-1", "056-2", "057"))})
WARNED = frozenset({"DK-R-003", "DK-R-017", "PEPPOL-COMMON-R052", "PEPPOL-COMMON-R053"})


def _as_it_was(rule: Rule) -> Rule:
    return rule._replace(severity=WARNING) if rule.id in WARNED else rule


PACK = release_3_0_21.PACK._replace(
    version="3.0.20",
    rules=tuple(_as_it_was(rule) for rule in release_3_0_21.PACK.rules if rule.id not in CAME_LATER),
)
