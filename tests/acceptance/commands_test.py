"""The commands beside `serve`: what people type in a terminal."""
import json
import os
import random
import re
import subprocess
import tempfile
import threading
import unittest
import urllib.parse
from pathlib import Path

import here  # noqa: F401
from drive import Client, Cluster, Server
from drive.server import clean_environment
from here import BINARY, run


class WithoutClusterTest(unittest.TestCase):
    def test_version_and_help(self):
        self.assertRegex(run("--version").stdout, r"\d+\.\d+\.\d+")
        text = run("--help").stdout
        for command in ["serve", "sim", "config", "doctor", "trust", "anonymize", "reveal", "client-config"]:
            self.assertIn(command, text)

    def test_client_config_prints_every_client_and_form(self):
        done = run("client-config", "--demo")
        self.assertEqual(done.returncode, 0, done.stderr)
        for part in ["Claude Desktop", "Claude Code", "VS Code", "Cursor", "mcpServers", "--demo"]:
            self.assertIn(part, done.stdout)
        real = run("client-config").stdout
        for part in ["ssh", "-T", "wsl.exe", "PROXMOX_MPC_URL"]:
            self.assertIn(part, real)
        self.assertNotIn('"--demo"', real)
        self.assertIn("reveal` cannot", done.stdout)
        self.assertIn("reveal TEXT` translates", real)

    def test_with_a_configuration_file_the_client_needs_no_environment(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "proxmox-mpc", "config.yml")
            file.parent.mkdir()
            file.write_text("access: observe\n", encoding="utf-8")
            printed = run("client-config", environment={"XDG_CONFIG_HOME": folder}).stdout
        self.assertIn(str(file), printed)
        self.assertNotIn("PROXMOX_MPC_URL", printed)

    def test_the_configuration_that_the_readme_shows_is_good(self):
        lines = Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8").splitlines()
        begin = lines.index("       access: observe")
        block = "\n".join(line[7:] for line in lines[begin:lines.index("", begin)])
        block = block.replace("AB:CD:...", ":".join(["AB"] * 32)).replace("EF:01:...", ":".join(["EF"] * 32))
        with tempfile.TemporaryDirectory() as folder:
            token = Path(folder, "token")
            token.touch(0o600)
            token.write_text("mcp@pve!assistant=11111111-2222-4333-8444-555555555555", encoding="utf-8")
            file = Path(folder, "config.yml")
            file.write_text(block.replace("/home/me/.config/proxmox-mpc/token", str(token)), encoding="utf-8")
            done = run("config", "check", "--config", str(file))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("pve2.example.com", done.stdout)

    def test_a_good_configuration_is_called_good(self):
        with Cluster(BINARY) as cluster:
            done = run("config", "check", environment=cluster.environment())
        self.assertEqual(done.returncode, 0, done.stderr)


class WithClusterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(BINARY)
        cls.addClassCleanup(cls.cluster.stop)
        cls.environment = cls.cluster.environment()
        with Server(BINARY, cls.environment) as server:
            cls.guests = Client(server).call("guest_list", {"limit": 500})["guests"]
            server.close()

    def real_name(self, vmid):
        return next(r["name"] for r in self.cluster.api("GET", "/cluster/resources")
                    if r.get("vmid") == vmid)

    def test_reveal_gives_the_real_name_back(self):
        guest = self.guests[0]
        done = run("reveal", f"look at {guest['name']} now", environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.strip(), f"look at {self.real_name(guest['vmid'])} now")

    def test_reveal_of_what_it_does_not_know_says_so_and_keeps_the_text(self):
        for text in ("look at vm-k3x9q2f now", "nothing to see"):
            done = run("reveal", text, environment=self.environment)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stdout, text + "\n")
            self.assertIn(self.environment["PROXMOX_MPC_STATE_DIR"], done.stderr)

    def test_anonymize_hides_known_names_and_addresses_and_reveal_undoes_it(self):
        name = next(n for n in map(self.real_name, (g["vmid"] for g in self.guests))
                    if n and re.fullmatch(r"[a-z]+-[a-z]+[a-z0-9-]*", n))
        line = f"{name} answers on 10.17.4.20"
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(line + "\n")
            file.flush()
            done = run("anonymize", file.name, environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(name, done.stdout)
        self.assertNotIn("10.17.4.20", done.stdout)
        back = run("reveal", done.stdout.strip(), environment=self.environment)
        self.assertEqual(back.stdout.strip(), line)

    def test_an_output_that_was_not_taken_is_an_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([BINARY, "anonymize"], input="nothing to hide\n", stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=60, env=clean_environment(self.environment), check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("standard output", done.stderr)

    def test_anonymize_reads_standard_input_too(self):
        done = run("anonymize", text="host 10.17.4.21\n", environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("10.17.4.21", done.stdout)

    def test_a_restored_backup_reveals_what_the_original_would(self):
        guest = self.guests[0]
        with tempfile.TemporaryDirectory() as folder:
            backup = str(Path(folder, "backup"))
            done = run("state", "backup", backup, environment=self.environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(Path(backup).stat().st_mode & 0o777, 0o600)
            elsewhere = self.environment | {"PROXMOX_MPC_STATE_DIR": str(Path(folder, "state"))}
            for code in (0, 2):  # the second time there is something to lose
                done = run("state", "restore", backup, environment=elsewhere)
                self.assertEqual(done.returncode, code, done.stderr)
            done = run("reveal", guest["name"], environment=elsewhere)
            self.assertEqual(done.stdout.strip(), self.real_name(guest["vmid"]))

    def test_privacy_lists_the_pseudonyms_and_clear_forgets_them(self):
        guest = self.guests[0]
        rows = [json.loads(row) for row in run(
            "privacy", "mappings", "--json", environment=self.environment).stdout.splitlines()]
        row = next(r for r in rows if r["pseudonym"] == guest["name"])
        self.assertEqual(row["stands_for"], self.real_name(guest["vmid"]))
        stats = json.loads(run("privacy", "stats", "--json", environment=self.environment).stdout)
        self.assertEqual(stats["vm"], sum(r["class"] == "vm" for r in rows))
        self.assertEqual((stats["mode"], stats["preset"]), ("installation", "strict"))
        with tempfile.TemporaryDirectory() as folder:  # a copy, to forget
            copy = self.environment | {"PROXMOX_MPC_STATE_DIR": str(Path(folder, "state"))}
            backup = str(Path(folder, "backup"))
            run("state", "backup", backup, environment=self.environment)
            run("state", "restore", backup, environment=copy)
            refused = run("privacy", "clear", environment=copy)
            self.assertEqual(refused.returncode, 2)
            self.assertIn("--yes", refused.stderr)
            self.assertEqual(run("reveal", guest["name"], environment=copy).returncode, 0)
            self.assertEqual(run("privacy", "clear", "--yes", environment=copy).returncode, 0)
            self.assertEqual(run("reveal", guest["name"], environment=copy).returncode, 1)
            self.assertEqual(run("privacy", "stats", environment=copy).stdout,
                             "No pseudonym was issued yet.\n")

    def test_doctor_is_content_with_a_healthy_cluster(self):
        done = run("doctor", environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = run("doctor", "--json", environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(set(report), {"installation", "clusters"})
        for findings in (report["installation"], *report["clusters"].values()):
            self.assertTrue(findings)
            for finding in findings:
                self.assertEqual(set(finding), {"grade", "what", "advice"})
                self.assertIn(finding["grade"], ("ok", "warning"))

    def test_doctor_says_once_what_concerns_all_clusters(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "config.yml")
            cluster = (f"{{url: '{self.cluster.ready['url']}', token: {{env: PVE_TOKEN}}, "
                       f"fingerprint: '{self.cluster.ready['fingerprint']}'}}")
            file.write_text(f"clusters:\n  home: {cluster}\n  installation: {cluster}\n", encoding="utf-8")
            environment = self.cluster.environment(url=None, token=None, fingerprint=None) | {
                "PVE_TOKEN": self.cluster.ready["token"]}
            text = run("doctor", "--config", str(file), environment=environment).stdout
            self.assertEqual(text.count("privacy:"), 1, text)
            self.assertLess(text.index("privacy:"), text.index("home ("))
            report = json.loads(run("doctor", "--json", "--config", str(file), environment=environment).stdout)
            self.assertEqual(set(report["clusters"]), {"home", "installation"})
            self.assertEqual(json.dumps(report).count("privacy:"), 1)

    def test_doctor_and_config_check_say_what_is_set_and_has_no_effect(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "config.yml")
            file.write_text("clusters:\n  home:\n    url: " + self.cluster.ready["url"] +
                            "\n    token: {env: PVE_TOKEN}\n", encoding="utf-8")
            environment = self.cluster.environment(url=None, token=None) | {
                "PVE_TOKEN": self.cluster.ready["token"]}
            for command in (["config", "check"], ["doctor"]):
                done = run(*command, "--config", str(file), environment=environment)
                self.assertIn("PROXMOX_MPC_FINGERPRINT is set and has no effect", done.stdout)

    def test_a_secret_file_that_others_can_read_stops_every_command_that_needs_it(self):
        with tempfile.TemporaryDirectory() as folder:
            token = Path(folder, "token")
            token.write_text(self.cluster.ready["token"], encoding="utf-8")
            token.chmod(0o640)
            file = Path(folder, "config.yml")
            file.write_text("clusters:\n  home:\n    url: " + self.cluster.ready["url"] +
                            "\n    token: {file: " + str(token) + "}\n", encoding="utf-8")
            environment = self.cluster.environment(url=None, token=None, fingerprint=None)
            for command in (["config", "check"], ["doctor"], ["serve"]):
                done = run(*command, "--config", str(file), environment=environment)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn("chmod 600 " + str(token), done.stderr)

    def test_doctor_finds_a_wrong_token_and_a_wrong_pin(self):
        token = self.cluster.ready["token"].split("=")[0] + "=00000000-0000-0000-0000-000000000000"
        for settings in ({"token": token}, {"fingerprint": ":".join(["AB"] * 32)}):
            done = run("doctor", environment=self.cluster.environment(**settings))
            self.assertNotEqual(done.returncode, 0, done.stdout)


class TrustTest(unittest.TestCase):
    """trust: a certificate is shown, and pinned after a yes."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(BINARY, truth=False)
        cls.addClassCleanup(cls.cluster.stop)
        cls.address = cls.cluster.ready["url"].removeprefix("https://")
        cls.pin = cls.cluster.ready["fingerprint"]

    def setUp(self):
        self.file = self.cluster.directory / "trust.yml"
        token = self.cluster.directory / "token"
        token.write_text(self.cluster.ready["token"], encoding="utf-8")
        token.chmod(0o600)
        self.text = ("# ours\nclusters:\n  home:\n    url: https://" + self.address +
                     "\n    token: {file: " + str(token) + "}   # kept\n")
        self.file.write_text(self.text, encoding="utf-8")

    def trust(self, *more, text=""):
        return run("trust", self.address, "--config", str(self.file), *more, text=text)

    def test_it_shows_the_certificate_and_pins_it_after_a_yes(self):
        self.cluster.new_requests()
        done = self.trust(text="yes\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        for part in ("subject", "issuer", "valid", self.pin, "do not vouch"):
            self.assertIn(part, done.stdout)
        self.assertEqual(self.cluster.new_requests(), [])
        lines = self.file.read_text(encoding="utf-8").splitlines(keepends=True)
        added = [line for line in lines if "fingerprint" in line]
        self.assertEqual(added, [f'    fingerprint: "{self.pin}"\n'])
        lines.remove(added[0])
        self.assertEqual("".join(lines), self.text)
        environment = self.cluster.environment(url=None, token=None, fingerprint=None)
        done = run("doctor", "--config", str(self.file), environment=environment)
        self.assertNotIn("not trusted", done.stdout + done.stderr)
        self.assertIn("already", self.trust().stdout)

    def test_without_a_yes_nothing_is_written(self):
        for answer in ("", "\n", "n\n", "maybe\n"):
            done = self.trust(text=answer)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(self.file.read_text(encoding="utf-8"), self.text)

    def test_a_renewed_certificate_replaces_the_pin(self):
        old = ":".join(["AB"] * 32)
        self.file.write_text(self.text.replace("    token:", f"    fingerprint: {old}\n    token:"),
                             encoding="utf-8")
        environment = self.cluster.environment(url=None, token=None, fingerprint=None)
        done = run("doctor", "--config", str(self.file), environment=environment)
        self.assertIn(old, done.stdout + done.stderr)
        self.assertIn(self.pin, done.stdout + done.stderr)
        done = self.trust("--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Until now clusters.home has pinned " + old, done.stdout)
        text = self.file.read_text(encoding="utf-8")
        self.assertIn(self.pin, text)
        self.assertNotIn(old, text)

    def test_an_address_that_no_cluster_has_is_shown_with_what_to_set(self):
        self.file.write_text("clusters: {}\n", encoding="utf-8")
        done = self.trust("--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("PROXMOX_MPC_FINGERPRINT=" + self.pin, done.stdout)

    def test_nobody_listens_there(self):
        done = run("trust", "127.0.0.1:1", "--config", str(self.file))
        self.assertEqual(done.returncode, 2)
        self.assertIn("cannot connect", done.stderr)


class EndpointsTest(unittest.TestCase):
    """A cluster with several endpoints, and a user with a second factor."""

    def doctor(self, cluster, entry, **environment):
        file = cluster.directory / "endpoints.yml"
        file.write_text("clusters:\n  home:\n" + "".join(f"    {line}\n" for line in entry), encoding="utf-8")
        values = cluster.environment(url=None, token=None, fingerprint=None)
        return run("doctor", "--config", str(file), environment=values | environment)

    def recovery_code(self, cluster):
        """One of the codes that root is given, who logs in for it: a token may not ask."""
        user, password = cluster.ready["username"], cluster.ready["password"]
        ticket = cluster.api("POST", "/access/ticket", username=user, password=password)
        with cluster.connection() as connection:
            connection.request("POST", f"/api2/json/access/tfa/{user}",
                               urllib.parse.urlencode({"type": "recovery", "password": password}),
                               {"Cookie": "PVEAuthCookie=" + urllib.parse.quote(ticket["ticket"], safe=""),
                                "CSRFPreventionToken": ticket["CSRFPreventionToken"],
                                "Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200, answer.reason)
            return json.loads(answer.read())["data"]["recovery"][0]

    def test_a_node_that_is_away_is_passed_over(self):
        with Cluster(BINARY, truth=False) as cluster:
            entry = ["url: https://127.0.0.1:1", "token: {env: T}", "endpoints:",
                     f"  - {{url: '{cluster.ready['url']}', fingerprint: '{cluster.ready['fingerprint']}'}}"]
            done = self.doctor(cluster, entry, T=cluster.ready["token"])
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("endpoint https://127.0.0.1:1: cannot connect", done.stdout)
            self.assertIn(f"endpoint {cluster.ready['url']}: reachable", done.stdout)

    def test_a_recovery_code_answers_the_second_factor_once(self):
        with Cluster(BINARY, truth=False) as cluster:
            user, password = cluster.ready["username"], cluster.ready["password"]
            code = self.recovery_code(cluster)
            cluster.new_requests()
            entry = [f"url: {cluster.ready['url']}", f"fingerprint: '{cluster.ready['fingerprint']}'",
                     f"user: {user}", "password: {env: P}", "recovery: {env: R}"]
            done = self.doctor(cluster, entry, P=password, R=code)
            self.assertNotIn("second factor", done.stdout + done.stderr)
            logins = [line for line in cluster.new_requests() if "/access/ticket" in line]
            self.assertEqual(len(logins), 2)
            done = self.doctor(cluster, entry, P=password, R=code)
            self.assertIn("second factor", done.stdout + done.stderr)
            self.assertNotIn(code, done.stdout + done.stderr)


class KeyedMapTest(unittest.TestCase):
    """anonymize and deanonymize with a key and names brought along."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "key").write_bytes(bytes(range(32)))
        (self.folder / "names.json").write_text(json.dumps({
            "nodes": ["pve-oslo-1"], "guests": [{"vmid": 101, "name": "payroll-db", "node": "pve-oslo-1"}],
            "persons": ["Åse Nygård"], "customers": ["Fjordlak"], "anything": ["kelpwharf"]}))

    def run_with_key(self, command, text, *more, key="key"):
        return run(command, "--key-file", str(self.folder / key), "--names", str(self.folder / "names.json"),
                   "--state-dir", str(self.folder / "state"), *more, text=text,
                   environment={"HOME": str(self.folder)})

    def fed(self, command, data, rng, longest):
        """What came out when `data` was written in pieces, and the most memory that took, in KiB."""
        process = subprocess.Popen([BINARY, command, "--key-file", self.folder / "key", "--names", self.folder / "names.json",
                                    "--state-dir", self.folder / "state"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env=clean_environment({"HOME": str(self.folder)}))
        output = []
        reader = threading.Thread(target=lambda: output.append(process.stdout.read()))
        reader.start()
        at = 0
        while at < len(data):
            size = rng.randint(1, longest)
            process.stdin.write(data[at:at + size])
            process.stdin.flush()
            at += size
        process.stdin.close()
        reader.join()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        self.assertEqual(process.returncode, 0)
        return output[0], usage.ru_maxrss

    def test_lines_come_back_with_their_ids_and_another_process_undoes_them(self):
        texts = ["payroll-db on pve-oslo-1 (10.20.30.40)", '{"name":"payroll-db", "n": 1.50, "who":"\\u00c5se Nyg\\u00e5rd"}',
                 "Kelpwharf's and FJORDLAK", ""]
        lines = "".join(json.dumps({"id": f"t{i}", "text": t}) + "\n" for i, t in enumerate(texts))
        done = self.run_with_key("anonymize", lines, "-", "--jsonl")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([row["id"] for row in rows], ["t0", "t1", "t2", "t3"])
        for name in ["payroll", "oslo", "10.20.30.40", "Nyg", "kelpwharf", "fjordlak"]:
            self.assertNotIn(name.lower(), done.stdout.lower())
        self.assertIn('"n": 1.50', rows[1]["text"])
        back = self.run_with_key("deanonymize", done.stdout, "--jsonl")
        self.assertEqual([json.loads(line)["text"] for line in back.stdout.splitlines()], texts)

    def test_explain_says_of_each_value_where_it_stands_and_why_and_changes_no_byte_of_the_output(self):
        (self.folder / "rules.d").mkdir()
        rules = self.folder / "rules.d" / "a.yml"
        rules.write_text("patterns:\n  - {pattern: 'INV-[0-9]+'}\n", encoding="utf-8")
        config = self.folder / "config.yml"
        config.write_text("log: {level: warn}\n", encoding="utf-8")
        text = "payroll-db is down\n  ask 10.20.30.40, password=tr0ub4dor, INV-2041 of FJORDLAK\n"
        plain = self.run_with_key("anonymize", text, "--config", str(config))
        done = self.run_with_key("anonymize", text, "--config", str(config), "--explain=json")
        self.assertEqual((done.returncode, done.stdout), (0, plain.stdout))
        rows = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual([(r["line"], r["class"], r["rule"], r["reason"]) for r in rows], [
            (1, "vm", "dictionary", "known name"),
            (2, "ipv4", "address", "has the form of an address"),
            (2, "secret:password", "field", "value of the key `password`"),
            (2, "nam", f"{rules}:2", "pattern of your rules"),
            (2, "nam", "dictionary", "known name")])
        for row in rows:
            at = row["column"] - 1
            line = done.stdout.splitlines()[row["line"] - 1]
            self.assertEqual(line[at:at + len(row["pseudonym"])], row["pseudonym"])
        shown = self.run_with_key("anonymize", text, "--config", str(config), "--explain").stderr
        self.assertRegex(shown, r"(?m)^2:\d+ +\[secret:password\] +secret:password +field +value of the key `password`$")
        for value in ["payroll", "10.20.30.40", "tr0ub4dor", "2041", "fjordlak"]:
            self.assertNotIn(value, (done.stderr + shown).lower())

    def test_explain_of_lines_says_which_row_and_id(self):
        rows = [{"id": 7, "text": "nothing"}, {"id": "b", "text": '{"node":"pve-oslo-1"}'}]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        done = self.run_with_key("anonymize", lines, "--jsonl", "--explain=json")
        told = json.loads(done.stderr)
        self.assertEqual((told["row"], told["id"], told["line"], told["column"]), (2, "b", 1, 10))
        self.assertEqual((told["class"], told["reason"]), ("node", "value of the key `node`"))
        shown = self.run_with_key("anonymize", lines, "--jsonl", "--explain").stderr
        self.assertTrue(shown.startswith("2:1:10 "), shown)

    def test_explain_of_the_way_back_says_what_was_restored_and_what_was_not_and_never_a_value(self):
        text = "payroll-db\npassword=tr0ub4dor at 10.20.30.40\n"
        safe = self.run_with_key("anonymize", text).stdout
        asked = safe + "and vm-b7c9d2f?\n"
        done = self.run_with_key("deanonymize", asked, "--explain=json")
        self.assertEqual((done.returncode, done.stdout), (0, self.run_with_key("deanonymize", asked).stdout))
        rows = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual([(r["line"], r["column"], r["class"], r["rule"]) for r in rows], [
            (1, 1, "vm", "issued"), (2, 10, "secret:password", "secret"),
            (2, 1 + done.stdout.splitlines()[1].index("10.20.30.40"), "ipv4", "issued"), (3, 5, "vm", "damaged")])
        self.assertEqual(rows[0]["pseudonym"], safe.splitlines()[0])
        shown = self.run_with_key("deanonymize", asked, "--explain").stderr
        self.assertRegex(shown, r"(?m)^3:5 +vm-b7c9d2f +vm +damaged +its check characters do not fit")
        for value in ["payroll", "10.20.30.40"]:
            self.assertNotIn(value, done.stderr + shown)

    def test_explain_of_the_way_back_counts_lines_over_windows(self):
        lines = "".join(f"{n} payroll-db on pve-oslo-1\n" for n in range(40_000))
        safe = self.run_with_key("anonymize", lines).stdout
        done = self.run_with_key("deanonymize", safe, "--explain=json")
        self.assertEqual(done.stdout, lines)
        rows = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual([row["line"] for row in rows], [n // 2 + 1 for n in range(80_000)])

    def test_a_long_text_comes_out_the_same_from_a_file_and_from_a_pipe_in_any_pieces(self):
        rng = random.Random(5)
        lines = [f"{n} payroll-db on pve-oslo-1 has 10.20.{n % 200}.{n % 250}, of Fjordlak\n" for n in range(40_000)]
        lines[20_000] = "-----BEGIN PRIVATE KEY-----\n" + "TUlJRXZRSUJB\n" * 3000 + "-----END PRIVATE KEY-----\n"
        text = "".join(lines).encode()
        (self.folder / "long.log").write_bytes(text)
        whole = self.run_with_key("anonymize", "", str(self.folder / "long.log"))
        self.assertEqual(whole.returncode, 0, whole.stderr)
        self.assertEqual(whole.stdout.count("\n"), text.count(b"\n") - 2999)
        for value in ["payroll-db", "oslo", "10.20.", "Fjordlak", "TUlJRX"]:
            self.assertNotIn(value, whole.stdout)
        for longest in (70_000, 3_000):
            self.assertEqual(self.fed("anonymize", text, rng, longest)[0].decode(), whole.stdout)
        back = self.fed("deanonymize", whole.stdout.encode(), rng, 50_000)[0].decode()
        self.assertEqual(back, "".join(lines[:20_000] + ["-----BEGIN PRIVATE KEY-----\n[secret:pem]\n-----END PRIVATE KEY-----\n"]
                                       + lines[20_001:]))

    def test_memory_does_not_grow_with_the_length_of_a_text(self):
        block = "".join(f"{n} payroll-db on pve-oslo-1 has 10.20.{n % 200}.{n % 250}\n" for n in range(40_000)).encode()
        small = self.fed("anonymize", block * 2, random.Random(6), 65536)[1]
        large = self.fed("anonymize", block * 6, random.Random(6), 65536)[1]
        self.assertLess(large, small + 2048)   # KiB; the text is 7,000 KiB longer

    def test_a_document_is_no_text_and_one_that_is_too_large_is_refused(self):
        rows = json.dumps([{"name": "payroll-db", "password": 'a"b', "n": n} for n in range(40_000)])
        done = self.run_with_key("anonymize", rows)
        self.assertEqual([r["n"] for r in json.loads(done.stdout)], list(range(40_000)))
        self.assertNotIn("payroll", done.stdout)
        lines = "".join(json.dumps({"msg": "payroll-db", "n": n}) + "\n" for n in range(60_000))
        self.assertNotIn("payroll", self.run_with_key("anonymize", lines).stdout)
        refused = self.run_with_key("anonymize", "[" + '"payroll-db",' * (5 << 20))
        self.assertEqual((refused.returncode, refused.stdout), (2, ""))
        self.assertIn("larger than 64 MiB", refused.stderr)

    def test_the_key_stays_where_it_is_and_another_key_knows_nothing(self):
        done = self.run_with_key("anonymize", "payroll-db\n")
        for path in (self.folder / "state").rglob("*"):
            self.assertFalse(path.is_file() and bytes(range(32)) in path.read_bytes(), path)
        (self.folder / "other").write_bytes(bytes(range(1, 33)))
        other = self.run_with_key("deanonymize", done.stdout, key="other")
        self.assertEqual(other.stdout, done.stdout)

    def test_mistakes_are_named(self):
        (self.folder / "short").write_bytes(b"0123456789")
        short = self.run_with_key("anonymize", "x", key="short")
        self.assertEqual(short.returncode, 2)
        self.assertIn("10 bytes instead of 32", short.stderr)
        broken = self.run_with_key("anonymize", '{"id":1,"text":"x"}\n{oops}\n', "--jsonl")
        self.assertEqual(broken.returncode, 2)
        self.assertIn("line 2", broken.stderr)
        missing = self.run_with_key("anonymize", "", str(self.folder / "nowhere.txt"))
        self.assertEqual(missing.returncode, 2)
        self.assertIn("nowhere.txt", missing.stderr)
        (self.folder / "names.json").write_text('{"nodes":[{"id":1}]}')
        names = self.run_with_key("anonymize", "x")
        self.assertIn("nodes", names.stderr)


if __name__ == "__main__":
    unittest.main()
