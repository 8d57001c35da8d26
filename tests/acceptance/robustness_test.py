"""Bad input of every kind: a clear error, and the server goes on (or does not start at all)."""
import json
import os
import pwd
import subprocess
import tempfile
import unittest
from pathlib import Path

import here  # noqa: F401
from drive import LEGACY, MODERN, Client, Cluster, RpcError, Server, text_of
from drive.server import clean_environment
from here import BINARY

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602


def protocol_only(stdout):
    """Raises unless every line is one JSON-RPC message."""
    for line in stdout.splitlines():
        message = json.loads(line)
        assert message.get("jsonrpc") == "2.0", line
        assert ("method" in message) != ("result" in message or "error" in message), line


class WithCluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(BINARY)
        cls.addClassCleanup(cls.cluster.stop)

    def serve(self, version=MODERN, **settings):
        """A connected client; its server is stopped, and its output checked, at the end."""
        server = Server(BINARY, self.cluster.environment(**settings))
        self.addCleanup(server.__exit__)
        client = Client(server, version)
        self.addCleanup(lambda: protocol_only(server.stdout))
        return client

    def code_of(self, client, method, params):
        with self.assertRaises(RpcError) as caught:
            client.request(method, params)
        return caught.exception.error["code"]

    def refusal(self, client, tool, arguments):
        """The text of a tool call that must fail as a result, not as a protocol error."""
        result = client.call_result(tool, arguments, timeout=60)
        self.assertTrue(result.get("isError"), result)
        return text_of(result)


class ProtocolTest(WithCluster):
    def test_malformed_json_is_a_parse_error_and_the_server_goes_on(self):
        for version in (MODERN, LEGACY):
            client = self.serve(version)
            for raw in [b"{", b"\xff\xfe", b'{"jsonrpc":"2.0","id":1,"method":', b"nonsense"]:
                client.server.send(raw)
                self.assertEqual(client.server.receive()["error"]["code"], PARSE_ERROR, raw)
            client.call("cluster_overview")

    def test_what_is_no_request_is_an_invalid_request(self):
        client = self.serve()
        for raw in [b"42", b'"x"', b'{"jsonrpc":"1.0","id":1,"method":"ping"}', b'{"id":5}',
                    b'{"jsonrpc":"2.0","id":1,"method":7}', b"[]"]:
            client.server.send(raw)
            self.assertEqual(client.server.receive()["error"]["code"], INVALID_REQUEST, raw)
        client.call("cluster_overview")

    def test_an_endless_line_is_refused_and_the_next_one_is_answered(self):
        client = self.serve()
        client.server.send(b'{"x":"' + b"a" * (48 << 20) + b'"}')
        self.assertIn("error", client.server.receive(60))
        client.call("cluster_overview")

    def test_deep_nesting_is_refused(self):
        client = self.serve()
        client.server.send(b"[" * 100_000 + b"]" * 100_000)
        self.assertIn("error", client.server.receive())
        client.call("cluster_overview")

    def test_unknown_methods_and_tools(self):
        for version in (MODERN, LEGACY):
            client = self.serve(version)
            self.assertEqual(self.code_of(client, "no/such", {}), METHOD_NOT_FOUND)
            self.assertEqual(self.code_of(client, "tools/call", {"name": "no_such_tool"}),
                             INVALID_PARAMS)
            self.assertEqual(self.code_of(client, "tools/call", {"name": 5}), INVALID_PARAMS)
            self.assertEqual(self.code_of(client, "tools/call", {}), INVALID_PARAMS)
            self.assertEqual(self.code_of(client, "prompts/get", {"name": "nope"}), INVALID_PARAMS)

    def test_an_unknown_resource(self):
        for version, code in ((MODERN, INVALID_PARAMS), (LEGACY, -32002)):
            client = self.serve(version)
            for uri in ["pve://default/guests/999999", "pve://default/nothing", "file:///etc/passwd"]:
                self.assertEqual(self.code_of(client, "resources/read", {"uri": uri}), code, uri)

    def test_wrong_arguments_are_named_in_the_result(self):
        client = self.serve()
        for tool, arguments, name in [
                ("guest_describe", {}, "guest"),
                ("guest_describe", {"guest": True}, "guest"),
                ("guest_list", {"limit": "ten"}, "limit"),
                ("guest_list", {"limit": 100_000}, "limit"),
                ("guest_list", {"status": "sleepy"}, "status"),
                ("guest_list", {"colour": "red"}, "known are cluster, descending, fields"),
                ("changes_list", {"since": "yesterday-ish"}, "since"),
                ("task_get", {"task": "UPID:broken"}, "task")]:
            self.assertIn(name, self.refusal(client, tool, arguments), arguments)


class GuestReferenceTest(WithCluster):
    def test_unknown_and_forged_pseudonyms_never_reach_the_cluster(self):
        client = self.serve()
        stopped = client.call("guest_list", {"status": "stopped"})["guests"][0]["name"]
        forged = [stopped[:-1] + c for c in "bcdfgh" if c != stopped[-1]]
        self.cluster.new_requests()
        for name in forged + ["vm-zzzzzzzz", "node-" + stopped.split("-")[1]]:
            self.refusal(client, "guest_start", {"guest": name})
        writes = [line for line in self.cluster.new_requests() if not line.startswith("GET")]
        self.assertEqual(writes, [])

    def test_a_vanished_guest_is_not_found(self):
        client = self.serve()
        text = self.refusal(client, "guest_describe", {"guest": 999999})
        self.assertIn("no such guest", text)
        self.assertNotIn("999999", text)  # no error echoes an argument
        self.refusal(client, "guest_start", {"guest": "999999"})

    def test_slips_of_the_model_are_forgiven(self):
        client = self.serve()
        guest = client.call("guest_list", {"limit": 1})["guests"][0]
        for spelling in [f"`{guest['name']}`", f'"{guest["name"]}"', guest["name"].upper(),
                         guest["vmid"], str(guest["vmid"])]:
            self.assertEqual(client.call("guest_describe", {"guest": spelling})["vmid"],
                             guest["vmid"], spelling)

    def test_a_running_guest_is_left_alone(self):
        client = self.serve()
        running = client.call("guest_list", {"status": "running"})["guests"][0]
        self.cluster.new_requests()
        self.assertEqual(client.call("guest_start", {"guest": running["name"]})["action"], "none")
        self.assertFalse([r for r in self.cluster.new_requests() if r.startswith("POST")])


class ConnectionTest(WithCluster):
    def test_a_refused_token_says_so(self):
        token = self.cluster.ready["token"].split("=")[0] + "=00000000-0000-0000-0000-000000000000"
        client = self.serve(state="wrong-token", token=token)
        text = self.refusal(client, "cluster_overview", {})
        self.assertIn("token", text.lower())
        self.assertNotIn("00000000-0000", text)

    def test_a_wrong_fingerprint_sends_no_request(self):
        pin = ":".join(["AB"] * 32)
        client = self.serve(state="wrong-pin", fingerprint=pin)
        self.cluster.new_requests()
        text = self.refusal(client, "cluster_overview", {}).lower()
        self.assertTrue("fingerprint" in text or "certificate" in text, text)
        self.assertEqual(self.cluster.new_requests(), [])

    def test_no_pin_and_no_ca_does_not_trust_a_self_signed_certificate(self):
        client = self.serve(state="no-pin", fingerprint=None)
        self.cluster.new_requests()
        self.assertIn("certificate", self.refusal(client, "cluster_overview", {}).lower())
        self.assertEqual(self.cluster.new_requests(), [])

    def test_an_unreachable_cluster_is_an_error_of_the_call_not_of_the_server(self):
        client = self.serve(state="unreachable", url="https://127.0.0.1:1")
        self.assertEqual(len(client.request("tools/list")["tools"]), 10)
        self.refusal(client, "cluster_overview", {})
        self.refusal(client, "guest_list", {})


class StartTest(unittest.TestCase):
    """Faults that must stop the start: a clear line on stderr, an exit code, stdout empty."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_binary(self, *arguments, **environment):
        variables = {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder / "config"),
                     "PROXMOX_MPC_STATE_DIR": str(self.folder / "state")} | environment
        return subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=30, env=clean_environment(variables), check=False)

    def refused(self, *arguments, **environment):
        """stderr of a run that must fail."""
        done = self.run_binary(*arguments, **environment)
        self.assertNotEqual(done.returncode, 0, done.stderr)
        self.assertGreater(done.returncode, 0, "it ends by itself, not by a signal")
        self.assertEqual(done.stdout, "" if arguments[0] == "serve" else done.stdout)
        return done.stderr

    def test_without_configuration_it_says_what_to_set(self):
        self.assertIn("PROXMOX_MPC_URL", self.refused("serve"))

    def test_a_cluster_without_its_url_is_not_forgotten(self):
        text = self.refused("serve", PROXMOX_MPC_TOKEN="root@pam!x=s3cr3t")
        self.assertIn("PROXMOX_MPC_TOKEN set, but PROXMOX_MPC_URL is not", text)
        self.assertNotIn("s3cr3t", text)

    def test_an_address_that_others_can_reach_needs_tls(self):
        for address in ("0.0.0.0:0", "[::]:0", "192.0.2.1:0"):
            text = self.refused("serve", "--demo", "--http", address)
            self.assertIn(f"an address that others can reach needs TLS: {address}", text)

    def test_no_start_up_error_shows_a_host_a_user_or_a_secret(self):
        pin = ":".join(["AB"] * 32)
        good = {"PROXMOX_MPC_URL": "https://pve-hidden.example:8006",
                "PROXMOX_MPC_TOKEN": "hidden@pam!hidden=00000000-0000-4000-8000-000000000001",
                "PROXMOX_MPC_FINGERPRINT": pin}
        for wrong in ({"PROXMOX_MPC_URL": "http://pve-hidden.example:8006"},
                      {"PROXMOX_MPC_URL": "https://pve-hidden.example:port"},
                      {"PROXMOX_MPC_TOKEN": "hidden@pam=hidden"},
                      {"PROXMOX_MPC_FINGERPRINT": "hidden"},
                      {"PROXMOX_MPC_STATE_DIR": "/dev/null/state"}):
            text = self.refused("serve", **good | wrong)
            self.assertNotIn("hidden", text)
            self.assertNotIn("00000000", text)

    def test_a_key_file_that_others_can_read_is_refused(self):
        with Cluster(BINARY) as cluster:
            with Server(BINARY, cluster.environment()) as server:
                Client(server).call("cluster_overview")
                server.close()
            key = Path(cluster.environment()["PROXMOX_MPC_STATE_DIR"], "key")
            key.chmod(0o644)
            self.assertIn("chmod 600 " + str(key), self.refused("serve", **cluster.environment()))

    def test_an_unset_home_is_not_the_root_directory(self):
        done = self.run_binary("config", "check", HOME="", XDG_CONFIG_HOME="",
                               PROXMOX_MPC_STATE_DIR="", XDG_STATE_HOME="",
                               PROXMOX_MPC_URL="https://127.0.0.1:1",
                               PROXMOX_MPC_TOKEN="root@pam!test=00000000-0000-4000-8000-"
                                                 "000000000001")
        home = pwd.getpwuid(os.geteuid()).pw_dir
        self.assertIn(f"state directory {home}/.local/state/proxmox-mpc", done.stdout)

    def test_an_unknown_key_names_file_line_and_key(self):
        file = self.folder / "config.yml"
        file.write_text("# mine\n\ncolour: red\n", encoding="utf-8")
        for command in (["config", "check"], ["serve"]):
            done = self.run_binary(*command, "--config", str(file))
            self.assertNotEqual(done.returncode, 0)
            text = done.stderr + (done.stdout if command[0] == "config" else "")
            self.assertIn(str(file), text)
            self.assertRegex(text, r":3\b|line 3")
            self.assertIn("colour", text)

    def test_a_configuration_that_is_no_yaml_names_the_file(self):
        file = self.folder / "config.yml"
        file.write_text("a: [1,\n", encoding="utf-8")
        self.assertIn(str(file), self.refused("serve", "--config", str(file)))

    def test_a_missing_configuration_file_is_named(self):
        self.assertIn("nowhere.yml", self.refused("serve", "--config", "/nowhere.yml"))

    def test_a_bad_token_in_the_environment_is_named_not_shown(self):
        text = self.refused("serve", PROXMOX_MPC_URL="https://127.0.0.1:1",
                            PROXMOX_MPC_TOKEN="s3cr3t-without-shape")
        self.assertIn("PROXMOX_MPC_TOKEN", text)
        self.assertNotIn("s3cr3t", text)

    def test_a_bad_access_level_is_named(self):
        text = self.refused("serve", "--demo", "--access", "god")
        self.assertIn("god", text)
        self.assertIn("observe", text)

    def test_a_state_directory_that_is_a_file(self):
        (self.folder / "state").write_text("x", encoding="utf-8")
        with Cluster(BINARY) as cluster:
            text = self.refused("serve", **cluster.environment() | {
                "PROXMOX_MPC_STATE_DIR": str(self.folder / "state")})
        self.assertIn(str(self.folder / "state"), text)

    def test_a_damaged_database_is_reported_and_never_overwritten(self):
        with Cluster(BINARY) as cluster:
            with Server(BINARY, cluster.environment()) as server:
                Client(server).call("cluster_overview")
                server.close()
            database = self.database(Path(cluster.environment()["PROXMOX_MPC_STATE_DIR"]))
            for file in database.parent.glob(database.name + "-*"):
                file.unlink()
            database.write_bytes(b"this is no database " * 1000)
            text = self.refused("serve", **cluster.environment())
            self.assertIn(str(database), text)
            self.assertTrue(database.read_bytes().startswith(b"this is no database"))

    def database(self, directory):
        found = [f for f in directory.iterdir()
                 if f.is_file() and f.read_bytes()[:15] == b"SQLite format 3"]
        self.assertEqual(len(found), 1, list(directory.iterdir()))
        return found[0]

    def test_unknown_options_and_commands_are_refused(self):
        for arguments in (["serve", "--colour"], ["fly"], ["sim", "--guests", "many"]):
            self.assertNotEqual(self.run_binary(*arguments).returncode, 0, arguments)


if __name__ == "__main__":
    unittest.main()
