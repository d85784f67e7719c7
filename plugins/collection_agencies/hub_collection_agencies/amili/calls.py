"""Calls of Amili's API: requests that change something, and lists that are asked for page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from hub.contracts import PluginContext
from hub.errors import ConfigurationError, FormatError, TransientError
from hub.formats.json_writing import Json, written
from hub.transports.https import Answer, HttpParty
from hub_collection_agencies.amili.settings import AmiliSettings
from hub_collection_agencies.amili.wire import Values, items_in, object_in

TABLE = "plugins.collection_agencies.amili"
MOST_PAGES = 100  # of one question
_FOUND = 200


class Page(NamedTuple):
    """One page of a list: as it came, and what it holds."""

    content: bytes
    items: list[Values]
    is_full: bool  # there may be more behind it


class AmiliApi:
    """Amili's API by one access token."""

    def __init__(self, settings: AmiliSettings, context: PluginContext) -> None:
        self._settings = settings
        self._context = context
        self._party: HttpParty | None = None

    def submit(self, resource: str, body: Mapping[str, Json]) -> Answer:
        """Post a request. Raises as `HttpParty.submit`."""
        headers = {**self._headers(), "Content-Type": "application/json"}
        return self._called().submit(resource, written(body).encode(), headers)

    def pages(self, resource: str, where: Mapping[str, Json], *, sort: str = "_updated") -> Iterator[Page]:
        """Yield the pages of a list, of which the last one is not full.

        Raises:
            TransientError: there is no answer now, or none of Amili's.
            ConfigurationError: there is none before a setting is mended.
        """
        for number in range(1, MOST_PAGES + 1):
            page = self.page(resource, where, sort, number)
            yield page
            if not page.is_full:
                return

    def page(self, resource: str, where: Mapping[str, Json], sort: str, number: int) -> Page:
        """Return one page of a list, counted from 1. Raises as `pages`."""
        query = {
            "where": " ".join(written(where).split("\n")),
            "sort": sort,
            "page": number,
            "max_results": self._settings.page_size,
        }
        answer = self._called().ask(f"{resource}?{urlencode(query)}", self._headers())
        if answer.status != _FOUND:
            raise self._called().no_answer(answer)
        try:
            items = items_in(object_in(answer.content))
        except FormatError:
            raise TransientError("the answer is none of Amili's: asked again later") from None
        return Page(answer.content, items, len(items) >= self._settings.page_size)

    def _headers(self) -> dict[str, str]:
        if self._settings.api_key is None:
            raise ConfigurationError("the access token is not given", where=f"{TABLE}.api_key", hint="ask Amili for it")
        return {"X-API-Key": self._context.secret("amili.api_key"), "Accept": "application/json"}

    def _called(self) -> HttpParty:
        if self._party is None:
            if not self._settings.address:
                raise ConfigurationError("the address is not given", where=f"{TABLE}.address", hint="ask Amili for it")
            self._party = HttpParty(self._settings.address, timeout_s=self._settings.timeout_s)
        return self._party


def ids_of(items: list[Values]) -> list[Any]:
    """Return Amili's ids."""
    return [item.get("_id") for item in items]
