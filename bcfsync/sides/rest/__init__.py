"""A project on a BCF server as a side: discovery, routes, reading, writing."""
