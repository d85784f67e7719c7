"""What came in an archive and goes on no other way than paper waits for the others, and is passed on with the rest.

The rest of an archive is one message on a channel of its own, planned in one transaction with its documents.
What comes back to paper later, since a channel returned it, is a later message; no document is in two of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.contracts import DocumentArchive
from hub.errors import FormatError, LedgerError, TransientError
from hub.model.attempts import PlannedMessage
from hub.model.deliveries import ArchivedFileRow, DocumentRow, DocumentState, DocumentStep, StepOutcome
from hub.model.exchanges import Exchange
from hub.model.tenant import Tenant
from hub.rules.attempts import later
from hub.services.attempts import CLAIM, plan_batch
from hub.services.delivery.dispatching import MESSAGE_KIND, refuse_changed
from hub.services.delivery.rest_ways import GOES_WITH_REST
from hub.services.delivery.standing import stand
from hub.services.delivery.steps import next_step, skipped_steps
from hub.services.delivery.way_finding import Routed
from hub.services.ports import Store, UnitOfWork, Work


class PassingOn:
    """Passes the rest of a tenant's archives on."""

    def __init__(self, store: Store, tenant: Tenant, archives: Mapping[str, DocumentArchive]) -> None:
        self._store = store
        self._tenant = tenant
        self._archives = archives
        self.channels = frozenset(archive.channel for archive in archives.values())

    def leave_over(self, work: Work, documents: Sequence[Routed]) -> None:
        """Let documents wait for the rest of their archive.

        Raises:
            TransientError: somebody has changed one of them meanwhile.
        """
        with work.write() as unit:
            unit.commands.claim(CLAIM)
            refuse_changed(unit, self._tenant, documents)
            for loaded, route in documents:
                unit.documents.keep_steps(skipped_steps(self._tenant.id, loaded, route))
                left_over = loaded.row._replace(state=DocumentState.LEFT_OVER, reason=GOES_WITH_REST, due_at="")
                stand(unit, left_over._replace(channel=""), was=loaded.row)

    def pass_on(self, work: Work) -> None:
        """Plan the message of every archive of which nothing is on another way any more.

        Raises:
            TransientError: a document was changed while its message was made.
            LedgerError: an archive that was taken in cannot be read any more.
        """
        with self._store.read() as unit:
            ripe = unit.archives.ripe(self._archives.keys(), taken_before(unit, self._tenant))
        for archive_no in ripe:
            self._pass_on(work, archive_no)

    def _pass_on(self, work: Work, archive_no: int) -> None:
        with self._store.read() as unit:
            exchange, files = unit.exchanges.get(archive_no), unit.archives.to_pass_on(archive_no)
        archive = self._archives[exchange.format]
        content = self._rest(archive, exchange, files)
        (kept,) = self._store.contents.keep_all([content])
        with work.write() as unit:
            unit.commands.claim(CLAIM)
            rows = unit.documents.hold_all([file.document_no for file in files if file.document_no is not None])
            if unit.archives.to_pass_on(archive_no) != files:
                raise TransientError("a document was changed while its archive was passed on", retry_after_s=0)
            name = f"{archive.channel}:{archive_no}:{unit.events.latest()}"  # planning tells one: none has it again
            planned = PlannedMessage(name, kept.sha256, kept.size, MESSAGE_KIND)
            plan_batch(unit, self._tenant.id, archive.channel, name, [planned], plugin=exchange.plugin)
            message_no = unit.attempts.of_messages([name])[-1].exchange_no
            self._let_go_on(unit, archive.channel, rows, message_no)
            unit.archives.note_passed_on(files, message_no)
            unit.events.record(
                "archive_passed_on", exchange_no=message_no, archive_no=archive_no, channel=archive.channel,
                files=len(files), documents=len(rows),
            )  # fmt: skip

    def _rest(self, archive: DocumentArchive, exchange: Exchange, files: Sequence[ArchivedFileRow]) -> bytes:
        try:
            with self._store.contents.open(exchange.sha256) as stream:
                return archive.rest(stream, [file.file_no for file in files])
        except FormatError as error:
            raise LedgerError(f"archive {exchange.number} was taken in, and cannot be read now: {error}") from error

    def _let_go_on(self, work: UnitOfWork, channel: str, rows: Sequence[DocumentRow], exchange_no: int) -> None:
        steps: dict[int, list[DocumentStep]] = {row.document_no: [] for row in rows}
        for step in work.documents.steps(list(steps)):
            steps[step.document_no].append(step)
        taken = []
        for row in rows:
            sending = row._replace(state=DocumentState.SENDING, reason="", channel=channel, exchange_no=exchange_no)
            stand(work, sending, was=row)
            step = next_step(self._tenant.id, row, steps[row.document_no], channel)
            taken.append(step._replace(outcome=StepOutcome.SENDING, reason=GOES_WITH_REST, exchange_no=exchange_no))
        work.documents.keep_steps(taken)


def taken_before(work: UnitOfWork, tenant: Tenant) -> str:
    """Return when an archive was taken in whose rest waits no longer for those that are on other ways."""
    return later(work.now, -tenant.delivery.wait_for_reach_h * 3600)
