"""The documents of the third author and those after: each can be drawn, and its labels say what its text and the list of names say."""
import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from corpus.document import CONTEXT, DICTIONARY, FIELD, HUMAN, PATTERN, VARIANT, Value  # noqa: E402
from corpus.generate import FAMILIES, corpus  # noqa: E402
from corpus.score import split_lines, surface_of  # noqa: E402

SEEDS = (1, 2)
ADDRESS = re.compile(r"(?<!Version=)(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w.-])")
MAC = re.compile(r"(?<![0-9A-Fa-f:])[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?![0-9A-Fa-f:])")
STAYING = re.compile(r"127\.|255\.255\.|0\.0\.0\.0|224\.|169\.254\.|1\.1\.1\.1|8\.8\.8\.8|9\.9\.9\.9|1\.0\.0\.1|8\.8\.4\.4|"
                     r"2\.8\.1\.4|0\.9\.2\.1|8\.2\.4\.1|550\.54\.15\.1")   # the last four are versions
STAYING_MACS = {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01", "33:33:00:00:00:fb", "01:00:5e:00:00:fb", "01:00:5e:00:00:01", "01:00:5e:00:00:12"}


def literals(document):
    """The text between the values, each piece by itself."""
    return [surface_of(p) for line in split_lines(document.parts) for p in line if not isinstance(p, Value)]


def known_names(value):
    """All strings of the list of names, users without their realm and people by word too."""
    if isinstance(value, dict):
        return set().union(*(known_names(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(known_names(v) for v in value))
    return {str(value), str(value).split("@")[0], *str(value).split(" ")}


class FleetTest(unittest.TestCase):
    family, least_documents = "third", 200
    least_found = {PATTERN: 1200, FIELD: 400, DICTIONARY: 1600, VARIANT: 50, CONTEXT: 30, HUMAN: 50}

    @classmethod
    def setUpClass(cls):
        cls.count = len(FAMILIES[cls.family][1])
        cls.drawn = [corpus(seed, cls.count, cls.family) for seed in SEEDS]

    def documents(self):
        return ((world, document) for world, documents in self.drawn for document in documents)

    def test_every_template_gives_a_document_of_its_own(self):
        self.assertGreater(self.count, self.least_documents)
        for _, documents in self.drawn:
            self.assertEqual(len({d.kind.removesuffix("+json") for d in documents}), self.count)
        for _, document in self.documents():
            self.assertEqual("".join(map(surface_of, document.parts)), document.text)
            self.assertNotRegex(document.text, "[\ue000\ue001«»]", document.id)
            if document.json:
                json.loads(document.text)

    def test_all_ways_to_find_a_value_are_there_often(self):
        found = [v.found_by for _, d in self.documents() for v in d.values]
        for way, least in self.least_found.items():
            self.assertGreater(found.count(way), least, way)

    def test_what_is_called_known_is_in_the_list_of_names(self):
        for world, document in self.documents():
            names = known_names(world.names())
            for value in document.values:
                if value.found_by in (DICTIONARY, CONTEXT) and value.label != "zpool":
                    self.assertIn(value.real, names, f"{document.id}: {value.label}")

    def test_no_name_stands_in_the_text_without_a_label(self):
        for world, document in self.documents():
            names = world.nodes + world.strong() + world.users + world.domains + world.storages[:-1] + world.customers + world.serials + [world.cluster]
            any_name = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
            for piece in literals(document):
                self.assertNotRegex(piece, any_name, document.id)

    def test_addresses_without_a_label_are_those_that_stay(self):
        for _, document in self.documents():
            for piece in literals(document):
                for address in ADDRESS.findall(piece):
                    self.assertRegex(address, STAYING, document.id)
                self.assertLessEqual({mac.lower() for mac in MAC.findall(piece)}, STAYING_MACS, document.id)

    def test_secrets_of_one_document_differ_and_are_long_enough_to_be_told(self):
        for _, document in self.documents():
            secrets = [v.real for v in document.values if v.secret and not v.inner]
            self.assertEqual(len(secrets), len(set(secrets)), document.id)
            self.assertGreaterEqual(min(map(len, secrets), default=6), 6, document.id)


class MosaicTest(FleetTest):
    family, least_documents = "fourth", 100
    least_found = {PATTERN: 800, FIELD: 300, DICTIONARY: 900, VARIANT: 30, CONTEXT: 15, HUMAN: 50}


class CampusTest(FleetTest):
    family, least_documents = "fifth", 180
    least_found = {PATTERN: 1100, FIELD: 500, DICTIONARY: 1200, VARIANT: 80, CONTEXT: 12, HUMAN: 60}


class HarbourTest(FleetTest):
    family, least_documents = "sixth", 350
    least_found = {PATTERN: 2500, FIELD: 1300, DICTIONARY: 2300, VARIANT: 140, CONTEXT: 50, HUMAN: 180}


if __name__ == "__main__":
    unittest.main()
