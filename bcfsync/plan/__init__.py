"""Planning: pure functions from listings, bodies and the base to a printable plan. No clock, no I/O."""
