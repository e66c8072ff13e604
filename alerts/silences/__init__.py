"""Silences: when which alerts are not told."""
