"""Payer numbers (*betalarnummer*): composed of what is known of a debtor, checked, and taken apart again."""

from __future__ import annotations

from hub.errors import IdentifierError
from hub.identifiers import luhn
from hub.model.direct_debit_settings import LONGEST_PAYER_NUMBER, PayerNumberOf, PayerNumberRule


def compose(rule: PayerNumberRule, link: str) -> str:
    """Return the payer number of a debtor.

    Raises:
        IdentifierError: the debtor's number is missing, has other than digits, or is too long.

    >>> compose(PayerNumberRule(prefix="7", width=6), "4711")
    '70047118'
    """
    if not luhn.is_digits(link):
        raise IdentifierError(f"a payer number is made of digits, and the debtor's {_named(rule)} has other signs")
    if rule.width is not None and len(link) > rule.width:
        raise IdentifierError(f"the debtor's {_named(rule)} has {len(link)} digits, the payer number has {rule.width}")
    payload = f"{rule.prefix}{link.rjust(rule.width or 0, '0')}"
    number = payload + luhn.check_digit(payload) if rule.check_digit else payload
    problem = problem_of(rule, number)
    if problem:
        raise IdentifierError(problem)
    return number


def problem_of(rule: PayerNumberRule, number: str) -> str:
    """Say what is wrong with a payer number, '' when nothing is.

    >>> problem_of(PayerNumberRule(), "47118"), problem_of(PayerNumberRule(), "47119")
    ('', 'the check digit of the payer number does not fit')
    """
    if not luhn.is_digits(number) or number.startswith("0"):
        return "a payer number has digits only, and no leading zeros"
    if len(number) > LONGEST_PAYER_NUMBER:
        return f"a payer number has at most {LONGEST_PAYER_NUMBER} digits"
    if rule.check_digit and not luhn.has_check_digit(number):
        return "the check digit of the payer number does not fit"
    return "" if number.startswith(rule.prefix) else "the payer number does not begin as the company's do"


def links_in(rule: PayerNumberRule, number: str) -> tuple[str, ...]:
    """Return which debtors' numbers a payer number may be made of, the likeliest first; none of a wrong one.

    >>> links_in(PayerNumberRule(prefix="7", width=6), "70047118")
    ('4711', '004711')
    """
    if problem_of(rule, number):
        return ()
    body = number[len(rule.prefix) : -1 if rule.check_digit else None]
    found = dict.fromkeys((body.lstrip("0"), body) if rule.width else (body,))
    return tuple(link for link in found if link and (rule.width is None or len(body) == rule.width))


def _named(rule: PayerNumberRule) -> str:
    return "number" if rule.made_of is PayerNumberOf.DEBTOR_NUMBER else "identity"
