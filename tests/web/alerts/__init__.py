"""Tests of the API's routes for alerts."""
