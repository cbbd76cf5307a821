"""Certificate authorities and certificates, made fresh for each run."""

import dataclasses
import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = datetime.timedelta(days=1)
_rsa_keys = []


@dataclasses.dataclass
class Certificate:
    """A certificate and its key, as objects and as PEM files."""

    certificate: x509.Certificate
    key: object
    chain_file: pathlib.Path
    key_file: pathlib.Path

    @property
    def serial(self):
        return self.certificate.serial_number

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def as_zone(self):
        """The keys of a [[zone]] that serves it."""
        return {"certificate": str(self.chain_file), "key": str(self.key_file)}


@dataclasses.dataclass
class KeyOfAnOrigin:
    """A key, the request for its certificate, and where the two files go that a server is started with."""

    key: object
    csr: str
    key_file: pathlib.Path
    chain_file: pathlib.Path


def given_key(directory, kind="ecdsa"):
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    csr = (x509.CertificateSigningRequestBuilder()
           .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ignored")])).sign(key, hashes.SHA256()))
    made = KeyOfAnOrigin(key, csr.public_bytes(serialization.Encoding.PEM).decode(),
                         directory / f"origin-{kind}.key", directory / f"origin-{kind}.pem")
    made.key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                serialization.NoEncryption()))
    return made


class Authority:
    def __init__(self, directory, name="Brink test CA"):
        self._directory = pathlib.Path(directory)
        self._directory.mkdir(parents=True, exist_ok=True)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.utcnow()
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(self.name).issuer_name(self.name).public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY).not_valid_after(now + 365 * _DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256()))
        self.file = self._directory / f"{name.replace(' ', '-')}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, *names, kind="ecdsa", expired=False, for_client=False, self_signed=False, file_name=None):
        """A leaf for host names (wildcards too) and addresses."""
        key = _new_key(kind)
        now = datetime.datetime.utcnow()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if for_client else ExtendedKeyUsageOID.SERVER_AUTH
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject).issuer_name(subject if self_signed else self.name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 30 * _DAY).not_valid_after(now - _DAY if expired else now + 90 * _DAY)
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .sign(key if self_signed else self.key, hashes.SHA256()))
        stem = file_name or f"{names[0].replace('*', 'any').replace(':', '_')}-{kind}-{certificate.serial_number:x}"
        chain_file, key_file = self._directory / f"{stem}.pem", self._directory / f"{stem}.key"
        chain_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        key_file.chmod(0o600)
        return Certificate(certificate, key, chain_file, key_file)

    def ocsp_response(self, leaf):
        """A file with a signed answer that `leaf` is good."""
        now = datetime.datetime.utcnow()
        response = (
            ocsp.OCSPResponseBuilder()
            .add_response(leaf.certificate, self.certificate, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD,
                          this_update=now - _DAY, next_update=now + 7 * _DAY,
                          revocation_time=None, revocation_reason=None)
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
            .sign(self.key, hashes.SHA256()))
        file = leaf.chain_file.with_suffix(".ocsp")
        file.write_bytes(response.public_bytes(serialization.Encoding.DER))
        return file


def _new_key(kind):
    if kind == "ecdsa":
        return ec.generate_private_key(ec.SECP256R1())
    if not _rsa_keys:  # dear to make, and nothing depends on its being another each time
        _rsa_keys.append(rsa.generate_private_key(65537, 2048))
    return _rsa_keys[0]


def _general_name(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
