"""Alerting within the daemon."""
