"""The texts of letters: the policy's own by language, else ours, with names and days filled in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from hub.model.documents import Language
from hub.rules.dunning.fees import Fee
from hub.rules.dunning.policies import StepRule

ABOVE_REFERENCE = "ref+"


def text_of_step(rule: StepRule, language: Language, values: Mapping[str, str]) -> str:
    """Return what a letter says: the policy's text in the language, else ours.

    `{creditor}` and `{answer_by}` are filled in; any other brace in a policy's text stands as it is.
    """
    return filled(rule.text.get(language) or our_text(language, rule.step), values)


def text_of_interest(language: Language, rate: str, last_day: str) -> str:
    """Return what is said of interest: by law above the reference rate (`ref+8`), else a rate of its own (`9.25`)."""
    is_by_law = rate.startswith(ABOVE_REFERENCE)
    said = rate.removeprefix(ABOVE_REFERENCE)
    number = said.replace(".", ",") if language is Language.SV else said.replace(",", ".")
    values = {"points": number, "percent": number, "last_day": last_day}
    return filled(our_text(language, "interest_by_law" if is_by_law else "interest_fixed"), values)


def text_of_fees(language: Language, amounts: Mapping[Fee, str]) -> str:
    """Return what a letter says of its costs, each kind by itself; the amounts are kronor by kind."""
    written = {fee: text.replace(".", ",") if language is Language.SV else text for fee, text in amounts.items()}
    said = [filled(our_text(language, f"fee_{fee}"), {"amount": text}) for fee in Fee if (text := written.get(fee))]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {our_text(language, 'and')} {said[-1]}"
    return filled(our_text(language, "fees"), {"fees": listed})


def our_text(language: Language, name: str) -> str:
    """Return a text of ours as it stands in `letter_texts.toml`."""
    return _texts()[language][name].strip()


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with values in the place of their names in braces."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("hub.rules.dunning").joinpath("letter_texts.toml").read_text(encoding="utf-8"))
