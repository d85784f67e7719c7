"""What a plugin implements to hand claims over to a collection agency (*inkassobolag*) and to follow them there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import BinaryIO, Protocol, runtime_checkable

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
    StepTerms,
)


@runtime_checkable
class CollectionAgency(Protocol):
    """One agency: writes what it is told, and reads what it says.

    The core decides what is told and when, keeps the bytes of both directions, sends by `channel`, and is the only one
    that keeps cases: an adapter keeps nothing of them.
    """

    @property
    def name(self) -> str:
        """Stable name, such as `sergel`; companies' settings choose it by this."""
        ...

    @property
    def channel(self) -> str:
        """The name of the `DeliveryChannel` of the same plugin that takes its messages; '' when a person fetches them.

        What a call's answer says, such as case numbers, the channel returns as `Delivered.answer`: it is kept, and
        read by `read` as a file is.
        """
        ...

    @property
    def manner(self) -> Manner:
        """How its orders go: each at once as a message of its own, or those of a round together as a file."""
        ...

    @property
    def steps(self) -> Mapping[CollectionStep, StepTerms]:
        """The steps that it takes, and what each means for the debtor's money."""
        ...

    @property
    def giro_numbers(self) -> Collection[str]:
        """The accounts that the agency pays out from, such as `bankgiro:9912346`; the register may know more."""
        ...

    def why_not(self, order: CaseOrder) -> str:
        """Say why the agency or its format cannot take an order, for people; '' when it can. No personal number.

        Asked of a claim before it is planned, and of every order before it is written.
        """
        ...

    def file_name(self, batch: CaseBatch) -> str:
        """Return what a batch's file is called at the agency, without folders: of each batch another name."""
        ...

    def write(self, batch: CaseBatch) -> bytes:
        """Return a batch's bytes; the same batch gives the same bytes, whenever and wherever it is written.

        A batch of manner `at_once` has one order. A file has orders of one step: either claims, or all the rest.

        Raises:
            DataError: an order is one of `why_not`.
        """
        ...

    def fetch(self, cursor: str) -> Fetched:
        """Return what the agency has for us behind a cursor; '' the first time.

        What lies behind the cursor has been kept by the core and may be deleted on the other side; nothing newer may.
        So a crash between fetching and keeping loses nothing, and the same files come again.

        Raises:
            TransientError: not now.
            ConfigurationError: nothing can be fetched before a setting is mended.
        """
        ...

    def read(self, stream: BinaryIO) -> Iterator[AgencyEvent]:
        """Yield what a file or an answer of the agency says, in its order and in constant memory.

        The first event is `Opened`, the last `Closed`; without it the file is not complete. A status or closing code
        that is not known becomes `unknown`, with the agency's word in `said`.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        ...


@runtime_checkable
class DoubtedAgency(CollectionAgency, Protocol):
    """An agency that says what of its own settings does not work, or has been compared with nobody."""

    def doubts(self, terms: AgencyTerms) -> Sequence[AgencyDoubt]:
        """Say what a person should see to, for `hub doctor`; nothing is asked of the agency. No secret."""
        ...


@runtime_checkable
class AttachingAgency(CollectionAgency, Protocol):
    """An agency that takes documents beside a claim, such as the invoice and the demand, through its channel."""

    def attachments(self, order: CaseOrder) -> Sequence[Attachment]:
        """Say which documents of a claim go with it, of those that its claim lists; of other orders none.

        The core sends each as a message of its own, before the claim's, whose last part is the attachment's name; one
        that does not go is told to a person.
        """
        ...
