"""Tests of the dashboard in a real browser, on a real daemon that polls real hosts."""
