"""The pages people sign in on: HTML, the headers that shut other sites out.

Owns: the templates and their headers. Sees: Jinja. Governed by: RFC 6749, 10.13 (clickjacking); RFC 9700, 4.2.4
(referrer) and 4.16; Content Security Policy Level 3.
"""

import base64
import hashlib
from importlib.resources import files

from flask import Response
from jinja2 import Environment, PackageLoader

_STYLE = files("bcfsync.server.signin").joinpath("templates/page.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_TEMPLATES = Environment(
    loader=PackageLoader("bcfsync.server.signin"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


def page(name: str, status: int = 200, *, form_target: str = "", **words: object) -> Response:
    """A page, which nothing of another site gets into, and which gets into no other site.

    Args:
        name: Of the template.
        status: Of the answer.
        form_target: Where a form may lead beside this server, as a source expression.
        words: What the template shows.
    """
    html = _TEMPLATES.get_template(f"{name}.html").render(style=_STYLE, **words)
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self' {form_target}".rstrip()
        + "; frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return Response(html, status, headers, content_type="text/html; charset=utf-8")
