"""A closed model as rules: what each part of a document needs, and that it has nothing that the model does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from hub_peppol.judging.code_list import CodeList
from hub_peppol.judging.node import Node, normalized
from hub_peppol.judging.rule import Context, Predicate, Rule, fatal

ROOT = "/ar:ApplicationResponse"
_PATTERN = "closed model"


class Check(NamedTuple):
    """A rule of a part besides those on what it needs."""

    id: str
    holds: Predicate
    message: str


class Part(NamedTuple):
    """One element of a model, with rule ids without the prefix that they have in common."""

    path: str  # below the root; blank for the root itself
    needs: Mapping[str, str] = MappingProxyType({})  # id, and the element (or the attribute, with an @) it asks for
    checks: tuple[Check, ...] = ()
    closed: str = ""  # id of the rule against what is not known; blank where anything may stand
    knows: tuple[str, ...] = ()  # what may stand in it where that is closed, besides other parts


class Model(NamedTuple):
    """The contexts and rules of a closed model, in the order in which they take the nodes."""

    contexts: tuple[Context, ...]
    rules: tuple[Rule, ...]


def closed_model(prefix: str, document: str, parts: Sequence[Part]) -> Model:
    """Make the rules of a model; `prefix` begins all their ids, `document` is what people call it."""
    named = [(Context(_PATTERN, _path(part.path)), part) for part in parts]
    known = Context(_PATTERN, *(_path(part.path, name) for part in parts for name in part.knows))
    closing = [(Context(_PATTERN, _path(part.path, "*")), part) for part in parts if part.closed]
    rules = [rule for context, part in named for rule in _rules_of(prefix, context, part)]
    rules += [
        fatal(prefix + part.closed, context, lambda _node: False, _not_known(document, part))
        for context, part in closing
    ]
    contexts = (*(context for context, _ in named), known, *(context for context, _ in closing))
    return Model(contexts, tuple(rules))


def is_attribute_in(attribute: str, codes: CodeList) -> Predicate:
    """Make a check that an attribute, where it is there, is one of some codes as it stands, blanks included."""

    def holds(node: Node) -> bool:
        text = node.attributes.get(attribute)
        return text is None or (text == normalized(text) and text in codes)

    return holds


def is_one_of(*codes: str) -> Predicate:
    """Make a check that the text is one of a few codes; blanks around it do not count."""
    return lambda node: node.value in codes


def _rules_of(prefix: str, context: Context, part: Part) -> Iterable[Rule]:
    for suffix, needed in part.needs.items():
        yield fatal(prefix + suffix, context, _has(needed), f"Give {needed} in {_name(part)}.")
    for suffix, holds, message in part.checks:
        yield fatal(prefix + suffix, context, holds, message)


def _has(needed: str) -> Predicate:
    if needed.startswith("@"):
        return lambda node: needed[1:] in node.attributes
    return lambda node: node.has(needed)


def _not_known(document: str, part: Part) -> str:
    return f"Take this element out: {document} has none of its kind in {_name(part)}."


def _name(part: Part) -> str:
    return part.path.rpartition("/")[2] or "the document itself"


def _path(*steps: str) -> str:
    return "/".join((ROOT, *(step for step in steps if step)))
