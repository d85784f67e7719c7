"""InkassoDIREKT: an older collection system, which understands no rows below zero."""
