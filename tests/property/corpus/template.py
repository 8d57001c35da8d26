"""Documents from text with marks: templates/*.txt and those in the folder of each later author to makers of documents.

A file holds documents, each behind a line "==== name" ("==== name json" for one that is a JSON document). In their text stand
    «node»            a value of that kind; «node#a» is the same one wherever it stands in this document
    «node|upper»      the value as a variant: upper, title, lower, genitive, ...
    «node/H»          found in another way than the kind is: P, F, D, V, C or H for pattern, field, dictionary, variant, context, human
    «=text»           a part that must survive
    «%vmid»           a number or digest that is nothing to hide
    «~upid»           other text with marks, from MACROS
    «[url]» … «[/]»   what stands between in a layer of escapes or an encoding
"""
import base64
import html
import ipaddress
import json
import quopri
import re
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from .document import CONTEXT, DICTIONARY, FIELD, HUMAN, PATTERN, VARIANT
from .estate import PURPOSES, VENDOR

FOLDER = Path(__file__).resolve().parent / "templates"
FOUND = {"P": PATTERN, "F": FIELD, "D": DICTIONARY, "V": VARIANT, "C": CONTEXT, "H": HUMAN}
MARKUP = re.compile(r"«(=|%|~)?([^«»\[\]]+)»")
BLOCK = re.compile(r"«\[([a-z0-9]+)\]»((?:(?!«\[).)*?)«\[/\]»", re.S)
WIDE = {ord(c): ord(c) + 0xFEE0 for c in map(chr, range(0x21, 0x7F))}

# Kind -> (label, how it is found, where it comes from, whether it is a secret).
KINDS = {
    "cluster": ("cluster", "D", lambda e: e.cluster), "node": ("node", "D", lambda e: e.rng.choice(e.nodes)),
    "guest": ("guest", "D", lambda e: e.rng.choice(e.strong())), "wguest": ("guest", "C", lambda e: e.rng.choice(e.words())),
    "sguest": ("guest", "C", lambda e: e.rng.choice(e.shorts())), "storage": ("storage", "D", lambda e: e.rng.choice(e.storages[:-1])),
    "wstorage": ("storage", "C", lambda e: e.storages[-1]), "pool": ("pool", "D", lambda e: e.rng.choice(e.pools)),
    "user": ("user", "D", lambda e: e.rng.choice(e.users)), "realm": ("realm", "D", lambda e: e.rng.choice(e.realms)),
    "group": ("group", "D", lambda e: e.rng.choice(e.groups)), "token": ("token", "D", lambda e: e.rng.choice(e.tokens[:-1])),
    "tag": ("tag", "D", lambda e: e.rng.choice(e.tags)), "vnet": ("vnet", "D", lambda e: e.rng.choice(e.vnets)),
    "zone": ("zone", "D", lambda e: e.rng.choice(e.zones)), "bridge": ("bridge", "D", lambda e: e.rng.choice(e.bridges)),
    "domain": ("domain", "D", lambda e: e.rng.choice(e.domains)), "org": ("customer", "D", lambda e: e.org[0]),
    "customer": ("customer", "D", lambda e: e.rng.choice(e.customers)), "customer1": ("customer", "D", lambda e: e.customers[1]),
    "person": ("person", "D", lambda e: " ".join(e.rng.choice(e.people))), "last": ("person_part", "D", lambda e: e.rng.choice(e.people)[1]),
    "site": ("site", "D", lambda e: e.rng.choice(e.sites)), "serial": ("disk_serial", "D", lambda e: e.rng.choice(e.serials)),
    # Of a shape.
    "ip": ("ipv4", "P", lambda e: e.ip4()), "ip6": ("ipv6", "P", lambda e: e.ip6()), "mac": ("mac", "P", lambda e: e.mac()),
    "uuid": ("uuid", "P", lambda e: e.uuid()), "phone": ("phone", "P", lambda e: e.phone()),
    "host": ("host_label", "P", lambda e: f"{e.rng.choice(['smtp', 'vpn', 'idrac', 'ipmi', 'sw', 'fw', 'ns', 'cdn'])}{e.rng.randint(1, 99):02d}"),
    "mailbox": ("email_local", "P", lambda e: f"{e.rng.choice(PURPOSES)}{e.rng.randint(1, 99)}"),
    "xdomain": ("domain", "P", lambda e: f"{e.rng.choice(PURPOSES)}-{e.chars('bcdfghkmnrst', 3)}{e.chars('aeiou', 1)}.{e.rng.choice(['de', 'com', 'pl', 'co.uk', 'net'])}"),
    "urluser": ("url_user", "P", lambda e: f"{e.rng.choice(PURPOSES)}_{e.chars('abcdefgh', 3)}"),
    "jobid": ("job", "P", lambda e: f"backup-{e.hexes(8)}-{e.hexes(4)}"),
    "iqn": ("iqn", "P", lambda e: f"iqn.2005-10.org.freenas.ctl:{e.rng.choice(PURPOSES)}{e.rng.randint(1, 9)}"),
    "iqni": ("iqn", "P", lambda e: f"iqn.1993-08.org.debian:01:{e.hexes(12)}"), "wwn": ("wwn", "P", lambda e: f"0x5{e.hexes(15)}"),
    "naa": ("wwn", "P", lambda e: f"36{e.hexes(31)}"), "eui": ("eui", "P", lambda e: f"eui.{e.hexes(32)}"),
    "nqn": ("nqn", "P", lambda e: f"nqn.2014-08.org.nvmexpress:uuid:{e.uuid()}"),
    # Names that no list holds, in fields that say what they are.
    "newguest": ("guest", "F", lambda e: f"{e.rng.choice(PURPOSES)}-neu{e.rng.randint(10, 99)}"), "newuser": ("user", "F", lambda e: f"{e.rng.choice(PURPOSES)[:7]}.{e.chars('bcdfgkln', 2)}{e.rng.randint(1, 9)}"),
    "newhost": ("host", "F", lambda e: f"{e.rng.choice(PURPOSES)}-{e.chars('bcdfgk', 3)}{e.rng.randint(1, 9)}"), "newid": ("id", "F", lambda e: f"{e.rng.choice(PURPOSES)}-{e.chars('bcdfgk', 3)}"),
    "anyserial": ("serial", "F", lambda e: e.chars("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", 7) + str(e.rng.randint(10, 99))),
    "vg": ("vg", "F", lambda e: f"vg_{e.rng.choice(PURPOSES)[:6]}{e.rng.randint(1, 9)}"), "zpool": ("zpool", "F", lambda e: f"tank{e.rng.choice(PURPOSES)[:5]}"),
    "first": ("person_part", "F", lambda e: e.rng.choice(e.people)[0]), "snap": ("snapshot", "F", lambda e: f"{e.rng.choice(['vor', 'nach', 'pre'])}_{e.rng.choice(PURPOSES)}"),
    "wwnid": ("wwn", "P", lambda e: e.hexes(9)), "machineid": ("machine_id", "F", lambda e: e.hexes(32)),
    # Of interest to a human only.
    "hperson": ("person_unknown", "H", lambda e: f"{e.rng.choice(['Henrik', 'Lena', 'Ivana', 'Torsten', 'Agnieszka', 'Kofi'])} {e.rng.choice(['Maasdorf', 'Jelinek', 'Horvatin', 'Sundqvist', 'Achterberg', 'Dembowski'])}"),
    "hlast": ("person_unknown", "H", lambda e: e.rng.choice(["Maasdorf", "Jelinek", "Horvatin", "Sundqvist", "Achterberg", "Dembowski"])),
    "hplace": ("place", "H", lambda e: e.rng.choice(["Rosenheim", "Katowice", "Villeurbanne", "Jyväskylä", "Falkenstein", "Ostrava"])),
    "hhost": ("host_unknown", "H", lambda e: f"{e.rng.choice(['esx', 'srvfile', 'oldnas', 'vcsa'])}-{e.rng.choice(PURPOSES)[:5]}{e.rng.randint(1, 9)}"),
}

# Secrets: kind -> (label, how it is found, where it comes from).
SECRETS = {
    "pw": ("password", "F", lambda e: e.password()), "apikey": ("api_key", "F", lambda e: e.chars("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 32)),
    "hexkey": ("api_key", "F", lambda e: e.hexes(40)), "uuidkey": ("token_secret", "F", lambda e: e.uuid()), "urlpw": ("url_password", "P", lambda e: e.chars("abcdefghkmnpqrstuvwxyzABCDEFGH23456789", 11)),
    "vncticket": ("ticket", "P", lambda e: f"PVEVNC:{e.hexes(8).upper()}::{e.base64(256)}"), "ticket": ("ticket", "P", lambda e: f"PVE:{e.rng.choice(e.users)}@{e.rng.choice(e.realms)}:{e.hexes(8).upper()}::{e.base64(256)}"), "csrf": ("csrf", "P", lambda e: f"{e.hexes(8).upper()}:{e.base64(32)[:43]}"),
    "jwt": ("jwt", "P", lambda e: e.jwt()), "pem": ("pem", "P", lambda e: e.pem()), "sha512crypt": ("crypt", "P", lambda e: f"$6${e.chars('abcdefgABCDEFG0123456789./', 16)}${e.chars('abcdefgABCDEFG0123456789./', 86)}"),
    "yescrypt": ("crypt", "P", lambda e: f"$y$j9T${e.chars('abcdefgABCDEFG0123456789./', 22)}${e.chars('abcdefgABCDEFG0123456789./', 43)}"), "bcrypt": ("crypt", "P", lambda e: f"$2b$12${e.chars('abcdefgABCDEFG0123456789./', 53)}"),
    "ssha": ("ldap_hash", "P", lambda e: "{SSHA}" + e.base64(24)), "wgkey": ("wireguard_key", "F", lambda e: e.base64(32)), "cephkey": ("ceph_key", "P", lambda e: "AQ" + e.chars("abcdefghijkABCDEFGHIJK0123456789+/", 36) + "=="),
    "ed25519": ("ssh_pubkey", "P", lambda e: "AAAAC3NzaC1lZDI1NTE5AAAAI" + e.chars("abcdefghijkABCDEFGHIJK0123456789+/", 43)), "rsapub": ("ssh_pubkey", "P", lambda e: "AAAAB3NzaC1yc2EAAAADAQABAAABAQ" + e.chars("abcdefghijkABCDEFGHIJK0123456789+/", 340)),
    "sshfp": ("ssh_fingerprint", "P", lambda e: "SHA256:" + e.chars("abcdefghijkABCDEFGHIJK0123456789+/", 43)), "fp256": ("cert_fingerprint", "P", lambda e: e.colons(32)), "fp1": ("cert_fingerprint", "P", lambda e: e.colons(20)),
    "totp": ("totp_secret", "F", lambda e: e.chars("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32)), "licence": ("licence_key", "P", lambda e: "-".join(e.chars("BCDFGHJKMPQRTVWXY2346789", 5) for _ in range(5))),
    "subkey": ("subscription_key", "P", lambda e: f"pve{e.rng.choice('1248')}{e.rng.choice('cbsp')}-{e.hexes(10)}"), "serverid": ("server_id", "F", lambda e: e.hexes(32).upper()),
    "community": ("snmp_community", "F", lambda e: f"{e.rng.choice(PURPOSES)}RO{e.rng.randint(1, 9)}"), "slackhook": ("webhook_path", "P", lambda e: f"T{e.hexes(9).upper()}/B{e.hexes(10).upper()}/{e.hexes(24)}"),
    "discordhook": ("webhook_path", "P", lambda e: f"{e.rng.randint(10**17, 10**18)}/{e.chars('abcdefghABCDEFGH0123456789-_', 68)}"), "awssecret": ("aws_secret", "F", lambda e: e.chars("abcdefghijkABCDEFGHIJK0123456789+/", 40)),
    "azurekey": ("azure_key", "F", lambda e: e.base64(64)), "recovery": ("recovery_code", "F", lambda e: "-".join(e.hexes(4) for _ in range(4))), "psk": ("psk", "F", lambda e: e.hexes(64)),
    "otp": ("otp", "F", lambda e: e.chars("0123456789", 6)), "keytag": ("keyring", "F", lambda e: e.base64(44)),
}
SECRETS.update({kind: ("vendor_" + kind, "P", lambda e, kind=kind: e.vendor(kind)) for kind in VENDOR})

MACROS = {
    "fqdn": "«node».«domain»", "mail": "«user»@«domain»", "userid": "«user»@«realm»", "vmdisk": "«storage»:vm-«%vmid»-disk-0",
    "upid": "UPID:«node»:«%pid8»:0«%HEX7»:6«%HEX7»:«%task»:«%vmid»:«user»@«realm»:", "upidroot": "UPID:«node»:«%pid8»:0«%HEX7»:6«%HEX7»:«%task»:«%vmid»:root@pam:",
    "upidtoken": "UPID:«node»:«%pid8»:0«%HEX7»:6«%HEX7»:«%task»:«%vmid»:«user»@«realm»!«token»:",
}

PLAIN = {   # nothing to hide
    "vmid": lambda e: str(e.rng.randint(100, 9999)), "pid": lambda e: str(e.rng.randint(800, 2900000)), "pid8": lambda e: f"{e.rng.randint(800, 2900000):08X}",
    "HEX7": lambda e: e.hexes(7).upper(), "sha1": lambda e: e.hexes(40), "time": lambda e: f"{e.rng.randint(0, 23):02d}:{e.rng.randint(0, 59):02d}:{e.rng.randint(0, 59):02d}",
    "port": lambda e: str(e.rng.randint(1024, 65535)), "epoch": lambda e: str(e.rng.randint(1700000000, 1790000000)), "bytes": lambda e: str(e.rng.randint(10**6, 10**13)),
    "task": lambda e: e.rng.choice(["qmstart", "vzdump", "qmigrate", "vzcreate", "qmclone", "vncproxy", "qmsnapshot"]), "frac": lambda e: f"0.{e.rng.randint(1, 10**9)}",
    "sha256": lambda e: e.hexes(64), "git": lambda e: e.hexes(16), "msg": lambda e: e.chars("0123456789ABCDEF", 11),
}

VARIANTS = {
    "upper": str.upper, "lower": str.lower, "title": lambda t: t[:1].upper() + t[1:], "plural": lambda t: t + "s",
    "wide": lambda t: t.translate(WIDE), "zero": lambda t: t[:3] + "\u200b" + t[3:], "soft": lambda t: t[:4] + "\u00ad" + t[4:],
    "lookalike": lambda t: t.translate(str.maketrans("aeocpx", "аеосрх")), "dashes": lambda t: t.replace(":", "-").lower(),
    "dots": lambda t: ".".join(t.replace(":", "").lower()[i:i + 4] for i in (0, 4, 8)), "bare": lambda t: t.replace(":", "").lower(),
    "defang": lambda t: t.replace(".", "[.]"), "mapped": lambda t: "::ffff:" + t, "dashed4": lambda t: t.replace(".", "-"),
    "full": lambda t: ipaddress.ip_address(t).exploded, "FULL": lambda t: ipaddress.ip_address(t).exploded.upper(),
    "sn": lambda t: "-".join([*t.lower().split(":")[:3], "ff", "ff", *t.lower().split(":")[3:]]),
    "dn": lambda t: f"CN=svc-ldap,OU=Dienste,DC=ad,DC={t},DC=local", "dcs": lambda t: ",".join(f"DC={label}" for label in t.split(".")), "ptr": lambda t: ipaddress.ip_address(t).reverse_pointer,
    "alabel": lambda t: t.encode("idna").decode(),
}
WHOLE = {"upper", "lower", "title", "full", "FULL", "dashes", "dots", "bare"}   # the pseudonym is comparable with that of the plain spelling

LAYERS = {
    "url": lambda t: urllib.parse.quote(t, safe=""), "url2": lambda t: urllib.parse.quote(urllib.parse.quote(t, safe=""), safe=""), "html": html.escape,
    "json": lambda t: json.dumps(t)[1:-1], "json2": lambda t: json.dumps(json.dumps(t)[1:-1])[1:-1], "entity": lambda t: "".join(f"&#{ord(c)};" for c in t),
    "entityhex": lambda t: "".join(f"&#x{ord(c):x};" for c in t), "percent": lambda t: "".join(f"%{b:02x}" for b in t.encode()),
    "uescape": lambda t: "".join(f"\\u{ord(c):04x}" for c in t), "qp": lambda t: quopri.encodestring(t.encode()).decode().replace("=\n", ""), "upper": str.upper,
}
PACKERS = {
    "b64": lambda t: base64.b64encode(t.encode()).decode(), "hex": lambda t: t.encode().hex(), "hexupper": lambda t: t.encode().hex().upper(),
    "b641": lambda t: base64.b64encode(b"x" + t.encode()).decode(), "b642": lambda t: base64.b64encode(b"xy" + t.encode()).decode(),
    "b64url": lambda t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="),
}


@dataclass(frozen=True)
class Grammar:
    """What the marks of an author stand for."""
    kinds: dict
    secrets: dict
    macros: dict
    plain: dict


SECOND = Grammar(KINDS, SECRETS, MACROS, PLAIN)


class Filling:
    """One document being filled; the values under a name («node#a») stay the same in it."""

    def __init__(self, builder, is_json, grammar):
        self.builder, self.estate, self.named, self.is_json, self.grammar = builder, builder.world, {}, is_json, grammar

    def text(self, template):
        text = MARKUP.sub(self.mark, template)
        while BLOCK.search(text):
            text = BLOCK.sub(self.block, text)
        return text

    def mark(self, match):
        what, name = match[1], match[2]
        if what == "=":
            return self.builder.keep(name)
        if what == "%":
            return self.grammar.plain[name](self.estate)
        if what == "~":
            kind, _, key = name.partition("#")
            text = re.sub(r"«(\w+)»", rf"«\1#{key}»", self.grammar.macros[kind]) if key else self.grammar.macros[kind]
            return self.text(text)
        return self.value(*re.fullmatch(r"(\w+)(?:#(\w+))?(?:\|(\w+))?(?:/([PFDVCH]))?", name).groups())

    def value(self, kind, key, variant, how):
        secret = kind in self.grammar.secrets
        label, found, make = (self.grammar.secrets if secret else self.grammar.kinds)[kind]
        real = self.named.setdefault((kind, key), make(self.estate)) if key else make(self.estate)
        surface = VARIANTS[variant](real) if variant else real
        if variant and found == "D" and not how:
            how = "V"
        whole = (not variant or variant in WHOLE) and "\n" not in real
        return self.builder.value(real, label, FOUND[how or found], surface, secret, whole)

    def block(self, match):
        name, text = match[1], match[2].replace("\\n", "\n") if self.is_json else match[2]
        if name in PACKERS:
            return self.builder.packed(text, PACKERS[name])
        return self.builder.layer(text, LAYERS[name])


def maker(name, is_json, body, grammar):
    def make(builder):
        text = Filling(builder, is_json, grammar).text(body)
        return json.loads(text) if is_json else text
    make.__name__ = name
    return make


def makers(folder="", grammar=SECOND):
    """One maker for each document of the files in a folder of templates, in order."""
    out = []
    for path in sorted((FOLDER / folder).glob("*.txt")):
        for part in re.split(r"^==== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            head, _, body = part.partition("\n")
            name, *kind = head.split()
            out.append(maker(f"{path.stem}_{name}", kind == ["json"], body, grammar))
    return out
