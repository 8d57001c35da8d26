"""A fourth installation: what several administrators left behind, each with a habit of naming.

Rivers, birds and composers, asset numbers, regions in the manner of clouds, and the shop talk of four languages.
"""
from .estate import ALNUM, DIGITS, HEX, UPPER
from .fleet import THIRD, Fleet, slug
from .template import Grammar

ROOTS = ("Brandhorst Vermeulenkamp Dąbrowicz Castellanera Montferrand Oudejans Kwiecińska Zubiaurre Thalmeyer Roquefeuil "
         "Steenwijks Wojtanek Peñafort Aumühler Grootveldt Klimczuk").split()
FIRST = "Maartje Grzegorz Purificación Étienne Korbinian Joost Wiesława Begoña Solène Ruprecht Fleur Zbigniew Nuria Yannick Walburga".split()
TRADES = ["Scheepvaart", "Transporte", "Hurtownia", "Menuiserie", "Energie", "Apotheken", "Consulting", "Bouw"]
FORMS = ["B.V.", "S.A.S.", "S.L.", "Sp. k.", "KG", "N.V.", "Inc."]
RIVERS = "vltava ijssel narew dordogne guadiana leitha warta charente scheldt drawa".split()
BIRDS = "ijsvogel bocian hirondelle cormoran zimorodek lechuza rotkehlchen kievit milano".split()
COMPOSERS = "sweelinck moniuszko couperin albeniz telemann lutoslawski rameau granados".split()
JOBS = ("kwartaalcijfers planning fakturownia zlecenia paie chantiers nomina albaranes lohnbuero lagerplatz urenregistratie "
        "reklamacje expeditions inventario zutritt wekaarchief cennik contrats vacaciones pruefplan").split()
STACK = "argocd vaultwarden rundeck netbox jellyfin paperless influx minio traefik zabbix".split()
REGIONS = "ams lux poz bcn lil grz mst".split()
WORD_NODES = "atlas beacon harbor quartz raven".split()
WORD_GUESTS = "portal orders archive docs cluster events search queue".split()
SHORT_GUESTS = "dc2 fs ldap sso rdp k8 ns".split()
TLDS = ["nl", "pl", "es", "fr", "de", "com", "cloud", "info"]


class Mosaic(Fleet):
    """The names are drawn anew; what has a shape is drawn as in a fleet."""

    def draw(self):
        rng = self.rng
        self.family = rng.sample(ROOTS, 12)
        short = [slug(name) for name in self.family]
        self.sites = [f"{region}{rng.randint(10, 40)}" for region in rng.sample(REGIONS, 3)]
        self.people = list(zip(rng.sample(FIRST, 9), self.family[3:]))
        self.org = [f"{self.family[0]} {rng.choice(TRADES)} {rng.choice(FORMS)}"]
        self.customers = [f"{self.family[1]} {rng.choice(TRADES)}", f"Gebr. {self.family[2]}", f"{self.family[11]}"]
        self.domains = [f"{short[0]}{rng.choice(['group', '-it', ''])}.{rng.choice(TLDS)}", f"{self.sites[0]}.{short[0]}.{rng.choice(['lan', 'internal', 'intra'])}",
                        f"{short[1]}.{rng.choice(TLDS)}", f"int.{short[2]}.{rng.choice(['local', 'corp'])}"]
        self.cluster = rng.choice([f"{short[0][:7]}-{self.sites[0]}", f"HCI{rng.randint(10, 99)}-{rng.choice(RIVERS)}", f"{rng.choice(COMPOSERS)}cluster"])
        self.nodes = self.make_fleet()
        self.word_nodes = rng.sample(WORD_NODES, 2)
        self.guests = self.make_guests()
        self.users = self.make_users()
        self.make_objects(short)
        self.serials = [head + self.chars(UPPER + DIGITS, count) for head, count in [("S64GNE0R", 6), ("2216E63", 5), ("WD-WCC7K", 7), ("PHYF1", 11), ("X0F0A0", 7)]]
        self.make_nets()

    def make_fleet(self):
        rng, site = self.rng, self.sites
        schemes = [rng.sample(RIVERS, 2), rng.sample(BIRDS, 2), rng.sample(COMPOSERS, 2), [f"HV{rng.randint(1000, 9999)}" for _ in range(2)],
                   [f"{site[0]}-hv{i}" for i in "ab"], [f"px-eu-{site[1]}-1{i}" for i in "ac"], [f"rack{rng.randint(10, 40)}node{i}" for i in (1, 2)],
                   [f"{site[2].upper()}-VMH-{rng.randint(100, 999)}" for _ in range(2)]]
        return [name for scheme in rng.sample(schemes, 4) for name in scheme]

    def make_guests(self):
        rng, jobs, stack = self.rng, self.rng.sample(JOBS, 9), self.rng.sample(STACK, 3)
        self.strong_names = [jobs[0], f"{jobs[1]}-acc", f"{jobs[2]}{rng.randint(10, 99)}", f"{self.sites[0]}-{jobs[3]}-01", f"WS2022-{jobs[4].upper()[:7]}",
                             f"{stack[0]}-{self.sites[1]}", f"vdi-{slug(rng.choice(self.people)[1])}", f"{slug(self.family[1])}-sql{rng.randint(1, 9)}",
                             f"PRN{rng.randint(1000, 9999)}SRV", f"{stack[1]}-{jobs[5]}", f"old-{jobs[6]}-p2v", f"{jobs[7]}-db-{self.chars(HEX, 6)}", f"{stack[2]}{rng.randint(2, 30)}-{jobs[8][:5]}"]
        self.word_names, self.short_names = rng.sample(WORD_GUESTS, 4), rng.sample(SHORT_GUESTS, 3)
        names = self.strong_names + self.word_names + self.short_names
        return [{"vmid": 300 + 7 * i, "name": name, "node": rng.choice(self.nodes), "type": rng.choice(["qemu", "lxc"])} for i, name in enumerate(names)]

    def make_users(self):
        forms = [lambda f, l: f"{l}.{f[0]}", lambda f, l: f"{f[:3]}{l[:4]}", lambda f, l: f"a-{l}", lambda f, l: f"{f}_{l}", lambda f, l: f"{l}{self.rng.randint(100, 999)}", lambda f, l: f"ext-{f}.{l}"]
        return [self.rng.choice(forms)(slug(first), slug(last))[:24] for first, last in self.people]

    def make_objects(self, short):
        rng, jobs = self.rng, self.rng.sample(JOBS, 8)
        self.storages = [f"{rng.choice(RIVERS)}-nvme", f"nfs-{short[3][:8]}", f"PBS_{self.sites[0]}", f"{jobs[0]}.thin", f"cifs-{jobs[1]}", rng.choice(["vault", "bulk", "tier2"])]
        self.pools = [f"klant-{short[1]}", f"{jobs[2]}-acc", f"Dzial_{jobs[3]}"]
        self.word_pools, self.word_tags = ["acceptance", "sandbox"], ["legacy", "public", "windows"]
        self.realms = [f"{short[0][:8]}-ad", f"entra-{short[2][:6]}", f"ipa.{short[4][:8]}"]
        self.groups = [f"g_{jobs[4]}", f"{short[0][:8]}-ops", f"Beheer.{jobs[5]}"]
        self.tokens = [f"ci-{short[5][:8]}", f"{jobs[6]}-ro", f"zbx{short[6][:6]}", "deploy"]
        self.tags = [f"klant-{short[1]}", f"sla-{jobs[7]}", f"cc{rng.randint(10000, 99999)}", f"{self.sites[2]}-dr"]
        self.vnets, self.zones = [f"v{short[7][:6]}", f"{jobs[0][:5]}{rng.randint(10, 99)}"], [f"z{short[8][:6]}", f"ev{self.sites[1][:4]}"]
        self.bridges = [f"br{jobs[1][:8]}", f"{short[9][:6]}vs1"]

    def password(self):
        rng = self.rng
        return rng.choice([lambda: f"{rng.choice(BIRDS).capitalize()}#{rng.randint(100, 9999)}", lambda: self.chars(ALNUM, rng.randint(10, 28)), lambda: self.chars("abcdefghjkmnprstuvwxyz", 12),
                           lambda: self.chars(DIGITS, 8), lambda: "_".join(rng.choice(RIVERS) for _ in range(3)), lambda: self.chars(ALNUM + "@!.-*=", 18) + "Q"])()


def pick(*options):
    return lambda fleet: fleet.rng.choice(options)


def named(*heads):
    """A name that no list holds, told by its field only."""
    return lambda fleet: f"{fleet.rng.choice(heads)}-{fleet.chars('bcdfgklmnprstvz', 3)}{fleet.rng.randint(1, 99)}"


FOURTH = Grammar({
    **THIRD.kinds,
    "host": ("host_label", "P", lambda e: f"{e.rng.choice(['relay', 'imap', 'asa', 'pdu', 'drac', 'wlc', 'radius', 'ntp', 'git', 'reg'])}{e.rng.randint(1, 40)}"),
    "mailbox": ("email_local", "P", lambda e: e.rng.choice([f"{e.rng.choice(JOBS)}{e.rng.randint(1, 9)}", "j.vandersloot", "p.wrzesniewska", "direccion", "beheer"])),
    "xdomain": ("domain", "P", lambda e: f"{e.rng.choice(['hout', 'meble', 'chant', 'piedra', 'gleis'])}{e.chars('bdgklmnrst', 2)}{e.chars('aeiou', 1)}{e.chars('nrst', 1)}.{e.rng.choice(TLDS)}"),
    "newguest": ("guest", "F", lambda e: f"{e.rng.choice(JOBS)}-{e.chars('bcdfgk', 2)}{e.rng.randint(1, 99)}"), "newhost": ("host", "F", named("sw", "ap", "wks", "copieur", "kasa", "balie")),
    "newid": ("id", "F", named("rule", "plan", "zadanie", "tarea", "doel")), "newuser": ("user", "F", lambda e: f"{e.rng.choice(BIRDS)}{e.rng.randint(10, 99)}"),
    "newgroup": ("group", "F", named("afdeling", "grupo", "zespol")), "store": ("datastore", "F", named("bewaar", "kopie", "respaldo")),
    "hperson": ("person_unknown", "H", pick("Lieselotte Ammerbacher", "Sjoerd Hoekzema", "Małgorzata Trzebiatowska", "Iker Goikoetxea", "Clémence Audouard")),
    "hlast": ("person_unknown", "H", pick("Ammerbacher", "Hoekzema", "Trzebiatowska", "Goikoetxea", "Audouard")),
    "hplace": ("place", "H", pick("Zwolle", "Szczecinek", "Valladolid", "Angoulême", "Wolfratshausen")), "chan": ("channel", "H", named("ops", "team", "vloer")),
    "hhost": ("host_unknown", "H", named("oldsrv", "camera", "poort")), "ssid": ("ssid", "H", named("guest", "floor", "magazijn")),
    "slackid": ("user", "F", lambda e: f"U0{e.chars(UPPER + DIGITS, 9)}"), "rname": ("host_label", "P", pick("hostmaster", "dnsadmin")),
    "ou": ("ou", "H", pick("Staff", "Personeel", "Service")), "classname": ("id", "H", pick("proxmox-data", "pve-ssd")),
    "hserial": ("serial", "F", lambda e: e.chars(UPPER + DIGITS, 7)), "jobid": ("job", "F", lambda e: f"{e.rng.choice(['backup', 'realmsync'])}-{e.chars(HEX, 8)}-{e.chars(HEX, 4)}"),
}, {
    **THIRD.secrets,
    "cisco7": ("password", "F", lambda e: e.chars("0123456789ABCDEF", 18)), "cisco9": ("crypt", "F", lambda e: f"$9${e.chars(ALNUM + './', 14)}${e.chars(ALNUM + './', 43)}"),
    "junos9": ("password", "F", lambda e: f"$9${e.chars(ALNUM + '-.', 24)}"), "fortienc": ("password", "F", lambda e: e.base64(48)), "b64pw": ("password", "F", lambda e: e.base64(15)),
    "rbdcookie": ("cookie", "F", lambda e: e.chars(DIGITS, 15)), "nthash": ("password", "F", lambda e: e.chars(HEX, 32)), "pass12": ("password", "F", lambda e: e.chars(ALNUM, 12)),
}, {
    **THIRD.macros, "usermail": "«user»@«domain»",
}, {
    **THIRD.plain,
    "iso": lambda e: f"2026-{e.rng.randint(1, 12):02d}-{e.rng.randint(1, 28):02d}T{e.rng.randint(0, 23):02d}:{e.rng.randint(0, 59):02d}:{e.rng.randint(0, 59):02d}", "us": lambda e: str(e.rng.randint(1700000000000000, 1790000000000000)),
})
