"""Tests of the routes under /metrics."""
