"""How to pay."""

from __future__ import annotations

from hub_peppol.judging.en16931.contexts import CARD_NUMBER, CREDIT_TRANSFER_ACCOUNT, CREDIT_TRANSFERS, PAYMENT_MEANS
from hub_peppol.judging.node import Node
from hub_peppol.judging.predicates import has, says
from hub_peppol.judging.rule import Rule, fatal, warning

MOST_CARD_DIGITS = 10
"""The first six and the last four, which tell the payer the card and nobody else its number."""


def _has_the_account_it_needs(means: Node) -> bool:
    needs_one = means.value_of("cbc:PaymentMeansCode") in CREDIT_TRANSFERS
    return not needs_one or means.has("cac:PayeeFinancialAccount/cbc:ID")


def _hides_the_card(number: Node) -> bool:
    return len(number.value) <= MOST_CARD_DIGITS


RULES: tuple[Rule, ...] = (
    fatal(
        "BR-49",
        PAYMENT_MEANS,
        has("cbc:PaymentMeansCode"),
        "Say how to pay: give cbc:PaymentMeansCode, such as 30 for a credit transfer.",
    ),
    fatal(
        "BR-61",
        PAYMENT_MEANS,
        _has_the_account_it_needs,
        "For a credit transfer (30, 58) give the account to pay to in cac:PayeeFinancialAccount/cbc:ID.",
    ),
    fatal(
        "BR-50",
        CREDIT_TRANSFER_ACCOUNT,
        says("cbc:ID"),
        "Give the account to pay to in cbc:ID of cac:PayeeFinancialAccount.",
    ),
    warning(
        "BR-51",
        CARD_NUMBER,
        _hides_the_card,
        "Show only the first six and the last four digits of the payment card.",
    ),
)
