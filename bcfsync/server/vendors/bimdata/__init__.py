"""The dialect of BIMData: whole topics in one request, writable authors and dates, webhooks, import and export.

Owns: what the reference server does as BIMData's does. Sees: the server's store and shapes. Governed by: BIMData's
documentation and the interface its generated clients describe (10.39); what they leave open is a switch or is said in
the docstring of the module that decides it.
"""
