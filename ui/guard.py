"""Who may talk to the server, and what a browser may do with its answers.

On loopback the server asks for no password: that nobody else reaches it is its protection. A page from elsewhere must
not get round that, so a request has to name this machine in its Host header (else a foreign name that resolves to
127.0.0.1 could read everything). Open to others, the server asks for a token, so its name does not matter. Either way
a websocket, which browsers let any page open, and whatever changes something has to come from the server's own page.
"""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

CONTENT_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_NO_CACHE: Final = "no-store"
"""Interviews do not belong in a browser's cache."""


class Guard:
    """ASGI middleware: refuses strangers with 403 and a reason, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, *, is_open: bool = False) -> None:
        """`is_open`: the server asks for tokens and may be reached under any name."""
        self._app = app
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif reason := refusal(Headers(scope=scope), scope, is_open=self._is_open):
            await _refuse(reason, scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refusal(headers: Headers, scope: Scope, *, is_open: bool) -> str | None:
    """Why a request is refused; None where it may pass.

    Programs send no Origin and may pass: on this machine they could forge one. Browsers always send one with a
    websocket and with whatever may change something.
    """
    host = headers.get("host", "")
    if not is_open and not is_loopback(_host_name(host)):
        return "This server answers only to the names of this machine: localhost, 127.0.0.1 or [::1]."
    is_websocket = scope["type"] == "websocket"
    scheme = "https" if scope.get("scheme") in ("https", "wss") else "http"
    origin = headers.get("origin")
    if origin is None or origin == f"{scheme}://{host}":
        return None
    if is_websocket:
        return "Interviews can be watched from this server's own page only, not from another website."
    if scope.get("method") not in ("GET", "HEAD"):
        return "Only this server's own page may change something, not another website."
    return None


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


async def _refuse(reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    response = PlainTextResponse(reason, status_code=403)
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**_HEADERS, "Cache-Control": _NO_CACHE}.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
