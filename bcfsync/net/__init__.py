"""HTTP: the only importer of httpx. Time-outs, retries of reads, bounded answers, and errors in our words.

Owns: requests and answers. Sees: errors; knows no BCF. A read is tried again; a write whose answer never came is
``Unanswered``, and whoever sent it has to find out what became of it. Authorization never leaves the server's host.
"""

from bcfsync.net.addresses import checked_url, is_loopback
from bcfsync.net.answers import Answer, FormAnswer
from bcfsync.net.credentials import Bearer, Credentials
from bcfsync.net.errors import (
    BadCertificate,
    BadProxy,
    Broken,
    InsecureUrl,
    NotJson,
    Refused,
    Stumbled,
    TooLarge,
    TryLater,
    Unanswered,
    Unreachable,
)
from bcfsync.net.exchange import Traffic
from bcfsync.net.seams import Rate, Seams
from bcfsync.net.session import Http, pace_for

__all__ = [
    "Answer",
    "BadCertificate",
    "BadProxy",
    "Bearer",
    "Broken",
    "Credentials",
    "FormAnswer",
    "Http",
    "InsecureUrl",
    "NotJson",
    "Rate",
    "Refused",
    "Seams",
    "Stumbled",
    "TooLarge",
    "Traffic",
    "TryLater",
    "Unanswered",
    "Unreachable",
    "checked_url",
    "is_loopback",
    "pace_for",
]
