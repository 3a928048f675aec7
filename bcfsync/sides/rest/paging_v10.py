"""Turning pages as the tag of BCF-API 1.0 does it.

Owns: ``page``, ``page_size`` and ``sort``. Sees nothing. Rules: pages count from 1, and hold 100 items where nobody
says otherwise, 1000 at most. The later text has OData, as 2.1 has it.
"""


def tag_address(url: str, size: int, position: int, order: str) -> str:
    """The address of the page that begins at a position, which is a multiple of the size.

    Args:
        url: the collection.
        size: of a page.
        position: of its first item, from 0.
        order: the member to sort by; "" for the server's own order.
    """
    sorting = f"&sort={order}" if order else ""
    return f"{url}?page={position // size + 1}&page_size={size}{sorting}"
