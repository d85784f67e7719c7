"""An agency's latest list of the cases that it has open: kept whole, an empty one too; one that is older is not."""

from __future__ import annotations

from collections.abc import Sequence

from hub.model.agency_told import Listed, Told
from hub.model.collection import CaseListed
from hub.services.collection.reading import event_of
from hub.services.ports import UnitOfWork

SERIES = "list"  # of the agency's cursors: the exchange of the list


def begin_list(work: UnitOfWork, agency: str, exchange_no: int) -> bool:
    """Let a file's list take the place of the one before; False when a later file's is kept."""
    kept = list_of(work, agency)
    if kept < exchange_no:
        work.agency_told.drop_list(agency)
        work.collection_orders.keep_cursor(agency, SERIES, file_no=exchange_no)
    return kept <= exchange_no


def keep_list(work: UnitOfWork, agency: str, exchange_no: int, told: Sequence[Told]) -> None:
    """Keep some of a file's list."""
    if not told or not begin_list(work, agency, exchange_no):
        return
    rows = []
    for one in told:
        event: CaseListed = event_of(one)
        rows.append(
            Listed(
                row_no=one.told_no,
                exchange_no=exchange_no,
                case_no=one.case_no,
                **event.case._asdict(),
                stage=event.stage,
                principal_left_ore=event.principal_left_ore,
            )
        )
    work.agency_told.add_list(agency, rows)


def list_of(work: UnitOfWork, agency: str) -> int:
    """Return the exchange of an agency's latest list, 0 when it has told none."""
    _, exchange_no = work.collection_orders.cursor(agency, SERIES)
    return exchange_no
