"""The way to a host, up to its first words: names, sockets, and commands that stand for them."""
