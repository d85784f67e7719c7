"""Carrying a command out once: one transaction, by the command's own key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from hub.errors import DataError
from hub.model.command import Command
from hub.model.commands import (
    CancelReceivable,
    ChangeDueDate,
    CreditReceivable,
    EndHold,
    NotePrintedCharge,
    SetHold,
    UnwatchReceivable,
    WatchReceivable,
    WriteOffReceivable,
)
from hub.model.tenant import Tenant
from hub.services.books.amounts import cancel_receivable, credit_receivable, write_off_receivable
from hub.services.books.notes import (
    change_due_date,
    end_hold,
    note_printed_charge,
    set_hold,
    unwatch_receivable,
    watch_receivable,
)
from hub.services.ports import JsonObject, UnitOfWork

Handler = Callable[[UnitOfWork, Tenant, Any], JsonObject]
Handlers = Mapping[type[Command], Handler]

BOOK_HANDLERS: Handlers = {
    CreditReceivable: credit_receivable,
    CancelReceivable: cancel_receivable,
    WriteOffReceivable: write_off_receivable,
    SetHold: set_hold,
    EndHold: end_hold,
    WatchReceivable: watch_receivable,
    UnwatchReceivable: unwatch_receivable,
    NotePrintedCharge: note_printed_charge,
    ChangeDueDate: change_due_date,
}


def carry_out(work: UnitOfWork, tenant: Tenant, command: Command, handlers: Handlers = BOOK_HANDLERS) -> JsonObject:
    """Carry a command out in this transaction and keep its answer; the second time, give the first answer.

    `handlers` says which commands there are: runtime gives `services.payments.commands.HANDLERS`, which has them all.

    Raises:
        DataError: the key was used for another command, or nothing carries this command out.
        RuleViolation: the command may not be carried out; nothing is changed, and the key is free.
    """
    body = body_sha256(command)
    work.commands.claim(command.key)
    earlier = work.commands.earlier_result(command.key, body)
    if earlier is not None:
        return earlier
    handler = handlers.get(type(command))
    if handler is None:
        raise DataError(f"nothing here carries out the command {command.kind}")
    result = handler(work, tenant, command)
    work.commands.record(command.key, command.kind, body, result)
    return result


def body_sha256(command: Command) -> str:
    """Return the SHA-256 of a command's canonical body: names in order, defaults filled in, without its key."""
    body = command.model_dump(mode="json", exclude={"key"})
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
