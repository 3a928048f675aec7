"""The page for people: projects, topics, threads and pictures, to be read in any browser.

Owns: ``GET /`` and everything below ``/page``. Sees: the store through moments, refusals, users. Writes nothing.
Governed by: nothing outside; the browser's rules for hostile content (Content Security Policy Level 3, RFC 9110).
"""
