"""Metrics in an InfluxDB: 1.8, 2 or 3, told apart only by how the server answers.

From the ground up: `target`, `names`, `boundary`, `connection` (the server); `writing` (lines of points, and
of what points do not carry, such as errors and facts); `reading` (InfluxQL, history, last values);
`fields`, `setup`, `checks` (what the bucket must have); `store`.
"""
