"""The query options of collections: which part, in which order, under which condition.

Owns: reading and checking the options, and turning them into SQL. Sees: plain mappings, no Flask.
Governed by: Foundation API 1.0, "Sorting, Filtering and Pagination"; BCF-API 1.0 for its own options.
"""
