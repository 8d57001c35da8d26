"""One made-up installation: every name, address and serial that the documents of a corpus talk about.

Drawn from a seed, so that no recognizer can be fitted to its words.
"""
import base64
import string
import uuid

SYLLABLES = ("ka lo mi tor ven zu rin sal qui bra dex fen gor hul jav kel lun mor nax ori pel rus "
             "syl tav urd vex wim yar zel bor cym dru ond esk fal gim hax ive jun").split()
FIRST = ("Anneke Björn Chidi Dagmar Eszter Fatima Giorgos Håkon Ilse Jamal Katarzyna Łukasz Małgorzata "
         "Nils Oluwaseun Priya Quentin Roswitha Sébastien Tomáš Ulrike Vojtěch Wenke Xenia Yusuf Zoë").split()
LAST = ("Aschenbrenner Brodziak Castellanos Dvořáková Eikenberg Fjellstad Grünwald Hrubesch Imanović "
        "Jørgensen Kowalczyk Lindqvist Müllenbach Niewiadomski Obermöller Papadakis Quandtner Rzepecki "
        "Szczepański Tiedemann Uhlenbrock Vandenberghe Wojtkowiak Xanthakis Ypsilanti Zimmerwald").split()
WORD_GUESTS = "web backup mail monitor data test gateway proxy build cache".split()
SHORT_GUESTS = "gw db k8s ns1 erp ci".split()
ROLES = "db app web mail fs ldap ci mon vpn dns build cache proxy log".split()
FORMS = ["GmbH", "AG", "Ltd", "Inc", "SARL", "B.V."]
HEX = "0123456789abcdef"
BASE64 = string.ascii_letters + string.digits + "+/"
URLSAFE = string.ascii_letters + string.digits + "-_"


class World:
    """Names by category, and generators for values that have no name."""

    def __init__(self, rng):
        self.rng = rng
        self.used = set()
        self.domains = [f"{self.word()}-{self.word()}.{rng.choice(['de', 'com', 'net', 'co.uk'])}",
                        f"{self.word()}.{rng.choice(['lan', 'internal', 'corp', 'local'])}",
                        f"dc{rng.randint(1, 9)}.{self.word()}.{rng.choice(['example', 'intra'])}"]
        self.cluster = f"{self.word()}-{rng.choice(['prod', 'hq', 'cl1', self.word()])}"
        self.sites = [self.word()[:3] + str(rng.randint(10, 99)) for _ in range(2)]
        base = self.word()
        self.nodes = [f"{base}{i:02d}" if rng.random() < .5 else f"pve-{self.sites[0]}-{self.word()}"
                      for i in range(1, 5)]
        self.org = [f"{self.cap()} {self.cap()} {rng.choice(FORMS)}"]
        self.customers = [f"{self.cap()} {self.cap()}", self.cap()]
        self.guests = self.make_guests()
        self.storages = [f"{self.word()}-{rng.choice(['nfs', 'ssd', 'rbd', 'zfs'])}", self.word(),
                         f"{self.word()}_{self.word()}", "backup"]
        self.pools = [f"{self.word()}-pool", self.cap()]
        self.realms = [f"{self.word()}-ad", self.word() + ".ldap", self.word()]
        self.groups = [f"{self.word()}-admins", f"{self.cap()}_Ops"]
        self.people = [(first, last) for first, last in zip(rng.sample(FIRST, 6), rng.sample(LAST, 6))]
        self.users = self.make_users()
        self.tokens = [f"{self.word()}-ci", self.word(), "terraform"]
        self.tags = [self.word(), f"{self.word()}-tier", f"cust_{self.word()}"]
        self.vnets = [self.word()[:7], "v" + self.word()[:6]]
        self.zones = [self.word()[:8], "z" + self.word()[:5]]
        self.bridges = ["br" + self.word()[:6], self.word()[:9]]
        self.serials = [self.serial() for _ in range(4)]
        self.nets = [f"10.{rng.randint(2, 250)}.{rng.randint(2, 250)}", f"192.168.{rng.randint(2, 250)}",
                     f"172.{rng.randint(17, 30)}.{rng.randint(2, 250)}", f"100.{rng.randint(65, 120)}.{rng.randint(2, 250)}",
                     f"{rng.choice([31, 62, 78, 91, 185, 212])}.{rng.randint(2, 250)}.{rng.randint(2, 250)}"]
        self.v6 = [f"2a0{rng.randint(1, 9)}:{self.hexes(4, lead=True)}:{self.hexes(3, lead=True)}:{self.hexes(2, lead=True)}",
                   f"fd{self.hexes(2)}:{self.hexes(4, lead=True)}:{self.hexes(4, lead=True)}:1"]

    # Names.

    def word(self):
        """A word that is in no dictionary and was not drawn before."""
        while True:
            word = "".join(self.rng.sample(SYLLABLES, self.rng.choice([2, 3, 3])))
            if len(word) >= 6 and word not in self.used:
                self.used.add(word)
                return word

    def cap(self):
        return self.word().capitalize()

    def make_guests(self):
        names = [f"{self.rng.choice(ROLES)}-{self.word()}" for _ in range(4)]
        names += [f"{self.word()}{self.rng.randint(1, 30):02d}", self.word(), self.cap(),
                  f"{self.word()}.{self.domains[1]}", f"{self.customers[1].lower()}-{self.rng.choice(ROLES)}-01"]
        names += self.rng.sample(WORD_GUESTS, 4) + self.rng.sample(SHORT_GUESTS, 2)
        return [{"vmid": 100 + 7 * i, "name": name, "node": self.rng.choice(self.nodes),
                 "type": self.rng.choice(["qemu", "lxc"])} for i, name in enumerate(names)]

    def make_users(self):
        out = []
        for first, last in self.people:
            plain = last.lower().encode("ascii", "ignore").decode()
            style = self.rng.random()
            name = plain[:8] if style < .3 else f"{first[0].lower()}.{plain}" if style < .6 else plain + str(self.rng.randint(1, 9))
            out.append(name if len(name) > 4 and name.isascii() else self.word())
        return out

    def person(self, index=None):
        first, last = self.people[index] if index is not None else self.rng.choice(self.people)
        return f"{first} {last}"

    def strong_guests(self):
        return [g for g in self.guests if g["name"] not in WORD_GUESTS + SHORT_GUESTS and "." not in g["name"]]

    def word_guests(self):
        return [g for g in self.guests if g["name"] in WORD_GUESTS + SHORT_GUESTS]

    # Values with a shape.

    def hexes(self, count, lead=False):
        text = "".join(self.rng.choice(HEX) for _ in range(count))
        return (self.rng.choice("123456789abcdef") + text[1:]) if lead else text

    def chars(self, alphabet, count):
        return "".join(self.rng.choice(alphabet) for _ in range(count))

    def ip4(self):
        return f"{self.rng.choice(self.nets)}.{self.rng.randint(2, 250)}"

    def ip6(self):
        prefix = self.rng.choice(self.v6)
        shape = self.rng.randint(0, 3)
        if shape == 0:
            return f"{prefix}::{self.hexes(self.rng.randint(1, 4), lead=True)}"
        tail = ":".join(self.hexes(self.rng.randint(2, 4), lead=True) for _ in range(4))
        return f"{prefix}:{tail}".upper() if shape == 1 else f"{prefix}:{tail}"

    def mac(self):
        head = self.rng.choice(["BC:24:11", "52:54:00", "3C:EC:EF", "A0:36:9F"])
        return head + "".join(":" + self.hexes(2).upper() for _ in range(3))

    def uuid(self):
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def serial(self):
        return self.rng.choice(["S5GX", "WD-W", "PHYF", "ZC1"]) + self.chars(string.ascii_uppercase + string.digits, 9) + str(self.rng.randint(10, 99))

    def password(self):
        style = self.rng.randint(0, 3)
        if style == 0:
            return self.cap() + "!" + str(self.rng.randint(10, 999))
        if style == 1:
            return self.chars(string.ascii_letters, 12)
        if style == 2:
            return self.chars(string.ascii_letters + string.digits + "#%+_-", 16)
        return f"{self.word()}-{self.word()}-{self.word()}"

    def base64(self, length):
        """Random bytes in base64, `length` of them."""
        return base64.b64encode(bytes(self.rng.getrandbits(8) for _ in range(length))).decode()

    def digest(self, length=40):
        return self.hexes(length)

    def ticket(self, user, head="PVE"):
        return f"{head}:{user}:{self.hexes(8).upper()}::{self.base64(256)}"

    def jwt(self):
        def part(text):
            return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        claims = part('{"sub":"' + self.word() + '","iat":1700000000}')
        return f'{part(chr(123) + chr(34) + "alg" + chr(34) + ":" + chr(34) + "RS256" + chr(34) + chr(125))}.{claims}.{self.chars(URLSAFE, 86)}'

    def pem_body(self, lines=6):
        rows = [self.base64(48) for _ in range(lines)]
        return rows + [self.base64(20)]

    def names(self):
        """What --names gets: the inventory that the operator's server would know."""
        return {"clusters": [self.cluster], "nodes": self.nodes,
                "guests": [{k: g[k] for k in ("vmid", "name", "node")} for g in self.guests],
                "storages": self.storages, "pools": self.pools,
                "users": [f"{u}@{self.realms[i % len(self.realms)]}" if i % 2 else u for i, u in enumerate(self.users)],
                "persons": [f"{f} {l}" for f, l in self.people], "groups": self.groups,
                "realms": self.realms, "tokens": self.tokens, "tags": self.tags, "vnets": self.vnets,
                "zones": self.zones, "bridges": self.bridges, "domains": self.domains, "org": self.org,
                "customers": self.customers, "sites": self.sites, "disk_serials": self.serials}
