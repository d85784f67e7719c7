"""Errors about commands name the fields of the wire form; here they name what a person gives on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from hub.errors import HubError

GIVEN_BY: Mapping[str, str] = {
    "account": "--coding",
    "above_limit": "--above-limit",
    "allow_credit_balance": "--allow-credit-balance",
    "amount_ore": "--amount",
    "coding": "--coding",
    "code": "--code",
    "company": "--company",
    "did_not_happen": "--did-not-happen",
    "due_date": "DATE",
    "ended_on": "--ended",
    "exchange_no": "NO",
    "group": "--group",
    "has_failed": "--failed",
    "key": "--key",
    "lump_no": "NO",
    "method": "--method",
    "number": "NUMBER",
    "payee_account": "--account",
    "payment_id": "ID",
    "payment_ids": "ID",
    "reason": "--reason",
    "reason_code": "--reason",
    "reference": "--reference",
    "remark": "--remark",
    "reversal_no": "EXCHANGE:NO",
    "same_as": "--same-as",
    "source": "--source",
    "text": "TEXT",
    "transaction_date": "--date",
    "until_date": "--until",
    "user": "--user",
}
_PATH = r"(?:\w+(?:\[\d+\])?\.)*"  # such as `shares[1].` before a field
_COMPOUND = re.compile(rf"{_PATH}\b([a-z]+(?:_[a-z]+)+)\b")
_AT_THE_HEAD = re.compile(rf"(?:^|(?<=[;:] )){_PATH}([a-z]+)(?:\[\d+\])?(?:\.\w+)*(?=: )")  # ordinary words elsewhere


@contextmanager
def options_named(own: Mapping[str, str]) -> Iterator[None]:
    """Let errors that are raised within name options; `own` says what one command calls differently."""
    names = {**GIVEN_BY, **own}
    try:
        yield
    except HubError as error:
        error.args = (by_option(str(error), names),)
        raise


def by_option(message: str, names: Mapping[str, str] = GIVEN_BY) -> str:
    """Return a message with options in the place of fields.

    >>> by_option("lower the amount, or say allow_credit_balance")
    'lower the amount, or say --allow-credit-balance'
    >>> by_option("the command cannot be carried out: shares[1].amount_ore: must be above 0; code: is wrong")
    'the command cannot be carried out: --amount: must be above 0; --code: is wrong'
    """
    for pattern in (_COMPOUND, _AT_THE_HEAD):
        message = pattern.sub(lambda found: names.get(found[1], found[0]), message)
    return message
