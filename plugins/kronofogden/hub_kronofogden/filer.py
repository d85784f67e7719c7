"""The filer: files by a declared layout, and nothing before the authority's own specification has been loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from hub.contracts import PluginContext, RemoteFolder
from hub.errors import ConfigurationError, DataError
from hub.formats.declared import DeclaredFile, Layout, load_layout
from hub.formats.rejoined import rejoined
from hub.model.order_to_pay_application import OrderMessage
from hub.model.order_to_pay_files import Fetched, Filing, FilingEvent
from hub.model.orders_to_pay import MessageKind
from hub.transports.file_settings import remote_folder
from hub_kronofogden.channel import CHANNEL
from hub_kronofogden.fetching import fetched
from hub_kronofogden.saying import message_of
from hub_kronofogden.settings import KronofogdenSettings
from hub_kronofogden.speech import (
    APPLICATIONS,
    ENFORCEMENT_CHANGES,
    ENFORCEMENTS,
    REDUCTIONS,
    VOCABULARIES,
    WITHDRAWALS,
)
from hub_kronofogden.telling import events_of

NAME, TABLE = "kronofogden", "plugins.kronofogden"
TRIAL_LAYOUT = "layouts/made_up.toml"
HEAD_BYTES = 4096
_CONTENTS: Mapping[MessageKind, str] = {
    MessageKind.APPLICATION: APPLICATIONS.name,
    MessageKind.REDUCTION: REDUCTIONS.name,
    MessageKind.WITHDRAWAL: WITHDRAWALS.name,
    MessageKind.ENFORCEMENT: ENFORCEMENTS.name,
    MessageKind.ENFORCEMENT_CHANGE: ENFORCEMENT_CHANGES.name,
}
_OF_ENFORCEMENT = (MessageKind.ENFORCEMENT, MessageKind.ENFORCEMENT_CHANGE)  # a service of its own, with its agreement


class KronofogdenFiler:
    """Writes and reads the authority's files."""

    def __init__(self, settings: KronofogdenSettings, context: PluginContext) -> None:
        """Raises ConfigurationError when the layout that the settings name is wrong."""
        self._settings = settings
        self._context = context
        self._loaded = _loaded(settings)

    @property
    def name(self) -> str:
        """Always `kronofogden`."""
        return NAME

    @property
    def channel(self) -> str:
        """The plugin's own."""
        return CHANNEL

    def why_not(self, message: OrderMessage) -> str:
        """See `OrderToPayFiler.why_not`: a file with this message alone is written, and thrown away."""
        content = _CONTENTS[message.kind]
        if message.kind in _OF_ENFORCEMENT and not self._has(content):
            return f"the layout {self._layout.name} has no file with the content {content}"
        application = message.application
        filing = Filing(
            key="0",
            file_no=1,
            kind=message.kind,
            made_on=application.applied_on,
            organisation_number=application.applicant.organisation_number,
            agent_code=application.agent.code,
            messages=(message,),
        )
        try:
            self.file_name(filing)
            self.write(filing)
        except DataError as error:
            return f"the layout {self._layout.name} cannot say it: {error}"
        return ""

    def file_name(self, filing: Filing) -> str:
        """Return what the layout calls it."""
        return self._file_of(filing.kind).file_name(message_of(filing))

    def write(self, filing: Filing) -> bytes:
        """See `OrderToPayFiler.write`."""
        return self._file_of(filing.kind).write(message_of(filing)).content

    def fetch(self, cursor: str) -> Fetched:
        """See `OrderToPayFiler.fetch`; a person hands files over where the settings do not say where they are."""
        return fetched(self._incoming, cursor) if self._settings.incoming.is_given else Fetched((), cursor)

    def read(self, stream: BinaryIO) -> Iterator[FilingEvent]:
        """See `OrderToPayFiler.read`."""
        head, whole = rejoined(stream, HEAD_BYTES)
        yield from events_of(self._layout.incoming(head).read(whole))

    def _file_of(self, kind: MessageKind) -> DeclaredFile:
        return self._layout.outgoing(_CONTENTS[kind])

    def _has(self, content: str) -> bool:
        return any(file.content == content for file in self._layout.files.values())

    @property
    def _layout(self) -> Layout:
        if self._loaded is None:
            raise ConfigurationError(
                "the authority's file format is not public and no layout is loaded: nothing can be filed by file",
                where=f"{TABLE}.layout",
                hint="type the authority's specification into a layout (docs/declared-layouts.md) and give its path, "
                "or leave out orders_to_pay.filer and file on paper",
            )
        return self._loaded

    @cached_property
    def _incoming(self) -> RemoteFolder:
        return remote_folder(self._settings.incoming, self._context, "incoming")


def _loaded(settings: KronofogdenSettings) -> Layout | None:
    if settings.is_trial:
        shipped = files("hub_kronofogden").joinpath(TRIAL_LAYOUT).read_bytes()
        return load_layout(shipped, VOCABULARIES, TRIAL_LAYOUT)
    if not settings.layout:
        return None
    try:
        document = Path(settings.layout).read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"the layout {settings.layout} cannot be read: {reason}", where=TABLE) from None
    return load_layout(document, VOCABULARIES, settings.layout)
