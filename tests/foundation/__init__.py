"""Tests of what every package builds on."""
