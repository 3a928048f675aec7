"""BCF 2.1 archives as the server's own import and export routes need them.

Owns: a strict writer and a strict reader, with nothing of the client's codec: the two judge each other. What those
routes have no word for stays out of the archive: header files, snippets, documents, bitmaps, related topics.
Sees: lxml, zipfile, the store's values. Governed by: BCF-XML 2.1, ``version.xsd``, ``markup.xsd`` and ``visinfo.xsd``.
"""
