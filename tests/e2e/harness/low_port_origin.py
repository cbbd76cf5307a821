"""An origin for records, which name hosts and no ports: it stands on ports 80 and 443 of a loopback address of its own."""

import socket
import ssl
import threading


class LowPortOrigin:
    """Tells its name to whoever asks, on port 80 and, with a certificate, on port 443 of its address. The certificate can
    be changed while it runs."""

    def __init__(self, address, name):
        self.address, self.name = address, name
        self.tls = None
        self._listeners = []
        self._listen(80)

    def serve_tls(self, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain_file, certificate.key_file)
        first = self.tls is None
        self.tls = context
        if first:
            self._listen(443)
        return self

    def _listen(self, port):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.address, port))
        listener.listen(128)
        self._listeners.append(listener)
        threading.Thread(target=self._accept, args=(listener, port), daemon=True).start()

    def _accept(self, listener, port):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, port), daemon=True).start()

    def _serve(self, connection, port):
        try:
            connection.settimeout(30)
            if port == 443:
                connection = self.tls.wrap_socket(connection, server_side=True)
            reader = connection.makefile("rb")
            while True:
                line = reader.readline()
                if not line:
                    return
                host = ""
                while (field := reader.readline().strip()):
                    if field.lower().startswith(b"host:"):
                        host = field[5:].strip().decode()
                body = f"{self.name} port={port} host={host}".encode()
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def stop(self):
        for listener in self._listeners:
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()
