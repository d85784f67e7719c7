"""The compiled form of the rules: one state per path of the document, which knows all that is asked of elements there.

States are made when a path is first seen and kept for the next document; the way from an element's state to its
child's is one look-up by tag. So a rule costs nothing on elements that it is not about, however many rules there are.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub_peppol.judging import paths
from hub_peppol.judging.rule import Context, Pack, Predicate, Rule, Unused

MOST_STATES = 20_000
"""Different paths that are remembered; a valid invoice with everything in it has less than 2,000."""

PREFIXES = {
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2": "ext",
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "ubl",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "cn",
    "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2": "ar",
}

Choice = tuple[Predicate | None, tuple[Rule, ...]]
"""A context that may take a node: its test, and its rules."""

Plan = tuple[tuple[Choice, ...], ...]
"""For each pattern the contexts that may take a node, in order."""


def prefixed(tag: str) -> str:
    """Write `{namespace}name` with the prefix that rules use; a foreign element keeps its namespace."""
    namespace, _, name = tag.rpartition("}")
    prefix = PREFIXES.get(namespace[1:])
    return f"{prefix}:{name}" if prefix else tag


class State:
    """What is asked of the elements at one path."""

    __slots__ = ("is_basic", "name", "next", "path", "plan", "table", "unused")

    def __init__(self, table: Table, path: paths.Path) -> None:
        self.table = table
        self.path = path
        self.name = path[-1] if path else ""
        self.is_basic = self.name.startswith("cbc:")
        self.next: dict[str, State] = {}
        self.plan = table.plan_of(path) if path else ()
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
        self._patterns = [pattern for pack in packs for pattern in _patterns_of(pack)]
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
        """Return, for each pattern, the contexts that may take an element at a path."""
        plans = (_choices(pattern, path) for pattern in self._patterns)
        return tuple(choices for choices in plans if choices)

    def unused_at(self, path: paths.Path) -> tuple[Unused, ...]:
        """Return the rules that an element breaks by standing at a path."""
        candidates = (*self._unused.get(path[-1], ()), *self._unused.get("*", ()))
        return tuple(unused for pattern, unused in candidates if paths.matches(pattern, path))


Entry = tuple[Context, tuple[Rule, ...]]


def _patterns_of(pack: Pack) -> list[list[Entry]]:
    """Group a pack's contexts by pattern, each with its rules."""
    rules: dict[Context, list[Rule]] = {context: [] for context in pack.contexts}
    for rule in pack.rules:
        rules[rule.context].append(rule)
    patterns: dict[str, list[Entry]] = {}
    for context in pack.contexts:
        patterns.setdefault(context.pattern, []).append((context, tuple(rules[context])))
    return list(patterns.values())


def _choices(pattern: list[Entry], path: paths.Path) -> tuple[Choice, ...]:
    choices: list[Choice] = []
    for context, rules in pattern:
        if _is_about(context, path):
            choices.append((context.when, rules))
            if context.when is None:
                break  # it takes every node, so no later context gets any
    return tuple(choices)


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
