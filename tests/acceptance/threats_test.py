"""The threats T1 to T8 as scenarios through the running server. T1, the passive leak, is surfaces_test.py."""
import base64
import json
import os
import resource
import shutil
import tempfile
import unittest
from pathlib import Path

import here  # noqa: F401
from drive import MODERN, Client, Cluster, NoAnswer, Server, text_of
from here import BINARY, run
from truth import finders, hits

NOBODY = 65534
FIELDS = ["name", "node", "pool", "tags"]
OF_OTHER_KIND = {"pve-guest": "node", "pve-node": "name", "pve-poolid": "node", "pve-tag": "node"}
OTHER_FORMATS = {"pve-cluster", "pve-upid", "pve-api-path"}  # guessing_test.py, and a test of its own here


class ThreatsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(Cluster(BINARY))
        cls.truth = cls.cluster.truth()
        cls.patterns = list(finders(cls.truth))

    def open(self, state, *arguments):
        server = self.enterContext(Server(BINARY, self.cluster.environment(state=state), arguments))
        return Client(server, MODERN)

    def guests(self, client):
        return client.call("guest_list", {"limit": 500, "fields": FIELDS})["guests"]

    def state(self, name):
        return self.cluster.directory / name

    def typed_arguments(self, client):
        """(tool, argument, format) of each argument that is restored."""
        for tool in client.request("tools/list")["tools"]:
            for name, about in tool["inputSchema"].get("properties", {}).items():
                if "format" in about:
                    yield tool["name"], name, about["format"]

    def test_t2_without_the_key_a_pseudonym_follows_from_nothing(self):
        one, same, other = (self.guests(self.open(state)) for state in ("t2", "t2", "t2-other"))
        self.assertEqual(one, same, "one installation, one pseudonym")
        for field in ("name", "node"):
            self.assertFalse({g[field] for g in one} & {g[field] for g in other}, f"{field} follows from the value alone")

    def test_t3_a_pseudonym_in_free_text_stays_one(self):
        client = self.open("t3")
        guest = self.guests(client)[0]
        self.cluster.new_requests()
        tried = 0
        for tool in client.request("tools/list")["tools"]:
            for name, about in tool["inputSchema"].get("properties", {}).items():
                if about.get("type") == "string" and "format" not in about and "enum" not in about:
                    tried += 1
                    result = client.call_result(tool["name"], {name: f"see {guest['name']}"[:about.get("maxLength", 99)]})
                    self.assertEqual(hits(json.dumps(result), self.patterns), [])
        self.assertGreater(tried, 1)
        self.assertEqual(client.call("guest_list", {"search": guest["name"]})["guests"][0]["vmid"], guest["vmid"], "it is searched as it is")
        asked = "\n".join(self.cluster.new_requests())
        self.assertEqual([h for h in hits(asked, self.patterns) if h.startswith("guest ")], [])

    def test_t4_damaged_invented_and_wrong_pseudonyms_are_refused_by_the_argument(self):
        client = self.open("t4")
        guest = next(g for g in self.guests(client) if g.get("pool") and g.get("tags"))
        shown = {"pve-guest": guest["name"], "pve-node": guest["node"], "pve-poolid": guest["pool"], "pve-tag": guest["tags"][0]}
        checked = set()
        for tool, name, form in self.typed_arguments(client):
            checked.add(form)
            right = shown.get(form)
            if right is None:
                continue
            last = "2" if right[-1] != "2" else "3"  # a digit: without any it would look like a word
            for wrong in (right[:-1] + last, right[:-1], right + "b", "vm-b7dfghj", guest[OF_OTHER_KIND[form]]):
                result = client.call_result(tool, {name: wrong})
                if wrong in (right[:-1], right + "b"):   # no longer looks like one of ours, and names nothing
                    self.assertTrue(result.get("isError") or result["structuredContent"]["guests"] == [], (tool, name))
                else:
                    self.assertTrue(result.get("isError"), (tool, name, wrong, right))
                    self.assertIn(f"/{name} ", text_of(result))
                self.assertNotIn(wrong, text_of(result))
        self.assertEqual(checked, shown.keys() | OTHER_FORMATS, "a new format needs a row")

    def test_t4_they_are_refused_in_a_path_of_the_api_too(self):
        client = self.open("t4-api")
        guest = next(g for g in self.guests(client) if g.get("pool") and self.is_vm(client, g))
        self.cluster.new_requests()
        for name, path, right, other in (("node", "/nodes/%s/status", guest["node"], guest["name"]),
                                         ("vmid", "/nodes/{node}/qemu/%s/config", guest["name"], guest["node"]),
                                         ("poolid", "/pools/%s", guest["pool"], guest["node"])):
            for wrong in (right[:-1] + ("2" if right[-1] != "2" else "3"), "vm-b7dfghj", other):
                result = client.call_result("api_get", {"path": path % wrong})
                self.assertTrue(result.get("isError"), (path, wrong))
                self.assertIn(f"/parameters/{name} ", text_of(result))
                self.assertNotIn(wrong, text_of(result))
            self.assertFalse(client.call_result("api_get", {"path": path % right}).get("isError"), path)
        self.assertEqual(len([r for r in self.cluster.new_requests() if "/status" in r or "/pools/" in r]), 2)

    @staticmethod
    def is_vm(client, guest):
        return client.call("guest_describe", {"guest": guest["vmid"]})["type"] == "qemu"

    def test_t4_another_case_is_never_another_guest(self):
        client = self.open("t4-case")
        for guest in self.guests(client):
            result = client.call_result("guest_describe", {"guest": guest["name"].upper()})
            if not result.get("isError"):
                self.assertEqual(result["structuredContent"]["vmid"], guest["vmid"])

    def test_t5_a_real_name_that_a_person_types_is_used_as_it_is(self):
        client = self.open("t5")
        shown = {g["vmid"]: g["name"] for g in self.guests(client)}
        real = {r["vmid"]: r for r in self.cluster.api("GET", "/cluster/resources") if "vmid" in r}
        vmid = next(v for v, r in real.items() if len(r["name"]) > 6)
        told = client.call("guest_describe", {"guest": real[vmid]["name"]})
        self.assertEqual((told["vmid"], told["name"]), (vmid, shown[vmid]))
        self.assertNotIn(real[vmid]["name"], json.dumps(told))
        for node in self.truth["node"]:
            listed = client.call("guest_list", {"node": node, "limit": 500, "fields": ["node"]})["guests"]
            self.assertEqual({g["vmid"] for g in listed}, {v for v, r in real.items() if r["node"] == node})
            self.assertEqual(hits(json.dumps(listed), self.patterns), [])

    def test_t6_arguments_refuse_a_pseudonym_that_is_a_name_too(self):
        with Server(BINARY, self.cluster.environment(state="t6-argument")) as server:
            guest = self.guests(Client(server, MODERN))[0]
            server.close()
        file = self.state("t6.yml")
        file.write_text(f"privacy: {{words: {{vm: [{guest['name']}]}}}}\nclusters: {{home: {{url: '{self.cluster.ready['url']}', "
                        f"token: {{env: PVE_TOKEN}}, fingerprint: '{self.cluster.ready['fingerprint']}'}}}}\n", encoding="utf-8")
        environment = self.cluster.environment(state="t6-argument", url=None, token=None, fingerprint=None)
        server = self.enterContext(Server(BINARY, environment | {"PVE_TOKEN": self.cluster.ready["token"]}, ["--config", str(file)]))
        client = Client(server, MODERN)
        self.assertIn(guest, self.guests(client))
        for tool in ("guest_describe", "guest_start", "changes_list"):
            result = client.call_result(tool, {"guest": guest["name"]})
            self.assertTrue(result.get("isError"), tool)
            self.assertIn("the pseudonym is also the name of another object. use the VMID", text_of(result))
        self.assertEqual(client.call("guest_describe", {"guest": guest["vmid"]})["name"], guest["name"])
        self.assertEqual(hits(server.stdout.decode() + server.stderr(), self.patterns), [])

    def test_t6_a_guest_named_like_an_issued_pseudonym_is_shown_under_the_other_ones_name(self):
        folder = self.state("t6")
        folder.mkdir(mode=0o700)
        (folder / "key").write_bytes(bytes(range(32)))

        def map_with(command, text, guests, state="state"):
            (folder / "names.json").write_text(json.dumps({"guests": [{"vmid": 100 + i, "name": n, "node": "n"} for i, n in enumerate(guests)]}))
            return run(command, "--key-file", str(folder / "key"), "--names", str(folder / "names.json"), "--state-dir",
                       str(folder / state), text=text)

        first = map_with("anonymize", "kalomitor", ["kalomitor"])
        self.assertEqual(first.returncode, 0, first.stderr)
        both = ["kalomitor", first.stdout]
        for names in (both, both[::-1]):
            document = json.dumps({"guests": [{"vmid": 100 + i, "name": n} for i, n in enumerate(names)]})
            done = map_with("anonymize", document, both)
            self.assertEqual((done.returncode, done.stdout), (0, document.replace("kalomitor", first.stdout)), done.stderr)
            again = map_with("anonymize", done.stdout, both)
            self.assertEqual((again.returncode, again.stdout), (0, done.stdout), again.stderr)
            back = map_with("deanonymize", done.stdout, both)
            self.assertEqual((back.returncode, back.stdout), (0, document.replace(first.stdout, "kalomitor")), back.stderr)
            held = map_with("anonymize", document, both, state="new")   # before the pseudonym was issued
            self.assertEqual((held.returncode, held.stdout), (2, ""), "no name leaves")

    def test_t7_without_its_key_a_known_map_opens_for_nobody(self):
        self.guests(self.open("t7-key"))
        key, = [f for f in self.state("t7-key").iterdir() if f.name.endswith("key")]
        key.write_bytes(os.urandom(32))
        self.assertIn("another key", self.assert_says_nothing("t7-key"))

    def test_t7_a_damaged_map_is_reported_and_not_replaced(self):
        with Server(BINARY, self.cluster.environment(state="t7-map")) as server:
            self.guests(Client(server, MODERN))
            server.close()
        for file in self.state("t7-map").glob("*.db*"):
            file.write_bytes(b"no database at all " * 500)
        before = {f.name: f.read_bytes() for f in self.state("t7-map").glob("*.db")}
        self.assertTrue(before)
        said = self.assert_says_nothing("t7-map")
        self.assertIn(f"{self.state('t7-map') / 'state.db'} is damaged or no database", said)
        self.assertEqual(before, {f.name: f.read_bytes() for f in self.state("t7-map").glob("*.db")})

    def test_t7_on_a_full_disk_nothing_leaves_that_has_no_pseudonym_yet(self):
        server = self.enterContext(Server(BINARY, self.cluster.environment(state="t7-full")))
        client = Client(server, MODERN)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, 0))
        for tool in ("guest_list", "cluster_overview"):
            self.assertTrue(client.call_result(tool).get("isError"), tool)
            self.assertNotIn(str(self.cluster.directory), server.stdout.decode(), "a path has names")
        self.assertIsNone(server.process.poll(), "it goes on")
        self.assertEqual(hits(server.stdout.decode() + server.stderr(), self.patterns), [])

    def assert_says_nothing(self, state):
        """A server on this state does not start, and says no word of the cluster; what it says instead."""
        with Server(BINARY, self.cluster.environment(state=state)) as server:
            with self.assertRaises(NoAnswer):
                Client(server, MODERN)
            self.assertEqual(server.process.wait(20), 2)
            self.assertEqual(server.stdout, b"")
            self.assertEqual(hits(server.stderr(), self.patterns), [])
            return server.stderr()

    def test_t8_neither_key_nor_core_leave_the_state_directory(self):
        log = self.state("t8.log")
        client = self.open("t8", "--log-level", "debug", "--log-file", str(log))
        self.guests(client)
        key, = [f for f in self.state("t8").iterdir() if f.name.endswith("key")]
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        backup = self.state("t8.backup")
        said = [client.server.stdout, client.server.stderr().encode(), log.read_bytes()]
        for command in (["doctor"], ["privacy", "stats"], ["state", "backup", str(backup)], ["anonymize", os.devnull], ["config", "check"]):
            done = run(*command, environment=self.cluster.environment(state="t8"))
            self.assertEqual(done.returncode, 0, done.stderr)
            said += [done.stdout.encode(), done.stderr.encode()]
        raw = key.read_bytes()
        for form in (raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw).rstrip(b"="), raw.strip()):
            for text in said:
                self.assertNotIn(form, text)
        self.assertEqual(backup.stat().st_mode & 0o777, 0o600)

    def test_t8_a_running_server_can_neither_dump_core_nor_be_read_by_its_user(self):
        with tempfile.TemporaryDirectory() as home:
            environment = self.cluster.environment() | {
                "PROXMOX_MPC_STATE_DIR": f"{home}/state", "HOME": home, "XDG_CONFIG_HOME": f"{home}/config"}
            binary, user = BINARY, {}
            if os.geteuid() == 0:
                binary, user = shutil.copy(BINARY, home), {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": home}
                os.chown(home, NOBODY, NOBODY)
            with Server(binary, environment, **user) as server:
                self.guests(Client(server, MODERN))
                process = Path("/proc", str(server.process.pid))
                self.assertRegex((process / "limits").read_text(), r"Max core file size\s+0\s+0\s")
                self.assertNotRegex((process / "status").read_text(), r"Uid:\s+0\b")
                # The kernel gives the files of a process that is not dumpable to root.
                for file in ("environ", "mem", "maps"):
                    self.assertEqual((process / file).stat().st_uid, 0, file)


if __name__ == "__main__":
    unittest.main()
