"""Who may talk to the server, and what a browser may do with its answers.

The server has no password: that it listens on loopback only is its protection. A page from elsewhere must not get
round that, so a request has to name this machine in its Host header (else a foreign name that resolves to 127.0.0.1
could read everything) and a websocket, which browsers let any page open, has to come from the server's own page.
"""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_NO_CACHE: Final = "no-store"
"""Interviews do not belong in a browser's cache."""


class Guard:
    """ASGI middleware: refuses strangers with 403 and a reason, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif reason := refusal(Headers(scope=scope), is_websocket=scope["type"] == "websocket"):
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


def refusal(headers: Headers, *, is_websocket: bool) -> str | None:
    """Why a request is refused; None where it may pass.

    Programs send no Origin and may pass: on this machine they could forge one. Browsers always send one with a
    websocket.
    """
    host = headers.get("host", "")
    if not is_loopback(_host_name(host)):
        return "This server answers only to the names of this machine: localhost, 127.0.0.1 or [::1]."
    origin = headers.get("origin")
    if is_websocket and origin is not None and origin != f"http://{host}":
        return "Interviews can be watched from this server's own page only, not from another website."
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
            headers.update(_HEADERS)
            headers.setdefault("Cache-Control", _NO_CACHE)
        await send(message)

    return send_with_headers
