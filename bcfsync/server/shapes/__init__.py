"""The bodies of requests and answers, version by version: JSON in, JSON out.

Owns: what each version calls things and which members it takes. Sees: plain JSON objects.
Governed by: BCF-API 1.0, 2.1 and 3.0, their JSON schemas and the prose beside them.
"""
