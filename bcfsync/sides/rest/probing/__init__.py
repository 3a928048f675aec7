"""Finding out on purpose what a server can do, on topics that are made for it and removed again."""
