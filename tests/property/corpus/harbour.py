"""A sixth installation: a shipping line with its terminals, forwarders and agents on four seas.

Ships give machines their names, so do containers, berths, customers and whoever was on duty; written in Polish, Turkish,
Vietnamese, Portuguese, Latvian, Greek, Ukrainian and Korean, with and without their marks. From the requirements alone.
"""
import string

from .estate import ALNUM, DIGITS, HEX, LOWER_NUM, UPPER, URLSAFE, Estate, plain
from .template import KINDS, MACROS, PLAIN, SECRETS, Grammar

LINES = ("zeglomor denizkulu songcau maresgate ziemelvej thalassor chornohir baltwind kormanka limanreis vaganova ilhabelo "
         "halongex mersintas gdynport santarem-log navikorp okeanida skagerax piraiki").split()
SHIPS = ("dar-szczecina zawisza yavuzhan barbaros-hayreddin tauria-star kalliopi-v ilha-comprida trang-an08 wilia-trader vega-auriga "
         "rota-fortuna kapitan-ledochowski nordkapp-q gulcemal sirena-del-mar bach-dang11").split()
WORKS = ("odprawa-celna magazyn-a2 kontenery gumruk-beyan konsimento liman-otomasyon hai-quan khobai vantai despachante faturamento "
         "armazem17 kravas-uzskaite muita naulosi telonio fraht kierowcy awizacja rampa4 tahsilat conhecimento").split()
STACK = "n4tos ecdis-mirror edifact sapb1 as2gw portbase cargowise totvs netsis vdr reefermon weighbridge".split()
FIRST = ("Grażyna Łukasz Świętosława Gülşah Çağrı İbrahim Nhung Đức Hằng João Conceição Ģirts Žanete Ελένη Олексій 박지훈 Niccolò Zoë").split()
LAST = ("Brzęczkowska Żółkiewski Ślązak Öztürkmen Kılıçdağı Büyükaşık Trịnhvăn Đặngthành Phạmquỳnh Gonçalveira Assunção-Brandt Bērziņkalns Šķestere "
        "Παπαδάκη Шевчукенко 최민석 D'Ambrosetti Thistlewood").split()
LOGINS = {"Ελένη": "eleni", "Παπαδάκη": "papadaki", "Олексій": "oleksii", "Шевчукенко": "shevchukenko", "박지훈": "jihoon", "최민석": "choims"}
STRANGERS = ["Wacław Dreszer", "Selim Karaduman", "Tuấn Lưu", "Marisa Quadros", "Aivars Ozols", "Fenella Strachan"]
PLACES = ["Gdynia", "Mersin", "Hải Phòng", "Santos", "Liepāja", "Mykolaiv", "Perama"]
FORMS = ["S.A.", "A.Ş.", "Ltda.", "Co., Ltd", "SIA", "Sp. z o.o.", "E.P.E.", "PLC"]
TRADES = ["Denizcilik", "Vận Tải", "Logística", "Żegluga", "Bunkering", "Reefer", "Stevedoring", "Kravu Serviss"]
WORD_GUESTS = "pilot anchor customs manifest cargo weather tracking crane harbor invoice radio yard".split()
SHORT_GUESTS = "wms gts ais vts bi q4 hq".split()
DISKS = [("S6KNNE0T", 6, ""), ("WD-C81K", 5, "XF"), ("ZVT7", 4, "R2"), ("PHAB2480", 5, "1P9CGN"), ("22473C2A", 4, ""), ("BTLJ90", 6, "4P0I"), ("5YG8", 4, "KD")]
TOKENS = {   # secrets of a shape: prefix, alphabet, length, end
    "gitlabdeploy": ("gldt-", URLSAFE, 20, ""), "gitlabtrigger": ("glptt-", HEX, 40, ""), "atlassian": ("ATATT3xFfGF0", URLSAFE, 175, "=7C21E0D4"), "sentry": ("sntryu_", HEX, 64, ""),
    "planetscale": ("pscale_tkn_", ALNUM, 43, ""), "postman": ("PMAK-", HEX, 24, "-" + "5e0a91c7d2" * 3 + "84fb"), "readme": ("rdme_", LOWER_NUM, 70, ""), "infracost": ("ico-", ALNUM, 32, ""),
    "prefect": ("pnu_", ALNUM, 36, ""), "dynatrace": ("dt0c01.", UPPER + "234567", 24, "." + "K4ZQ7WXN" * 8), "octopus": ("API-", UPPER + DIGITS, 26, ""), "notion": ("ntn_", DIGITS, 11, "kQ3vZ7xR9b" * 3 + "Lm8Td"),
    "perplexity": ("pplx-", ALNUM, 48, ""), "easypost": ("EZAK", LOWER_NUM, 54, ""), "tfcloud": ("q7Zk2mWx9LrT4v.atlasv1.", ALNUM, 64, ""), "duffel": ("duffel_live_", ALNUM, 43, ""), "shippo": ("shippo_live_", HEX, 40, ""),
    "twilio": ("SK", HEX, 32, ""), "alibaba": ("LTAI5t", ALNUM, 18, ""), "slackuser": ("xoxp-", DIGITS, 12, "-4410229385512-6120938471123-" + "3b9d2c7f" * 4), "githuboauth": ("gho_", ALNUM, 36, ""), "stripetest": ("rk_live_", ALNUM, 40, ""),
    "nuget": ("oy2", LOWER_NUM, 43, ""), "openshift": ("sha256~", ALNUM, 43, ""), "onepassword": ("ops_eyJ", ALNUM, 260, ""), "flutterwave": ("FLWSECK_TEST-", "abcdefgh0123456789", 32, "-X"),
    "tgbot": ("5819203347:AA", URLSAFE, 33, ""), "azuread": ("q3V8Q~", ALNUM, 34, ""), "hcservice": ("hvs.", URLSAFE, 95, ""), "sendinblue": ("xkeysib-", HEX, 64, "-" + "Zp4kW9xQ7mLt3vRn"), "mapbox": ("sk.eyJ1Ijoi", ALNUM, 60, ".qW8rT2yU5iO9pL3kJ6hG1a"),
}


def login(text):
    """A person's name as a login spells it; letters without a Latin form by a table of their own."""
    return plain(LOGINS.get(text, text).replace("đ", "d").replace("Đ", "D").replace("ı", "i")).replace("-", "").replace("'", "")


class Harbour(Estate):
    """Names by category; the values without a name are made as Estate makes them, in nets of this place."""

    def draw(self):
        rng, lines = self.rng, self.rng.sample(LINES, 10)
        self.lines, self.ships = lines, rng.sample(SHIPS, 10)
        self.sites = rng.sample(["gdn1", "tr-mersin", "vnhph2", "ssz3", "rixdc", "berth17", "q4-quay"], 3)
        self.idn = rng.choice(["żegluga-morska.pl", "denizyolları.com.tr", "kravas-ostā.lv", "logística-rápida.com.br"])
        self.domains = [f"{lines[0]}.{rng.choice(['com.vn', 'com.tr', 'com.br', 'pl', 'lv', 'gr', 'shipping'])}", f"{self.sites[0]}.{lines[0]}.{rng.choice(['lan', 'internal', 'home.arpa'])}",
                        f"{lines[1]}-{rng.choice(['agency', 'lines', 'terminal'])}.{rng.choice(['com', 'net', 'eu', 'io'])}", f"fleet.{lines[2]}.{rng.choice(['corp', 'local', 'intra'])}"]
        self.cluster = rng.choice([f"{lines[3]}-hci", f"{self.sites[1]}-{lines[3][:5]}", f"TERMINAL{rng.randint(2, 9)}{lines[3][:4].upper()}"])
        self.nodes = rng.choice([self.ships[:5], [f"{self.sites[0]}-hv{i}{c}" for i, c in zip((1, 1, 2, 2, 3), "ababa")], [f"kvm{i}-{lines[4][:6]}" for i in range(1, 6)],
                                 [f"R{i}U{i * 4 + 3}-{lines[5][:4].upper()}" for i in range(1, 6)], [f"{lines[6][:4]}{i:04d}" for i in (12, 13, 208, 209, 1001)]])
        self.org = [f"{lines[0].capitalize()} {rng.choice(TRADES)} {rng.choice(FORMS)}"]
        self.customers = [f"{lines[7].capitalize()} {rng.choice(TRADES)} {rng.choice(FORMS)}", rng.choice(["Yıldızlar Tekstil A.Ş.", "Przędzalnia Górecka", "Công ty Sao Biển Đỏ", "Irmãos Carvalhães"]),
                          rng.choice(["7Seas-Chandlers", "4Winds Ro-Ro", "K2-Cold-Chain"]), lines[8].capitalize()]
        self.storages = [f"san-{lines[9][:8]}", f"{self.ships[5].split('-')[0]}_rbd{rng.randint(1, 9)}", f"PBS.{self.sites[2]}", f"nfs{rng.randint(10, 99)}-{lines[7][:6]}", f"Iscsi-{lines[2][:7]}", "hold"]
        self.pools = [f"{lines[7]}.prod", f"Terminal_{self.sites[1]}", f"agent-{lines[8]}-{rng.randint(10, 99)}"]
        self.realms = [f"{lines[0][:9]}-ad", f"sso.{lines[1]}", f"crew{rng.randint(10, 99)}-ldap"]
        self.groups = [f"{lines[0]}-nocshift", f"SEC_{lines[3].upper()}_RW", f"dzial.{lines[8]}", f"brygada{rng.randint(11, 99)}"]
        self.people = list(zip(rng.sample(FIRST, 9), rng.sample(LAST, 9)))
        self.users = self.make_users()
        self.tokens = [f"edi-{lines[5]}", f"{lines[6][:7]}_prom", f"opentofu{rng.randint(10, 99)}", "readonly"]
        self.tags = [f"{lines[7]}.sla4", f"imo{rng.randint(9000000, 9999999)}", f"bu-{lines[8]}", f"{self.sites[2]}_dr"]
        self.vnets = [f"vl{lines[4][:5]}", f"q{rng.randint(10, 99)}{lines[5][:4]}"]
        self.zones = [f"z{lines[6][:6]}", f"{lines[9][:5]}vx"]
        self.bridges = [f"br-{lines[1][:6]}", f"{lines[8][:7]}br{rng.randint(2, 9)}"]
        self.serials = [head + self.chars(UPPER + DIGITS, count) + tail for head, count, tail in rng.sample(DISKS, 5)]
        self.guests = self.make_guests()
        self.nets = [f"10.{rng.randint(4, 250)}.{rng.randint(1, 250)}", f"10.{rng.randint(4, 250)}.{rng.randint(1, 250)}", f"172.{rng.randint(17, 31)}.{rng.randint(1, 250)}",
                     f"192.168.{rng.randint(10, 240)}", f"100.{rng.randint(65, 126)}.{rng.randint(1, 250)}", f"{rng.choice([37, 78, 85, 113, 177, 212])}.{rng.randint(3, 250)}.{rng.randint(3, 250)}"]
        self.v6 = [f"2001:{self.lead(3)}:{self.lead(4)}", f"2a0{rng.randint(1, 9)}:{self.lead(3)}:{self.lead(4)}", f"2804:{self.lead(4)}:{self.lead(4)}", f"fd{self.hexes(2)}:{self.lead(4)}:{self.lead(4)}"]

    def make_users(self):
        forms = [lambda f, l: f"{f}.{l}", lambda f, l: f"{l}{f[0]}", lambda f, l: f"{f[0]}_{l}", lambda f, l: f"crew-{l}", lambda f, l: f"{l}.{f[:2]}.ext", lambda f, l: f"{l[:6]}{self.rng.randint(100, 999)}"]
        return [self.rng.choice(forms)(login(first), login(last))[:24] for first, last in self.people]

    def make_guests(self):
        rng, works, stack, lines = self.rng, self.rng.sample(WORKS, 9), self.rng.sample(STACK, 5), self.lines
        self.strong_names = [f"mv-{self.ships[6]}", f"{stack[0]}-prd{rng.randint(1, 9)}", works[0] + f"-{rng.randint(1, 9):02d}", f"{lines[7]}-{stack[1]}", f"IMO{rng.randint(9000000, 9999999)}-VDR",
                             f"{self.chars(UPPER, 3)}U{self.chars(DIGITS, 7)}", f"{works[1].upper()}{rng.randint(10, 99)}", f"{self.sites[1]}-{stack[2]}-a", f"{works[2]}2-test-{lines[4][:5]}", f"{self.ships[7]}-bkp",
                             f"vm{rng.randint(100, 999)}-{lines[8]}-erp", f"Win10-{lines[9][:6]}-{rng.randint(1, 99):03d}", f"{works[3]}-golden", f"k8s-{lines[5]}-cp{rng.randint(1, 5)}"]
        names = self.strong_names + [f"{stack[3]}.{self.domains[1]}"] + rng.sample(WORD_GUESTS, 4) + rng.sample(SHORT_GUESTS, 3)
        return [{"vmid": 5001 + 13 * i, "name": name, "node": rng.choice(self.nodes), "type": rng.choice(["qemu", "lxc"])} for i, name in enumerate(names)]

    def strong(self):
        return self.strong_names

    def words(self):
        return [g["name"] for g in self.guests if g["name"] in WORD_GUESTS]

    def shorts(self):
        return [g["name"] for g in self.guests if g["name"] in SHORT_GUESTS]

    def names(self):
        return super().names() | {"domains": [*self.domains, self.idn]}

    def mac(self):
        head = self.rng.choice(["BC:24:11", "52:54:00", "EC:0D:9A", "00:1B:21", "A0:36:9F", "F4:02:70", "00:90:FA", "8C:47:BE"])
        return head + "".join(":" + self.hexes(2).upper() for _ in range(3))

    def password(self):
        rng = self.rng
        return rng.choice([lambda: f"{rng.choice(LINES).capitalize()}@{rng.randint(1960, 2026)}", lambda: self.chars(ALNUM, 15), lambda: self.chars(string.ascii_lowercase, 11), lambda: self.chars(DIGITS, 9),
                           lambda: self.chars(ALNUM + "!@%*+-_.~^", 21) + "4", lambda: f"{rng.choice(SHIPS).split('-')[0].upper()}{rng.randint(1000, 9999)}*", lambda: self.hexes(24)])()

    def token(self, kind):
        head, alphabet, count, tail = TOKENS[kind]
        return head + self.chars(alphabet, count) + tail

    def phone(self):
        rng = self.rng
        return rng.choice([f"+48 58 {rng.randint(100, 999)} {rng.randint(10, 99)} {rng.randint(10, 99)}", f"+90 324 {rng.randint(100, 999)} {rng.randint(1000, 9999)}", f"+84 225 {rng.randint(1000, 9999)} {rng.randint(100, 999)}",
                           f"+55 (13) 9{rng.randint(1000, 9999)}-{rng.randint(1000, 9999)}", f"+371 6{rng.randint(1000000, 9999999)}", f"+82-2-{rng.randint(1000, 9999)}-{rng.randint(1000, 9999)}", f"+30 210 {rng.randint(1000000, 9999999)}"])

    def link_local(self):
        return f"fe80::{self.lead(4)}:{self.hexes(2)}ff:fe{self.hexes(2)}:{self.lead(4)}"


def named(*heads):
    """A name that no list holds, told by its field only."""
    return lambda e: f"{e.rng.choice(heads)}-{e.chars('bcdfgklmprstvz', 4)}{e.rng.randint(1, 99)}"


SIXTH = Grammar(
    KINDS | {
        "net": ("ipv4", "P", lambda e: f"{e.rng.choice(e.nets)}.0"), "gw": ("ipv4", "P", lambda e: f"{e.rng.choice(e.nets)}.1"), "bcast": ("ipv4", "P", lambda e: f"{e.rng.choice(e.nets)}.255"), "wild": ("ipv4_wild", "P", lambda e: f"{e.rng.choice(e.nets)}.*"),
        "ll": ("ipv6", "P", lambda e: e.link_local()), "net6": ("ipv6", "P", lambda e: e.rng.choice(e.v6) + "::"), "sip": ("ipv4_dashed", "P", lambda e: "ip-" + e.ip4().replace(".", "-")),
        "idn": ("domain", "D", lambda e: e.idn), "domain0": ("domain", "D", lambda e: e.domains[0]), "domain1": ("domain", "D", lambda e: e.domains[1]), "domain2": ("domain", "D", lambda e: e.domains[2]),
        "host": ("host_label", "P", lambda e: f"{e.rng.choice(['mx', 'bmc', 'ilo', 'ntp', 'core', 'edi', 'relay', 'git', 'mirror', 'radius'])}{e.rng.randint(1, 70)}"), "sub": ("host_label", "P", lambda e: e.rng.choice(["quay", "oob", "crewnet", "stg2"])),
        "mailbox": ("email_local", "P", lambda e: f"{e.rng.choice(['dyspozytor', 'operasyon', 'vanphong', 'atendimento', 'dispecers', 'agency', 'ops+alerts', 'noc_24x7'])}.{e.chars('bcdfgklm', 3)}"),
        "xdomain": ("domain", "P", lambda e: f"{e.rng.choice(['chandler', 'stevedore', 'klient', 'musteri', 'doitac'])}-{e.chars('bdfgklmnprst', 4)}{e.chars('aeio', 1)}.{e.rng.choice(['com', 'com.tr', 'pl', 'com.br', 'vn', 'lv', 'gr', 'cloud', 'app'])}"),
        "urluser": ("url_user", "P", lambda e: f"{e.rng.choice(['edi', 'svc', 'ftp'])}_{e.chars('bcdfgklm', 4)}"),
        "newguest": ("guest", "F", named("kargo", "statek", "tau", "navio", "kuga")), "newnode": ("node", "F", named("dok", "rihtim", "cais")), "newuser": ("user", "F", lambda e: f"{e.rng.choice(['svc', 'dev', 'vw', 'tmp'])}_{e.chars('bcdfgklmprst', 4)}{e.rng.randint(1, 99)}"),
        "newid": ("id", "F", named("trasa", "hat", "tuyen", "rota")), "newhost": ("host", "F", named("biuro", "ofis", "phong", "kiosk")), "newstore": ("storage", "F", named("skladnica", "depo", "kho")), "newpool": ("ceph_pool", "F", named("basen", "havuz")),
        "ext": ("node", "F", named("peer")), "vg": ("vg", "F", lambda e: f"vg_{e.chars('bcdfgklm', 4)}{e.rng.randint(0, 9)}"), "zpool": ("zpool", "F", lambda e: f"zp{e.chars('bcdfgkl', 4)}{e.rng.randint(1, 9)}"), "snap": ("snapshot", "F", lambda e: f"przed_{e.rng.choice(LINES[:13])}_{e.rng.randint(1, 99)}"),
        "iqn": ("iqn", "P", lambda e: f"iqn.2001-05.com.equallogic:0-8a0906-{e.hexes(9)}-{e.rng.choice(LINES[:13])}"), "iqnd": ("iqn", "P", lambda e: f"iqn.1993-08.org.debian:01:{e.hexes(11)}"), "naa": ("wwn", "P", lambda e: f"naa.6{e.hexes(31)}"), "mpath": ("wwn", "F", lambda e: f"36{e.hexes(31)}"),
        "wwn5": ("wwn", "P", lambda e: f"5-0014ee-{e.hexes(9)}"), "wwnsp": ("wwn", "P", lambda e: f"5 0014ee {e.hexes(9)}"), "wwnx": ("wwn", "P", lambda e: f"0x5{e.hexes(15)}"), "wwpn": ("wwn", "F", lambda e: f"5001{e.hexes(12)}"),
        "anyserial": ("serial", "F", lambda e: e.chars(UPPER, 3) + e.chars(UPPER + DIGITS, 7) + "8K"), "asset": ("serial", "F", lambda e: f"{e.chars(UPPER, 2)}{e.chars(DIGITS, 7)}"), "dimm": ("serial", "F", lambda e: e.hexes(8).upper()), "svctag": ("serial", "F", lambda e: e.chars("BCDFGHJKLM", 1) + e.chars(UPPER + DIGITS, 5) + "3"),
        "euisp": ("eui", "F", lambda e: f"8ce38e {e.hexes(10)}"), "machineid": ("machine_id", "F", lambda e: e.hexes(32)), "barmac": ("mac", "F", lambda e: e.mac().replace(":", "").lower()),
        "jobid": ("backup_job", "F", named("nocny")), "newtag": ("tag", "F", named("umowa")), "newgroup": ("group", "F", named("ekipa")), "newrealm": ("realm", "F", named("katalog")), "newtoken": ("token", "F", named("robot")), "notif": ("notif_name", "F", named("alarm")),
        "alias": ("fw_alias", "F", named("adr")), "ipset": ("fw_ipset", "F", named("zbior")), "sgroup": ("fw_group", "F", named("regula")), "map": ("mapping", "F", named("gpu")), "rule": ("ha_rule", "F", named("razem")), "vnetid": ("vnet", "F", lambda e: f"v{e.chars('bcdfgk', 4)}{e.rng.randint(1, 9)}"),
        "boardserial": ("serial", "F", lambda e: f".{e.chars(UPPER + DIGITS, 6)}4.CN{e.chars(UPPER + DIGITS, 12)}."), "certserial": ("cert_serial", "H", lambda e: "3" + e.hexes(35)), "syncgroup": ("group", "F", lambda e: f"ekipa{e.chars('bcdfgklm', 4)}-{e.realms[0]}"),
        "isisctl": ("id", "F", lambda e: f"isis{e.nodes[0]}"), "bgpctl": ("id", "F", lambda e: f"bgp{e.nodes[1]}"), "vxlanif": ("vnet", "F", lambda e: f"vxlan_{e.vnets[0]}"), "vnet0": ("vnet", "D", lambda e: e.vnets[0]), "contract": ("contract", "H", lambda e: e.chars("123456789", 5)), "www": ("host_label", "H", lambda e: "www"),
        "postmaster": ("email_local", "H", lambda e: "postmaster"), "hostmaster": ("email_local", "H", lambda e: "hostmaster"), "mailerdaemon": ("email_local", "H", lambda e: "MAILER-DAEMON"), "gituser": ("user", "H", lambda e: "git"),
        "first": ("person_part", "F", lambda e: e.rng.choice([p[0] for p in e.people if len(p[0]) > 3])), "isofile": ("file", "H", lambda e: f"{e.rng.choice(WORKS)}-{e.chars('bcdfg', 3)}"),
        "hperson": ("person_unknown", "H", lambda e: e.rng.choice(STRANGERS)), "hlast": ("person_unknown", "H", lambda e: e.rng.choice(STRANGERS).split()[1]), "hplace": ("place", "H", lambda e: e.rng.choice(PLACES)),
        "hhost": ("host_unknown", "H", lambda e: f"stary{e.rng.choice(['esx', 'nas', 'fw'])}{e.rng.randint(2, 9)}"), "hdb": ("database", "H", lambda e: f"{e.rng.choice(LINES[:13])}_{e.rng.choice(['prd', 'tos', 'edi'])}"), "hname": ("name_unknown", "H", named("proj")), "msgid": ("message_id", "H", lambda e: f"202603{e.chars(DIGITS, 8)}.{e.chars(ALNUM, 10)}"),
    },
    SECRETS | {
        "community": ("snmp_community", "F", lambda e: f"{e.rng.choice(LINES[:13])}Rd{e.rng.randint(1, 99)}"), "pin": ("otp", "F", lambda e: e.chars(DIGITS, 6)), "cftoken": ("cloudflare", "F", lambda e: e.chars(ALNUM + "_-", 39) + "x"), "letters": ("password", "F", lambda e: e.chars(string.ascii_lowercase, 10)),
        "hetzner": ("hetzner", "F", lambda e: e.chars(ALNUM, 64)), "sast": ("sas", "F", lambda e: e.chars(ALNUM, 43) + "%3D"), "sha256crypt": ("crypt", "P", lambda e: f"$5${e.chars(ALNUM, 16)}${e.chars(ALNUM + './', 43)}"), "md5crypt": ("crypt", "P", lambda e: f"$1${e.chars(ALNUM, 8)}${e.chars(ALNUM + './', 22)}"),
        "pemi": ("pem", "P", lambda e: "\n      ".join(e.base64(48) for _ in range(3))), "pemj": ("pem", "P", lambda e: "\\n".join(e.base64(48) for _ in range(3))), "md5fp": ("ssh_fingerprint", "P", lambda e: "MD5:" + e.colons(16).lower()), "fp1l": ("cert_fingerprint", "P", lambda e: e.colons(20).lower()),
        "otpauth": ("totp_secret", "F", lambda e: f"otpauth://totp/PVE:{e.rng.choice(e.users)}?secret={e.chars(UPPER + '234567', 32)}&issuer=PVE&digits=6"), "passphrase": ("password", "F", lambda e: "-".join(e.rng.sample(LINES[:13], 3))), "pbsticket": ("ticket", "P", lambda e: f"PBS:root@pam:{e.hexes(8).upper()}::{e.base64(256)}"),
        "tfaticket": ("ticket", "P", lambda e: f"PVE:!tfa!%7B%22totp%22%3Atrue%7D:{e.hexes(8).upper()}::{e.base64(256)}"), "slackhook": ("webhook_path", "P", lambda e: f"T{e.chars(UPPER, 8)}/B{e.chars(UPPER + DIGITS, 9)}/{e.chars(ALNUM, 24)}"), "teamshook": ("webhook_path", "P", lambda e: f"{e.uuid()}@{e.uuid()}/IncomingWebhook/{e.hexes(32)}/{e.uuid()}"),
        "pubkeysk": ("ssh_pubkey", "P", lambda e: "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAI" + e.chars(ALNUM, 44) + "AAAABHNzaDo="), "ecdsapub": ("ssh_pubkey", "P", lambda e: "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABB" + e.chars(ALNUM, 87) + "="),
        "acctok": ("api_key", "F", lambda e: e.chars(LOWER_NUM, 40)), "scram": ("scram", "F", lambda e: f"SCRAM-SHA-256$4096:{e.base64(16)}${e.base64(32)}:{e.base64(32)}"), "cfgkey": ("config_key", "H", lambda e: "mgr/dashboard/jwt_secret"), "wcookie": ("cookie", "F", lambda e: e.chars("123456789", 15)),
        "htsha": ("ldap_hash", "P", lambda e: "{SHA}" + e.base64(20)), "bodyhash": ("body_hash", "H", lambda e: e.base64(32)), "digesta1": ("api_key", "F", lambda e: e.hexes(32)),
    } | {kind: ("vendor_" + kind, "P", lambda e, kind=kind: e.token(kind)) for kind in TOKENS},
    MACROS | {"url": "https://«host».«domain»", "by": "«user»@«realm»", "ct": "«storage»:subvol-«%vmid»-disk-0"},
    PLAIN | {
        "day": lambda e: f"2026-{e.rng.randint(1, 12):02d}-{e.rng.randint(1, 28):02d}", "ms": lambda e: f"{e.rng.randint(0, 99999) / 1000:.3f}", "usec": lambda e: f"{e.rng.randint(0, 999999):06d}", "us": lambda e: str(e.rng.randint(1700000000000000, 1790000000000000)),
        "iso": lambda e: f"2026-{e.rng.randint(1, 12):02d}-{e.rng.randint(1, 28):02d}T{e.rng.randint(0, 23):02d}:{e.rng.randint(0, 59):02d}:{e.rng.randint(0, 59):02d}", "pct": lambda e: f"{e.rng.randint(0, 99)}.{e.rng.randint(0, 9)}",
        "gib": lambda e: f"{e.rng.randint(1, 4000)}.{e.rng.randint(0, 99):02d} GiB", "n": lambda e: str(e.rng.randint(2, 90)), "vlan": lambda e: str(e.rng.randint(2, 4094)), "hex8": lambda e: e.hexes(8), "git7": lambda e: e.hexes(7), "asn": lambda e: str(e.rng.randint(64512, 65534)), "sn": lambda e: f"{e.rng.randint(100, 999)}",
    })
