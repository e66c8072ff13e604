"""Metrics in an InfluxDB: 1.8, 2 or 3, known only by what it answers.

Rooms: `target`, `connection` and `boundary` (the server), `setup` and `fields` (what it must have), `names`,
`lines`, `bodies`, `sender` and `refusals` (what is written), `state_line` and `state_keeper` (what points do
not carry), `influxql` and `asker` (questions), `history`, `latest`, `label_sets` and `forgotten` (what is
read), `store`.
"""
