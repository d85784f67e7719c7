"""Interest for being late (*dröjsmålsränta*) by the Interest Act, räntelagen (1975:635): dated rates, exact amounts."""
