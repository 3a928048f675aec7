"""Zip in and out: limits, safe names, lazy entries, the one atomic replace. Knows no field of BCF."""
