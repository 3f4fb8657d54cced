#!/usr/bin/env python3
"""A login shared by several servers: backend.py PORT [STORE-HOST:PORT]

Session data is in the store that all servers share.
"""
import os
import re
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

# The balancer's --session-ttl: data of an expired session is useless.
LIFETIME = 24 * 60 * 60


class Store:
    """A minimal Redis client (https://redis.io/docs/latest/develop/reference/protocol-spec/)."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.address = (host, int(port))
        self.password = os.environ.get("CAROUSEL_STORE_PASSWORD")

    def ask(self, *commands):
        """Sends commands in one go; returns the reply to the last, and raises OSError if any failed."""
        if self.password:
            commands = (("AUTH", self.password),) + commands
        with socket.create_connection(self.address, timeout=2) as connection, connection.makefile("rb") as replies:
            connection.sendall(b"".join(self.encode(*command) for command in commands))
            return [self.read(replies) for _ in commands][-1]

    @staticmethod
    def encode(*words):
        words = [str(word).encode() for word in words]
        return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)

    def read(self, replies):
        line = replies.readline().rstrip(b"\r\n")
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            return None if rest == b"-1" else replies.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self.read(replies) for _ in range(int(rest))]
        if kind in (b"+", b":"):
            return rest.decode()
        raise OSError(line.decode() or "the store closed the connection")


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keep-alive: the balancer reuses connections
    wbufsize = -1  # send head and body together
    store = None

    def do_GET(self):
        self.serve(self.headers.get("Content-Length", "0"))

    do_POST = do_GET

    def serve(self, length):
        # On a kept connection an unread body would be parsed as the next request, with an X-Session-Id chosen by its author.
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > 65536:
            self.close_connection = True
            return self.answer(413, "a short form, please\n")
        form = parse_qs(self.rfile.read(int(length)).decode(errors="replace"))
        try:
            self.answer(*self.route(self.command, self.path, self.data_key(), form.get("name", [""])[0].strip()))
        except OSError:
            # Not 401: the user may be logged in, but the store is unreachable.
            self.answer(503, "the store is unreachable\n")

    def route(self, method, path, key, name):
        """Status and text for a request; key is the store key of its session's data, None without a session."""
        where = f"says {self.server.server_port}\n"
        if (method, path) == ("POST", "/login") and key and name:
            # A real login checks a password first. One transaction that deletes old data, which may be of another user of this browser.
            self.store.ask(("MULTI",), ("DEL", key), ("HSET", key, "name", name), ("EXPIRE", key, LIFETIME), ("EXEC",))
            return 200, f"welcome {name}, {where}"
        if (method, path) == ("POST", "/logout"):
            if key:
                # The browser keeps the id, which has no data from now on.
                self.store.ask(("DEL", key))
            return 200, "bye\n"
        if (method, path) == ("GET", "/me"):
            name = key and self.store.ask(("HGET", key, "name"))
            if not name:
                return 401, "who are you?\n"
            # Each request extends the lifetime.
            self.store.ask(("EXPIRE", key, LIFETIME))
            return 200, f"{name}, {where}"
        return 400, "POST /login name=..., GET /me or POST /logout\n"

    def data_key(self):
        """The backends' own key of this session's data; None without a session.

        The balancer removes X-Session-Id from client requests and sets its own. It can be trusted as long as clients can't reach this
        server directly: it listens on loopback.
        """
        session = self.headers.get("X-Session-Id", "")
        return f"carousel:session:{session}:data" if re.fullmatch("[0-9a-f]{32}", session) else None

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        # Responses are per user: caches must not store them.
        self.send_header("Cache-Control", "private, no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *words):
        pass  # no access log


if __name__ == "__main__":
    Backend.store = Store(sys.argv[2] if len(sys.argv) > 2 else "localhost:6379")
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Backend).serve_forever()
