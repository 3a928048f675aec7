"""Bringing a changed model into an archive that is there: only what changed is touched."""
