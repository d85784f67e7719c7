"""The one pass over a document: nodes are made, and what is asked of each is noted on the way."""

from __future__ import annotations

from itertools import islice
from typing import Any

from hub.errors import FormatError
from hub_peppol.judging.node import Node, Root
from hub_peppol.judging.rule import Unused
from hub_peppol.judging.table import MOST_NEW_STATES, Plan, State, Table

DEEPEST = 100
"""Elements within elements; the deepest that an invoice has use for is about 10."""

MOST_MIXED = 1_000_000
"""Elements and signs within elements that should hold a text alone: each holds again all that those within it hold."""

_NONE: dict[str, list[Node]] = {}  # the children of an element that has none
_NO_ATTRIBUTES: dict[str, str] = {}


class Walk:
    """What one pass gathers: the nodes in document order, those with rules, and what is there without use."""

    __slots__ = ("by_name", "mixed", "new_states", "nodes", "planned", "root", "unused", "uses")

    def __init__(self, element: Any, table: Table) -> None:
        state = _state_of(element, table.start)
        self.mixed = self.new_states = 0
        text = self._text(element, state) if len(element) else element.text or ""
        self.root = Root(state.name, text, dict(element.items()))
        self.nodes: list[Node] = [self.root]
        self.planned: list[tuple[Node, Plan]] = [(self.root, state.plan)]
        self.unused: dict[str, Unused] = {}
        self.by_name = self.root.by_name
        self.uses = self.root.attribute_uses
        self._note(self.root, state)
        self._descend(element, self.root, state, 1)

    def _note(self, node: Node, state: State) -> None:
        for attribute in node.attributes:
            self.uses.setdefault((state.name, attribute), node)
        for unused in state.unused:
            self.unused.setdefault(unused.id, unused)

    def _text(self, element: Any, state: State) -> str:
        """Return the text of an element with children: its whole string value where it should have had none."""
        if not state.is_basic:
            return ""
        self._count_mixed(sum(1 for _ in islice(element.iterdescendants(), MOST_MIXED)))
        pieces: list[str] = []
        for piece in element.itertext():
            self._count_mixed(len(piece))
            pieces.append(piece)
        return "".join(pieces)

    def _count_mixed(self, more: int) -> None:
        """Note what is held once more; without a bound that is the document's size times its depth."""
        self.mixed += more
        if self.mixed > MOST_MIXED:
            raise FormatError("elements within texts without end; no such document is an invoice", code="TOO_LARGE")

    def _step(self, state: State, tag: str) -> State:
        """Take a way that no document took before; one that takes thousands is made to exhaust."""
        self.new_states += 1
        if self.new_states > MOST_NEW_STATES:
            raise FormatError("more kinds of elements than UBL has; no such document is an invoice", code="TOO_LARGE")
        return state.step(tag)

    def _descend(self, element: Any, node: Node, state: State, depth: int) -> None:
        """Make the nodes of the children and theirs. One function, for it runs once per element of the document."""
        if depth > DEEPEST:
            raise FormatError(
                f"elements stand more than {DEEPEST} deep; no such document is an invoice", code="TOO_DEEP"
            )
        kids = node.kids
        nodes, planned, root = self.nodes, self.planned, self.root
        by_name = self.by_name
        following = state.next
        for child in element:
            tag = child.tag
            child_state = following.get(tag)
            if child_state is None:
                if not isinstance(tag, str):
                    continue  # a comment or a processing instruction
                child_state = self._step(state, tag)
            name = child_state.name
            is_parent = len(child) > 0
            text = (child.text or "") if not is_parent else self._text(child, child_state)
            siblings = kids.get(name)
            if siblings is None:
                siblings = kids[name] = []
            grown: dict[str, list[Node]] = {} if is_parent else _NONE
            attributes = child.items()
            made = Node()  # and no `__init__`, which is a call
            made.name, made.text = name, text
            made.attributes = dict(attributes) if attributes else _NO_ATTRIBUTES
            made.kids, made.parent, made.root = grown, node, root
            made.position, made.order = len(siblings) + 1, len(nodes)
            siblings.append(made)
            nodes.append(made)
            by_name[name].append(made)
            if child_state.has_plan:
                planned.append((made, child_state.plan))
            if attributes or child_state.unused:
                self._note(made, child_state)
            if is_parent:
                self._descend(child, made, child_state, depth + 1)

    def let_go(self) -> None:
        """Untie the nodes from their parents, so that they are freed at once and not by the garbage collector."""
        root = self.root
        for node in self.nodes:
            node.parent = None
        root.kids, root.attribute_uses, root.memo = {}, {}, {}
        root.by_name.clear()
        del root.root


def _state_of(element: Any, start: State) -> State:
    tag = element.tag
    if not isinstance(tag, str):
        raise FormatError("a comment or an instruction is no document", code="NOT_XML")
    return start.next.get(tag) or start.step(tag)
