"""Amili by its API: a message for each order, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import BinaryIO

from hub.contracts import PluginContext
from hub.errors import DataError, FormatError
from hub.model.collection import (
    AgencyDoubt,
    AgencyEvent,
    AgencyTerms,
    CaseBatch,
    CaseOrder,
    CollectionStep,
    Fetched,
    Manner,
    StepTerms,
)
from hub_collection_agencies.amili import fetching, reading, translate
from hub_collection_agencies.amili.calls import TABLE, AmiliApi
from hub_collection_agencies.amili.channel import CHANNEL
from hub_collection_agencies.amili.settings import AmiliSettings
from hub_collection_agencies.terms import COLLECTS, REMINDS_AS_PAYEE

LARGEST = 64 * 1024 * 1024  # bytes of what is read at once


class AmiliAgency:
    """The agency `amili`."""

    def __init__(self, settings: AmiliSettings, context: PluginContext) -> None:
        self._settings = settings
        self._context = context
        self._api = AmiliApi(settings, context)

    @property
    def name(self) -> str:
        """Always `amili`."""
        return CHANNEL

    @property
    def channel(self) -> str:
        """Its own."""
        return CHANNEL

    @property
    def manner(self) -> Manner:
        """At once."""
        return Manner.AT_ONCE

    @property
    def steps(self) -> Mapping[CollectionStep, StepTerms]:
        """From its first reminder Amili is paid, and keeps the statutory fees."""
        return {CollectionStep.REMIND: REMINDS_AS_PAYEE, CollectionStep.COLLECT: COLLECTS}

    @property
    def giro_numbers(self) -> Collection[str]:
        """By the settings."""
        return self._settings.giro_numbers

    def why_not(self, order: CaseOrder) -> str:
        """See `CollectionAgency.why_not`."""
        return translate.why_not(order)

    def doubts(self, terms: AgencyTerms) -> Sequence[AgencyDoubt]:
        """See `DoubtedAgency.doubts`."""
        given = {
            "address": self._settings.address,
            "api_key": self._settings.api_key,
            "account": self._settings.account,
        }
        wrong = [f"{TABLE}.{name} is not given: ask Amili for it" for name, value in given.items() if not value]
        wrong += [] if terms.customer_no else [translate.NO_CREDITOR]
        return [AgencyDoubt(text, is_wrong=True) for text in wrong]

    def file_name(self, batch: CaseBatch) -> str:
        """Return a name by the order's key."""
        return f"amili-{batch.orders[0].order_key}.json"

    def write(self, batch: CaseBatch) -> bytes:
        """See `CollectionAgency.write`."""
        if len(batch.orders) != 1:
            raise DataError(f"Amili takes a message for each order, not one for {len(batch.orders)}")
        (order,) = batch.orders
        if why := translate.why_not(order):
            raise DataError(why)
        return translate.message_of(order, self._settings)

    def fetch(self, cursor: str) -> Fetched:
        """See `CollectionAgency.fetch`. Nothing is deleted at Amili."""
        return fetching.fetched(self._api, cursor, self._settings.begins_on, self._lists_on)

    def _lists_on(self, last: str) -> str:
        """Return today when open cases are to be listed again, blank when they are not."""
        days, today = self._settings.list_every_days, self._context.clock.today()
        is_due = not last or date.fromisoformat(last) + timedelta(days=days) <= today
        return today.isoformat() if days and is_due else ""

    def read(self, stream: BinaryIO) -> Iterator[AgencyEvent]:
        """See `CollectionAgency.read`."""
        content = stream.read(LARGEST + 1)
        while more := stream.read(LARGEST + 1 - len(content)):
            content += more
        if len(content) > LARGEST:
            raise FormatError("the file is larger than is read", code="FILE_TOO_LARGE")
        yield from reading.events_of(content, self._settings)
