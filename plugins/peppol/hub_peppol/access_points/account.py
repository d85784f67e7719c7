"""Whose the account at the access point is: a company's documents never go out under another's name."""

from __future__ import annotations

from hub.contracts import PluginState
from hub.errors import RejectedError, TransientError
from hub_peppol.settings import AccessPointName, PeppolSettings

_TRIES = 3
ANOTHERS = (
    "the account at the access point is another company's; where it is for both, name the companies in "
    "plugins.peppol.companies"
)


class Account:
    """Knows by the settings, else by its first document, whose documents may go by it."""

    def __init__(self, settings: PeppolSettings, state: PluginState) -> None:
        self._state = state
        self._slot = f"account.{settings.access_point}"
        self._account = settings.account
        self._companies = {each.lstrip("0") for each in settings.companies}
        self._is_everybodys = settings.access_point is AccessPointName.AS4  # the envelope says who sends

    def may_be_of(self, company: str) -> bool:
        """Say whether the settings leave it to a company."""
        return self._is_everybodys or not self._companies or company.lstrip("0") in self._companies

    def refuse_another(self, company: str) -> None:
        """Note whose it is with the first document that goes by it; blank is of a message that does not say.

        Raises:
            RejectedError: it is another company's; nothing was sent.
            TransientError: that cannot be known now.
        """
        if not self.may_be_of(company):
            raise RejectedError(ANOTHERS)
        is_told = self._is_everybodys or bool(self._companies)
        if company and not is_told and self._owner(company.lstrip("0")) != company.lstrip("0"):
            raise RejectedError(ANOTHERS)

    def _owner(self, asking: str) -> str:
        """Return whose it is: who asks, when it was nobody's, or another account was in its place."""
        for _ in range(_TRIES):
            before = self._state.get(self._slot)
            owner, _, account = before[0].partition(" ") if before else ("", "", "")
            if before and account == self._account:
                return owner
            version = before[1] if before else None
            if self._state.put(self._slot, f"{asking} {self._account}", expected_version=version):
                return asking
        raise TransientError("others are noting whose the account is: nothing was sent, later")
