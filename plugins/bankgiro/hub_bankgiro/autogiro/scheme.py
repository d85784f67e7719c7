"""Autogiro as a scheme of direct debits: orders as files to Bankgirot, and its answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import BinaryIO

from hub.contracts import PluginContext, Recognition
from hub.errors import ConfigurationError, DataError
from hub.model.direct_debits import PayeeOrder, SchemeEvent, SchemeFile, SchemeOrder
from hub.model.payment_file import PayeeAccount
from hub_bankgiro.autogiro.answers import read_answers
from hub_bankgiro.autogiro.channel import CHANNEL
from hub_bankgiro.autogiro.refusals import refusal_of
from hub_bankgiro.autogiro.writer import order_lines, plain_file, sealed_file
from hub_bankgiro.forms import AUTOGIRO_ANSWERS
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import form_of_head
from hub_bankgiro.seal import key_of
from hub_bankgiro.settings import BankgiroSettings

_WHERE = "plugins.bankgiro.autogiro"


class Autogiro:
    """Bankgirot's Autogiro. Source: Autogiro, teknisk manual, Bankgirot."""

    name = "autogiro"

    def __init__(self, settings: BankgiroSettings, context: PluginContext | None = None) -> None:
        """`context` lends the key of the seal; reading needs none."""
        self._settings = settings
        self._own = settings.autogiro
        self._context = context

    @property
    def channel(self) -> str:
        """The channel `autogiro` where the settings say where files are put; else a person takes them."""
        return CHANNEL if self._own.out.is_given else ""

    def why_not(self, payee: PayeeAccount, order: SchemeOrder) -> str:
        """Say what of an order Bankgirot would refuse."""
        return refusal_of(payee, order, has_check_digits=self._own.payer_numbers_have_check_digits)

    def file_name(self, file: SchemeFile) -> str:
        """Return the name that the setting `file_name` makes."""
        return self._own.file_name.format(company=file.company, number=file.number)

    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        """Yield sections of records, each with its opening record; sealed, unless the settings allow otherwise.

        Raises:
            DataError: an order is one of `why_not`, or there is none.
            ConfigurationError: the key of the seal or a customer number is missing.
        """
        made_on = date.fromisoformat(file.made_on)
        records = order_lines(made_on, self._checked(orders), self._own.customer_numbers)
        if self._own.seal_key is None:
            self._refuse_unsealed()
            return plain_file(records)
        return sealed_file(records, made_on, self._key())

    def recognises(self, head: bytes) -> Recognition:
        """Say whether the file begins with an opening record of Autogiro's answers; never raises."""
        return Recognition.YES if form_of_head(head) in AUTOGIRO_ANSWERS else Recognition.NO

    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        """Yield what a file of answers says. Raises FormatError at the first contradiction."""
        settings = self._settings
        return read_answers(stream, Oddities(strict=settings.strict, per_code=settings.warnings_per_code))

    def _checked(self, orders: Iterable[PayeeOrder]) -> Iterator[PayeeOrder]:
        for one in orders:
            if reason := self.why_not(one.payee, one.order):
                raise DataError(f"an order cannot go to Bankgirot: {reason}")
            if one.payee.number not in self._own.customer_numbers:
                message = "the customer number at Bankgirot is not given for a bankgiro that orders go out for"
                raise ConfigurationError(message, where=f"{_WHERE}.customer_numbers", hint="see Bankgirot's agreement")
            yield one

    def _refuse_unsealed(self) -> None:
        if not self._own.allow_unsealed:
            message = "files to Bankgirot are sealed, and no key is given"
            raise ConfigurationError(message, where=f"{_WHERE}.seal_key", hint="give it, or set allow_unsealed = true")

    def _key(self) -> bytes:
        if self._context is None:
            raise ConfigurationError("the key of the seal is not at hand", where=f"{_WHERE}.seal_key")
        return key_of(self._context.secret("autogiro.seal_key"))
