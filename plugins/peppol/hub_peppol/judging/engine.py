"""`validate`: one document, one pass, all findings."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Context, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import lru_cache
from typing import Any, NamedTuple

from hub.banking_calendar import SystemClock
from hub_peppol.judging.collector import CollectorPause
from hub_peppol.judging.node import Node
from hub_peppol.judging.reading import root_of
from hub_peppol.judging.releases import Release, releases_for
from hub_peppol.judging.rule import FATAL, MOST_FINDINGS, Finding, Pack
from hub_peppol.judging.specification import specification_of
from hub_peppol.judging.table import Plan, Rules, Table, prefixed
from hub_peppol.judging.walk import Walk

LAYERS = ("xsd", "en16931", "peppol")
ARITHMETIC = Context(prec=60, traps=[InvalidOperation, DivisionByZero, Overflow])
"""Exact for every amount that a document has use for, whatever the caller's own arithmetic is."""

_no_collections = CollectorPause()
"""It would look through nodes by the thousand, which are untied when all is judged."""


class Report(NamedTuple):
    """What is wrong with a document, in document order, then by rule; it is fit when nothing is fatal."""

    findings: list[Finding]
    layers: tuple[str, ...]  # those that were judged: a layer without rules for such a document is left out
    rules: str  # the releases that judged it, such as `EN 16931 UBL 1.3.16`

    @property
    def is_fit(self) -> bool:
        return all(finding.severity != FATAL for finding in self.findings)


def validate(
    document: bytes | Any,
    layers: Sequence[str] = LAYERS,
    *,
    on: datetime.date | None = None,
    releases: Iterable[str] = (),
) -> Report:
    """Judge a document by the layers asked for: `xsd` (structure), `en16931` and `peppol`.

    Args:
        document: bytes, or an lxml element, which may be a part of a document when `xsd` is not asked for.
        layers: which rules; their order means nothing.
        on: the day whose rules count; today when not given.
        releases: versions to use instead of those in force, such as `3.0.20`.

    Raises:
        FormatError: no XML, hostile, or larger than any invoice.
        ConfigurationError: no release of the rules was in force on that day.
    """
    element = root_of(document) if isinstance(document, bytes) else document
    day = on or SystemClock().today()
    chosen = releases_of(element, layers, on=day, versions=releases)
    with _no_collections():
        findings = _findings(element, _table(chosen))
    names = ", ".join(f"{release.pack.name} {release.version}" for release in chosen)
    judged = {release.layer for release in chosen}
    return Report(findings, tuple(layer for layer in layers if layer in judged), names)


def _findings(element: Any, table: Table) -> list[Finding]:
    walk = Walk(element, table)
    try:
        with localcontext(ARITHMETIC):
            return _judged(element, walk, table)
    finally:
        walk.let_go()


def releases_of(
    element: Any, layers: Iterable[str], *, on: datetime.date, versions: Iterable[str] = ()
) -> tuple[Release, ...]:
    """Return the releases that judge a document, by layer. Raises ConfigurationError as `validate`."""
    root = prefixed(element.tag) if isinstance(element.tag, str) else ""
    customization = specification_of(element)
    return tuple(
        release
        for layer in layers
        for release in releases_for(layer, root, customization, on=on, versions=tuple(versions))
    )


@lru_cache(maxsize=16)
def _table(releases: tuple[Release, ...]) -> Table:
    return Table([release.pack for release in releases])


_UNREADABLE = (ValueError, ArithmeticError)

Found = list[tuple[int, Finding]]  # with the place of the element in the document


def _judged(element: Any, walk: Walk, table: Table) -> list[Finding]:
    found: Found = []
    for node, plan in walk.planned:
        _judge(node, plan, found)
        if len(found) >= MOST_FINDINGS:
            break
    for pack, ids in zip(table.packs, table.unused_ids, strict=True):
        _judge_unused(walk, pack, ids, found)
        if pack.structure is not None:
            found += pack.structure.judge(element, walk.nodes)
    found.sort(key=lambda one: (one[0], one[1].rule))
    return [finding for _, finding in found[:MOST_FINDINGS]]


def _judge(node: Node, plan: Plan, found: Found) -> None:
    """Ask the rules of the first context of each pattern that takes the node; what cannot be worked out takes none."""
    if plan.always:
        _ask(node, plan.always, found)
    for choices in plan.choices:
        for question, by_answer in choices:
            try:
                answer = True if question is None else question(node)
            except _UNREADABLE:
                answer = False
            rules = by_answer.get(answer)
            if rules is not None:
                _ask(node, rules, found)
                break


def _ask(node: Node, rules: Rules, found: Found) -> None:
    """Ask rules; what one cannot work out, since a value is no number or stands twice, is not held."""
    for holds, rule in rules:
        try:
            if holds(node):
                continue
        except _UNREADABLE:
            pass
        found.append((node.order, Finding(rule.id, rule.severity, node.location(), rule.message)))


def _judge_unused(walk: Walk, pack: Pack, ids: frozenset[str], found: Found) -> None:
    root = walk.root
    if root.name not in pack.roots:
        return
    at = root.location()
    found += [(0, Finding(one.id, one.severity, at, one.message)) for one in walk.unused.values() if one.id in ids]
    used: dict[str, set[str]] = {}
    for name, attribute in walk.uses:
        used.setdefault(attribute, set()).add(name)
    for one in pack.unused_attributes:
        if one.attribute in used and used[one.attribute] - one.except_on:
            found.append((0, Finding(one.id, one.severity, at, one.message)))
