"""Tests of who may use the API."""
