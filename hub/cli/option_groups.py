"""Options that several commands share, as one dataclass for each group of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_type_hints

from hub.cli.session import Session


def in_groups(function: Callable[..., None]) -> Callable[..., None]:
    """Let a command take options in groups: each parameter whose type is a dataclass stands for that one's fields."""
    session, *own = inspect.signature(function, eval_str=True).parameters.values()
    groups: dict[str, Any] = {one.name: one.annotation for one in own if is_dataclass(one.annotation)}
    spread = [option for one in own for option in (_options_of(groups[one.name]) if one.name in groups else [one])]

    def run(session: Session, **given: Any) -> None:
        made = {
            name: group(**{one.name: given.pop(one.name) for one in fields(group)}) for name, group in groups.items()
        }
        function(session, **made, **given)

    run.__signature__ = inspect.Signature([session, *sorted(spread, key=_place)])  # type: ignore[attr-defined]
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return run


def _options_of(group: type) -> list[inspect.Parameter]:
    kinds = get_type_hints(group, include_extras=True)
    keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return [
        inspect.Parameter(one.name, keyword, annotation=kinds[one.name], default=_default_of(one))
        for one in fields(group)
    ]


def _default_of(option: Field[Any]) -> Any:
    return inspect.Parameter.empty if option.default is MISSING else option.default


def _place(parameter: inspect.Parameter) -> bool:
    return parameter.default is not inspect.Parameter.empty
