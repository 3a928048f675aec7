"""The reference BCF-API server: small, strict, and a fair judge of the client.

Owns: everything below ``bcfsync.server``. Sees: Flask, the standard library, ``bcfsync.errors`` and the version number;
none of the project's codecs, so that a mistake in them cannot hide in both partners of a conversation.
Governed by: BCF-API 2.1 (branch text) and 3.0, Foundation API 1.0.
"""
