"""How long pseudonyms last: sessions, rotation, single texts; and where the key comes from."""
import base64
import json
import os
import random
import re
import signal
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

import here  # noqa: F401
from drive import Client, Cluster, Server
from drive.server import clean_environment
from here import BINARY, run


def names_of(client):
    return {row["vmid"]: row["name"] for row in client.call("guest_list", {"limit": 500})["guests"]}


class WithCluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(BINARY)
        cls.addClassCleanup(cls.cluster.stop)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.state = str(self.folder / "state")
        self.environment = self.cluster.environment() | {"PROXMOX_MPC_STATE_DIR": self.state}
        self.real = {r["vmid"]: r["name"] for r in self.cluster.api("GET", "/cluster/resources")
                     if r.get("vmid") and r.get("name")}

    def configure(self, text, **more):
        """The command line and environment of a configuration file with this privacy section."""
        file = self.folder / "config.yml"
        file.write_text(text + "clusters:\n  home:\n    url: " + self.cluster.ready["url"] +
                        "\n    token: {env: PVE_TOKEN}\n    fingerprint: '" +
                        self.cluster.ready["fingerprint"] + "'\n", encoding="utf-8")
        environment = self.cluster.environment(url=None, token=None, fingerprint=None) | {
            "PVE_TOKEN": self.cluster.ready["token"], "PROXMOX_MPC_STATE_DIR": self.state}
        return ["--config", str(file)], environment | more

    def named_vmid(self):
        return next(vmid for vmid, name in self.real.items() if "-" in name)


class RotationTest(WithCluster):
    def test_running_servers_take_the_new_epoch_and_accept_the_old_one_until_its_grace_ends(self):
        with Server(BINARY, self.environment) as first, Server(BINARY, self.environment) as second:
            clients = [Client(first), Client(second)]
            before = names_of(clients[0])
            self.assertEqual(names_of(clients[1]), before)
            done = run("privacy", "rotate", environment=self.environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("accepted in arguments until", done.stderr)
            self.assertIn("reveal knows them until privacy clear", done.stderr)
            after = names_of(clients[0])
            self.assertEqual(names_of(clients[1]), after)
            self.assertEqual(set(after), set(before))
            self.assertFalse(set(after.values()) & set(before.values()))
            vmid = self.named_vmid()
            for client in clients:
                for shown in (before[vmid], after[vmid]):
                    guest = client.call("guest_describe", {"guest": shown})
                    self.assertEqual((guest["vmid"], guest["name"]), (vmid, after[vmid]))
            self.assertIn("earlier_until", clients[1].call("privacy_status"))

            done = run("privacy", "rotate", "--grace", "0", environment=self.environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            for client in clients:
                for shown in (before[vmid], after[vmid]):
                    result = client.call_result("guest_describe", {"guest": shown})
                    self.assertTrue(result["isError"])
                    self.assertIn("/guest", json.dumps(result))
                    self.assertIn("earlier epoch", json.dumps(result))
                    self.assertNotIn(self.real[vmid], json.dumps(result))
            for shown in (before[vmid], after[vmid]):
                self.assertEqual(run("reveal", shown, environment=self.environment).stdout.strip(),
                                 self.real[vmid])

    def test_kill_9_in_a_rotation_leaves_one_epoch_or_the_other(self):
        pick, delay = random.Random(20261128), 0.005
        kept, turned = 0, 0  # by rotations that were killed
        with Server(BINARY, self.environment) as server:
            client = Client(server)
            seen = [names_of(client)]
            for _ in range(40):
                rotating = subprocess.Popen([BINARY, "privacy", "rotate"], stderr=subprocess.DEVNULL,
                                            env=clean_environment(self.environment))
                timer = threading.Timer(delay, rotating.kill)
                timer.start()
                meanwhile = names_of(client)
                killed = rotating.wait() == -signal.SIGKILL
                timer.join()
                seen += [meanwhile, names_of(client)]
                self.assert_whole_epochs(seen)
                rotated = seen[-1] != seen[-3]
                kept += killed and not rotated
                turned += killed and rotated
                # Towards the moment at which the epoch turns, from both sides.
                delay *= pick.uniform(0.5, 1) if rotated else pick.uniform(1, 1.6)
            self.assertGreater(kept, 0, "some kills came before the epoch turned")
            self.assertGreater(turned, 0, "some kills came when it had turned")
            vmid = self.named_vmid()
            for names in seen:
                self.assertEqual(client.call("guest_describe", {"guest": names[vmid]})["vmid"], vmid)

    def assert_whole_epochs(self, seen):
        """The last two answers share all pseudonyms with another one, or none."""
        for names in seen[-2:]:
            for other in seen:
                self.assertIn(set(names.values()) & set(other.values()), (set(), set(names.values())))


class SessionTest(WithCluster):
    def test_two_sessions_share_no_pseudonym_and_leave_none_behind(self):
        arguments, environment = self.configure("privacy: {mode: session}\n")
        seen = []
        for _ in range(2):
            with Server(BINARY, environment, arguments) as server:
                client = Client(server)
                seen.append(names_of(client))
                self.assertEqual(names_of(client), seen[-1])
                self.assertEqual(client.call("privacy_status")["mode"], "session")
                vmid = self.named_vmid()
                self.assertEqual(
                    client.call("guest_describe", {"guest": seen[-1][vmid]})["vmid"], vmid)
                if len(seen) == 2:
                    old = client.call_result("guest_describe", {"guest": seen[0][vmid]})
                    self.assertTrue(old["isError"])
                server.close()
        self.assertFalse(set(seen[0].values()) & set(seen[1].values()))
        for name in list(seen[0].values())[:3]:
            self.assertEqual(run("reveal", name, environment=environment).returncode, 1)
        done = run("doctor", *arguments, environment=environment)
        self.assertIn("(session)", done.stdout)

    def test_over_http_it_is_refused_at_the_start(self):
        arguments, environment = self.configure("privacy: {mode: session}\n")
        done = run("serve", "--http", "127.0.0.1:0", *arguments, environment=environment)
        self.assertEqual(done.returncode, 2)
        self.assertIn("privacy.mode", done.stderr)

    def test_another_mode_is_refused_with_its_line(self):
        for mode, says in (("one-time", "anonymize --one-time"), ("forever", "installation or session")):
            arguments, environment = self.configure(f"privacy:\n  mode: {mode}\n")
            done = run("config", "check", *arguments, environment=environment)
            self.assertEqual(done.returncode, 2)
            self.assertIn("config.yml:2: privacy.mode", done.stderr)
            self.assertIn(says, done.stderr)


class RulesTest(WithCluster):
    def test_the_rules_in_force_are_shown_with_their_lines_and_contexts(self):
        arguments, environment = self.configure(
            "privacy:\n  patterns:\n    - {pattern: 'INV-[0-9]+', context: invoice}\n"
            "  classes: {ipv4: keep}\n")
        text = run("privacy", "rules", *arguments, environment=environment).stdout
        file = arguments[-1]
        self.assertRegex(text, rf"(?m)^pattern +nam +replace +{file}:3 INV-\[0-9\]\+  \(in a line with invoice\)$")
        self.assertRegex(text, rf"(?m)^class +ipv4 +keep +{file}:4$")
        self.assertNotRegex(text, r"(?m) $")

    def test_built_in_rules_are_counted_and_each_is_shown_on_demand(self):
        arguments, environment = self.configure("privacy: {mode: installation}\n")
        text = run("privacy", "rules", *arguments, environment=environment).stdout
        self.assertRegex(text, r"(?m)^keep\.yml +hosts +\d+$")
        self.assertNotIn("pvelocalhost", text)
        text = run("privacy", "rules", "--all", *arguments, environment=environment).stdout
        self.assertRegex(text, r"(?m)^keep\.yml:\d+ +hosts +pvelocalhost$")
        tables = json.loads(run("privacy", "rules", "--json", *arguments, environment=environment).stdout)["built_in"]
        self.assertIn("hosts", [table["table"] for table in tables if table["file"] == "keep.yml"])

    def test_a_built_in_name_and_pattern_can_be_copied_into_rules_of_ones_own(self):
        listed = run("privacy", "rules", "--all", *self.configure("privacy: {mode: installation}\n")[0],
                     environment=self.environment).stdout
        pattern = re.search(r"(?m)^secrets\.yml:\d+ +tokens +(\S+)$", listed)[1]
        domain = re.search(r"(?m)^domains\.yml:\d+ +vendors +(\S+)$", listed)[1]
        arguments, environment = self.configure(
            f"privacy:\n  keep: [{domain}]\n  patterns:\n    - {{pattern: '{pattern}', class: secret}}\n")
        done = run("config", "check", *arguments, environment=environment)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_is_said_of_a_bad_pattern_does_not_repeat_it(self):
        arguments, environment = self.configure("privacy:\n  patterns:\n    - {pattern: 'Huber('}\n")
        done = run("config", "check", *arguments, environment=environment)
        self.assertEqual(done.returncode, 2)
        self.assertIn("config.yml:3: the pattern is no RE2 expression: missing )", done.stderr)
        self.assertNotIn("Huber", done.stderr)


    def test_files_of_the_rules_directory_count_as_the_section_does_and_a_bad_one_stops_the_start(self):
        arguments, environment = self.configure("privacy: {keep: [test-lab]}\n")
        (self.folder / "rules.d").mkdir()
        rules = self.folder / "rules.d" / "customers.yml"
        rules.write_text("# who must not be named\nwords:\n  name: [Zimtstern]\n", encoding="utf-8")
        shown = json.loads(run("privacy", "rules", "--json", *arguments, environment=environment).stdout)
        self.assertIn({"type": "word", "class": "nam", "policy": "replace", "text": "Zimtstern",
                       "source": f"{rules}:3"}, shown["rules"])
        done = run("anonymize", *arguments, text="about Zimtstern\n", environment=environment)
        self.assertNotIn("Zimtstern", done.stdout)
        rules.write_text("words:\n  name: [Zimtstern]\n  nmae: [Krokant]\n", encoding="utf-8")
        for command in (["serve"], ["anonymize"], ["config", "check"]):
            done = run(*command, *arguments, text="about Zimtstern\n", environment=environment)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"{rules}:3: words.nmae names no class", done.stderr)
            self.assertNotIn("Krokant", done.stderr)


class OneTimeTest(WithCluster):
    def test_the_names_of_the_installation_are_hidden_and_no_two_runs_can_be_joined(self):
        with Server(BINARY, self.environment) as server:
            names_of(Client(server))
            server.close()
        vmid = self.named_vmid()
        text = f"about {self.real[vmid]} at 10.17.4.20\n"
        rows = run("privacy", "mappings", environment=self.environment).stdout
        shown = [run("anonymize", "--one-time", text=text, environment=self.environment)
                 for _ in range(3)]
        for done in shown:
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn(self.real[vmid], done.stdout)
            self.assertNotIn("10.17.4.20", done.stdout)
            back = run("reveal", done.stdout, environment=self.environment)
            self.assertEqual(back.returncode, 1)
        words = [set(done.stdout.split()) - {"about", "at"} for done in shown]
        self.assertEqual(len(set().union(*(w for w in words))), sum(map(len, words)))
        self.assertEqual(run("privacy", "mappings", environment=self.environment).stdout, rows)

    def test_vmids_are_permuted_on_demand_the_same_in_all_texts_of_a_run(self):
        lines = "".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in enumerate(
            ["VM 10542 failed after 10542 s", '{"vmid": 10542, "id": "qemu/10542", "pid": 10542}']))
        seen = set()
        for _ in range(4):
            done = run("anonymize", "--one-time", "--permute-vmids", "--jsonl", text=lines,
                       environment=self.environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            first, second = [json.loads(row)["text"] for row in done.stdout.splitlines()]
            vmid = json.loads(second)["vmid"]
            self.assertTrue(10000 <= vmid <= 99999)
            self.assertEqual(first, f"VM {vmid} failed after 10542 s")
            self.assertEqual(second, f'{{"vmid": {vmid}, "id": "qemu/{vmid}", "pid": 10542}}')
            seen.add(vmid)
        self.assertGreater(len(seen), 1)

    def test_without_a_state_directory_none_is_made(self):
        done = run("anonymize", "--one-time", text="10.17.4.20\n", environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(Path(self.state).exists())


class KeyTest(WithCluster):
    def key_sources(self):
        key = os.urandom(32)
        file = self.folder / "installation.key"
        file.write_bytes(key)
        file.chmod(0o600)
        credentials = self.folder / "credentials"
        credentials.mkdir()
        (credentials / "mpc-key").write_bytes(key)
        return {"file": f"{{file: {file}}}", "credential": "{credential: mpc-key}",
                "command": f"{{command: [cat, {file}]}}"}, key, str(credentials)

    def test_every_source_of_one_key_opens_one_map_and_the_key_is_written_nowhere(self):
        sources, key, credentials = self.key_sources()
        shown = set()
        for source in sources.values():
            arguments, environment = self.configure(f"privacy:\n  key: {source}\n",
                                                    CREDENTIALS_DIRECTORY=credentials)
            done = run("anonymize", *arguments, text="at 10.17.4.20\n", environment=environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            shown.add(done.stdout)
            back = run("reveal", done.stdout.strip(), *arguments, environment=environment)
            self.assertEqual(back.stdout, "at 10.17.4.20\n")
        self.assertEqual(len(shown), 1)
        self.assertFalse(Path(self.state, "key").exists())
        for file in Path(self.state).rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                for form in (key, key.hex().encode(), base64.b64encode(key)):
                    self.assertNotIn(form, content, file)
        with Server(BINARY, environment, arguments) as server:
            self.assertTrue(names_of(Client(server)))
            server.close()

    def test_a_key_that_cannot_be_had_stops_with_its_place_and_tells_nothing(self):
        sources, key, credentials = self.key_sources()
        short = self.folder / "short"
        short.write_text("hunter2")
        short.chmod(0o600)
        rows = [(sources["credential"], {}, "CREDENTIALS_DIRECTORY is not set"),
                ("{credential: ../mpc-key}", {"CREDENTIALS_DIRECTORY": credentials}, "no /"),
                ("{credential: absent}", {"CREDENTIALS_DIRECTORY": credentials}, "absent"),
                (f"{{file: {short}}}", {}, "too short"),
                ("{command: [sh, -c, 'echo hunter2; exit 3']}", {}, "sh ended with status 3"),
                (f"{{command: [cat, {short}]}}", {}, "too short")]
        for source, more, says in rows:
            arguments, environment = self.configure(f"privacy:\n  key: {source}\n", **more)
            for command in (["reveal", "x"], ["privacy", "stats"], ["serve"]):
                done = run(*command, *arguments, environment=environment)
                self.assertEqual(done.returncode, 2, source)
                self.assertIn("config.yml:2: privacy.key", done.stderr)
                self.assertIn(says, done.stderr)
                self.assertNotIn("hunter2", done.stderr + done.stdout)
        arguments, environment = self.configure("privacy:\n  key: {file: a, command: [b]}\n")
        done = run("config", "check", *arguments, environment=environment)
        self.assertIn("privacy.key needs exactly one of", done.stderr)

    def test_another_key_is_refused_and_clear_leaves_the_brought_one_alone(self):
        sources, _, _ = self.key_sources()
        arguments, environment = self.configure(f"privacy:\n  key: {sources['file']}\n")
        first = run("anonymize", *arguments, text="10.17.4.20\n", environment=environment).stdout
        other = self.folder / "other"
        other.write_bytes(os.urandom(32))
        other.chmod(0o600)
        wrong, _ = self.configure(f"privacy:\n  key: {{file: {other}}}\n")
        done = run("privacy", "stats", *wrong, environment=environment)
        self.assertEqual(done.returncode, 2)
        self.assertIn("another key", done.stderr)
        arguments, environment = self.configure(f"privacy:\n  key: {sources['file']}\n")
        done = run("privacy", "clear", "--yes", *arguments, environment=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("privacy.key", done.stderr)
        again = run("anonymize", *arguments, text="10.17.4.20\n", environment=environment)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotEqual(again.stdout, first)

    def test_a_key_of_our_own_moves_into_a_credential(self):
        shown = run("anonymize", text="10.17.4.20\n", environment=self.environment).stdout
        credentials = self.folder / "moved"
        credentials.mkdir()
        Path(self.state, "key").rename(credentials / "mpc-key")
        arguments, environment = self.configure("privacy:\n  key: {credential: mpc-key}\n",
                                                CREDENTIALS_DIRECTORY=str(credentials))
        back = run("reveal", shown.strip(), *arguments, environment=environment)
        self.assertEqual(back.stdout, "10.17.4.20\n")

    def test_a_new_key_is_made_by_clear(self):
        run("anonymize", text="10.17.4.20\n", environment=self.environment)
        before = Path(self.state, "key").read_bytes()
        self.assertEqual(run("privacy", "clear", "--yes", environment=self.environment).returncode, 0)
        after = Path(self.state, "key").read_bytes()
        self.assertEqual(len(after), 32)
        self.assertNotEqual(after, before)


class WatchTest(WithCluster):
    def setUp(self):
        super().setUp()
        self.shown = run("anonymize", text="10.17.4.20\n", environment=self.environment).stdout.strip()
        self.watch = subprocess.Popen([BINARY, "reveal", "--watch"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      env=clean_environment(self.environment))
        self.addCleanup(self.stop)

    def stop(self):
        self.watch.kill()
        self.watch.wait()
        for pipe in (self.watch.stdin, self.watch.stdout, self.watch.stderr):
            pipe.close()

    def say(self, text):
        self.watch.stdin.write(text.encode())
        self.watch.stdin.flush()

    def test_each_line_is_revealed_as_it_comes_and_the_rest_at_the_end(self):
        for number in range(3):
            self.say(f"{number}: at {self.shown}\r\n")
            self.assertEqual(self.watch.stdout.readline(), f"{number}: at 10.17.4.20\r\n".encode())
        self.say(f"two {self.shown}\n\nlines; and {self.shown}")
        self.assertEqual(self.watch.stdout.readline(), b"two 10.17.4.20\n")
        self.watch.stdin.close()
        self.assertEqual(self.watch.stdout.read(), b"\nlines; and 10.17.4.20")
        self.assertEqual(self.watch.wait(20), 0)

    def test_it_ends_cleanly_at_an_interrupt(self):
        self.say(f"{self.shown}\n")
        self.assertEqual(self.watch.stdout.readline(), b"10.17.4.20\n")
        self.watch.send_signal(signal.SIGINT)
        self.assertEqual(self.watch.wait(20), 0)
        self.assertEqual(self.watch.stdout.read() + self.watch.stderr.read(), b"")

    def test_it_knows_what_another_process_issues_meanwhile(self):
        self.say("nothing\n")
        self.assertEqual(self.watch.stdout.readline(), b"nothing\n")
        later = run("anonymize", text="172.16.9.8\n", environment=self.environment).stdout
        self.say(later)
        self.assertEqual(self.watch.stdout.readline(), b"172.16.9.8\n")


class MapsInBackupTest(WithCluster):
    def test_a_restored_directory_undoes_what_a_key_file_did(self):
        key = self.folder / "own.key"
        key.write_bytes(os.urandom(48))
        shown = run("anonymize", "--key-file", str(key), text="host 10.17.4.20\n",
                    environment=self.environment).stdout
        backup = str(self.folder / "backup")
        done = run("state", "backup", backup, environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        elsewhere = self.environment | {"PROXMOX_MPC_STATE_DIR": str(self.folder / "restored")}
        done = run("state", "restore", backup, environment=elsewhere)
        self.assertEqual(done.returncode, 0, done.stderr)
        back = run("deanonymize", "--key-file", str(key), text=shown, environment=elsewhere)
        self.assertEqual(back.stdout, "host 10.17.4.20\n")


if __name__ == "__main__":
    unittest.main()
