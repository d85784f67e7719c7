"""The rule of Peppol BIS Billing that no element is empty, asked of all elements at once since it is about each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub_peppol.judging.node import BLANKS, Node
from hub_peppol.judging.rule import FATAL, MOST_FINDINGS, Finding, Structure

RULE = "PEPPOL-EN16931-R008"
MESSAGE = "Leave the empty element out, or fill it."


def empty_elements(_root: Any, nodes: Sequence[Node]) -> list[tuple[int, Finding]]:
    """Return a finding for each element with neither elements nor more than blanks in it."""
    empty = [node for node in nodes if not node.kids and not node.text.strip(BLANKS)]
    return [(node.order, Finding(RULE, FATAL, node.location(), MESSAGE)) for node in empty[:MOST_FINDINGS]]


NO_EMPTY_ELEMENTS = Structure((RULE,), empty_elements)
