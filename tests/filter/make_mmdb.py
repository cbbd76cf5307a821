#!/usr/bin/env python3
"""Writes a small MaxMind DB file from JSON on standard input: {"network": {facts}, ...}.

For tests: real files are licensed, and a test wants to know every byte of its own. The format is version 2.0
of maxmind.github.io/MaxMind-DB; records are 24 bits, so the tree holds up to 16 million nodes.
"""
import ipaddress
import json
import struct
import sys

MARKER = b"\xab\xcd\xefMaxMind.com"


def control(kind, size):
    """The control byte(s) of a value: its type and its size (of less than 285)."""
    extended = b"" if kind <= 7 else bytes([kind - 7])
    first = (kind if kind <= 7 else 0) << 5
    if size < 29:
        return bytes([first | size]) + extended
    return bytes([first | 29]) + extended + bytes([size - 29])


def encode_unsigned(kind, value):
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return control(kind, len(data)) + data


def encode(value):
    if isinstance(value, bool):
        return control(14, int(value))
    if isinstance(value, str):
        data = value.encode()
        return control(2, len(data)) + data
    if isinstance(value, float):
        return control(3, 8) + struct.pack(">d", value)
    if isinstance(value, int):
        return encode_unsigned(6, value)
    if isinstance(value, bytes):  # already encoded
        return value
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(encode(item) for item in value)
    return control(7, len(value)) + b"".join(encode(key) + encode(item) for key, item in value.items())


def build(networks):
    nodes = [[None, None]]
    data = b""
    for text, facts in networks.items():
        network = ipaddress.ip_network(text)
        bits = int(network.network_address)
        length = network.prefixlen
        if network.version == 4:  # lives at ::/96 of a tree for both families
            length += 96
        offset = len(data)
        data += encode(facts)
        at = 0
        for place in range(length - 1):
            bit = bits >> (127 - place) & 1
            below = nodes[at][bit]
            if not isinstance(below, int):
                nodes.append([below, below])
                below = nodes[at][bit] = len(nodes) - 1
            at = below
        nodes[at][bits >> (128 - length) & 1] = ("data", offset)

    def record(content):
        if content is None:
            return len(nodes)
        return content if isinstance(content, int) else len(nodes) + 16 + content[1]

    tree = b"".join(record(side).to_bytes(3, "big") for node in nodes for side in node)
    metadata = {
        "binary_format_major_version": encode_unsigned(5, 2), "binary_format_minor_version": encode_unsigned(5, 0),
        "build_epoch": encode_unsigned(9, 1700000000), "database_type": "Test", "description": {"en": "for tests"},
        "ip_version": encode_unsigned(5, 6), "languages": ["en"], "node_count": len(nodes),
        "record_size": encode_unsigned(5, 24),
    }
    return tree + bytes(16) + data + MARKER + encode(metadata)


if __name__ == "__main__":
    sys.stdout.buffer.write(build(json.load(sys.stdin)))
