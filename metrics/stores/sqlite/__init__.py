"""The embedded store: answers in an append-only log, packed in the background into columns and rollups.

From the ground up: `schema`, `boundary` and `levels` (the database, its errors, the levels of detail);
`formats` (frames, decimals, rows of the log); `writing` (the log); `packing` (blocks and rollups, retention);
`reading` (history, last values); `writer` (the one connection that writes), `store`.
"""
