"""One account at the access point is one company's: another's documents do not go out under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import RejectedError
from hub.model.attempts import Message
from hub.model.delivery import Outgoing
from hub_peppol.channel import PeppolChannel
from hub_peppol.sandbox import AccessPointSandbox
from hub_peppol.sandbox_documents import small_invoice

KEYS = [f"{no:032x}" for no in range(1, 5)]


def messages(channel: PeppolChannel, outgoing: Callable[..., Outgoing], *companies: str) -> list[Message]:
    batch = [
        outgoing(small_invoice(number=f"10{no}"), company=company, number=f"10{no}")
        for no, company in enumerate(companies)
    ]
    return [Message(key, one.content) for key, one in zip(KEYS, channel.prepare(batch).prepared, strict=False)]


def test_the_account_is_of_the_company_that_sends_first_by_it(
    channel_with: Callable[..., PeppolChannel], sandbox: AccessPointSandbox, outgoing: Callable[..., Outgoing]
) -> None:
    channel, other = channel_with(), channel_with()
    first, of_another, second = messages(channel, outgoing, "1", "2", "01")
    channel.send(first)

    with pytest.raises(RejectedError, match=r"plugins\.peppol\.companies"):
        other.send(of_another)
    other.send(second)
    assert [one.number for one in sandbox.books.documents] == ["100", "102"]


def test_what_is_refused_before_it_is_sent_is_not_in_doubt(
    channel: PeppolChannel, sandbox: AccessPointSandbox, outgoing: Callable[..., Outgoing]
) -> None:
    first, of_another = messages(channel, outgoing, "1", "2")
    channel.send(first)
    sandbox.order("question_error", times=5)  # of a question whether it is there: none is asked
    with pytest.raises(RejectedError):
        channel.send(of_another)


def test_the_settings_say_whose_documents_go_by_it(
    channel_with: Callable[..., PeppolChannel], sandbox: AccessPointSandbox, outgoing: Callable[..., Outgoing]
) -> None:
    channel = channel_with(companies=["2", "3"])
    preparation = channel.prepare([outgoing(company=company) for company in ("1", "02", "3")])

    assert len(preparation.prepared) == 2
    (unfit,) = preparation.unfit
    assert "plugins.peppol.companies" in unfit.reason
    assert not unfit.is_for_a_person


def test_companies_of_the_settings_share_the_account(
    channel_with: Callable[..., PeppolChannel], sandbox: AccessPointSandbox, outgoing: Callable[..., Outgoing]
) -> None:
    channel = channel_with()
    first, second = messages(channel, outgoing, "1", "2")
    channel.send(first)
    channel_with(companies=["1", "2"]).send(second)

    assert len(sandbox.received()) == 2


@pytest.mark.parametrize("which", ["recommand"], indirect=True)
def test_another_account_may_be_of_another_company(
    channel_with: Callable[..., PeppolChannel], sandbox: AccessPointSandbox, outgoing: Callable[..., Outgoing]
) -> None:
    channel = channel_with()
    first, second = messages(channel, outgoing, "1", "2")
    channel.send(first)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the sandbox has no such account: it was asked
        channel_with(account="c_other").send(second)
    assert not isinstance(caught.value, RejectedError)


def test_a_number_that_is_no_companys_is_refused(channel_with: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="companies"):
        channel_with(companies=["AB"])
