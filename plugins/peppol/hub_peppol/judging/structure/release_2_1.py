"""UBL 2.1 (OASIS, November 2013) as a release of the layer `xsd`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import FATAL, Finding, Pack, Structure
from hub_peppol.judging.structure.judge import RULES, faults_of


def judge(root: Any, nodes: Sequence[Node]) -> list[tuple[int, Finding]]:
    """Judge a document's structure; `nodes` are its elements in document order."""
    faults: dict[Any, list[tuple[str, str]]] = {}
    for element, rule, message in faults_of(root):
        faults.setdefault(element, []).append((rule, message))
    if not faults:
        return []
    return [
        (node.order, Finding(rule, FATAL, node.location(), message))
        for node, element in zip(nodes, root.iter("*"), strict=True)
        for rule, message in faults.get(element, ())
    ]


PACK = Pack("UBL", "2.1", contexts=(), rules=(), structure=Structure(RULES, judge))
