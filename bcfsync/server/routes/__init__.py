"""The routes, a module for each resource: what is asked, what is answered.

Owns: paths, methods and status codes. Sees: the store, the shapes, the conditions of HTTP.
Governed by: BCF-API 1.0, 2.1 and 3.0, Foundation API 1.0.
"""
