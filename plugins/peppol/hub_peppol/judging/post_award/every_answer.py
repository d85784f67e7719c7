"""Rules that Peppol's documents after the award have in common: no empty element, dates, and the numbers of parties.

The numbers are judged as in invoices.
"""

from __future__ import annotations

import datetime
import re

from hub_peppol.judging.billing import party_numbers
from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Context, Rule, fatal, warning

_ID = "PEPPOL-COMMON-"
_PATTERN = "common"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def has_schema_location(node: Node) -> bool:
    """Say whether an element tells where its schema is."""
    return any(name.rpartition("}")[2] == "schemaLocation" for name in node.attributes)


def is_date(text: str) -> bool:
    """Say whether a text is a day as YYYY-MM-DD with nothing around it."""
    try:
        return bool(_DATE.fullmatch(text) and datetime.date.fromisoformat(text))
    except ValueError:
        return False


EMPTY = Context("empty", "*", when=lambda node: not node.kids and not node.value)
ROOT = Context(_PATTERN, "/*")
DATES = Context(
    _PATTERN,
    *("cbc:IssueDate", "cbc:DueDate", "cbc:TaxPointDate", "cbc:StartDate", "cbc:EndDate", "cbc:ActualDeliveryDate"),
)

CONTEXTS = (EMPTY, ROOT, DATES, *party_numbers.CONTEXTS)

RULES: tuple[Rule, ...] = (
    fatal(_ID + "R001", EMPTY, lambda _node: False, "Take this empty element out, or give it a value."),
    warning(_ID + "R003", ROOT, lambda node: not has_schema_location(node), "Leave the attribute schemaLocation out."),
    fatal(
        _ID + "R030",
        DATES,
        lambda node: is_date(node.text),
        "Write the date as YYYY-MM-DD, with nothing before or after it.",
    ),
    *party_numbers.RULES,
)
