"""A gRPC service and client (python3-grpcio) without protobuf: messages are plain bytes."""

import concurrent.futures
import queue

import grpc

from .polling import PATIENCE

SERVICE = "brink.Echo"
_BIG_MESSAGES = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)]
_DEADLINE_S = 10 * PATIENCE


class GrpcOrigin:
    """Say echoes one message; Fail ends with NOT_FOUND; Count answers a stream; Sum reads one; Chat goes both ways."""

    def __init__(self, tls=None):
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), options=_BIG_MESSAGES)
        self.metadata = []
        self.cancelled = 0
        handlers = {
            "Say": grpc.unary_unary_rpc_method_handler(self._say),
            "Fail": grpc.unary_unary_rpc_method_handler(self._fail),
            "Count": grpc.unary_stream_rpc_method_handler(self._count),
            "Sum": grpc.stream_unary_rpc_method_handler(self._sum),
            "Chat": grpc.stream_stream_rpc_method_handler(self._chat),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
        if tls:
            credentials = grpc.ssl_server_credentials([(tls.key_file.read_bytes(), tls.chain_file.read_bytes())])
            self.port = self._server.add_secure_port("127.0.0.1:0", credentials)
        else:
            self.port = self._server.add_insecure_port("127.0.0.1:0")
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._server.start()

    def stop(self):
        self._server.stop(0).wait(5)

    def _say(self, message, context):
        self.metadata.append(dict(context.invocation_metadata()))
        context.set_trailing_metadata((("x-trailer", "kept"), ("x-bytes-bin", b"\x00\xff")))
        return message

    def _fail(self, message, context):
        context.abort(grpc.StatusCode.NOT_FOUND, "no such thing: ünïcode")

    def _count(self, message, context):
        for number in range(int(message)):
            yield str(number).encode()

    def _sum(self, messages, context):
        return str(sum(int(message) for message in messages)).encode()

    def _chat(self, messages, context):
        for message in messages:
            yield message[::-1]


class GrpcClient:
    """Through Brink's TLS listener."""

    def __init__(self, port, ca, host):
        credentials = grpc.ssl_channel_credentials(ca.file.read_bytes())
        self._channel = grpc.secure_channel(f"127.0.0.1:{port}", credentials, [
            ("grpc.ssl_target_name_override", host), ("grpc.default_authority", host),
            ("grpc.enable_http_proxy", 0), *_BIG_MESSAGES])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._channel.close()

    def say(self, message, metadata=()):
        """The answer and the trailing metadata."""
        answer, call = self._channel.unary_unary(f"/{SERVICE}/Say").with_call(
            message, metadata=metadata, timeout=_DEADLINE_S)
        return answer, dict(call.trailing_metadata())

    def fail(self):
        return self._channel.unary_unary(f"/{SERVICE}/Fail")(b"", timeout=_DEADLINE_S)

    def unknown(self):
        return self._channel.unary_unary(f"/{SERVICE}/Unknown")(b"", timeout=_DEADLINE_S)

    def count(self, to):
        return list(self._channel.unary_stream(f"/{SERVICE}/Count")(str(to).encode(), timeout=_DEADLINE_S))

    def sum(self, numbers):
        return self._channel.stream_unary(f"/{SERVICE}/Sum")((str(n).encode() for n in numbers), timeout=_DEADLINE_S)

    def chat(self, messages):
        """Sends each message only after the answer to the one before has come."""
        outgoing = queue.Queue()
        answers = self._channel.stream_stream(f"/{SERVICE}/Chat")(iter(outgoing.get, None), timeout=_DEADLINE_S)
        got = []
        for message in messages:
            outgoing.put(message)
            got.append(next(answers))
        outgoing.put(None)
        assert list(answers) == []
        return got

    def wait_in_vain(self, deadline):
        """Opens a Chat and says nothing until the deadline; the code it ends with."""
        silence = queue.Queue()
        try:
            list(self._channel.stream_stream(f"/{SERVICE}/Chat")(iter(silence.get, None), timeout=deadline))
        except grpc.RpcError as error:
            return error.code()
        finally:
            silence.put(None)
