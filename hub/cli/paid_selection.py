"""Options that select fully paid receivables."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.days import day_of
from hub.model.interest_charges import PaidSelection

Companies = Annotated[list[str] | None, typer.Option("--company", metavar="COMPANY", help="Of this company; repeat.")]
Routines = Annotated[list[str] | None, typer.Option("--routine", metavar="NN", help="Of this routine; repeat.")]
Numbers = Annotated[
    str, typer.Option("--number", metavar="NUMBER", help="One receivable, or the first of a range: 0100000..0199999.")
]
Department = Annotated[str, typer.Option("--department", metavar="CODE", help="Of this department.")]
PaidFrom = Annotated[str, typer.Option("--paid-from", metavar="DATE", help="Fully paid on this day or later.")]
PaidUntil = Annotated[str, typer.Option("--paid-until", metavar="DATE", help="Fully paid on this day or before.")]


def selected(
    companies: list[str] | None,
    routines: list[str] | None,
    numbers: str,
    department: str,
    paid_from: str,
    paid_until: str,
) -> PaidSelection:
    """Return what options select. Raises FormatError for a day that there is not."""
    first, _, last = numbers.partition("..")
    return PaidSelection(
        companies=tuple(companies or ()),
        routines=tuple(routines or ()),
        number=first,
        number_to=last,
        department=department,
        paid_from=day_of("--paid-from", paid_from) if paid_from else None,
        paid_until=day_of("--paid-until", paid_until) if paid_until else None,
    )
