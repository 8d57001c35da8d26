"""A third installation: many naming schemes side by side, as in a fleet that grew over years and through mergers.

Names of pets and moons, of racks and sites, of people and products, and compounds of several languages; plain English words too.
"""
import ipaddress

from .estate import ALNUM, DIGITS, HEX, UPPER, Estate, plain
from .template import KINDS, MACROS, PLAIN, SECRETS, Grammar

FRONT = ("Birken Kalten Wester Oster Ritters Hohen Linden Eber Schwarzen Grafen Mühl Stauffen Reichen Königs Hasel "
         "Dornen Falken Lauter Wolfen Erlen").split()
BACK = "egger bacher hofer kamper rather walder stätter feldner brinker hausner dorfer steiner bürger mooser".split()
ABROAD = ("Vlahović Quiñones Pirelotti Tchaikowska Delacourtis Ozdemirci Vainikainen Szymborowicz Kvistgaard Ilienko "
          "Andriessens Baltazarini Hrdličková Ngozichukwu Takahara Moldovanescu").split()
FIRST = ("Friederike Ottokar Wilhelmine Björgvin Xiomara Kateřina Iñaki Ludovica Zsófia Radosław Emre Aurélie Tuomas "
         "Chiamaka Hedwig Sørine Bartłomiej Yevhen Gianluigi Annegret Hiroko").split()
TRADES = ["Kliniken", "Werkzeugbau", "Versicherungen", "Molkerei", "Spedition", "Stadtwerke", "Optik", "Reederei", "Ceramiche", "Assurances"]
FORMS = ["gGmbH", "GmbH & Co. KGaA", "S.r.l.", "S.A.", "AB", "s.r.o.", "Ltd.", "eG"]
WORKS = ("patientenakte kassensystem fuhrparkverwaltung dokumentenablage rechnungseingang auftragsabwicklung schliessanlage "
         "produktionsplanung wetterstation reisekosten anwesenheit telefonanlage inventarliste przychodnia zamowienia "
         "wynagrodzenia commandes livraisons stagiaires pedidos almacenes matriculas personeelszaken bestellingen "
         "magazzini prenotazioni siparisler personel tilaukset lagerstyring objednavky dochazka").split()
PRODUCTS = "gitlab nextcloud zammad keycloak matomo wordpress rabbitmq checkmk grafana mssql exchange opnsense mattermost odoo".split()
MOONS = "ganymed callisto enceladus umbriel oberon phobos deimos tethys iapetus hyperion nereid proteus".split()
PETS = "minka waldi schnurri mikesch struppi purzel lumpi hasso fiffi burek azorek pluszek chouchou".split()
PEOPLE = "heidi ottokar gundula bertram leokadia wendelin".split()
COMPOUNDS = "rechenknecht maschinenraum blechkiste serverschrank arbeitspferd obliczeniowy".split()
TOWNS = "ffm waw gra zrh brno lej dus nue trn vie".split()
WORD_NODES = "phoenix falcon anchor castle summit thunder".split()
WORD_GUESTS = "intranet reports billing registry vault jump database calendar tickets scanner".split()
SHORT_GUESTS = "erp bi pki dc1 crm hr wp".split()
WORD_STORES, WORD_POOLS, WORD_TAGS = "backup media fast slow archive".split(), "production staging".split(), "critical internal linux".split()
SERIALS = [("S5GENX0R", 6, ""), ("WD-CA1N", 7, ""), ("BTYF", 8, "480BGN"), ("Z1Z", 5, "0000"), ("Y0A0", 7, "MF"), ("5QD", 6, "")]
TLDS = ["de", "com", "it", "pl", "org", "net", "es", "eu", "co.uk"]


def slug(text):
    return plain(text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss"))


class Fleet(Estate):
    """The names are drawn anew; what has a shape is drawn as in an estate."""

    # Names.

    def draw(self):
        rng = self.rng
        self.family = [a + b for a, b in zip(rng.sample(FRONT, 12), (rng.choice(BACK) for _ in range(12)))]
        short = [slug(name) for name in self.family]
        self.sites = [f"{town}{rng.randint(1, 9)}" for town in rng.sample(TOWNS, 3)]
        self.people = list(zip(rng.sample(FIRST, 10), rng.sample(ABROAD, 5) + self.family[7:12]))
        self.org = [f"{self.family[0]} {rng.choice(TRADES)} {rng.choice(FORMS)}"]
        self.customers = [f"{self.family[1]} {rng.choice(TRADES)}", f"{self.family[2]} & Partner", self.family[3], f"{rng.choice(TRADES)} {self.family[4]}"]
        self.domains = [f"{short[0]}.{rng.choice(TLDS)}", f"{self.sites[0]}.{short[0]}.{rng.choice(['lan', 'intra', 'internal', 'home.arpa'])}",
                        f"{short[1]}-{rng.choice(['cloud', 'hosting', 'edv'])}.{rng.choice(TLDS)}", f"ad.{short[2]}.{rng.choice(['local', 'corp'])}"]
        self.cluster = rng.choice([f"{short[0]}-prod", f"{self.sites[0]}-{rng.choice(MOONS)}", f"verbund{rng.randint(1, 9)}", f"PVE-{short[5].upper()[:8]}"])
        self.nodes = self.make_fleet()
        self.word_nodes = rng.sample(WORD_NODES, 2)
        self.guests = self.make_guests()
        self.users = self.make_users()
        self.make_objects(short)
        self.serials = [head + self.chars(UPPER + DIGITS, count) + tail for head, count, tail in SERIALS]
        self.make_nets()

    def make_fleet(self):
        rng = self.rng
        schemes = [rng.sample(MOONS, 2), rng.sample(PETS, 2), rng.sample(PEOPLE, 2), [f"{rng.choice(COMPOUNDS)}{i}" for i in (1, 2)],
                   [f"{self.sites[0]}-r{rng.randint(1, 40):02d}-u{rng.randint(1, 42):02d}" for _ in range(2)],
                   [f"{self.sites[1].upper()}R{rng.randint(10, 40)}N{i}" for i in (3, 4)], [f"sg-{self.sites[2]}-pve-{i:02d}" for i in (1, 12)],
                   [f"prox-{rng.choice(['test', 'lab'])}{rng.randint(1, 9)}", f"kvm{rng.randint(100, 999)}"]]
        return [name for scheme in rng.sample(schemes, 4) for name in scheme]

    def make_guests(self):
        rng, works = self.rng, self.rng.sample(WORKS, 9)
        one, two = rng.sample(PRODUCTS, 2)
        names = [works[0], f"{works[1]}-neu", f"{works[2]}{rng.randint(1, 40):02d}", f"{self.sites[1]}-{works[3]}-p", f"SRV-{works[4][:6].upper()}{rng.randint(1, 9)}",
                 f"{one}-prd-{rng.randint(1, 20):02d}", f"{two}.{self.domains[1]}", f"DESKTOP-{self.chars(UPPER + DIGITS, 7)}", f"vm-{slug(rng.choice(self.people)[1])}",
                 f"{slug(self.family[1])}-{works[5]}", f"test-{slug(rng.choice(self.people)[0])}", works[6].capitalize(), f"k3s-{works[7][:7]}-w{rng.randint(1, 5)}",
                 f"{rng.choice(MOONS)}-db{rng.randint(1, 9)}", f"tpl-{works[8]}-{rng.randint(2019, 2026)}", f"r{rng.randint(10, 99)}{self.sites[2]}lb{rng.randint(1, 4)}"]
        self.strong_names = [name for name in names if "." not in name]
        self.word_names, self.short_names = rng.sample(WORD_GUESTS, 4), rng.sample(SHORT_GUESTS, 3)
        names += self.word_names + self.short_names
        return [{"vmid": 200 + 11 * i, "name": name, "node": rng.choice(self.nodes), "type": rng.choice(["qemu", "lxc"])} for i, name in enumerate(names)]

    def make_users(self):
        forms = [lambda f, l: f"{f}.{l}", lambda f, l: f"{l}{f[:2]}", lambda f, l: f"{f[0]}-{l}", lambda f, l: f"{l}_adm", lambda f, l: f"{f}{l[0]}{self.rng.randint(10, 99)}", lambda f, l: f"x{l[:6]}{self.rng.randint(1, 9)}"]
        return [self.rng.choice(forms)(slug(first), slug(last))[:24] for first, last in self.people]

    def make_objects(self, short):
        rng, works = self.rng, self.rng.sample(WORKS, 8)
        self.storages = [f"ssd-{self.sites[0]}", f"nfs_{works[0]}", f"pbs.{short[0]}", f"{rng.choice(MOONS)}-zfs", f"SAN-{short[5].upper()[:6]}{rng.randint(1, 9)}", rng.choice(WORD_STORES)]
        self.pools = [f"kunde-{short[1]}", f"{works[1]}_{rng.randint(10, 99)}", f"Abt-{works[2].capitalize()}"]
        self.word_pools, self.word_tags = WORD_POOLS, WORD_TAGS
        self.realms = [f"{short[0]}.ad", f"ldap-{short[2]}", f"sso{short[5][:6]}"]
        self.groups = [f"grp-{works[3]}", f"{short[0]}_admins", f"Team.{works[4].capitalize()}"]
        self.tokens = [f"tf-{short[5]}", f"{works[5]}-export", f"mon{short[6]}", "automation"]
        self.tags = [f"kunde-{short[1]}", f"sla_{works[6]}", f"kst{rng.randint(10000, 99999)}", f"{self.sites[2]}-rz"]
        self.vnets = [f"v{works[0][:6]}", f"{short[6][:5]}{rng.randint(10, 99)}"]
        self.zones = [f"z{short[5][:6]}", f"evpn{self.sites[1][:3]}"]
        self.bridges = [f"br{works[1][:8]}", f"{short[6][:6]}br0"]

    def make_nets(self):
        rng = self.rng
        self.nets = [f"10.{rng.randint(0, 254)}.{rng.randint(0, 254)}" for _ in range(4)] + [f"192.168.{rng.randint(0, 254)}" for _ in range(2)]
        self.nets += [f"172.{rng.randint(16, 31)}.{rng.randint(0, 254)}", f"100.{rng.randint(64, 127)}.{rng.randint(0, 254)}"]
        self.nets += [f"{rng.choice([5, 37, 45, 77, 81, 130, 141, 178, 195, 217])}.{rng.randint(1, 254)}.{rng.randint(1, 254)}" for _ in range(3)]
        self.v6 = [f"2001:{self.lead(3)}:{self.lead(4)}", f"2a0{rng.randint(1, 9)}:{self.lead(4)}:{self.lead(3)}", f"2003:{self.lead(2)}:{self.lead(4)}", f"fd{self.hexes(2)}:{self.lead(4)}:{self.lead(4)}"]

    def strong(self):
        return self.strong_names

    def words(self):
        return self.word_names

    def shorts(self):
        return self.short_names

    # Values with a shape.

    def mac(self):
        head = self.rng.choice(["BC:24:11", "52:54:00", "00:0C:29", "D8:BB:C1", "AC:1F:6B", "7C:C2:55", "02:42:AC", "F4:02:70"])
        return head + "".join(":" + self.hexes(2).upper() for _ in range(3))

    def link_local(self):
        """The address that a card gives itself, with its own number inside."""
        octets = [int(pair, 16) for pair in self.mac().split(":")]
        octets[0] ^= 2
        tail = "{:02x}{:02x}:{:02x}ff:fe{:02x}:{:02x}{:02x}".format(*octets)
        return str(ipaddress.ip_address("fe80::" + tail))

    def phone(self):
        rng = self.rng
        return rng.choice([f"+49 (0)351 {rng.randint(10**5, 10**6 - 1)}-{rng.randint(10, 99)}", f"+49 171 {rng.randint(10**6, 10**7 - 1)}", f"+49-69-{rng.randint(10**6, 10**7 - 1)}",
                           f"+41 44 {rng.randint(200, 999)} {rng.randint(10, 99)} {rng.randint(10, 99)}", f"+48 {rng.randint(501, 799)} {rng.randint(100, 999)} {rng.randint(100, 999)}",
                           f"+39 02 {rng.randint(10**6, 10**7 - 1)}", f"+1 ({rng.randint(201, 989)}) {rng.randint(200, 999)}-{rng.randint(1000, 9999)}", f"+44 20 7{rng.randint(100, 999)} {rng.randint(1000, 9999)}"])

    def phone_at_home(self):
        """A number without its country, which only a word before it tells."""
        rng = self.rng
        return rng.choice([f"0351/{rng.randint(10**5, 10**6 - 1)}", f"(030) {rng.randint(10**6, 10**7 - 1)}", f"0171 {rng.randint(10**6, 10**7 - 1)}", f"089-{rng.randint(10**5, 10**6 - 1)}-{rng.randint(10, 99)}"])

    def password(self):
        rng = self.rng
        return rng.choice([lambda: rng.choice(WORKS).capitalize() + self.chars("!$%?*+", 1) + str(rng.randint(1, 99)), lambda: self.chars(ALNUM, rng.randint(8, 24)),
                           lambda: self.chars("abcdefghijkmnopqrstuvwxyz", rng.randint(8, 16)), lambda: self.chars(DIGITS, 10), lambda: self.chars(ALNUM + "_-.!+*~", 20) + "k",
                           lambda: ".".join(rng.choice(PETS) for _ in range(3)), lambda: self.hexes(24)])()

    def names(self):
        more = super().names()
        more["nodes"] = self.nodes + self.word_nodes
        more["org"] = self.org + [self.domains[3].split(".")[1]]
        more["pools"], more["tags"] = self.pools + self.word_pools, self.tags + self.word_tags
        return more


def pick(*options):
    return lambda fleet: fleet.rng.choice(options)


def named(head, alphabet="bcdfghjklmnprstvwz"):
    """A name that no list holds, told by its field only."""
    return lambda fleet: f"{fleet.rng.choice(head) if head else fleet.rng.choice(WORKS)}-{fleet.chars(alphabet, 3)}{fleet.rng.randint(1, 99)}"


def number(low, high):
    return lambda fleet: str(fleet.rng.randint(low, high))


UNKNOWN_PEOPLE = ["Roswin Achtelstetter", "Ludmila Przybylska", "Marcelino Etxeberria", "Gudrun Wiesenthaler", "Osvaldo Tramontini", "Birthe Klitgaard", "Hakan Yalçınkaya"]
THIRD = Grammar({
    **KINDS,
    "node": ("node", "D", lambda e: e.rng.choice(e.nodes)), "wnode": ("node", "C", lambda e: e.rng.choice(e.word_nodes)),
    "wpool": ("pool", "C", lambda e: e.rng.choice(e.word_pools)), "wtag": ("tag", "C", lambda e: e.rng.choice(e.word_tags)),
    "wtoken": ("token", "C", lambda e: e.tokens[-1]), "first": ("person_part", "D", lambda e: e.rng.choice(e.people)[0]),
    "net": ("ipv4", "P", lambda e: f"{e.rng.choice(e.nets)}.0"), "gw": ("ipv4", "P", lambda e: f"{e.rng.choice(e.nets)}.{e.rng.choice([1, 254])}"),
    "ll": ("ipv6", "P", lambda e: e.link_local()), "phone0": ("phone", "P", lambda e: e.phone_at_home()),
    "host": ("host_label", "P", lambda e: f"{e.rng.choice(['mx', 'vpn', 'ilo', 'bmc', 'core', 'ns', 'cdn', 'ups', 'cam', 'edge'])}{e.rng.randint(1, 40)}"),
    "mailbox": ("email_local", "P", lambda e: e.rng.choice([f"{e.rng.choice(WORKS)}{e.rng.randint(1, 9)}", f"{slug(e.rng.choice(UNKNOWN_PEOPLE)).replace(' ', '.')}"])),
    "xdomain": ("domain", "P", lambda e: f"{e.rng.choice(FRONT).lower().translate({252: 'ue', 246: 'oe'})}{e.chars('bdfgklmnrst', 2)}{e.chars('aeiou', 1)}.{e.rng.choice(TLDS)}"),
    "hword": ("host_label", "P", pick("wiki", "mail", "vpn", "sso", "monitor", "webmail", "autodiscover", "repo")), "dlabel": ("domain", "D", lambda e: e.domains[3].split(".")[1]),
    "urluser": ("url_user", "P", lambda e: f"{e.rng.choice(WORKS)[:8]}{e.rng.randint(1, 99)}"),
    "newguest": ("guest", "F", named([])), "newhost": ("host", "F", named(["lap", "nas", "druckserver", "kamera", "switch"])), "newid": ("id", "F", named([])),
    "newuser": ("user", "F", lambda e: f"{e.rng.choice(PEOPLE + PETS)}{e.rng.randint(10, 99)}"), "newgroup": ("group", "F", named(["abteilung", "zespol", "equipe"])),
    "snap": ("snapshot", "F", lambda e: f"{e.rng.choice(['vor', 'pre', 'stand', 'avant'])}_{e.rng.choice(WORKS)}{e.rng.randint(1, 30)}"),
    "vg": ("vg", "F", lambda e: f"vg{e.rng.choice(WORKS)[:7]}{e.rng.randint(1, 9)}"), "zpool": ("zpool", "F", lambda e: f"z{e.rng.choice(WORKS)[:8]}"),
    "dataset": ("zpool", "F", named([])), "store": ("datastore", "F", named(["sicherung", "depot", "kopia"])), "ns": ("namespace", "F", named(["filiale", "oddzial"])),
    "wwns": ("wwn", "P", lambda e: f"5 {e.hexes(6)} {e.hexes(9)}"), "euih": ("eui", "P", lambda e: f"eui.{e.hexes(16)}"),
    "wwnd": ("wwn", "P", lambda e: f"5-{e.hexes(6)}-{e.hexes(9)}"),
    "iqn": ("iqn", "P", lambda e: f"iqn.{e.rng.randint(2001, 2024)}-0{e.rng.randint(1, 9)}.{e.rng.choice(['com.synology', 'org.freenas.ctl', 'com.qnap', 'de.' + slug(e.rng.choice(FRONT))])}:{e.rng.choice(WORKS)}.{e.hexes(6)}"),
    "hperson": ("person_unknown", "H", pick(*UNKNOWN_PEOPLE)), "hlast": ("person_unknown", "H", lambda e: e.rng.choice(UNKNOWN_PEOPLE).split()[1]),
    "hplace": ("place", "H", pick("Görlitz", "Bielsko-Biała", "Cuneo", "Zaragoza", "Tampere", "Kecskemét")),
    "hstreet": ("place", "H", lambda e: f"{e.rng.choice(['Schillerstr.', 'Am Hafenbecken', 'Rue du Moulin', 'ul. Polna', 'Via Garibaldi'])} {e.rng.randint(1, 140)}"),
    "hfirm": ("customer_unknown", "H", lambda e: f"{e.rng.choice(['Trautwein', 'Mazurkiewicz', 'Bonfiglioni'])} {e.rng.choice(TRADES)}"),
    # What may go with the secret or name beside it, or stay.
    "share": ("share", "H", pick("fotos", "austausch", "vorlagen", "scans$")), "mid": ("message_id", "H", lambda e: f"{e.rng.randint(10**13, 10**14)}.{e.hexes(11).upper()}"),
    "services": ("frame", "H", pick("services/")), "webhooks": ("frame", "H", pick("api/webhooks/")), "bot": ("frame", "H", pick("bot")), "getme": ("frame", "H", pick("/getMe")),
    "bearer": ("frame", "H", pick("Bearer ")), "authcookie": ("frame", "H", pick("PVEAuthCookie=")),
    "hhost": ("host_unknown", "H", lambda e: f"{e.rng.choice(['oldesx', 'drucker', 'kasse', 'pforte'])}{e.rng.randint(1, 30)}"),
}, {
    **SECRETS,
    "sha256crypt": ("crypt", "P", lambda e: f"$5${e.chars(ALNUM + './', 16)}${e.chars(ALNUM + './', 43)}"), "md5crypt": ("crypt", "P", lambda e: f"$1${e.chars(ALNUM, 8)}${e.chars(ALNUM + './', 22)}"),
    "md5fp": ("ssh_fingerprint", "P", lambda e: ":".join(e.hexes(2) for _ in range(16))), "cookie": ("cookie", "F", lambda e: e.chars(ALNUM, 40)),
    "cftoken": ("api_token", "F", lambda e: e.chars(ALNUM + "_-", 39) + "w"), "vnctoken": ("vnc_ticket", "P", lambda e: f"PVEVNC:{e.hexes(8).upper()}::{e.base64(256)}"),
    "clientsecret": ("client_secret", "F", lambda e: e.chars(ALNUM + "~_", 36)), "alnum20": ("password", "F", lambda e: e.chars(ALNUM, 20)),
    "blob": ("base64_blob", "P", lambda e: e.base64(256)), "telegrambot": ("vendor_telegram", "P", lambda e: f"{e.rng.randint(10**9, 8 * 10**9)}:AA{e.chars(ALNUM + '_-', 33)}"),
}, {
    **MACROS, "boxmail": "«mailbox»@«xdomain»", "ghost": "«guest».«domain»",
}, {
    **PLAIN,
    "n": number(1, 64), "nn": number(10, 999), "pct": lambda e: f"{e.rng.randint(0, 99)}.{e.rng.randint(0, 99):02d}", "vlan": number(2, 4094), "asn": number(64512, 65534),
    "kern": lambda e: f"6.{e.rng.choice([5, 8, 11, 14])}.{e.rng.randint(0, 13)}-{e.rng.randint(1, 20)}-pve", "ver": lambda e: f"{e.rng.randint(1, 9)}.{e.rng.randint(0, 20)}.{e.rng.randint(0, 20)}",
    "ver4": lambda e: f"{e.rng.randint(1, 9)}.{e.rng.randint(0, 20)}.{e.rng.randint(0, 20)}.{e.rng.randint(1, 20)}", "pkg": lambda e: f"{e.rng.randint(1, 9)}.{e.rng.randint(0, 20)}.{e.rng.randint(0, 9)}-{e.rng.randint(1, 9)}",
    "day": lambda e: f"2026-{e.rng.randint(1, 12):02d}-{e.rng.randint(1, 28):02d}", "mon": lambda e: f"{e.rng.choice(['Jan', 'Mar', 'Jun', 'Sep', 'Nov'])} {e.rng.randint(10, 28)}",
    "mem": lambda e: str(e.rng.choice([1024, 2048, 3072, 4096, 8192, 16384, 49152])), "gib": lambda e: f"{e.rng.randint(1, 900)}.{e.rng.randint(0, 9)}", "upts": number(1000, 9999999),
    "hex8": lambda e: e.chars(HEX, 8), "ms": lambda e: f"{e.rng.randint(0, 90)}.{e.rng.randint(100, 999)}", "load": lambda e: f"{e.rng.randint(0, 40)}.{e.rng.randint(0, 99):02d}",
    "pci": lambda e: f"0000:{e.rng.choice(['01', '3b', '5e', 'af', 'c1'])}:00.{e.rng.randint(0, 1)}", "temp": number(22, 61), "iface": lambda e: e.rng.choice(["eno1", "eno2", "enp3s0f0", "ens18", "eth0", "bond0"]),
})
