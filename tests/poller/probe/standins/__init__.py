"""Stand-ins for other systems: importing one makes this process look like that system to the probe.

Each takes from `os` and `sys` what that system does not have, and puts a psutil in place that has exactly the
functions and the fields of its tuples that psutil has there.
"""
