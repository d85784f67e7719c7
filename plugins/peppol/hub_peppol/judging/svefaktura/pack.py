"""The pack: all rules of Svefaktura 1.0 as SFTI published them, each a warning."""

from __future__ import annotations

from hub_peppol.judging.rule import Pack
from hub_peppol.judging.svefaktura.head import HEAD
from hub_peppol.judging.svefaktura.lines import LINES
from hub_peppol.judging.svefaktura.parties import PARTIES
from hub_peppol.judging.svefaktura.taxes import TAXES

_ALL = (HEAD, PARTIES, LINES, TAXES)

PACK = Pack(
    "Svefaktura",
    "1.0",
    contexts=tuple(context for some in _ALL for context in some.contexts),
    rules=tuple(rule for some in _ALL for rule in some.rules),
    roots=frozenset({"sfti:Invoice"}),
)
