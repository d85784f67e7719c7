"""Every command the hub carries out: those of the books, and those about payments."""

from __future__ import annotations

from hub.model.bank_statement_commands import AcceptStatementGap
from hub.model.command import Command
from hub.model.commands import (
    AcceptCorrection,
    DecideHeld,
    DecideReversal,
    MakeLumpPayment,
    MovePayment,
    RefundPayment,
    RegisterPayment,
    RejectCorrection,
    ReportOwnPayment,
    UndoFile,
    WriteOffSuspended,
)
from hub.model.tenant import Tenant
from hub.services.books import BOOK_HANDLERS, Handlers
from hub.services.books import carry_out as carry_out_by
from hub.services.payments.deciding_reversals import decide_reversal
from hub.services.payments.holding import decide_held
from hub.services.payments.lone_sides import make_lump_payment
from hub.services.payments.manual import register_payment, report_own_payment
from hub.services.payments.placing import move_payment, refund_payment, write_off_suspended
from hub.services.payments.statements import accept_statement_gap
from hub.services.payments.undoing import (
    accept_correction_by_command,
    reject_correction_by_command,
    undo_file_by_command,
)
from hub.services.ports import JsonObject, UnitOfWork

HANDLERS: Handlers = {
    **BOOK_HANDLERS,
    ReportOwnPayment: report_own_payment,
    RegisterPayment: register_payment,
    MovePayment: move_payment,
    RefundPayment: refund_payment,
    WriteOffSuspended: write_off_suspended,
    DecideHeld: decide_held,
    DecideReversal: decide_reversal,
    MakeLumpPayment: make_lump_payment,
    AcceptStatementGap: accept_statement_gap,
    UndoFile: undo_file_by_command,
    AcceptCorrection: accept_correction_by_command,
    RejectCorrection: reject_correction_by_command,
}


def carry_out(work: UnitOfWork, tenant: Tenant, command: Command) -> JsonObject:
    """Carry any command out once, in this transaction; see `services.books.commands.carry_out`."""
    return carry_out_by(work, tenant, command, HANDLERS)
