"""Cross checks: what no schema can say about an archive. Rules: docs/findings.md."""
