"""Says in our words what is wrong with a value, where pydantic says it in its own.

What a person reads names the place and what to write instead. The value itself is never repeated: it may be a secret or
a personal identity number in the wrong place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hub.model.counting import counted
from hub.model.import_rows import NO_CONTROL_CHARACTERS
from hub.model.setting_values import FORMS

Location = Sequence[int | str]

_WORDS: Mapping[str, str] = {
    "missing": "the {thing} is missing",
    "extra_forbidden": "there is no such {thing}{remedy}",
    "string_type": "must be text in quotes",
    "string_unicode": "must be text of whole characters: it holds half of one",
    "bool_type": "must be true or false, without quotes",
    "bool_parsing": "must be true or false",
    "bytes_type": "must be base64 text",
    "bytes_invalid_encoding": "must be base64 text",
    "int_type": "must be a whole number, without quotes",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of fewer digits",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table of names and values",
    "model_attributes_type": "must be a table of names and values",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "finite_number": "must be a finite number",
    "decimal_type": "must be a number, such as 100.00",
    "decimal_parsing": "must be a number, such as 100.00",
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} decimals",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the decimals",
    "union_tag_invalid": "must be one of {expected_tags}",
    "union_tag_not_found": "the {thing} is missing",
    "date_type": "must be a date, such as 2026-11-22",
}
_REMEDIES: Mapping[str, str] = {"field": ": mend its name or leave it out"}
"""What to do about a name that is none, by what the place is called; of a setting its hint says more."""
_LENGTHS: Mapping[str, tuple[str, str, str]] = {
    "string_too_short": ("must have at least", "min_length", "character"),
    "string_too_long": ("must have at most", "max_length", "character"),
    "too_short": ("must have at least", "min_length", "item"),
    "too_long": ("must have at most", "max_length", "item"),
}
_FORMS: Mapping[str, str] = {
    NO_CONTROL_CHARACTERS: "must not hold line breaks or other control characters",
    **FORMS,
}


def in_words(problem: ErrorDetails, thing: str) -> str:
    """Return what is wrong and what is taken instead; `thing` is what the place is called: a setting, a field."""
    kind, known = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        return str(known["error"])
    if kind == "string_pattern_mismatch":
        return _FORMS.get(known["pattern"], "is not written as it must be")  # a plugin's own: its field says how
    if kind in _LENGTHS:
        begins, limit, noun = _LENGTHS[kind]
        return f"{begins} {counted(known[limit], noun)}"
    if kind in _WORDS:
        return _WORDS[kind].format(thing=thing, remedy=_REMEDIES.get(thing, ""), **known)
    return problem["msg"][:1].lower() + problem["msg"][1:]  # of a kind that no model of ours gives


def causes(error: ValidationError) -> list[ErrorDetails]:
    """Return what is wrong, without lists that are too short only since something in them is wrong."""
    problems = error.errors(include_url=False, include_input=False)
    places = [tuple(problem["loc"]) for problem in problems]

    def follows(problem: ErrorDetails) -> bool:
        here = tuple(problem["loc"])
        return any(len(place) > len(here) and place[: len(here)] == here for place in places)

    return [problem for problem in problems if problem["type"] != "too_short" or not follows(problem)]


def dotted_path(location: Location, prefix: str = "") -> str:
    """Write where a value stands, list places counted from 1: `companies[1].payee_accounts[2].bankgiro`."""
    path = prefix
    for part in location:
        if part == "[key]":  # pydantic's mark for the key of a table itself
            continue
        if isinstance(part, int):
            path += f"[{part + 1}]"
        else:
            path += f".{part}" if path else part
    return path


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like a misspelt one, or None when none is near."""
    return next(iter(get_close_matches(name, list(known), n=1)), None)
