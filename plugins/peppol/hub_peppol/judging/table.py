"""The compiled form of the rules: one state per path of the document, which knows all that is asked of elements there.

States are made when a path is first seen and kept for the next document; the way from an element's state to its
child's is one look-up by tag. So a rule costs nothing on elements that it is not about, however many rules there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hub_peppol.judging import paths
from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Context, Pack, Predicate, Rule, Unused

MOST_NEW_STATES = 5_000
"""Paths that one document may bring: each is worked out once, which takes its time."""

MOST_STATES = 20_000
"""Different paths that are remembered; a valid invoice with everything in it has less than 2,000."""

PREFIXES = {
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2": "ext",
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "ubl",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "cn",
    "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2": "ar",
    "urn:oasis:names:tc:ubl:CommonBasicComponents:1:0": "sbc",
    "urn:sfti:CommonAggregateComponents:1:0": "sac",
    "urn:sfti:documents:BasicInvoice:1:0": "sfti",
}

Rules = tuple[tuple[Predicate, Rule], ...]
"""What must hold, beside the rule that says so: it is asked thousands of times, and mostly all that is."""

Choice = tuple[Callable[[Node], str | bool] | None, dict[str | bool, Rules]]
"""Contexts that may take a node: what to ask it, and the rules by its answer; a test takes it by True."""

Choices = tuple[Choice, ...]
"""The contexts of one pattern that may take a node, in order."""


class Plan(NamedTuple):
    """What is asked of the nodes at one path."""

    always: Rules = ()  # whatever the node says
    choices: tuple[Choices, ...] = ()  # for each pattern where it depends on the node


LONGEST_NAME = 100
"""Of an element, in findings; UBL's longest has 50 letters, XML lets one have 50,000."""


def prefixed(tag: str) -> str:
    """Write `{namespace}name` with the prefix that rules use; a foreign element keeps its namespace."""
    namespace, _, name = tag.rpartition("}")
    prefix = PREFIXES.get(namespace[1:])
    return f"{prefix}:{name[:LONGEST_NAME]}" if prefix else tag[:LONGEST_NAME]


class State:
    """What is asked of the elements at one path."""

    __slots__ = ("has_plan", "is_basic", "name", "next", "path", "plan", "table", "unused")

    def __init__(self, table: Table, path: paths.Path) -> None:
        self.table = table
        self.path = path
        self.name = path[-1] if path else ""
        self.is_basic = self.name.startswith("cbc:")
        self.next: dict[str, State] = {}
        self.plan = table.plan_of(path) if path else Plan()
        self.has_plan = bool(self.plan.always or self.plan.choices)
        self.unused = table.unused_at(path) if path else ()

    def step(self, tag: str) -> State:
        """Return the state of a child, and remember the way."""
        state = State(self.table, (*self.path, prefixed(tag)))
        self.table.remember(self, tag, state)
        return state


class Table:
    """The rules of some packs, compiled path by path as documents bring them."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.packs = tuple(packs)
        self.unused_ids = tuple(frozenset(unused.id for unused in pack.unused) for pack in packs)
        self._patterns = [_by_name(pattern) for pack in packs for pattern in _patterns_of(pack)]
        self._unused = _by_last_step(packs)
        self._known = 0
        self.start = State(self, ())

    def remember(self, state: State, tag: str, child: State) -> None:
        """Keep the way from a state to its child; begin anew when hostile documents have filled the memory."""
        if self._known >= MOST_STATES:
            self._known = 0
            self.start.next = {}
        self._known += 1
        state.next[tag] = child

    def plan_of(self, path: paths.Path) -> Plan:
        """Return the rules for an element at a path: those of any, and for each pattern those by what it says."""
        always: list[tuple[Predicate, Rule]] = []
        depending: list[Choices] = []
        for pattern in self._patterns:
            entries = _entries_about(pattern.get(path[-1]) or pattern["*"], path)
            if entries and _takes_all(entries[0][0]):
                always += entries[0][1]
            elif entries:
                depending.append(_choices(entries))
        return Plan(tuple(always), tuple(depending))

    def unused_at(self, path: paths.Path) -> tuple[Unused, ...]:
        """Return the rules that an element breaks by standing at a path."""
        candidates = (*self._unused.get(path[-1], ()), *self._unused.get("*", ()))
        return tuple(unused for pattern, unused in candidates if paths.matches(pattern, path))


Entry = tuple[Context, Rules]


def _patterns_of(pack: Pack) -> list[list[Entry]]:
    """Group a pack's contexts by pattern, each with its rules."""
    rules: dict[Context, list[tuple[Predicate, Rule]]] = {context: [] for context in pack.contexts}
    for rule in pack.rules:
        rules[rule.context].append((rule.holds, rule))
    patterns: dict[str, list[Entry]] = {}
    for context in pack.contexts:
        patterns.setdefault(context.pattern, []).append((context, tuple(rules[context])))
    return list(patterns.values())


def _by_name(pattern: list[Entry]) -> dict[str, list[Entry]]:
    """Sort a pattern's contexts by the element that they are about, in their order; those of any stand with each."""
    of_any: list[Entry] = []
    table = {"*": of_any}
    for entry in pattern:
        names = {paths.last_step(path) for path in entry[0].paths}
        for name in table if "*" in names else names:
            table.setdefault(name, list(of_any)).append(entry)
    return table


def _entries_about(pattern: list[Entry], path: paths.Path) -> list[Entry]:
    """Return the contexts that may take an element at a path, up to the first that takes any."""
    entries: list[Entry] = []
    for context, rules in pattern:
        if _is_about(context, path):
            entries.append((context, rules))
            if _takes_all(context):
                break
    return entries


def _choices(entries: list[Entry]) -> Choices:
    """Put neighbours that ask the same question into one choice."""
    choices: list[Choice] = []
    for context, rules in entries:
        question = context.key or context.when
        if not (choices and context.key and choices[-1][0] is question):
            choices.append((question, {}))
        choices[-1][1].setdefault(context.value if context.key else True, rules)
    return tuple(choices)


def _takes_all(context: Context) -> bool:
    return context.when is None and context.key is None


def _is_about(context: Context, path: paths.Path) -> bool:
    if context.on_path is not None and not context.on_path(path):
        return False
    return any(paths.matches(pattern, path) for pattern in context.paths)


def _by_last_step(packs: Sequence[Pack]) -> dict[str, list[tuple[str, Unused]]]:
    table: dict[str, list[tuple[str, Unused]]] = {}
    for pack in packs:
        for unused in pack.unused:
            for pattern in unused.paths:
                table.setdefault(paths.last_step(pattern), []).append((pattern, unused))
    return table
