"""`hub.documents`: documents that go to debtors, their ways, and the register of recipients."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hub.contracts import DocumentArchive
from hub.errors import DataError
from hub.formats.given_file import open_given
from hub.model.deliveries import TRIED, ArchivedFileRow, DocumentRow, DocumentStep, KeptAnswer, KnownRecipient
from hub.model.documents import Document
from hub.model.exchanges import Exchange
from hub.model.runs import Run
from hub.rules.delivery.route import Route
from hub.runtime.inboxes import KIND as INBOX_KIND
from hub.runtime.tenant_work import TenantWork
from hub.services.delivery import FOLLOWING, Acceptance, accept_documents, receive_archive
from hub.services.delivery.archives import HEAD_SIZE, choose_archive
from hub.services.delivery.archives import run_of as archive_run_of
from hub.services.delivery.kept import kept_document, read_document
from hub.services.delivery.planning import Planner
from hub.services.delivery.printing import PRINTED_ALONE
from hub.services.delivery.reading import read_documents
from hub.services.delivery.receivables import documents_of_receivables
from hub.services.delivery.register import RecipientReport, import_recipients
from hub.services.delivery.rest_ways import rest_ways
from hub.services.payments.receiving import packing_of


class ShownDocument(NamedTuple):
    """A document with the channels that were looked at for it, and what its buyer answered."""

    row: DocumentRow
    steps: Sequence[DocumentStep]
    answers: Sequence[KeptAnswer]


class ShownLetter(NamedTuple):
    """A letter with its date."""

    row: DocumentRow
    dated: str


class ReceivedDocument(NamedTuple):
    """A document that another tenant sent: its PDF, and its data as JSON."""

    pdf: bytes
    data: bytes


class TakenArchive(NamedTuple):
    """An archive of printed documents that was handed over: what it came to, file by file."""

    exchange: Exchange
    files: Sequence[ArchivedFileRow]  # none while it is not read, or when it was refused
    run: Run | None  # that takes it in


class DocumentsDesk:
    """The documents of one tenant. What a person decides is told by commands."""

    def __init__(self, work: TenantWork, carry_out_queued: Callable[[], object]) -> None:
        self._work = work
        self._carry_out_queued = carry_out_queued

    def deliver(self, documents: Iterable[Document | Mapping[str, object]] | Path) -> list[Acceptance]:
        """Take in documents, given as objects or as a JSON file, and send them by the ways that are found.

        The same document again changes nothing; one that cannot be right is refused with what to do, and holds no
        other. Each answer names its document; where that stands is told by `latest`, `show` and the feed.

        Raises:
            ConfigurationError: the tenant's settings cannot be used; none is kept.
            DataError: the file cannot be opened, or is no list of documents.
        """
        self._work.refuse_unusable_settings()
        offered = read_documents(documents)
        accepted = accept_documents(self._work.store, self._work.tenant, offered)
        self._carry_out_queued()
        return accepted

    def is_archive(self, file: Path) -> bool:
        """Say whether a file begins as an archive of printed documents that some plugin reads. Raises as `deliver`."""
        return self._archive_of(file) is not None

    def deliver_archive(self, file: Path, *, company: str = "") -> TakenArchive:
        """Take in an archive of printed documents: each goes its own way, and what none but paper takes is passed on.

        A damaged one ends in quarantine, and nothing of it goes out, which is no error here: see `exchange`. The same
        archive again changes nothing.

        Raises:
            ConfigurationError: the tenant's settings cannot be used.
            DataError: the file cannot be opened, is no archive that is read here, or is too large.
        """
        self._work.refuse_unusable_settings()
        archive = self._archive_of(file)
        if archive is None:
            raise DataError(f"{file.name} is no archive that a plugin which is turned on reads")
        plugin = self._work.plugins.plugins_of_channels[archive.channel]
        with open_given(file) as stream:
            taken = receive_archive(self._work.store, archive, plugin, stream, name=file.name, company=company)
        self._carry_out_queued()
        with self._work.store.read() as work:
            exchange = work.exchanges.get(taken.number)
            run = work.runs.get(archive_run_of(self._work.tenant.id, exchange))
            return TakenArchive(exchange, work.archives.files_of(exchange.number), run)

    def _archive_of(self, file: Path) -> DocumentArchive | None:
        archives = self._work.plugins.archives
        with open_given(file) as stream:
            head = stream.read(HEAD_SIZE)
        found = choose_archive(archives, head)
        if found is None and (packing := packing_of(head)):
            message = f"{file.name} is packed ({packing}), and nothing that is turned on reads such an archive"
            raise DataError(f"{message}: turn the plugin on that does, or hand over JSON")
        return found

    def deliver_receivables(self, company: str, numbers: Sequence[str]) -> list[Acceptance]:
        """Send the invoices of receivables that the hub has, by their numbers; as `deliver`."""
        self._work.refuse_unusable_settings()
        with self._work.store.read() as work:
            offered = documents_of_receivables(work, self._work.tenant, company, numbers)
        accepted = accept_documents(self._work.store, self._work.tenant, offered)
        self._carry_out_queued()
        return accepted

    def plan(self, document: Document | int) -> Route:
        """Say how a document would go, and why not otherwise; every channel is asked, and nothing is sent.

        The channel that would have it makes its message; one that cannot is passed by. About a debtor with protected
        identity, and of a document that has gone, no channel is asked.

        Raises:
            DataError: there is no document of this number, or it cannot be right.
        """
        planner = Planner(
            self._work.store,
            self._work.tenant,
            self._work.plugins.document_channels,
            self._work.printer,
            self._work.clock,
            rest_ways(self._work.plugins.archives),
        )
        return planner.plan(document)

    def pdf(self, document_no: int) -> bytes:
        """Return the one rendering of a document; made for a look when it has not been made yet.

        Raises:
            DataError: there is no such document.
        """
        row = self.get(document_no)
        if row.pdf_sha256:
            return self._kept(row.pdf_sha256)
        e_invoice = self._kept(row.e_invoice_sha256) if row.e_invoice_sha256 else b""
        document = self.content(document_no)
        return document.pdf or self._work.printer.pdf(document, e_invoice)

    def e_invoice(self, document_no: int) -> bytes:
        """Return a document as XML, as channels are given it; made for a look when it has not been made yet.

        Raises:
            DataError: there is no such document, or nothing that is turned on writes its kind.
            DocumentError: it cannot be an e-invoice as it is; the message says what to do.
        """
        row = self.get(document_no)
        if row.e_invoice_sha256:
            return self._kept(row.e_invoice_sha256)
        document = self.content(document_no)
        if document.says_its_sum_alone:
            raise DataError(f"there is no e-invoice of document {document_no}: {PRINTED_ALONE}")
        made = self._work.printer.e_invoice(document)
        if not made:
            kind = row.kind.replace("_", " ")
            raise DataError(f"nothing that is turned on makes e-invoices of kind {kind}; [plugins.peppol] does")
        return made

    def _kept(self, sha256: str) -> bytes:
        return self._work.store.contents.read_all([sha256])[sha256]

    def content(self, document_no: int) -> Document:
        """Return a document as it is sent.

        Raises:
            DataError: there is none of this number.
            LedgerError: what is kept of it cannot be read.
        """
        row = self.get(document_no)
        return kept_document(document_no, self._work.store.contents.read_whole([row.sha256]).get(row.sha256))

    def plan_receivable(self, company: str, number: str) -> Route:
        """Say how the invoice of a receivable would go; as `plan`. Raises DataError when the hub cannot make it."""
        with self._work.store.read() as work:
            (offered,) = documents_of_receivables(work, self._work.tenant, company, [number])
        if offered.document is None:
            raise DataError(f"{number}: {offered.problem}; of documents: hub documents list")
        return self.plan(offered.document)

    def get(self, document_no: int) -> DocumentRow:
        """Return where a document stands. Raises DataError when there is none of this number."""
        return self.show(document_no).row

    def show(self, document_no: int) -> ShownDocument:
        """Return a document and its way. Raises DataError when there is none of this number."""
        with self._work.store.read() as work:
            found = work.documents.get_all([document_no])
            steps = work.documents.steps([document_no])
            answers = work.documents.answers([document_no])
        if not found:
            raise DataError(f"there is no document {document_no}; see: hub documents list")
        return ShownDocument(found[0], steps, answers)

    def get_all(self, numbers: Collection[int]) -> list[DocumentRow]:
        """Return documents by their numbers."""
        with self._work.store.read() as work:
            return work.documents.get_all(numbers)

    def runs_behind(self, numbers: Collection[int]) -> list[Run]:
        """Return the runs that documents wait for: failed ones, which a person has to see to, and queued ones."""
        with self._work.store.read() as work:
            return work.documents.runs_behind(numbers)

    def latest(
        self, *, state: str = "", channel: str = "", number: str = "", limit: int = 50, before: int | None = None
    ) -> list[DocumentRow]:
        """Return the newest documents first; `before` continues below a document number."""
        with self._work.store.read() as work:
            return work.documents.latest(state=state, channel=channel, number=number, limit=limit, before=before)

    def letters_about(
        self, numbers: Collection[str], *, company: str = "", kind: str = "", dated: str = ""
    ) -> list[ShownLetter]:
        """Return letters about receivables by their numbers, the newest first; one that cannot be read has no date.

        Raises:
            DataError: there is no such company.
        """
        tenant = self._work.tenant
        asked = tenant.company(company) if company else None
        if company and asked is None:
            raise DataError(f"there is no company {company}")
        companies = [one.number for one in tenant.companies if asked in (None, one)]
        with self._work.store.read() as work:
            rows = [row for row in work.letters.about(companies, numbers) if kind in ("", row.kind)]
        contents = self._work.store.contents.read_whole({row.sha256 for row in rows})
        read = [(row, read_document(contents.get(row.sha256))) for row in rows]
        shown = [ShownLetter(row, letter.issue_date if letter else "") for row, letter in read]
        return [one for one in shown if dated in ("", one.dated)]

    def passed_by(self, numbers: Collection[int]) -> dict[int, str]:
        """Return, for documents that channels did not take or that came back, which and why."""
        with self._work.store.read() as work:
            steps = [step for step in work.documents.steps(numbers) if step.outcome in TRIED]
        found: dict[int, list[str]] = {}
        for step in steps:
            found.setdefault(step.document_no, []).append(f"{step.channel}: {step.reason}")
        return {number: "; ".join(dict.fromkeys(reasons)) for number, reasons in found.items()}

    def counts(self) -> list[tuple[str, str, int, int]]:
        """Return how many documents stand where: (state, channel, how many, öre that they cost together)."""
        with self._work.store.read() as work:
            return work.documents.counts()

    def follow(self) -> None:
        """Ask channels now what became of documents that they had taken."""
        with self._work.store.write() as work:
            work.runs.enqueue_another(f"{FOLLOWING}:{self._work.tenant.id}:asked", FOLLOWING, {}, lane=FOLLOWING)
        self._carry_out_queued()

    def inbox(self, *, limit: int = 50) -> Sequence[Exchange]:
        """Return what other tenants of the installation sent to this one, newest first."""
        with self._work.store.read() as work:
            return work.exchanges.latest(kind=INBOX_KIND, limit=limit)

    def from_inbox(self, exchange_no: int) -> ReceivedDocument:
        """Return a document that came. Raises DataError when none of this number did."""
        with self._work.store.read() as work:
            try:
                exchange = work.exchanges.get(exchange_no)
            except KeyError:
                exchange = None
        if exchange is None or exchange.kind != INBOX_KIND:
            raise DataError(f"no document {exchange_no} has come; see: hub inbox")
        message = json.loads(self._work.store.contents.read_all([exchange.sha256])[exchange.sha256])
        data = json.dumps(message["document"], ensure_ascii=False, indent=2)
        return ReceivedDocument(base64.b64decode(message["pdf"]), data.encode())

    def import_recipients(self, file: Path) -> RecipientReport:
        """Take the register of recipients in from a CSV, JSON or Excel file; a bad row holds no other.

        Documents that have not gone yet find their way anew when it says something else of their debtors.

        Raises:
            DataError: the file cannot be opened or read.
        """
        report = import_recipients(self._work.store, self._work.tenant.id, file)
        self._carry_out_queued()
        return report

    def recipients(self, *, search: str = "", limit: int = 100) -> list[KnownRecipient]:
        """Return the register by name; `search` is the beginning of a name, or a whole key."""
        with self._work.store.read() as work:
            return work.recipients.latest(search=search, limit=limit)
