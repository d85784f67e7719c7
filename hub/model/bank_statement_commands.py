"""What a person says of the statements of a bank account."""

from __future__ import annotations

from typing import Annotated, Literal

from hub.model.command import Command, RowNumber, said


class AcceptStatementGap(Command):
    """Says that nothing is missing between two statements, though the second does not follow the first."""

    kind: Literal["accept_statement_gap"] = "accept_statement_gap"
    gap_no: RowNumber
    reason: Annotated[str, said(200)]
