"""A WebSocket origin and client (python3-websockets), and the frames by hand for WebSocket over HTTP/2 (RFC 8441)."""

import asyncio
import os
import ssl
import struct
import threading

import websockets

from .polling import PATIENCE

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA


class WebSocketOrigin:
    """Echoes every message; the message "close please" makes it close with 4001. It remembers handshakes and how
    each connection ended."""

    def __init__(self, tls=None, subprotocols=("chat",)):
        self.handshakes = []
        self.close_codes = []
        self._loop = asyncio.new_event_loop()
        self._subprotocols = list(subprotocols)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(tls, ready), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def _run(self, tls, ready):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(websockets.serve(
            self._echo, "127.0.0.1", 0, ssl=tls, subprotocols=self._subprotocols, max_size=None, close_timeout=2,
            compression=None))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())

    async def _echo(self, connection):
        self.handshakes.append((connection.path, connection.request_headers))
        try:
            async for message in connection:
                if message == "close please":
                    await connection.close(4001, "as you wish")
                else:
                    await connection.send(message)
        except websockets.ConnectionClosed:
            pass
        finally:
            await connection.wait_closed()
            self.close_codes.append(connection.close_code)

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


def converse(port, conversation, tls=True, path="/socket", host="example.com", **how):
    """Connects through Brink and runs `await conversation(connection)`; its answer."""
    async def run():
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        async with websockets.connect(f"{'wss' if tls else 'ws'}://{host}{path}", host="127.0.0.1", port=port,
                                      ssl=context, max_size=None, close_timeout=2, open_timeout=10 * PATIENCE,
                                      ping_interval=None, **how) as connection:
            return await asyncio.wait_for(conversation(connection), 20 * PATIENCE)
    return asyncio.run(run())


def client_frame(opcode, payload):
    """A whole masked frame."""
    mask = os.urandom(4)
    if len(payload) < 126:
        head = bytes([0x80 | opcode, 0x80 | len(payload)])
    elif len(payload) < 65536:
        head = bytes([0x80 | opcode, 0x80 | 126]) + struct.pack("!H", len(payload))
    else:
        head = bytes([0x80 | opcode, 0x80 | 127]) + struct.pack("!Q", len(payload))
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def server_frames(data):
    """The whole frames at the start of what a server sent, as (opcode, payload)."""
    frames = []
    while len(data) >= 2:
        length, at = data[1] & 0x7F, 2
        if length == 126 and len(data) >= 4:
            length, at = struct.unpack("!H", data[2:4])[0], 4
        elif length == 127 and len(data) >= 10:
            length, at = struct.unpack("!Q", data[2:10])[0], 10
        if len(data) < at + length or (length in (126, 127) and at == 2 and data[1] & 0x7F in (126, 127)):
            break
        frames.append((data[0] & 0x0F, data[at:at + length]))
        data = data[at + length:]
    return frames
