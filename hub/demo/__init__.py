"""The demonstration: an invented town's receivables, and a day's bank files that overlap. All of it is ours."""
