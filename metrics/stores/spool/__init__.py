"""Results that wait on disk while the metric store cannot be written."""
