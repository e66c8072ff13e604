"""The language of `when` and `clear`: a small, safe subset of Python's expressions."""
