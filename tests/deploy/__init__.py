"""Tests of what a production set-up is made of."""
