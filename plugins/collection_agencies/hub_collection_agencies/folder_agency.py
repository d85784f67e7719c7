"""An agency that takes files and gives files, by a declared layout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from hub.contracts import PluginContext, RemoteFolder
from hub.errors import ConfigurationError, DataError
from hub.formats.declared import UNVERIFIED, DeclaredFile, Layout, load_layout
from hub.formats.rejoined import rejoined
from hub.model.collection import (
    AgencyDoubt,
    AgencyEvent,
    AgencyTerms,
    Attachment,
    CaseBatch,
    CaseOrder,
    CollectionStep,
    Fetched,
    Manner,
    OrderKind,
    StepTerms,
)
from hub.transports.file_settings import remote_folder
from hub_collection_agencies.fetching import fetched
from hub_collection_agencies.folder_settings import FolderAgencySettings
from hub_collection_agencies.orders import message_of, netted
from hub_collection_agencies.speech import CHANGES, CLAIMS, ORDERS, VOCABULARIES
from hub_collection_agencies.telling import events_of
from hub_collection_agencies.terms import Profile

PACKAGE = "hub_collection_agencies"
TABLE = "plugins.collection_agencies"
HEAD_BYTES = 4096
MOST_LAYOUTS = 32  # that are kept once they are loaded
LAYOUT_PAGE = "docs/declared-layouts.md"


class FolderAgency:
    """One agency by files."""

    def __init__(self, profile: Profile, settings: FolderAgencySettings, context: PluginContext) -> None:
        """Raises ConfigurationError when the layout is wrong."""
        self._profile = profile
        self._settings = settings
        self._context = context
        self._layout = agency_layout(settings.layout, profile.layout)

    @property
    def name(self) -> str:
        """The profile's."""
        return self._profile.name

    @property
    def channel(self) -> str:
        """The agency's own, where the settings say where files go."""
        return self.name if self._settings.out.is_given else ""

    @property
    def manner(self) -> Manner:
        """Together, in numbered files."""
        return Manner.IN_FILES

    @property
    def steps(self) -> Mapping[CollectionStep, StepTerms]:
        """The profile's."""
        return self._profile.steps

    @property
    def giro_numbers(self) -> Collection[str]:
        """By the settings."""
        return self._settings.giro_numbers

    @property
    def layout(self) -> Layout:
        """What files are written and read by."""
        return self._layout

    def why_not(self, order: CaseOrder) -> str:
        """See `CollectionAgency.why_not`: a file with this order alone is written, and thrown away."""
        if missing := self._missing(order.terms):
            return missing
        if order.step not in self.steps:
            return f"{self._profile.title} does not take the step {order.step}"
        if self._profile.nets_corrections and (why := _below_zero(order)):
            return f"{self._profile.title} {why}"
        try:
            self.write(CaseBatch("0", 1, order.on_day, order.terms, (order,)))
        except DataError as error:
            return f"the layout {self._layout.name} cannot say it: {error}"
        return ""

    def doubts(self, terms: AgencyTerms) -> Sequence[AgencyDoubt]:
        """See `DoubtedAgency.doubts`."""
        found = [AgencyDoubt(missing, is_wrong=True)] if (missing := self._missing(terms)) else []
        if self._layout.verified == UNVERIFIED:
            mend = f"say in it what they have compared as verified, see {LAYOUT_PAGE}"
            if not self._settings.layout:
                mend = f"type their specification in by {LAYOUT_PAGE}, and name it in {TABLE}.{self.name}.layout"
            text = f"the layout {self._layout.name} is {UNVERIFIED}: send {self._profile.title} a file to try; {mend}"
            found.append(AgencyDoubt(text, is_wrong=False))
        if self._settings.documents and not self.channel:
            text = f"documents go nowhere: name {TABLE}.{self.name}.out, or take documents away"
            found.append(AgencyDoubt(text, is_wrong=False))
        return found

    def _missing(self, terms: AgencyTerms) -> str:
        missing = [name for name in self._profile.needs if not getattr(terms, name)]
        return f"{self._profile.title} needs {missing[0]}: add it to [[collection_agencies]]" if missing else ""

    def attachments(self, order: CaseOrder) -> Sequence[Attachment]:
        """See `AttachingAgency.attachments`."""
        if order.kind is not OrderKind.CLAIM:
            return []
        largest = self._settings.largest_document_mb * 1_000_000
        too_large = f"{self._profile.title} takes {self._settings.largest_document_mb} MB"
        chosen = {one.sha256: one for one in order.claim.documents if one.kind in self._settings.documents}
        return [
            Attachment(f"{order.order_key}_{no}_{one.kind}.pdf", one.sha256, one.size, too_large * (one.size > largest))
            for no, one in enumerate(chosen.values(), 1)
        ]

    def file_name(self, batch: CaseBatch) -> str:
        """Return what the layout calls it."""
        return self._file_of(batch).file_name(message_of(batch))

    def write(self, batch: CaseBatch) -> bytes:
        """See `CollectionAgency.write`."""
        known = batch._replace(orders=tuple(map(self._understood, batch.orders)))
        return self._file_of(batch).write(message_of(known)).content

    def fetch(self, cursor: str) -> Fetched:
        """See `CollectionAgency.fetch`; a person hands files over where the settings do not say where they are."""
        return fetched(self._incoming, cursor) if self._settings.incoming.is_given else Fetched((), cursor)

    def read(self, stream: BinaryIO) -> Iterator[AgencyEvent]:
        """See `CollectionAgency.read`."""
        head, whole = rejoined(stream, HEAD_BYTES)
        yield from events_of(self._layout.incoming(head).read(whole))

    def _file_of(self, batch: CaseBatch) -> DeclaredFile:
        if any(file.content == ORDERS.name for file in self._layout.files.values()):
            return self._layout.outgoing(ORDERS.name)
        kinds = {order.kind is OrderKind.CLAIM for order in batch.orders}
        if len(kinds) != 1:
            raise DataError(f"the layout {self._layout.name} has files of their own for claims: part them")
        return self._layout.outgoing((CLAIMS if True in kinds else CHANGES).name)

    def _understood(self, order: CaseOrder) -> CaseOrder:
        """Return an order as the agency understands it; documents that go beside it by the names of their files."""
        changed: dict[str, object] = {}
        if self._profile.nets_corrections:
            changed["payments"] = netted(order.claim.payments)
        if self._settings.documents:
            named = {one.sha256: one.name for one in self.attachments(order) if not one.why_not}
            listed = [one for one in order.claim.documents if one.sha256 in named]
            changed["documents"] = tuple(one.model_copy(update={"name": named[one.sha256]}) for one in listed)
        return order.model_copy(update={"claim": order.claim.model_copy(update=changed)}) if changed else order

    @cached_property
    def _incoming(self) -> RemoteFolder:
        return remote_folder(self._settings.incoming, self._context, f"{self.name}.incoming")


def agency_layout(path: str, shipped: str) -> Layout:
    """Return the layout of a file on this machine, else one that is shipped. Raises ConfigurationError."""
    if not path:
        return _loaded(files(PACKAGE).joinpath(shipped).read_bytes(), shipped)
    try:
        document = Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"the layout {path} cannot be read: {reason}", where=TABLE) from None
    return _loaded(document, path)


@lru_cache(maxsize=MOST_LAYOUTS)  # every opening of every tenant has its agencies made anew
def _loaded(document: bytes, where: str) -> Layout:
    return load_layout(document, VOCABULARIES, where)


def _below_zero(order: CaseOrder) -> str:
    if order.payment is not None and order.payment.amount_ore < 0:
        return "understands no row below zero: tell it of the payment that was taken back by hand"
    if any(payment.amount_ore < 0 for payment in netted(order.claim.payments)):
        return "understands no row below zero, and more was taken back than was paid"
    return ""
