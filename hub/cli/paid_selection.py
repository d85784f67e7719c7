"""Options that select fully paid receivables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from hub.cli.days import day
from hub.errors import DataError
from hub.model.interest_charges import PaidSelection

Companies = Annotated[list[str] | None, typer.Option("--company", metavar="COMPANY", help="Of this company; repeat.")]
Routines = Annotated[list[str] | None, typer.Option("--routine", metavar="NN", help="Of this routine; repeat.")]
Numbers = Annotated[
    str, typer.Option("--number", metavar="NUMBER", help="One receivable, or the first of a range: 0100000..0199999.")
]
Department = Annotated[str, typer.Option("--department", metavar="CODE", help="Of this department.")]
PaidFrom = Annotated[str, typer.Option("--paid-from", metavar="DATE", help="Fully paid on this day or later.")]
PaidUntil = Annotated[str, typer.Option("--paid-until", metavar="DATE", help="Fully paid on this day or before.")]


@dataclass(frozen=True)
class PaidOptions:
    """Which fully paid receivables."""

    company: Companies = None
    routine: Routines = None
    number: Numbers = ""
    department: Department = ""
    paid_from: PaidFrom = ""
    paid_until: PaidUntil = ""

    def selection(self) -> PaidSelection:
        """Return what they select. Raises FormatError for a day that there is not, DataError for a range backwards."""
        first, _, last = self.number.partition("..")
        if last and (len(last), last) < (len(first), first):
            raise DataError(f"the range ends at {last}, before it begins at {first}")
        return PaidSelection(
            companies=tuple(self.company or ()),
            routines=tuple(self.routine or ()),
            number=first,
            number_to=last,
            department=self.department,
            paid_from=day("--paid-from", self.paid_from),
            paid_until=day("--paid-until", self.paid_until),
        )
