"""What payers and their banks do at the sandbox's Bankgirot when somebody on this machine tells them to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from hub_bankgiro.sandbox_folder import BankgirotOnFolder

ACTS: Mapping[str, str] = MappingProxyType(
    {
        "refund": "payer= [code=02] [bankgiro=]",
        "ask": "payer= account= identity= name= [bankgiro=]",
        "end": "payer= [bankgiro=]",
        "registers": "[bankgiro=]",
    }
)
"""A payer's bank takes the latest payment back; a payer asks for a mandate in the internet bank, or ends one; the
registers of mandates and of requests are put out."""
_CLEARING_DIGITS, _ACCOUNT_DIGITS, _IDENTITY_DIGITS, _PAYER_DIGITS = 4, 16, 12, 16
_BY_PAYER = ("46", "02")  # information and comment of an advice about a mandate that its payer has ended


def act(bankgirot: BankgirotOnFolder, name: str, given: Mapping[str, str]) -> Sequence[Path]:
    """Let one of `ACTS` happen; return the files that it is told by at once. The rest is told when the day ends.

    Raises ValueError for what it cannot be told, or what cannot happen.
    """
    _check(name, given)
    clearing = bankgirot.clearing
    with bankgirot.lock:
        bankgiro = _payee(bankgirot, given)
        if name == "refund":
            clearing.refund(bankgiro, _digits(given, "payer", _PAYER_DIGITS), given.get("code", "02"))
        elif name == "ask":
            who = (_account(given), _digits(given, "identity", _IDENTITY_DIGITS), given["name"])
            clearing.ask(bankgiro, _digits(given, "payer", _PAYER_DIGITS), *who)
        elif name == "end":
            clearing.end_mandate(bankgiro, _digits(given, "payer", _PAYER_DIGITS), *_BY_PAYER)
        else:
            registers = {"mandates": clearing.mandate_register, "requests": clearing.request_register}
            return [
                bankgirot.put_out(f"BGC.{content}.{bankgiro.zfill(10)}.{clearing.day}.txt", register(bankgiro))
                for content, register in registers.items()
            ]
    return []


def _check(name: str, given: Mapping[str, str]) -> None:
    known = {word.strip("[]").partition("=")[0]: word for word in ACTS[name].split()}
    missing = [key for key, word in known.items() if not word.startswith("[") and not given.get(key, "").strip()]
    unknown = [key for key in given if key not in known]
    if missing or unknown:
        raise ValueError(f"{name} takes {ACTS[name]}: {', '.join((*missing, *unknown))}")


def _payee(bankgirot: BankgirotOnFolder, given: Mapping[str, str]) -> str:
    known = [row["bankgiro"].lstrip("0") for row in bankgirot.clearing.books.all("SELECT bankgiro FROM payee")]
    wanted = given.get("bankgiro", "").replace("-", "") or (known[0] if len(known) == 1 else "")
    if wanted not in known:
        raise ValueError(f"give bankgiro=, one that has sent a file: {', '.join(sorted(known)) or 'none has'}")
    return wanted


def _digits(given: Mapping[str, str], name: str, most: int) -> str:
    digits = given[name].replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= most):
        raise ValueError(f"{name}= is a number of at most {most} digits")
    return digits


def _account(given: Mapping[str, str]) -> str:
    """Return an account as the manual has it: clearing number, and the account number filled with zeros."""
    digits = _digits(given, "account", _ACCOUNT_DIGITS)
    return digits[:_CLEARING_DIGITS] + digits[_CLEARING_DIGITS:].zfill(_ACCOUNT_DIGITS - _CLEARING_DIGITS)
