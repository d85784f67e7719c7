"""The codes of answers in plain English: UNCL 4343 as Peppol uses it, OPStatusReason, OPStatusAction, MLR and MLS."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hub.model.delivery import AnswerKind, ReceiptKind

BUYER_SAYS: Mapping[str, AnswerKind] = MappingProxyType(
    {
        "AB": AnswerKind.RECEIVED,
        "IP": AnswerKind.IN_PROCESS,
        "UQ": AnswerKind.UNDER_QUERY,
        "CA": AnswerKind.CONDITIONALLY_ACCEPTED,
        "RE": AnswerKind.REJECTED,
        "AP": AnswerKind.ACCEPTED,
        "PD": AnswerKind.PAID,
    }
)
"""Response codes of an Invoice Response."""

NETWORK_SAYS: Mapping[str, ReceiptKind] = MappingProxyType(
    {
        "AB": ReceiptKind.UNDER_WAY,  # taken, without word of what came of it
        "AP": ReceiptKind.DELIVERED,
        "RE": ReceiptKind.STOPPED,  # unless nothing but the delivery failed, see `not_delivered`
    }
)
"""Response codes of MLR and MLS."""

NOT_DELIVERED = "FD"

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "SV": "the document does not follow the schema",
        "BV": "the document breaks a rule",
        "BW": "the document breaks a rule that only warns",
        NOT_DELIVERED: "it could not be delivered to the receiver",
    }
)
"""Status reason codes of MLR and MLS."""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "NON": "no issue",
        "REF": "a reference is missing or wrong",
        "LEG": "something that the law asks for is missing or wrong",
        "REC": "the receiver is not known, or is not the one to be invoiced",
        "QUA": "the quality of what was delivered is not as agreed",
        "DEL": "the delivery is not as agreed, or did not come",
        "PRI": "a price is wrong",
        "QTY": "a quantity is wrong",
        "ITM": "an item is wrong",
        "PAY": "the terms of payment are wrong",
        "UNR": "what is invoiced is not recognised",
        "FIN": "terms of finance are wrong, such as the rate of a late payment",
        "PPD": "a part is paid",
        "OTH": "another reason",
    }
)
"""OPStatusReason: why."""

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "NOA": "nothing is asked of the seller",
        "PIN": "give what is missing",
        "NIN": "issue a new invoice",
        "CNF": "credit the whole invoice",
        "CNP": "credit a part of the invoice",
        "CNA": "credit the amount that is stated",
        "OTH": "another action",
    }
)
"""OPStatusAction: what the buyer asks for."""
