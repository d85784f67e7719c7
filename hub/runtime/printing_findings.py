"""Which texts of a company's settings our fonts cannot print: found before a letter with one of them comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from hub.model.company import Company
from hub.model.documents import Language
from hub.rules.dunning.policies import Policy, StepRule

WHAT_TO_WRITE = "write it in Latin, Greek or Cyrillic letters"


class SettingText(NamedTuple):
    """A text of the settings that documents say, and what a person calls it."""

    what: str
    text: str


def texts_of_company(company: Company) -> Iterator[SettingText]:
    """Yield what documents of a company say of it and of what it bills, and its applications for orders to pay."""
    yield SettingText("name", company.name)
    head = company.letterhead
    for name in ("street", "postal_code", "city", "phone", "email", "website", "vat_number", "seat"):
        yield SettingText(f"letterhead.{name}", getattr(head, name))
    for name in ("terms", "greeting"):
        yield from _by_language(f"letterhead.{name}", getattr(head, name))
    for at, routine in enumerate(company.routines, 1):  # as messages about settings count
        yield SettingText(f"routines[{at}]", f"{routine.name}\n{routine.claim_text}")
    for name in ("applicant", "agent"):
        yield SettingText(f"orders_to_pay.{name}", "\n".join(getattr(company.orders_to_pay, name)))


def texts_of_policy(policy: Policy) -> Iterator[SettingText]:
    """Yield what the letters of a policy say, step by step."""
    return chain.from_iterable(map(_texts_of_step, policy.steps))


def _texts_of_step(rule: StepRule) -> Iterator[SettingText]:
    yield from _by_language(f"{rule.step}.heading", rule.heading)
    yield from _by_language(f"{rule.step}.text", rule.text)
    yield SettingText(f"{rule.step}.officer", rule.officer)


def _by_language(what: str, texts: Mapping[Language, str]) -> Iterator[SettingText]:
    return (SettingText(f"{what}.{language}", text) for language, text in texts.items())


def cannot_be_printed(texts: Iterable[SettingText]) -> Iterator[str]:
    """Yield what is wrong with each text that holds a character our fonts cannot print, and what to write instead."""
    from hub.rendering.characters import unprintable  # here: most commands print nothing

    known = list(texts)
    if not unprintable("\n".join(one.text for one in known)):
        return
    for one in known:
        if found := unprintable(one.text):
            named = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in found)
            yield f"{one.what} holds {named}, which our fonts cannot print: {WHAT_TO_WRITE}"
