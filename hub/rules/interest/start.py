"""The day from which a late debtor owes interest (*ränta från förfallodagen*)."""

from __future__ import annotations

from datetime import date, timedelta

from hub.banking_calendar import add_banking_days, is_banking_day
from hub.errors import RuleViolation
from hub.model.dunning import InterestStart
from hub.model.dunning_settings import InterestTerms
from hub.rules.relations import Relation
from hub.rules.statutes import INTEREST_ACT

DAYS_AFTER_DEMAND = 30
LONGEST_TERM_DAYS = 30
PARAGRAPH_OF_TERMS = f"{INTEREST_ACT} 2 a §"

_ONE_DAY = timedelta(days=1)


def moved_to_weekday(due_date: date) -> date:
    """Return the day that counts as due date when one falls on a day off: the next weekday (*söckendag*).

    Skuldebrevslagen (1936:81) 5 §: Saturdays, Midsummer Eve, Christmas Eve and New Year's Eve are like public holidays.
    It holds for promissory notes, and by analogy for other claims; not for rent of land and houses (jordabalken
    12 kap. 20 §), which is due before the day off.
    """
    return due_date if is_banking_day(due_date) else add_banking_days(due_date, 1)


def first_day_after_due(due_date: date) -> date:
    """Return the first day of interest when the due date was set in advance: the day after it.

    Räntelagen (1975:635) 3 §. Who pays on the due date pays in time.
    """
    return due_date + _ONE_DAY


def first_day_by(terms: InterestTerms, *, invoice_date: date, due_date: date) -> date | None:
    """Return the first day of interest by a company's terms, None when there will be none.

    `due_date` is the original one: a later day that was granted moves what is asked for and when, not what is owed if
    it is not kept. With days counted from the invoice, the due date must have passed before they are over.
    """
    due_on = moved_to_weekday(due_date) if terms.due_moves_to_weekday else due_date
    if terms.starts is InterestStart.DUE_DATE:
        return first_day_after_due(due_on)
    starts_on = invoice_date + timedelta(days=terms.days_after_invoice)
    return starts_on if due_on < starts_on else None


def first_day_after_demand(
    sent_on: date, relation: Relation, *, reached_on: date | None = None, says_interest_follows: bool = True
) -> date:
    """Return the first day of interest when no due date was set in advance: thirty days after the invoice was sent.

    Räntelagen (1975:635) 4 §: the invoice or demand is of a fixed sum and says that interest follows, which in trade it
    need not; and no interest runs before it has reached the debtor.

    Raises RuleViolation when it had to say so and does not.
    """
    if not says_interest_follows and not relation.is_commercial:
        raise RuleViolation(
            "without a due date set in advance, a consumer owes interest only after an invoice that says so",
            paragraph=f"{INTEREST_ACT} 4 §",
        )
    return max(sent_on + timedelta(days=DAYS_AFTER_DEMAND), reached_on or sent_on)


def refuse_too_long_term(term_days: int, relation: Relation, *, is_expressly_agreed: bool = False) -> None:
    """Refuse a time to pay that is too long in trade.

    Räntelagen (1975:635) 2 a to 2 c §§: thirty days after the demand, unless the creditor has expressly agreed to more;
    a public debtor cannot get more. Payment by instalments is left out.
    """
    if term_days <= LONGEST_TERM_DAYS or not relation.is_commercial:
        return
    if relation is Relation.PUBLIC_DEBTOR:
        raise RuleViolation("a public debtor pays within 30 days", paragraph=PARAGRAPH_OF_TERMS)
    if not is_expressly_agreed:
        raise RuleViolation(
            "more than 30 days to pay must be expressly agreed by the creditor", paragraph=PARAGRAPH_OF_TERMS
        )
