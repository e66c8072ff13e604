"""Alerts: rules and their evaluation, silences, messages, the outbox and its channels."""
