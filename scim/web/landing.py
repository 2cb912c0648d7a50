"""What a person sees who opens the bridge's address in a browser: what it is, that it is up, where to read on. Nothing
of this installation, for anybody may look.
"""

from flask import Response, request

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>SCIM bridge</title>
</head>
<body>
<main>
<h1>SCIM bridge</h1>
<p>This is a SCIM 2.0 bridge, and it is up. Identity providers provision people and groups through it.</p>
<p>There is nothing to see here in a browser. Its documentation comes with its source, in the folder <code>docs</code>;
whoever runs it has a page of their own for looking at it.</p>
</main>
</body>
</html>
"""


def is_asked() -> bool:
    """A browser names HTML; clients of SCIM do not, and carry a token."""
    if request.path != "/" or request.method not in ("GET", "HEAD") or "Authorization" in request.headers:
        return False
    return any(name == "text/html" and quality > 0 for name, quality in request.accept_mimetypes)


def page() -> Response:
    return Response(PAGE, content_type="text/html; charset=utf-8", headers=HEADERS)
