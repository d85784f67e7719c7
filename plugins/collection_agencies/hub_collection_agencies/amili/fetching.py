"""What is new at Amili since a cursor: cases that have changed, and payouts, each payout whole; and what is open."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from hub.errors import TransientError
from hub.formats.json_writing import Json
from hub.model.collection import Fetched, FetchedFile
from hub_collection_agencies.amili.calls import MOST_PAGES, AmiliApi, Page
from hub_collection_agencies.amili.reading import CASES, OPEN_CASES, PAYOUTS
from hub_collection_agencies.amili.wire import Values, rfc_date, text_of

MOST_PAYOUTS = 20  # at a time
MOST_REMEMBERED = 5_000  # references and versions that were handed over at the latest moment, or lately


def fetched(api: AmiliApi, cursor: str, begins_on: date | None, lists_on: Callable[[str], str]) -> Fetched:
    """Return changed cases in one file, each new payout in one of its own, and at times all that are open.

    `lists_on` says, by the day of the last such list, the day of the one that is due, blank when none is. Raises as
    `AmiliApi.pages`.
    """
    first = rfc_date(begins_on.isoformat()) if begins_on else ""
    place = _place(cursor, first)
    files: list[FetchedFile] = []
    pages = [page for page in _since(api, CASES, place["cases"]) if page.items]
    is_new = any(_version(item) not in place["cases"]["seen"] for page in pages for item in page.items)
    if is_new:
        name = f"cases-{text_of(pages[-1].items[-1], '_updated')}".replace(" ", "_").replace(",", "").replace(":", "")
        files.append(FetchedFile(f"{name}.json", _file(CASES, pages)))
    references = list(_new_payouts(api, place["payouts"], first))
    for reference in references[:MOST_PAYOUTS]:
        rows = [page for page in api.pages(PAYOUTS, {"payout_reference": reference}, sort="_created") if page.items]
        files.append(FetchedFile(f"payout-{reference}.json", _file(PAYOUTS, rows)))
    listed_on = lists_on(place["listed"])
    listed = _open_cases(api, first, listed_on) if listed_on else None
    files += [listed] if listed is not None else []
    after = {
        "listed": place["listed"] if listed is None else listed_on,
        "cases": _after(place["cases"], pages),
        "payouts": [*place["payouts"], *references[:MOST_PAYOUTS]][-MOST_REMEMBERED:],
    }
    return Fetched(tuple(files), json.dumps(after), has_more=len(references) > MOST_PAYOUTS)


def _open_cases(api: AmiliApi, first: str, listed_on: str) -> FetchedFile | None:
    """Return the cases that are open in one file; None where they are more than is asked for, or there is no answer.

    What changes, and what is paid out, is had without it.
    """
    try:
        pages = list(_since(api, CASES, {"since": first}, closed=False))
    except TransientError:
        return None
    return None if pages[-1].is_full else FetchedFile(f"open-cases-{listed_on}.json", _file(OPEN_CASES, pages))


def _since(api: AmiliApi, resource: str, place: Values, **said: Json) -> Iterator[Page]:
    """Yield pages in the order of change, each asked for by the moment that the one before it has come to.

    By number alone one would be passed over when something before it changes meanwhile, and moves to the end. A moment
    of Amili's is a second long: what changed in the latest one is asked for again, and told apart.
    """
    since, number = place["since"], 1
    for _ in range(MOST_PAGES):
        where: dict[str, Json] = {"_updated": {"$gte": since}} if since else {}
        page = api.page(resource, {**said, **where}, "_updated", number)
        yield page
        if not page.is_full:
            return
        reached = text_of(page.items[-1], "_updated")
        since, number = (since, number + 1) if reached == since else (reached, 1)


def _after(place: Values, pages: list[Page]) -> Values:
    items = [item for page in pages for item in page.items]
    if not items:
        return place
    since = text_of(items[-1], "_updated")
    latest = [_version(item) for item in items if text_of(item, "_updated") == since]
    return {"since": since, "seen": latest[-MOST_REMEMBERED:]}


def _new_payouts(api: AmiliApi, known: list[str], first: str) -> Iterator[str]:
    """Yield references that have not been handed over; rows that are not paid out have none."""
    seen = set(known)
    where: dict[str, Json] = {"booking_date": {"$gte": first}} if first else {}
    for page in api.pages(PAYOUTS, where, sort="-_created"):
        named = (text_of(item, "payout_reference") for item in page.items)
        new = dict.fromkeys(reference for reference in named if reference)
        yield from (reference for reference in new if reference not in seen)
        if new and all(reference in seen for reference in new):
            return  # everything before has been handed over
        seen |= set(new)


def _version(item: Values) -> str:
    return f"{text_of(item, '_id')} {text_of(item, '_etag')}"


def _file(resource: str, pages: list[Page]) -> bytes:
    """Return pages as one file, each as it came."""
    return b'{"resource": "' + resource.encode() + b'", "pages": [' + b", ".join(p.content for p in pages) + b"]}\n"


def _place(cursor: str, first: str) -> dict[str, Any]:
    """Read a cursor; of anything else all is fetched again, from the first day on."""
    try:
        said = json.loads(cursor or "{}")
        place = {"cases": said["cases"], "payouts": list(said["payouts"]), "listed": str(said.get("listed", ""))}
        return place if {"since", "seen"} <= place["cases"].keys() else _place("", first)
    except (ValueError, TypeError, KeyError, AttributeError):
        return {"cases": {"since": first, "seen": []}, "payouts": [], "listed": ""}
