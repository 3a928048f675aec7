"""The two ends of a pair: archives, servers, and a memory for tests. Each speaks the ``Side`` protocol."""
