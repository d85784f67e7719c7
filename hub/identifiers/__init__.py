"""Numbers of the field, one module each, all with the same four functions.

`compact(text)` takes separators out and checks nothing; `validate(text)` returns the compact number or raises
`IdentifierError`; `is_valid(text)` says whether `validate` would return; `format(text)` writes it as people print it.
The message of an `IdentifierError` names the rule that is broken and never repeats the number.
"""
