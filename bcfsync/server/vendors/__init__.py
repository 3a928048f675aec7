"""What only one vendor's servers have: routes, members, errors, archives.

Owns: a package for each vendor, and the BCF 2.1 archives their routes send and take. Sees: the server; the wiring sees
it. Governed by: the vendors' documents.
"""
