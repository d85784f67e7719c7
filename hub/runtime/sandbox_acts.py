"""What a counterparty on this machine is told by another process to do by itself, and what came of it.

The order goes by the folder's file of orders, as faults do; the process that serves writes its answer beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

from hub.contracts import ActingSandbox, DailySandbox, Sandbox
from hub.errors import DataError

ANSWERS = "answers.jsonl"
_WAITS_S, _LOOKS_EVERY_S = 20.0, 0.05


def carried_out(sandbox: Sandbox, order: Mapping[str, Any]) -> dict[str, Any]:
    """Let a day end (`day`), or what the counterparty does by itself happen (`act`, `given`).

    Returns the files that it wrote, or the problem in words.
    """
    try:
        if "day" in order:
            if not isinstance(sandbox, DailySandbox):
                raise ValueError(f"{sandbox.name} does not work by days")
            files = sandbox.end_day(date.fromisoformat(order["day"]))
        else:
            files = _acted(sandbox, order["act"], order["given"])
    except ValueError as error:
        return {"problem": str(error)}
    return {"files": [str(path) for path in files]}


def _acted(sandbox: Sandbox, act: str, given: Mapping[str, str]) -> list[Path]:
    acts = sandbox.acts if isinstance(sandbox, ActingSandbox) else {}
    if not isinstance(sandbox, ActingSandbox) or act not in acts:
        there = "; ".join(f"{name} {takes}".strip() for name, takes in acts.items()) or "nothing"
        raise ValueError(f"{sandbox.name} does no such thing as {act} by itself; it does: {there}")
    return list(sandbox.act(act, given))


def write_answer(folder: Path, order_id: str, answer: Mapping[str, Any]) -> None:
    """Say what came of an order."""
    with (folder / ANSWERS).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": order_id, **answer}) + "\n")


def tell_sandbox(orders: Path, sandbox: str, order: Mapping[str, Any]) -> list[Path]:
    """Tell a counterparty that another process serves, and wait for the files that it writes.

    Raises:
        DataError: it cannot do that, or nobody answers.
    """
    order_id = uuid4().hex
    with orders.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": order_id, "sandbox": sandbox, **order}) + "\n")
    for _ in range(round(_WAITS_S / _LOOKS_EVERY_S)):
        if (answer := _answer_to(orders.with_name(ANSWERS), order_id)) is not None:
            if "problem" in answer:
                raise DataError(answer["problem"])
            return [Path(path) for path in answer["files"]]
        Event().wait(_LOOKS_EVERY_S)
    raise DataError("nobody has answered; look at the process that serves: hub sandbox")


def _answer_to(answers: Path, order_id: str) -> dict[str, Any] | None:
    if not answers.exists():
        return None
    lines = answers.read_text(encoding="utf-8").splitlines()
    mine = next((line for line in reversed(lines) if order_id in line), "")
    try:
        answer: dict[str, Any] | None = json.loads(mine) if mine else None
    except ValueError:  # it is being written
        return None
    return answer
