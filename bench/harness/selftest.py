"""Tests of the harness's own arithmetic: `run.py --self-test`."""

import math
import unittest

from harness import figures, machine, report
from harness.scenarios import SCENARIOS, h2_count, load_command
from harness.servers import PEERS, SERVERS, fill

H2LOAD_SAMPLE = """\
TLS Protocol: TLSv1.3
Cipher: TLS_AES_128_GCM_SHA256
Server Temp Key: X25519 253 bits
Application protocol: h2

finished in 158.47ms, 63103.82 req/s, 12.82MB/s
requests: 100 total, 100 started, 100 done, 98 succeeded, 2 failed, 0 errored, 0 timeout
status codes: 98 2xx, 0 3xx, 2 4xx, 0 5xx
traffic: 2.03MB (2130392) total, 439.45KB (450000) headers (space savings 51.09%), 98.0KB (100352) data
"""


def given_round(**changes):
    values = dict(answers=100_000, seconds=5.0, user_seconds=0.5, system_seconds=1.5, p50_us=900.0, p99_us=2000.0,
                  server_core_busy=1.0, load_core_busy=0.8, others_on_server_core=0.0)
    return figures.Round(**{**values, **changes})


class Figures(unittest.TestCase):
    def test_cpu_per_answer_is_user_and_system_time_by_answers(self):
        each = given_round()
        self.assertAlmostEqual(each.user_us, 5.0)
        self.assertAlmostEqual(each.system_us, 15.0)
        self.assertAlmostEqual(each.cpu_us, 20.0)
        self.assertAlmostEqual(each.per_second, 20_000.0)

    def test_a_round_without_answers_costs_infinitely_much(self):
        self.assertEqual(given_round(answers=0).cpu_us, math.inf)

    def test_medians_and_spread_ignore_the_order_of_rounds(self):
        rounds = [given_round(answers=answers) for answers in (80_000, 125_000, 100_000)]
        self.assertAlmostEqual(figures.median_of(rounds, "cpu_us"), 20.0)
        self.assertEqual(figures.spread(rounds, "cpu_us"), (16.0, 25.0))

    def test_the_best_peer_is_the_cheapest_that_was_measured(self):
        medians = {"brink": 10.0, "nginx": 22.0, "haproxy": 21.0, "floor-proxy": 5.0}
        self.assertEqual(figures.best_peer(medians, ["nginx", "haproxy", "h2o"]), 21.0)
        self.assertIsNone(figures.best_peer({"brink": 10.0}, ["nginx"]))

    def test_failures_add_up_over_rounds(self):
        rounds = [given_round(failures={"closed": 1}), given_round(), given_round(failures={"closed": 2, "late": 1})]
        self.assertEqual(figures.failures_of(rounds), {"closed": 3, "late": 1})

    def test_idle_memory_is_growth_by_connections(self):
        self.assertAlmostEqual(figures.IdleRound(2000, 2000 * 20 * 1024, 2000 * 10 * 1024).pss_kib, 10.0)

    def test_percentiles_are_values_that_were_measured(self):
        self.assertEqual(figures.percentile([30, 10, 20], 0.5), 20)
        self.assertEqual(figures.percentile(range(101), 0.99), 99)
        self.assertEqual(figures.percentile([7], 0.99), 7)


class H2load(unittest.TestCase):
    def test_its_output_is_read(self):
        result = figures.parse_h2load(H2LOAD_SAMPLE, 1024)
        self.assertEqual(result["answers"], 98)
        self.assertAlmostEqual(result["seconds"], 0.15847)
        self.assertEqual(result["failures"], {"failed": 2, "status is not 2xx": 2})
        self.assertEqual(result["tls"], "TLSv1.3 TLS_AES_128_GCM_SHA256 X25519 h2")

    def test_bodies_of_another_length_are_a_failure(self):
        self.assertIn("bodies of another length", figures.parse_h2load(H2LOAD_SAMPLE, 1000)["failures"])

    def test_other_output_is_an_error(self):
        with self.assertRaises(ValueError):
            figures.parse_h2load("h2load: cannot connect\n", 1024)

    def test_latencies_are_the_third_column_of_its_log(self):
        self.assertEqual(figures.parse_h2load_log(["1795499250142770\t200\t6649\n", "1795499250142771\t200\t6720\n"]), [6649, 6720])

    def test_counts_are_whole_multiples_of_what_is_in_flight(self):
        scenario = next(each for each in SCENARIOS if each.name == "h2-1k")
        self.assertEqual(h2_count(scenario, 1000) % 64, 0)
        self.assertEqual(h2_count(scenario, 0), 64)


class Machine(unittest.TestCase):
    def test_a_command_name_with_brackets_and_spaces_does_not_shift_the_fields(self):
        fields = machine.stat_fields("42 (a) b (c) S 1 42 42 0 -1 0 0 0 0 0 250 750 0 0 20 0")
        self.assertEqual((fields[0], fields[1], fields[11], fields[12]), ("S", "1", "250", "750"))

    def test_a_core_is_busy_when_neither_idle_nor_waiting_for_disk(self):
        text = "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 100 10 200 5000 70 1 30 4 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\n"
        self.assertAlmostEqual(machine.core_busy_seconds(0, text), 345 / machine.TICKS_PER_SECOND)

    def test_this_process_is_in_its_own_tree_and_has_memory(self):
        import os
        self.assertIn(os.getpid(), machine.process_tree(os.getpid()))
        self.assertGreater(machine.memory([os.getpid()]).pss, 0)


class Report(unittest.TestCase):
    def given_results(self):
        return {"brink": [given_round(user_seconds=0.3)], "nginx": [given_round()], "haproxy": [given_round(system_seconds=2.0)],
                "floor-proxy": [given_round(user_seconds=0.1)]}

    def test_the_table_compares_with_the_best_peer(self):
        rows = report.table(SCENARIOS[0], self.given_results(), {"h2o": "failed: it broke"})
        by_name = {row[0]: row for row in rows[1:]}
        self.assertEqual(by_name["nginx"][4], "1.00")
        self.assertEqual(by_name["brink"][4], "0.90")
        self.assertEqual(by_name["h2o"][-1], "failed: it broke")
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})

    def test_brink_is_set_against_peer_and_floor(self):
        self.assertEqual(report.brink_sentence(SCENARIOS[0], self.given_results()),
                         "Brink: 0.90 of the best peer's (nginx), user time +2.0 us against floor-proxy.")
        self.assertEqual(report.brink_sentence(SCENARIOS[0], {"nginx": [given_round()]}), "")

    def test_errors_and_disturbance_show_in_their_row(self):
        rows = report.table(SCENARIOS[0], {"nginx": [given_round(failures={"closed": 3}, others_on_server_core=0.2)]}, {})
        self.assertIn("3 closed", rows[1][-1])
        self.assertIn("1 of 1 rounds disturbed", rows[1][-1])

    def test_only_what_stands_between_the_markers_is_replaced(self):
        text = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
        self.assertEqual(report.between_markers(text, "new"), f"before\n{report.BEGIN}\n\nnew\n{report.END}\nafter\n")
        with self.assertRaises(ValueError):
            report.between_markers("no markers", "new")


class Templates(unittest.TestCase):
    def test_every_placeholder_of_every_template_is_known(self):
        names = ("DIR", "ORIGIN_PORT", "HTTP_PORT", "HTTPS_PORT", "CONTROL_PORT", "CERTIFICATE", "KEY", "BUNDLE")
        for server in SERVERS:
            if hasattr(server, "template"):
                self.assertNotIn("@ORIGIN_PORT@", fill((PEERS / server.template).read_text(), dict.fromkeys(names, "x")))

    def test_an_unknown_placeholder_is_refused(self):
        with self.assertRaises(KeyError):
            fill("listen @PROT@", {"PORT": 1})

    def test_every_scenario_has_a_load(self):
        for scenario in SCENARIOS:
            self.assertIn("bench_load" if scenario.load != "h2" else "h2load", str(load_command(scenario, 1, 1, 1)[0]))


def run():
    suite = unittest.defaultTestLoader.loadTestsFromModule(__import__("harness.selftest", fromlist=["selftest"]))
    return 0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1
