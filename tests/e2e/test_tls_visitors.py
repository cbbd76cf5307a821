"""TLS towards visitors: certificates by name and kind, versions, ALPN, OCSP stapling, the local CA, fingerprints."""

import socket
import ssl

import pytest
from cryptography import x509

from harness import client_hello, clients, tools
from harness.brink import zone
from harness.clients import H1, client_context
from harness.h2 import dial_h2


def shown(node, server_name, **how):
    """The certificate that is shown for a name."""
    context = client_context(**how)
    with H1(node.https, tls=context, server_name=server_name) as connection:
        return x509.load_der_x509_certificate(connection.socket.getpeercert(binary_form=True))


@pytest.fixture(scope="module")
def leaves(authority):
    return {name: authority.issue(*names) for name, names in {
        "exact": ["www.one.example"], "wildcard": ["*.one.example"], "apex": ["one.example"], "two": ["two.example"],
    }.items()}


@pytest.fixture(scope="module")
def both_kinds(authority):
    return authority.issue("both.example"), authority.issue("both.example", kind="rsa")


@pytest.fixture(scope="module")
def stapled(authority):
    leaf = authority.issue("stapled.example")
    return leaf, authority.ocsp_response(leaf)


@pytest.fixture(scope="module")
def node(module_started, origin, leaves, both_kinds, stapled):
    def files(leaf):
        return {"certificate": str(leaf.chain_file), "key": str(leaf.key_file)}

    one = zone(origin, name="one.example", hosts=["one.example", "*.one.example"],
               certificates=[files(leaves[name]) for name in ("exact", "wildcard", "apex")])
    ecdsa, rsa = both_kinds
    return module_started.brink(
        zone(origin, name="local.example", hosts=["local.example", "*.local.example"]), one,
        zone(origin, name="two.example", hosts=["two.example"], **leaves["two"].as_zone()),
        zone(origin, name="both.example", hosts=["both.example"], **ecdsa.as_zone(), certificates=[files(rsa)]),
        zone(origin, name="stapled.example", hosts=["stapled.example"], **stapled[0].as_zone(),
             ocsp=str(stapled[1])))


@pytest.mark.parametrize("name, leaf", [("www.one.example", "exact"), ("WWW.One.Example", "exact"),
                                        ("other.one.example", "wildcard"), ("one.example", "apex"),
                                        ("two.example", "two")])
def test_the_certificate_is_chosen_by_name(node, leaves, name, leaf):
    assert shown(node, name).serial_number == leaves[leaf].serial


def test_a_wildcard_is_for_one_label_only(node, leaves):
    assert shown(node, "a.b.one.example").serial_number != leaves["wildcard"].serial


def test_the_chain_is_believed_by_a_client_that_knows_the_authority(node, authority):
    answer = clients.get(node.https, "/", host="two.example", server_name="two.example",
                         tls=client_context(ca=authority.file))
    assert answer.status == 200


@pytest.mark.parametrize("name", [None, "unknown.example", "127.0.0.1"])
def test_a_name_that_nobody_has_gets_some_certificate(node, name):
    context = client_context()
    with clients.dial(node.https) as sock, context.wrap_socket(sock, server_hostname=name) as tls:
        assert tls.getpeercert(binary_form=True)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_ecdsa_and_rsa_stand_side_by_side(node, both_kinds, version):
    ecdsa, rsa = both_kinds
    flag = "-tls1_2" if version == "TLSv1_2" else "-tls1_3"
    for algorithms, leaf in (("ECDSA+SHA256", ecdsa), ("RSA-PSS+SHA256", rsa), ("ECDSA+SHA256:RSA-PSS+SHA256", ecdsa)):
        output = tools.s_client(node.https, "-servername", "both.example", flag, "-sigalgs", algorithms)
        begin = output.index("-----BEGIN CERTIFICATE-----")
        pem = output[begin:output.index("-----END CERTIFICATE-----") + 26].encode()
        assert x509.load_pem_x509_certificate(pem).serial_number == leaf.serial, algorithms


@pytest.mark.parametrize("version, name", [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")])
def test_tls_1_2_and_1_3_are_spoken_and_logged(node, version, name):
    context = client_context(minimum=version, maximum=version)
    with H1(node.https, tls=context, server_name="two.example") as connection:
        assert connection.socket.version() == name
        connection.get(f"/version/{name}", host="two.example")
        cipher = connection.socket.cipher()[0]
    line = node.access_of(f"/version/{name}")
    assert line["ClientSSLProtocol"] == name
    assert line["ClientSSLCipher"].replace("AEAD-", "").replace("TLS_", "").replace("_", "-") in cipher.replace(
        "TLS_", "").replace("_", "-")


@pytest.mark.parametrize("version", [0x0300, 0x0301, 0x0302])
def test_older_versions_are_refused(node, version):
    """A ClientHello by hand: the alert is protocol_version, not a failure of this client's own library."""
    ciphers = bytes.fromhex("c009c013c00ac014002f0035")
    extensions = bytes.fromhex("000a000400020017000b00020100")  # groups, point formats
    hello = (version.to_bytes(2, "big") + bytes(range(32)) + b"\0" + len(ciphers).to_bytes(2, "big") + ciphers
             + b"\x01\0" + len(extensions).to_bytes(2, "big") + extensions)
    record = (b"\x16\x03\x01" + (len(hello) + 4).to_bytes(2, "big") + b"\x01" + len(hello).to_bytes(3, "big") + hello)
    with clients.dial(node.https) as sock:
        sock.sendall(record)
        alert = sock.recv(100)
    expected = (b"\x02\x46", b"\x02\x28") if version == 0x0300 else (b"\x02\x46",)
    assert alert[0] == 21 and alert[5:7] in expected, f"not a fatal protocol_version alert: {alert!r}"


@pytest.mark.parametrize("offered, chosen", [(["h2", "http/1.1"], "h2"), (["http/1.1", "h2"], "h2"),
                                             (["http/1.1"], "http/1.1"), (["h2"], "h2"), (None, None)])
def test_alpn_chooses_h2_where_it_is_offered(node, offered, chosen):
    with H1(node.https, tls=client_context(alpn=offered), server_name="two.example") as connection:
        assert connection.socket.selected_alpn_protocol() == chosen
        if chosen != "h2":
            assert connection.get("/", host="two.example").version == "HTTP/1.1"


def test_alpn_without_anything_in_common_is_refused(node):
    with pytest.raises(OSError):
        with H1(node.https, tls=client_context(alpn=["spdy/3", "imap"]), server_name="two.example") as connection:
            connection.get("/", host="two.example")


def test_an_ocsp_answer_is_stapled_where_there_is_one(node):
    stapled = tools.s_client(node.https, "-servername", "stapled.example", "-status")
    assert "OCSP Response Status: successful" in stapled and "Cert Status: good" in stapled
    assert "OCSP response: no response sent" in tools.s_client(node.https, "-servername", "two.example", "-status")


@pytest.mark.parametrize("name", ["local.example", "www.local.example"])
def test_a_zone_without_a_certificate_has_one_of_the_local_ca(node, name):
    ca = node.directory / "data" / "ca" / "ca.pem"
    answer = clients.get(node.https, "/", host=name, server_name=name, tls=client_context(ca=ca))
    assert answer.status == 200
    assert tools.curl("/", "--cacert", ca, port=node.https, host=name).exit_code == 0


def test_the_local_ca_keeps_its_keys_to_itself(node):
    data = node.directory / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    keys = [path for path in (data / "ca").rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert keys and all(path.stat().st_mode & 0o077 == 0 for path in keys)


def test_the_local_ca_stays_the_same_after_a_restart(started):
    origin = started.origin()
    node = started.brink(zone(origin, name="local.example", hosts=["local.example"]))
    before = (node.directory / "data" / "ca" / "ca.pem").read_bytes()
    assert node.stop() == 0
    node.start()
    ca = node.directory / "data" / "ca" / "ca.pem"
    assert ca.read_bytes() == before
    assert clients.get(node.https, "/", host="local.example", server_name="local.example",
                       tls=client_context(ca=ca)).status == 200


def test_ja4_in_the_log_is_that_of_the_hello(node):
    context = client_context(alpn=["http/1.1"])
    with clients.dial(node.https) as sock:
        tls, incoming, outgoing, hello = client_hello.over_memory(sock, context, "two.example")
        tls.write(clients.request("/ja4", host="two.example", fields=[("Connection", "close")]))
        sock.sendall(outgoing.read())
        while sock.recv(65536):
            pass
    assert node.access_of("/ja4")["JA4"] == client_hello.ja4(hello)


def test_a_host_unlike_the_name_of_the_connection_is_not_served_by_another_zone(node):
    """A visitor may name another zone than its SNI did only where the certificate covers it: 421 otherwise; what is
    served must be the zone of the Host in either case."""
    answer = clients.get(node.https, "/", host="one.example", server_name="two.example", tls=True)
    assert answer.status == 421 or answer.seen("host") == ["one.example"]


@pytest.mark.parametrize("junk", [b"\x16\x03\x01\x40\x01" + bytes(100), b"\x16\x03\x01\0\x05\x01\0\0\x01\0" + bytes(9),
                                  b"\x15\x03\x01\0\x02\x02\x00", b"\x17\x03\x03\0\x10" + bytes(16),
                                  b"\x16\x03\x01\0\0" * 100], ids=["too long a record", "a hello of one byte",
                                                                  "an alert", "application data", "empty records"])
def test_junk_in_place_of_a_hello_harms_nobody(node, junk):
    with clients.dial(node.https) as sock:
        sock.sendall(junk)
        sock.shutdown(socket.SHUT_WR)
        sock.settimeout(12)
        try:
            while sock.recv(65536):
                pass
        except ConnectionError:
            pass
    with dial_h2(node.https, server_name="two.example"):
        pass
