"""The probe, run as hosts run it."""
