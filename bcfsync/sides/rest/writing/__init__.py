"""Writing to a project: one request a change, and what its answer means; a module for each kind of thing."""
