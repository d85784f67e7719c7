"""What a pack of rules is made of: contexts, rules, tables of what is not used, and findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from hub_peppol.judging.node import Node

Severity = Literal["fatal", "warning"]
FATAL: Final = "fatal"
WARNING: Final = "warning"

MOST_FINDINGS: Final = 10_000
"""A document with more is no invoice; the rest is not told."""

Predicate = Callable[[Node], bool]
PathTest = Callable[[tuple[str, ...]], bool]
Key = Callable[[Node], str]


class Finding(NamedTuple):
    """One rule that one element breaks."""

    rule: str  # its id, as the format's owner calls it
    severity: Severity
    location: str  # an XPath with positions
    message: str  # what to change


class Context:
    """Where rules apply: paths of one Schematron pattern, with tests of the node and of the way to it.

    Many contexts that differ by one value of the node alone (a code) give the function of the node as `key` and theirs
    as `value`: it is then worked out once for all of them.

    Two contexts are never the same, even when written alike: a rule names the context that it belongs to.
    """

    __slots__ = ("key", "on_path", "paths", "pattern", "value", "when")

    def __init__(
        self,
        pattern: str,
        *paths: str,
        when: Predicate | None = None,
        on_path: PathTest | None = None,
        key: Key | None = None,
        value: str = "",
    ) -> None:
        self.pattern = pattern
        self.paths = paths
        self.when = when
        self.on_path = on_path
        self.key = key
        self.value = value


class Rule(NamedTuple):
    """What must hold in a context, and what to change when it does not."""

    id: str
    severity: Severity
    context: Context
    holds: Predicate
    message: str


class Unused(NamedTuple):
    """What a format has no use for: elements by path, in the language of contexts, below the root."""

    id: str
    paths: tuple[str, ...]
    message: str
    severity: Severity = WARNING


class UnusedAttribute(NamedTuple):
    """An attribute that a format has no use for, on any element but the named ones."""

    id: str
    attribute: str
    message: str
    except_on: frozenset[str] = frozenset()
    severity: Severity = WARNING


class Structure(NamedTuple):
    """What a format's schema asks; all of it is fatal."""

    ids: tuple[str, ...]
    judge: Callable[[Any, Sequence[Node]], list[tuple[int, Finding]]]
    """Takes the root, an lxml element, and the nodes in document order; a finding goes with its node's `order`."""


class Pack(NamedTuple):
    """The rules of one format in one release; contexts in the order in which they take the nodes."""

    name: str
    version: str
    contexts: tuple[Context, ...]
    rules: tuple[Rule, ...]
    unused: tuple[Unused, ...] = ()
    unused_attributes: tuple[UnusedAttribute, ...] = ()
    roots: frozenset[str] = frozenset({"ubl:Invoice", "cn:CreditNote"})
    """Documents whose root is the context of the two tables."""
    structure: Structure | None = None

    def ids(self) -> Mapping[str, Severity]:
        """Return all rule ids with their severity."""
        declared: tuple[Rule | Unused | UnusedAttribute, ...] = (*self.rules, *self.unused, *self.unused_attributes)
        structure = self.structure.ids if self.structure else ()
        return {one.id: one.severity for one in declared} | dict.fromkeys(structure, FATAL)


def fatal(rule: str, context: Context, holds: Predicate, message: str) -> Rule:
    """Declare a rule whose breach makes the receiver refuse the document."""
    return Rule(rule, FATAL, context, holds, message)


def warning(rule: str, context: Context, holds: Predicate, message: str) -> Rule:
    """Declare a rule whose breach is told, and refused by nobody."""
    return Rule(rule, WARNING, context, holds, message)
