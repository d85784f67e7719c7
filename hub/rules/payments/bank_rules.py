"""Which bank rule books an entry of a statement: the first that fits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from hub.model.bank_rules import BankEntry, BankRule, EntrySide

LONGEST_SEARCHED = 500  # of one text: what a pattern may take its time over
_SEPARATORS = re.compile(r"[\s-]")


def first_match(entry: BankEntry, rules: Iterable[BankRule]) -> BankRule | None:
    """Return the first rule that fits an entry, None when none does."""
    return next((rule for rule in rules if fits(entry, rule)), None)


def fits(entry: BankEntry, rule: BankRule) -> bool:
    """Say whether an entry is one of a rule's: all that the rule says holds, of each list any one."""
    return (
        _is_of_side(entry, rule)
        and rule.min_amount_ore <= abs(entry.amount_ore)
        and (rule.max_amount_ore is None or abs(entry.amount_ore) <= rule.max_amount_ore)
        and _is_of_days(entry, rule)
        and (not rule.codes or any(_is_code(code, wanted) for code in entry.codes for wanted in rule.codes))
        and (not rule.bank_codes or bool(_folded(entry.bank_codes) & _folded(rule.bank_codes)))
        and _has_words(entry, rule)
        and _is_of_counterparty(entry, rule)
    )


def _is_of_side(entry: BankEntry, rule: BankRule) -> bool:
    return rule.side is None or (rule.side is EntrySide.CREDIT) == (entry.amount_ore > 0)


def _is_of_days(entry: BankEntry, rule: BankRule) -> bool:
    day = date.fromisoformat(entry.booked_date)
    return (rule.valid_from or day) <= day <= (rule.valid_until or day)


def _is_code(code: str, wanted: str) -> bool:
    """Compare codes such as `MDOP/CHRG`; a wanted family alone, or with a star, means every sub-family."""
    family, _, sub_family = wanted.partition("/")
    return code.upper() == wanted or (sub_family in ("", "*") and code.upper().partition("/")[0] == family)


def _has_words(entry: BankEntry, rule: BankRule) -> bool:
    texts = [" ".join(text.split())[:LONGEST_SEARCHED] for text in entry.texts]
    folded = [text.casefold() for text in texts]
    wanted = [" ".join(words.split()).casefold() for words in rule.text_contains]
    has_contained = not wanted or any(words in text for words in wanted for text in folded)
    pattern = rule.text_pattern
    return has_contained and (not pattern or any(re.search(pattern, text, re.IGNORECASE) for text in texts))


def _is_of_counterparty(entry: BankEntry, rule: BankRule) -> bool:
    """Look for a part of a name; of an account all of its number, however it is parted."""
    if not rule.counterparty:
        return True
    wanted = rule.counterparty.casefold()
    number = _SEPARATORS.sub("", wanted)
    return any(
        (any(map(str.isalpha, wanted)) and wanted in told.casefold()) or _SEPARATORS.sub("", told).casefold() == number
        for told in entry.counterparties
    )


def _folded(words: Iterable[str]) -> set[str]:
    return {word.strip().casefold() for word in words}
