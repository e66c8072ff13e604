"""Charts: the last hour of a metric as a small picture."""
