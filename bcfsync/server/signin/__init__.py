"""How people and programs prove to the server who they are.

Owns: OAuth 2, OpenID Connect, HTTP Basic, static tokens, the pages people sign in on. Sees: authlib, the store's
credentials, the users. Governed by: Foundation API 1.0 and BCF-API 1.0 and 2.1, "Authentication"; RFC 6749, 6750, 7009,
7636, 8252, 8414, 8628, 9207; OpenID Connect Core and Discovery 1.0.
"""
