"""The signature of an SMP over its answer: checked first, and nothing is read but what it is over.

Only the enveloped signature over the whole document will do, with SHA-256 or stronger: SHA-1 is refused, as the
network has done since its certificates of the second generation ended. Source: Peppol SMP 1.4.0, XML-DSig.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import datetime
from typing import Any, NamedTuple

from cryptography import x509
from lxml import etree

from hub.errors import ConfigurationError, UntrustedAnswer
from hub_peppol.network.trust import Issuers
from hub_peppol.network.xml import parser

DS = "{http://www.w3.org/2000/09/xmldsig#}"
_MOST_CERTIFICATES = 8
_PEM_LINES = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")


class Signed(NamedTuple):
    """What was signed, as it was signed, and by whom."""

    root: Any
    signer: x509.Certificate


def verified(root: Any, issuers: Issuers, at: datetime) -> Signed:
    """Check the signature right below a root and return what it is over.

    Raises:
        UntrustedAnswer: there is none, it is not over all of it, it does not fit, or its signer is not trusted.
        ConfigurationError: the extra `lookup` is not installed.
    """
    signer = _signer(root, issuers, at)
    _refuse_other_references(root)
    content = _verify(root, signer, at)
    if content is None or content.tag != root.tag:
        raise UntrustedAnswer("the signature is not over the answer")
    return Signed(content, signer)


def certificate_of(text: str) -> x509.Certificate:
    """Read a certificate in base64; blanks, line breaks and the lines of PEM around it are passed over.

    Raises:
        UntrustedAnswer: it is none.
    """
    for line in _PEM_LINES:
        text = text.replace(line, "")
    try:
        return x509.load_der_x509_certificate(b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        raise UntrustedAnswer("a certificate cannot be read") from None


def _signer(root: Any, issuers: Issuers, at: datetime) -> x509.Certificate:
    """Return the certificate that the signature names, once it is trusted; others beside it are issuers' own."""
    shown = root.findall(f"{DS}Signature/{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    if not shown or len(shown) > _MOST_CERTIFICATES:
        raise UntrustedAnswer("the answer is not signed, or does not show with which certificate")
    certificates = [certificate_of(one.text or "") for one in shown]
    signer = next((one for one in certificates if not _is_issuer(one)), certificates[0])
    issuers.check(signer, at)
    return signer


def _is_issuer(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _refuse_other_references(root: Any) -> None:
    """Raise unless there is one signature, with one reference, to the whole document."""
    signatures = root.findall(f".//{DS}Signature")
    references = root.findall(f"{DS}Signature/{DS}SignedInfo/{DS}Reference")
    if len(signatures) != 1 or len(references) != 1 or references[0].get("URI") != "":
        raise UntrustedAnswer("the answer has to have one signature, over all of it")


def _verify(root: Any, signer: x509.Certificate, at: datetime) -> Any:
    signxml = _signxml()
    expected = signxml.SignatureConfiguration(
        location="./",
        expect_references=1,
        verification_time=at,
        default_reference_c14n_method=signxml.CanonicalizationMethod.CANONICAL_XML_1_0,  # as XML-DSig says
    )
    verifier = signxml.XMLVerifier()
    try:
        result = verifier.verify(root, x509_cert=signer, parser=parser(), expect_config=expected)
    except _failures(signxml) as error:
        said = "its signature is by SHA-1" if "SHA1" in str(error) else "its signature does not fit"
        raise UntrustedAnswer(
            f"the answer was changed on the way, or signed in a way that is refused: {said}"
        ) from None
    return result.signed_xml


def _failures(signxml: Any) -> tuple[type[Exception], ...]:
    """Return what checking a signature that is made of anything may raise."""
    known: tuple[type[Exception], ...] = (ValueError, TypeError, LookupError, AttributeError, etree.LxmlError)
    return (*known, signxml.exceptions.SignXMLException)


def _signxml() -> Any:
    try:
        import signxml
        import signxml.exceptions
    except ImportError:
        raise ConfigurationError(
            "looking up in the network needs the extra `lookup`", hint="install reskontra-hub-peppol[lookup]"
        ) from None
    return signxml
