"""Debian's nginx as an origin."""

import os
import pathlib

from .ports import free_port
from .processes import Process, wait_for_port

_MAIN = """
daemon off;
worker_processes 1;
{user}
pid {directory}/nginx.pid;
error_log {directory}/error.log info;
events {{ worker_connections 4096; }}
http {{
  {mime}
  default_type application/octet-stream;
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
{http}
}}
"""


class Nginx:
    """`http` is the inside of the http block, in which {port} and further names given by keyword are filled in."""

    def __init__(self, directory, http, scheme="http", **names):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        for name, value in {"port": self.port, "directory": self.directory, **names}.items():
            http = http.replace("{" + name + "}", str(value))
        mime = pathlib.Path("/etc/nginx/mime.types")
        config = self.directory / "nginx.conf"
        config.write_text(_MAIN.format(directory=self.directory, http=http,
                                       user="user root;" if os.geteuid() == 0 else "",
                                       mime=f"include {mime};" if mime.exists() else ""))
        self.process = Process(["/usr/sbin/nginx", "-p", self.directory, "-c", config,
                                "-e", self.directory / "error.log"], self.directory / "nginx.log")
        wait_for_port(self.port, self.process)

    def stop(self):
        self.process.stop()


def static_site(directory, root):
    """Serves a folder."""
    return Nginx(directory, "server { listen 127.0.0.1:{port}; root {root}; index index.html; }", root=root)


def telling_tls(directory, certificate, http2=False, client_ca=None, name="_"):
    """A TLS origin that answers with what it saw of the connection: protocol, SNI, client certificate, resumption."""
    client = f"ssl_client_certificate {client_ca.file}; ssl_verify_client on;" if client_ca else ""
    return Nginx(directory, """
server {
  listen 127.0.0.1:{port} ssl{http2};
  server_name {name};
  ssl_certificate {chain};
  ssl_certificate_key {key};
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:s:1m;
  client_max_body_size 0;
  {client}
  location / {
    default_type text/plain;
    return 200 "protocol=$server_protocol sni=$ssl_server_name host=$http_host client=$ssl_client_verify subject=$ssl_client_s_dn reused=$ssl_session_reused connection=$connection method=$request_method";
  }
  location /files/ { alias {directory}/files/; }
}""", scheme="https", chain=certificate.chain_file, key=certificate.key_file, client=client, name=name,
                 http2=" http2" if http2 else "")
