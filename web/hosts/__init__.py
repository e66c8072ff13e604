"""Hosts as the API shows and takes them."""
