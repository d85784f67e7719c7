"""The demonstration: an invented town's receivables, and a day's bank files that overlap; all of it written for this."""
