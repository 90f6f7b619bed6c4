"""A TCP proxy that can break a connection after so many bytes of an answer."""

from __future__ import annotations

import contextlib
import socket
import threading


class BreakingProxy:
    """Listens on `port`, and passes everything on until `break_at` asks for more."""

    def __init__(self, server_port: int):
        self.server_port = server_port
        self.limit = None
        self.on_break = lambda: None
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def break_at(self, limit: int, on_break=lambda: None):
        """The first connection on which the server sends `limit` bytes from now on is broken there, after `on_break` was called."""
        with self.lock:
            self.limit, self.on_break = limit, on_break

    def has_broken(self) -> bool:
        return self.limit is None

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self.server_port))
                except OSError:
                    client.close()
                    continue
                threading.Thread(target=self.pass_on, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self.pass_on, args=(server, client, True), daemon=True).start()

    def pass_on(self, source, target, answers):
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                passed += len(data)
                if answers and self.breaks_now(passed):
                    self.on_break()
                    break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def breaks_now(self, passed: int) -> bool:
        with self.lock:
            if self.limit is None or passed < self.limit:
                return False
            self.limit = None
            return True

    def close(self):
        self.listener.close()
