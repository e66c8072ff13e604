"""The embedded store: answers in an append-only log, packed in the background into columns and rollups.

Rooms: `schema` and `boundary` (the database), `layouts`, `layout_writer` and `log` (what is written),
`frames`, `decimals`, `rollups` and `blocks` (columns), `packer` and `sweeper` (background work), `reader` and
`state` (what is read), `store`.
"""
