"""What stands in a file of Bankgirot or Plusgirot, record by record, for `hub inspect`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from hub.contracts import FileDescription, FileSeal
from hub.errors import FormatError, Place
from hub.formats.record_lines import RecordLine
from hub.identifiers import bankgiro_number
from hub.model.payment_file import Warned
from hub_bankgiro.autogiro.answers import read_answers
from hub_bankgiro.autogiro.orders_read import OrderRead, OrdersClosed, OrdersOpened, read_orders
from hub_bankgiro.autogiro.refusals import names_no_bankgiro
from hub_bankgiro.autogiro.sealed import SealOfFile
from hub_bankgiro.forms import AUTOGIRO_ANSWERS, BGMAX, ORDERS, SUPPLIER_ANSWERS, SUPPLIER_ORDERS, FileForm
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record, RecordFile, form_of_head
from hub_bankgiro.seal import key_of
from hub_bankgiro.supplier_payments import check

MOST_ERRORS = 20
WARNINGS_PER_CODE = 20


class BankgirotFiles:
    """Describes files of Autogiro both ways, Total IN and supplier payments."""

    name = "Bankgirot and Plusgirot"

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that begins with `head` is one of them; never raises."""
        form = form_of_head(head)
        return form is not None and form is not BGMAX

    def describe(self, stream: BinaryIO, *, seal_key: str = "", strict: bool = False) -> FileDescription:
        """Count and sum the records, then read the file as what it is. Raises ConfigurationError for a wrong key."""
        key = key_of(seal_key) if seal_key else None
        oddities = Oddities(strict=strict, per_code=WARNINGS_PER_CODE)
        try:
            file = RecordFile(stream, oddities)
        except FormatError as error:
            return _refused(stream, error)
        counted = _Counted(file, SealOfFile(key))
        stream.seek(0)
        reading = _Reading(file.form)
        reading.read(stream)
        warnings = [*oddities.taken(), *reading.warnings, *_of_seal(counted.seal, key, file.form)]
        return _description(counted, _told_once([*counted.errors, *reading.errors]), [*warnings, *oddities.summaries()])


class _Counted:
    """The records of a file, what of them cannot be read, and its seal."""

    def __init__(self, file: RecordFile, seal: SealOfFile) -> None:
        self.records: Counter[str] = Counter()
        self.sum_ore: Counter[str] = Counter()
        self.errors: list[FormatError] = []
        self.form = file.form
        self._seal = seal
        self._is_broken = False
        try:
            for line in file.lines:
                if not line.is_blank:
                    self._take(file, line)
        except FormatError as error:  # from here on there are no lines
            self.errors.append(error)
            self._is_broken = True
        self.seal = self._compared()

    def _take(self, file: RecordFile, line: RecordLine) -> None:
        try:
            record = file.record_of(line)
            self.records[record.code] += 1
            self._sum(record)
        except FormatError as error:
            if len(self.errors) < MOST_ERRORS:
                self.errors.append(error)
        if self.form is ORDERS and not self._is_broken:
            self._take_for_seal(line)

    def _take_for_seal(self, line: RecordLine) -> None:
        try:
            self._seal.take(line)
        except FormatError as error:
            self.errors.append(error)
            self._is_broken = True

    def _compared(self) -> FileSeal:
        """Return what the seal proves: bad for every sealed file that cannot be read to its seal."""
        if self._is_broken:
            return FileSeal.BAD if self._seal.is_sealed else FileSeal.NONE
        try:
            return self._seal.compared()
        except FormatError as error:
            self.errors.append(error)
            return FileSeal.BAD

    def _sum(self, record: Record) -> None:
        values = record.read()
        if values.get("amount") is not None:
            self.sum_ore[record.code] += values["amount"]


class _Reading:
    """What the file says as a whole, as far as no payment file reader tells it."""

    def __init__(self, form: FileForm) -> None:
        self.errors: list[FormatError] = []
        self.warnings: list[Warned] = []
        self._form = form

    def read(self, stream: BinaryIO) -> None:
        oddities = Oddities(strict=False, per_code=0)
        try:
            if self._form is ORDERS:
                self._read_orders(stream, oddities)
            elif self._form in AUTOGIRO_ANSWERS:
                for _ in read_answers(stream, oddities):
                    pass
            elif self._form in (SUPPLIER_ORDERS, SUPPLIER_ANSWERS):
                check(RecordFile(stream, oddities))
        except FormatError as error:
            self.errors.append(error)

    def _read_orders(self, stream: BinaryIO, oddities: Oddities) -> None:
        for event in read_orders(stream, oddities):
            if not isinstance(event, OrdersClosed) and len(self.warnings) < WARNINGS_PER_CODE:
                self.warnings += _of_check_digits(event)


def _of_seal(seal: FileSeal, key: bytes | None, form: FileForm) -> Iterator[Warned]:
    """Warn of a seal that is not compared, and of one that a key is given for and that a file to Bankgirot lacks."""
    if seal == FileSeal.UNCHECKED:
        yield Warned("SEAL_UNCHECKED", "the file is sealed; give --seal-key to have the seal compared")
    elif key and form is ORDERS and seal == FileSeal.NONE:
        yield Warned("SEAL_MISSING", "a key is given, and the file has no seal")


def _of_check_digits(event: OrdersOpened | OrderRead) -> Iterator[Warned]:
    """Warn of numbers whose check digit does not fit; examples have such, and Bankgirot refuses them."""
    if isinstance(event, OrdersOpened):
        if not bankgiro_number.is_valid(event.payee.number):
            message = "the check digit of the payee's bankgiro does not fit"
            yield Warned("CHECK_DIGIT", message, event.line, "01", "bankgiro")
    elif names_no_bankgiro(event.order.order):
        message = "the payer number is as long as a bankgiro number, and its check digit does not fit as one"
        yield Warned("CHECK_DIGIT", message, event.line, "04", "payer")


def _refused(stream: BinaryIO, error: FormatError) -> FileDescription:
    """Return what is known of a file that is refused at its first lines, such as for titles above its records."""
    stream.seek(0)
    try:
        form = RecordFile(stream, Oddities(strict=False, per_code=0)).form
    except FormatError:
        return FileDescription("", "", {}, {}, errors=(error,))
    return FileDescription(form.format, form.direction, {}, {}, form.layout, errors=(error,))


def _told_once(errors: list[FormatError]) -> list[FormatError]:
    """Return errors in their order, each place once: counting and reading meet the same ones."""
    first: dict[tuple[str, Place], FormatError] = {}
    for error in errors:
        first.setdefault((error.code, error.place), error)
    return list(first.values())


def _description(counted: _Counted, errors: list[FormatError], warnings: list[Warned]) -> FileDescription:
    records, sums, form = dict(sorted(counted.records.items())), dict(sorted(counted.sum_ore.items())), counted.form
    return FileDescription(form.format, form.direction, records, sums, form.layout, counted.seal, errors, warnings)
