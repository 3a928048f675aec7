"""BCF-XML ↔ model: one tolerant reader per document, one strict writer per version. Touches no file."""
