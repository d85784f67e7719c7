"""Access points (*accesspunkt*): companies that are let into the network and carry documents for others.

    port       what the channel asks of every one of them
    parcel     the message as it is kept: one document and where it goes
    calls      HTTP as all of them have it: a key in a header, JSON
    told       JSON that they say, read without trust
    inbound    which of the documents that come in are answers
    sent_list  what was handed over and is still to be asked about
    choosing   which one the settings name
    peppyrus, recommand, qvalia, storecove, maventa
               their wire words, each in its own module
    as4        nobody in between: for accredited senders; put together by as4_joining

Which promise each can make, and from what its wire words are known, stands in its module and in the README.
"""
