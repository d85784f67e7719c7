"""Who is in the network and takes what: identifiers, SML (DNS), SMP (signed XML), the envelope (SBDH), and AS4.

    identifiers      participants, document types and processes, each in its one normal form
    routing          the same, read out of an e-invoice: from whom, to whom, what, by which process
    sbdh             what the envelope of a message says, and its id
    sml              where a participant's SMP is, by DNS
    trust            certificates: issued by whom we trust, in time, not revoked
    signed_metadata  what an SMP signed, read after the signature was checked
    smp              an SMP is asked, at most one redirect is followed
    lookup           all of it together: is this document taken there, and where is it sent
    as4, as4_answer  for accredited senders: the message, and the receipt that proves it
    as4_evidence     what is kept of both

What is found out is `Found` or `NotThere`; "not now" is a `TransientError`, and an answer that proves nothing is a
`UntrustedAnswer`: it is neither yes nor no.
"""
