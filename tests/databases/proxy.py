"""A TCP proxy that breaks one connection after so many bytes of an answer, and passes all others on whole."""

from __future__ import annotations

import contextlib
import socket
import threading


class BreakingProxy:
    """Listens on `port`. The first connection on which the server sends `limit` bytes is broken there, after `on_break` was called."""

    def __init__(self, server_port: int, limit: int, on_break=lambda: None):
        self.server_port = server_port
        self.limit = limit
        self.on_break = on_break
        self.breaks = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

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
                if answers and passed >= self.limit and self.breaks_now():
                    self.on_break()
                    break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def breaks_now(self) -> bool:
        with self.lock:
            self.breaks += 1
            return self.breaks == 1

    def close(self):
        self.listener.close()
