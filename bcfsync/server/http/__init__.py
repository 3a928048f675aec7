"""What HTTP itself promises: tags, conditions, encodings, other origins, names of downloads.

Owns: headers and status codes that are no matter of BCF. Sees: Flask. Governed by: RFC 9110, 6266, 8288 and the Fetch
standard; BCF-API and Foundation API, "Caching".
"""
