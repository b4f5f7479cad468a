"""One particle alone: held flux, held surface, rest, GITT and its evaluation, and the exact series."""
