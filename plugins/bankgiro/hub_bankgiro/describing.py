"""What stands in a file of Bankgirot or Plusgirot, record by record, for `hub inspect`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from hub.contracts import FileDescription, FileSeal
from hub.errors import FormatError
from hub.formats.fixed_width import RECORD_WIDTH
from hub.formats.record_lines import RecordLine
from hub.identifiers import bankgiro_number
from hub.model.payment_file import Warned
from hub_bankgiro.autogiro.answers import read_answers
from hub_bankgiro.autogiro.orders_read import OrderRead, OrdersClosed, OrdersOpened, read_orders
from hub_bankgiro.autogiro.refusals import names_no_bankgiro
from hub_bankgiro.forms import AUTOGIRO_ANSWERS, BGMAX, ORDERS, SUPPLIER_ANSWERS, SUPPLIER_ORDERS, FileForm
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record, RecordFile, form_of_head
from hub_bankgiro.seal import key_of
from hub_bankgiro.supplier_payments import check

MOST_ERRORS = 20
WARNINGS_PER_CODE = 20
_SEAL_ERRORS = ("SEAL_KEY", "SEAL_DIFFERS")


class BankgirotFiles:
    """Describes files of Autogiro both ways, Total IN and supplier payments; of BgMax those of Autogiro payments."""

    name = "Bankgirot and Plusgirot"

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that begins with `head` is one of them; never raises."""
        form = form_of_head(head)
        return form is not None and (form is not BGMAX or _is_of_autogiro(head))

    def describe(self, stream: BinaryIO, *, seal_key: str = "", strict: bool = False) -> FileDescription:
        """Count and sum the records, then read the file as what it is. Raises ConfigurationError for a wrong key."""
        key = key_of(seal_key) if seal_key else None
        oddities = Oddities(strict=strict, per_code=WARNINGS_PER_CODE)
        try:
            file = RecordFile(stream, oddities)
        except FormatError as error:
            return _refused(stream, error)
        counted = _Counted(file)
        stream.seek(0)
        reading = _Reading(file.form, key)
        if file.form is not BGMAX:
            reading.read(stream)
        errors = [*counted.errors, *reading.errors]
        warnings = [*oddities.taken(), *reading.warnings, *oddities.summaries()]
        return _description(file.form, counted, reading.seal, errors, warnings)


class _Counted:
    """The records of a file, and what of them cannot be read."""

    def __init__(self, file: RecordFile) -> None:
        self.records: Counter[str] = Counter()
        self.sum_ore: Counter[str] = Counter()
        self.errors: list[FormatError] = []
        self._form = file.form
        try:
            for line in file.lines:
                if not line.is_blank:
                    self._take(file, line)
        except FormatError as error:  # from here on there are no lines
            self.errors.append(error)

    def _take(self, file: RecordFile, line: RecordLine) -> None:
        if self._form is BGMAX:  # its reader says what is wrong with it
            self._count_plainly(line)
            return
        try:
            record = file.record_of(line)
            self.records[record.code] += 1
            self._sum(record)
        except FormatError as error:
            if len(self.errors) < MOST_ERRORS:
                self.errors.append(error)

    def _count_plainly(self, line: RecordLine) -> None:
        layout = self._form.layout_of(line.text)
        if layout is None:
            return
        self.records[layout.code] += 1
        field = next((field for field in layout.values if field.name == "amount"), None)
        digits = line.text.ljust(RECORD_WIDTH)[field.span] if field else ""
        if digits.isascii() and digits.isdigit():
            self.sum_ore[layout.code] += int(digits)

    def _sum(self, record: Record) -> None:
        values = record.read()
        if values.get("amount") is not None:
            self.sum_ore[record.code] += values["amount"]


class _Reading:
    """What the file says as a whole, as far as no payment file reader tells it."""

    def __init__(self, form: FileForm, key: bytes | None) -> None:
        self.errors: list[FormatError] = []
        self.warnings: list[Warned] = []
        self.seal = FileSeal.NONE
        self._form = form
        self._key = key

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
            if error.code in _SEAL_ERRORS:
                self.seal = FileSeal.BAD

    def _read_orders(self, stream: BinaryIO, oddities: Oddities) -> None:
        for event in read_orders(stream, oddities, key=self._key):
            if isinstance(event, OrdersClosed):
                self.seal = event.seal
                self.warnings += self._of_seal(event.seal)
            elif len(self.warnings) < WARNINGS_PER_CODE:
                self.warnings += _of_check_digits(event)

    def _of_seal(self, seal: FileSeal) -> Iterator[Warned]:
        if seal == FileSeal.UNCHECKED:
            yield Warned("SEAL_UNCHECKED", "the file is sealed; give --seal-key to have the seal compared")
        elif self._key and seal == FileSeal.NONE:
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


def _is_of_autogiro(head: bytes) -> bool:
    """Say whether the first payment of a BgMax file was made by Autogiro (channel 4)."""
    lines = head.decode("latin-1").splitlines()
    if len(lines) == 1:
        lines = [lines[0][start : start + RECORD_WIDTH] for start in range(0, len(lines[0]), RECORD_WIDTH)]
    return next((line[56:57] == "4" for line in lines if line.startswith("20")), False)


def _refused(stream: BinaryIO, error: FormatError) -> FileDescription:
    """Return what is known of a file that is refused at its first lines, such as for titles above its records."""
    stream.seek(0)
    try:
        form = RecordFile(stream, Oddities(strict=False, per_code=0)).form
    except FormatError:
        return FileDescription("", "", {}, {}, errors=(error,))
    return FileDescription(form.format, form.direction, {}, {}, form.layout, errors=(error,))


def _description(
    form: FileForm, counted: _Counted, seal: FileSeal, errors: list[FormatError], warnings: list[Warned]
) -> FileDescription:
    records, sums = dict(sorted(counted.records.items())), dict(sorted(counted.sum_ore.items()))
    return FileDescription(form.format, form.direction, records, sums, form.layout, seal, errors, warnings)
