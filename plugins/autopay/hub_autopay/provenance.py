"""Where what is known of the messages is from, and what nobody has tried."""

SOURCES = (
    "ISO 20022 message definitions camt.053.001.02-13 and camt.054.001.02-13, ISO 20022 Registration Authority",
    "ISO 20022 message definitions pain.001.001.03 and .09, pain.002.001.03 and later, ISO 20022 Registration "
    "Authority",
    "ISO 20022 message definition pain.008.001.02 and .08, ISO 20022 Registration Authority",
    "Kivra payout reports, developer documentation, Kivra",
)
UNVERIFIED = (
    "No bank has taken a pain.001 of ours; what each wants is known from others' programs. The schemas hold.",
    "No bank has taken a pain.008 of ours; Nordea is known to carry such files on to Autogiro, and how is not.",
    "No bank's HTTPS gateway has been called yet; its paths and what its lists call what are settings.",
    "No Swedish bank publishes a camt file with bankgiro batches; try each bank's own example set before use.",
)
