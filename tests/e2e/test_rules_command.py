"""`brink rules check` and `brink rules eval`: expressions by themselves, without a running node."""

from harness import processes
from harness.brink import binary

REQUEST = (b"GET /admin/a.PNG?x=1&x=2 HTTP/1.1\r\nHost: Shop.example.com:8080\r\nAccept: text/html\r\n"
           b"Accept: */*\r\n\r\n")


def rules(*arguments, within=15):
    done = processes.run([binary(), "rules", *arguments], within=within)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def evaluate(directory, expression, *options):
    request = directory / "request.http"
    request.write_bytes(REQUEST)
    return rules("eval", "--expression", expression, "--request", request, *options)


def test_eval_shows_the_value_of_each_part(tmp_path):
    office = tmp_path / "office.txt"
    office.write_text("# the office\n192.0.2.0/24\n")
    code, out, err = evaluate(tmp_path, 'starts_with(http.request.uri.path, "/admin") and not ip.src in $office',
                              "--client-ip", "203.0.113.9", "--list", f"office={office}")
    assert (code, err) == (0, "")
    assert out == ('starts_with(http.request.uri.path, "/admin") and not ip.src in $office -> true\n'
                   '  starts_with(http.request.uri.path, "/admin") -> true\n'
                   '    http.request.uri.path -> "/admin/a.PNG"\n'
                   '  not ip.src in $office -> true\n'
                   '    ip.src in $office -> false\n'
                   '      ip.src -> 203.0.113.9\n')


def test_eval_computes_values_too(tmp_path):
    assert evaluate(tmp_path, "http.request.full_uri", "--https")[1] == (
        'http.request.full_uri -> "https://Shop.example.com/admin/a.PNG?x=1&x=2"\n')
    assert evaluate(tmp_path, "ip.src.country", "--country", "DE")[1] == 'ip.src.country -> "DE"\n'
    assert evaluate(tmp_path, "ip.src.asnum", "--asn", "64500")[1] == "ip.src.asnum -> 64500\n"


def test_eval_names_the_place_of_an_error(tmp_path):
    code, out, err = evaluate(tmp_path, "http.host eq www.example.com")
    assert (code, out) == (1, "")
    assert err == ("Filter parsing error (1:14):\n"
                   "http.host eq www.example.com\n"
                   "             ^^^^^^^^^^^^^^^ unknown identifier\n")


def test_eval_knows_the_phase(tmp_path):
    assert evaluate(tmp_path, "http.response.code eq 0")[0] == 1
    assert evaluate(tmp_path, "http.response.code eq 0", "--phase", "http_custom_errors")[0] == 0


def test_eval_refuses_what_it_cannot_use(tmp_path):
    for options in (["--client-ip", "x"], ["--list", "x"], ["--list", "x=/nowhere"], ["--phase", "x"]):
        code, out, err = evaluate(tmp_path, "ssl", *options)
        assert (code, out) == (2, ""), options
        assert err.startswith("brink rules eval: "), err
    code, _, err = rules("eval", "--expression", "ssl", "--request", tmp_path / "nowhere")
    assert code == 2 and "nowhere" in err


def test_check_says_what_type_an_expression_has(tmp_path):
    file = tmp_path / "expression"
    file.write_text('ssl and\nhttp.host eq "a.example"\n')
    assert rules("check", file) == (0, f"{file}: good (Bool)\n", "")
    file.write_text('concat("https://", http.host)\n')
    assert rules("check", file) == (0, f"{file}: good (Bytes)\n", "")


def test_check_names_the_place_of_an_error(tmp_path):
    file = tmp_path / "expression"
    file.write_text('ssl and\nhttp.host eq 1\n')
    code, out, err = rules("check", file)
    assert (code, out) == (1, "")
    assert err == 'Filter parsing error (2:14):\nhttp.host eq 1\n             ^ expected " or r\n'
