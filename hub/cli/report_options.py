"""Options that reports share, and how an amount and a choice are read."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from hub.cli.days import day
from hub.cli.option_names import by_option
from hub.cli.report_output import MOST_SHOWN, Output
from hub.cli.session import Session
from hub.errors import DataError
from hub.formats.sheets.choice import Choice
from hub.model.documents import Language
from hub.model.refusals import causes, in_words
from hub.model.reports import Basis, Selection

if TYPE_CHECKING:
    from hub.runtime.facade import Hub

Companies = Annotated[
    list[str] | None,
    typer.Option("--company", metavar="COMPANY", help="Only this company; may stand several times."),
]
Routines = Annotated[
    list[str] | None,
    typer.Option("--routine", metavar="ROUTINE", help="Only this billing routine; may stand several times."),
]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="The day of the list.", show_default="today")]
By = Annotated[str, typer.Option("--by", metavar="WHICH", help="booked or transaction: the date that counts.")]
RegisteredBy = Annotated[
    str,
    typer.Option("--registered-by", metavar="DATE", help="Only what was registered when that day ended."),
]
ThroughEvent = Annotated[
    int | None,
    typer.Option("--through-event", metavar="NO", min=0, help="Only what was registered up to this event."),
]
Person = Annotated[str, typer.Option("--person", metavar="IDENTITY", help="Only this person's or organisation's.")]
DebtorNumber = Annotated[str, typer.Option("--debtor-number", metavar="NUMBER", help="Only this debtor number's.")]
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE", help="Write it to a file: .csv or .xlsx.", dir_okay=False),
]
LanguageName = Annotated[str, typer.Option("--language", metavar="LANGUAGE", help="Headings: en or sv.")]
NoHeadings = Annotated[bool, typer.Option("--no-headings", help="In a file: no row of headings.")]
NoTotals = Annotated[bool, typer.Option("--no-totals", help="No rows of totals.")]
Identity = Annotated[bool, typer.Option("--identity", help="With the column of personal and organisation numbers.")]
Limit = Annotated[
    int, typer.Option("--limit", min=0, metavar="N", help="On the screen: at most so many rows; a file has all.")
]

_Word = TypeVar("_Word", bound=StrEnum)
_Asked = TypeVar("_Asked", bound=Selection)


@dataclass(frozen=True)
class OutputOptions:
    """Where a list goes, and how it is written."""

    to: To = None
    language_name: LanguageName = "en"
    no_headings: NoHeadings = False
    no_totals: NoTotals = False
    limit: Limit = MOST_SHOWN

    def output(self, session: Session) -> Output:
        """Return where it goes. Raises DataError for a language that is not known."""
        language = word("--language", self.language_name, Language)
        choice = Choice(language, with_headings=not self.no_headings, with_totals=not self.no_totals)
        return Output(session.as_json, self.to, choice, self.limit)


@dataclass(frozen=True)
class KnownOptions:
    """Which entries a list as of a day sees."""

    as_of: AsOf = ""
    by: By = "booked"
    registered_by: RegisteredBy = ""
    through_event: ThroughEvent = None

    def values(self, hub: Hub) -> dict[str, Any]:
        """Return them as a selection has them; the day is today where none is given."""
        return {
            "as_of": day("--as-of", self.as_of) or hub.reports.today,
            "basis": word("--by", self.by, Basis),
            "through_event": self.through(hub),
        }

    def through(self, hub: Hub) -> int | None:
        """Return the event up to which a list sees; None for the latest. Raises DataError when two are given."""
        known_on = day("--registered-by", self.registered_by)
        if known_on is None:
            return self.through_event
        if self.through_event is not None:
            raise DataError("--registered-by and --through-event say the same in two ways: give one")
        return hub.reports.registered_by(known_on)


@dataclass(frozen=True)
class NarrowOptions:
    company: Companies = None
    routine: Routines = None

    def values(self) -> dict[str, Any]:
        """Return them as a selection has them."""
        return {"companies": tuple(self.company or ()), "routines": tuple(self.routine or ())}


def word(option: str, text: str, words: type[_Word]) -> _Word:
    """Read one of several words. Raises DataError that names them."""
    with suppress(ValueError):
        return words(text)
    raise DataError(f"{option}: write {', '.join(words)}")


def asked(kind: type[_Asked], **values: Any) -> _Asked:
    """Make a selection of options; what is not given keeps its default.

    Raises:
        DataError: they contradict each other; the message names them.
    """
    given = {name: value for name, value in values.items() if value not in (None, "", ())}
    try:
        return kind(**given)
    except ValidationError as error:
        message = "; ".join(in_words(problem, "option") for problem in causes(error))
        options = {name: f"--{name.removesuffix('_ore').replace('_', '-')}" for name in kind.model_fields}
        raise DataError(by_option(message, options)) from None
