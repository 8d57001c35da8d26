"""A fifth installation: a university, its hospital and the small firms that share its machines.

Names as staff, students, suppliers and an outsourcer left them there over ten years, in the languages they speak. It
shares nothing with the other worlds but the interface; written from the requirements alone.
"""
import string

from .estate import ALNUM, DIGITS, HEX, LOWER_NUM, UPPER, URLSAFE, Estate, plain
from .template import KINDS, MACROS, PLAIN, SECRETS, Grammar

STEMS = ("brightmoor castelnau dunverdin eskdalian fjordhaug granollas hollebeek iskander jokinens kestwick larkhamm "
         "montrosa nakamori ostrander pellegri quillfen ravensar silvanus thornbyx umbertide valdemos wexcombe").split()
MOUNTAINS = "annapurna chimborazo kinabalu aconcagua kosciuszko popocatepetl elbrus matterhorn denali marmolada".split()
ROLES = "erp sql lims pacs moodle sap ris hpc idp ldap radius nextcloud gitlab matomo jira sso owncloud zabbix".split()
TIERS = "prd prod stg dev test uat dr".split()
FIRST = ("Oluwaseun Priyanka Hiroshi Catarina Anneliese Declan Fatoumata Rajeshwari Yevgenia Thorvald Guadalupe Mthunzi "
         "Bronwen Ludovic Xiomara Kateryna Aristides Nandini Gwendolyn Ziyad").split()
LAST = ("Adebayo-Cole Raghunathan Kobayashi Figueiredo Zimmerhackl McAlinden Traoré Subramaniam Kovalchuk Eiríksdóttir "
        "Villaseñor Dlamini Llewellyn Deschênes Quetzalcano Papadimitriou Chattopadhyay Featherstonehaugh Al-Qahtani Szczepaniak").split()
STRANGERS = ["Wolfram Tillmanns", "Ines Carvalhosa", "Babatunde Oyelaran", "Saoirse Gilhooly", "Pavlina Hrubesova", "Mireille Castaing", "Arjun Venkatesan"]
PLACES = ["Groningen", "Coimbra", "Aberystwyth", "Tampere", "Szeged", "Valparaíso", "Kharagpur"]
TRADES = ["Diagnostics", "Freight", "Orthodontics", "Seguros", "Analytics", "Vastgoed", "Ingenierie", "Catering"]
FORMS = ["Ltd", "Inc.", "B.V.", "GmbH", "LLC", "S.L.", "AB", "plc", "Lda."]
WORD_GUESTS = "web mail monitor proxy build cache billing intranet registry staging gateway library".split()
SHORT_GUESTS = "ci db1 vpn erp dns lms".split()
DISKS = [("S5GXNX0R", 6, ""), ("WD-CA0J", 6, ""), ("ZRT1", 4, ""), ("PHYG3171", 5, "480BGN"), ("2229E64F", 4, ""), ("X1N0A0", 6, "")]
TOKENS = {   # secrets of a shape: prefix, alphabet, length, end
    "grafana": ("glsa_", ALNUM, 32, "_3f7a9c1e"), "pulumi": ("pul-", HEX, 40, ""), "hugging": ("hf_", string.ascii_letters, 34, ""),
    "newrelic": ("NRAK-", UPPER + DIGITS, 27, ""), "pypi": ("pypi-AgEIcHlwaS5vcmc", URLSAFE, 90, ""), "ghserver": ("ghs_", ALNUM, 36, ""),
    "rubygems": ("rubygems_", HEX, 48, ""), "linear": ("lin_api_", ALNUM, 40, ""), "shopify": ("shpat_", HEX, 32, ""), "databricks": ("dapi", HEX, 32, ""),
    "gitlabrunner": ("glrt-", URLSAFE, 20, ""), "vaultbatch": ("hvb.", URLSAFE, 140, ""), "doppler": ("dp.pt.", LOWER_NUM, 43, ""),
    "slackapp": ("xapp-1-A03", UPPER + DIGITS, 8, "-2461098332051-" + "9c41ef70" * 8), "awssts": ("ASIA", UPPER + "234567", 16, ""), "brevo": ("xkeysib-", HEX, 64, "-Qw3rTz8uKp1LmN5x"),
}


class Campus(Estate):
    """Names by category; the values without a name are made as Estate makes them, in nets of this place."""

    def draw(self):
        rng, stems = self.rng, self.rng.sample(STEMS, 10)
        self.stems = stems
        self.sites = rng.sample(["ams3", "fra7b", "syd2", "bldg12", "campus-west", "dc-oost", "rz2a"], 2)
        self.domains = [f"{stems[0]}.{rng.choice(['edu', 'ac.uk', 'nl', 'pt', 'edu.au'])}", f"{rng.choice(['int', 'corp', 'srv'])}.{stems[0]}.{rng.choice(['net', 'lan', 'internal'])}",
                        f"{stems[1]}-{rng.choice(['health', 'klinik', 'care', 'lab'])}.{rng.choice(['org', 'de', 'es', 'se', 'com.br'])}"]
        self.cluster = rng.choice([f"{stems[2]}-cluster", f"PVE-{stems[2].upper()}", f"{stems[0]}01"])
        self.nodes = rng.choice([[f"{stems[2][:6]}-hv{i}" for i in range(1, 6)], rng.sample(MOUNTAINS, 5), [f"{self.sites[0]}-pve{i:02d}" for i in range(1, 6)],
                                 [f"proxmox-{stems[2]}-{c}" for c in "abcde"], [f"PX{stems[2][:4].upper()}{i:03d}" for i in range(1, 6)]])
        self.org = [f"{stems[0].capitalize()} {rng.choice(['University', 'Institute', 'Hospital Trust'])}"]
        self.customers = [f"{stems[3].capitalize()} {rng.choice(TRADES)} {rng.choice(FORMS)}", f"{stems[4].capitalize()} & {stems[5].capitalize()}", stems[6].capitalize()]
        self.storages = [f"nfs-{stems[7]}", f"rbd_{stems[8]}", f"{stems[2]}-nvme", f"PBS-{stems[9]}", f"{stems[7][:5]}-iscsi{rng.randint(1, 9)}", "vault"]
        self.pools = [f"tenant-{stems[3]}", f"{stems[4].upper()}_VMs", f"{stems[6]}.shared"]
        self.realms = [f"{stems[0]}-ad", f"keycloak.{stems[1]}", f"{stems[3][:6]}LDAP"]
        self.groups = [f"{stems[0]}_sysops", f"GRP-{stems[4].upper()}-RO", f"students{rng.randint(2020, 2026)}"]
        self.people = list(zip(rng.sample(FIRST, 8), rng.sample(LAST, 8)))
        self.users = self.make_users()
        self.tokens = [f"terraform-{stems[2]}", f"{stems[8]}-exporter", f"ansible{rng.randint(10, 99)}", "monitoring"]
        self.tags = [f"tenant_{stems[6]}", f"cc-{rng.randint(1000, 9999)}", f"sla{rng.randint(10, 99)}-{stems[3]}"]
        self.vnets = [f"{stems[3][:4]}v{rng.randint(1, 9)}", f"lab{stems[5][:4]}"]
        self.zones = [f"z{stems[0][:5]}", f"{stems[9][:6]}q"]
        self.bridges = [f"br-{stems[4][:7]}", f"{stems[8][:6]}dmz"]
        self.serials = [head + self.chars(UPPER + DIGITS, count) + tail for head, count, tail in rng.sample(DISKS, 4)]
        self.guests = self.make_guests(stems)
        self.nets = [f"10.{rng.randint(4, 250)}.{rng.randint(1, 250)}", f"10.{rng.randint(4, 250)}.{rng.randint(1, 250)}", f"172.{rng.randint(17, 31)}.{rng.randint(1, 250)}",
                     f"192.168.{rng.randint(10, 240)}", f"100.{rng.randint(65, 126)}.{rng.randint(1, 250)}", f"{rng.choice([62, 81, 131, 145, 152, 203])}.{rng.randint(3, 250)}.{rng.randint(3, 250)}"]
        self.v6 = [f"2001:{self.lead(3)}:{self.lead(4)}", f"2a0{rng.randint(1, 9)}:{self.lead(3)}:{self.lead(4)}", f"2607:{self.lead(4)}:{self.lead(4)}", f"fd{self.hexes(2)}:{self.lead(4)}:{self.lead(4)}"]

    def make_users(self):
        forms = [lambda f, l: f"{f}.{l}", lambda f, l: f"{f[0]}{l}", lambda f, l: f"{l}_{f[0]}", lambda f, l: f"{l}-adm", lambda f, l: f"a-{f}{l[:2]}"]
        return [self.rng.choice(forms)(plain(first), plain(last).replace("-", ""))[:22] for first, last in self.people]

    def make_guests(self, stems):
        rng, roles = self.rng, self.rng.sample(ROLES, 10)
        names = [f"{roles[0]}-{rng.choice(TIERS)}-{rng.randint(1, 12):02d}", f"{rng.choice(TIERS)}-{roles[1]}-app{rng.randint(1, 9)}", f"SRV-{roles[2].upper()}{rng.randint(1, 30):02d}",
                 f"{stems[6]}-{roles[3]}", f"{roles[4]}{rng.randint(10, 99)}.{self.domains[1]}", f"{stems[4]}web{rng.randint(1, 9)}", f"k3s-{stems[3]}-agent-{rng.randint(1, 5)}",
                 f"tpl-debian12-{stems[2]}", f"{roles[5]}-{self.sites[1]}", f"DESKTOP-{self.chars(UPPER + DIGITS, 7)}", f"{roles[6]}.{roles[7]}-{rng.randint(2, 9)}", f"Copy-of-VM-{roles[8]}-{stems[5]}"]
        names += rng.sample(WORD_GUESTS, 4) + rng.sample(SHORT_GUESTS, 2)
        return [{"vmid": 2001 + 7 * i, "name": name, "node": rng.choice(self.nodes), "type": "qemu"} for i, name in enumerate(names)]

    def strong(self):
        return [g["name"] for g in self.guests if g["name"] not in WORD_GUESTS + SHORT_GUESTS and "." not in g["name"]]

    def words(self):
        return [g["name"] for g in self.guests if g["name"] in WORD_GUESTS]

    def shorts(self):
        return [g["name"] for g in self.guests if g["name"] in SHORT_GUESTS]

    def mac(self):
        head = self.rng.choice(["BC:24:11", "52:54:00", "3C:EC:EF", "00:0C:29", "D4:AE:52", "78:2B:CB", "00:15:5D"])
        return head + "".join(":" + self.hexes(2).upper() for _ in range(3))

    def password(self):
        rng = self.rng
        return rng.choice([lambda: f"{rng.choice(STEMS).capitalize()}#{rng.randint(1960, 2026)}", lambda: self.chars(ALNUM, 16), lambda: self.chars(LOWER_NUM, 12),
                           lambda: self.chars(ALNUM + "!@%*+-_.~", 20) + "7", lambda: f"{rng.choice(FIRST)}{rng.choice(STEMS)}{rng.randint(10, 99)}", lambda: self.hexes(32)])()

    def token(self, kind):
        head, alphabet, count, tail = TOKENS[kind]
        return head + self.chars(alphabet, count) + tail

    def phone(self):
        rng = self.rng
        return rng.choice([f"+44 20 7946 {rng.randint(1000, 9999)}", f"+31 50 {rng.randint(100, 999)} {rng.randint(1000, 9999)}", f"+1 (612) 555-{rng.randint(1000, 9999)}",
                           f"+351 21 {rng.randint(100, 999)} {rng.randint(1000, 9999)}", f"+49 (0)511 {rng.randint(100000, 999999)}", f"+91-98{rng.randint(10, 99)}-{rng.randint(100000, 999999)}"])

    def link_local(self):
        return f"fe80::{self.lead(4)}:{self.hexes(2)}ff:fe{self.hexes(2)}:{self.lead(4)}"


FIFTH = Grammar(
    KINDS | {
        "net": ("ipv4", "P", lambda e: f"{e.rng.choice(e.nets)}.0"), "gw": ("ipv4", "P", lambda e: f"{e.rng.choice(e.nets)}.1"), "ll": ("ipv6", "P", lambda e: e.link_local()),
        "net6": ("ipv6", "P", lambda e: e.rng.choice(e.v6) + "::"), "host": ("host_label", "P", lambda e: f"{e.rng.choice(['mx', 'rtr', 'imap', 'oob', 'core-sw', 'bmc', 'jump', 'api', 'repo'])}{e.rng.randint(1, 60)}"),
        "mailbox": ("email_local", "P", lambda e: f"{e.rng.choice(['it-dienst', 'noc', 'servicedesk', 'rechenzentrum', 'bursar', 'compras'])}.{e.chars('bcdfgklm', 3)}"),
        "xdomain": ("domain", "P", lambda e: f"{e.rng.choice(['partner', 'supplier', 'vendor', 'praxis', 'kanzlei'])}-{e.chars('bdfgklmnprst', 4)}{e.chars('aeio', 1)}.{e.rng.choice(['com', 'co.uk', 'nl', 'com.au', 'io', 'cloud', 'dev'])}"),
        "sub": ("host_label", "P", lambda e: e.rng.choice(["labs", "radiology", "oncampus", "dmz", "dept7"])),
        "newguest": ("guest", "F", lambda e: f"{e.rng.choice(ROLES)}-{e.chars('bcdfgklm', 3)}{e.rng.randint(1, 99):02d}"), "newnode": ("node", "F", lambda e: f"hyper{e.chars('bcdfg', 2)}{e.rng.randint(10, 99)}"),
        "newuser": ("user", "F", lambda e: f"{e.rng.choice(['svc', 'adm', 'ext', 'stu'])}_{e.chars('bcdfgklmprst', 4)}{e.rng.randint(1, 99)}"), "newid": ("id", "F", lambda e: f"{e.rng.choice(ROLES)}-{e.chars('bcdfgkmt', 4)}"),
        "newhost": ("host", "F", lambda e: f"{e.rng.choice(['ws', 'nb', 'pc', 'kiosk'])}-{e.chars('bcdfgk', 3)}{e.rng.randint(10, 999)}"), "newstore": ("storage", "F", lambda e: f"nas-{e.chars('bcdfgk', 4)}"),
        "vg": ("vg", "F", lambda e: f"vg_{e.chars('bcdfgklm', 4)}{e.rng.randint(0, 9)}"), "zpool": ("zpool", "F", lambda e: f"tank{e.chars('bcdfgkl', 4)}"), "snap": ("snapshot", "F", lambda e: f"before_{e.rng.choice(STEMS)}_{e.rng.randint(1, 9)}"),
        "iqn": ("iqn", "P", lambda e: f"iqn.2004-04.com.qnap:ts-873a:iscsi.{e.rng.choice(STEMS)}.{e.hexes(6)}"), "wwnid": ("wwn", "P", lambda e: "5" + e.hexes(15)), "naa": ("wwn", "P", lambda e: f"naa.6{e.hexes(31)}"),
        "mpath": ("wwn", "F", lambda e: f"36{e.hexes(31)}"), "asset": ("serial", "F", lambda e: f"{e.chars(UPPER, 2)}{e.chars(DIGITS, 7)}"), "anyserial": ("serial", "F", lambda e: e.chars(UPPER + DIGITS, 10) + "Q7"),
        "bigv4": ("ipv4", "P", lambda e: "10.0.0.0"), "dashlabel": ("ipv4_dashed", "P", lambda e: "ip-" + e.ip4().replace(".", "-")), "gituser": ("user", "H", lambda e: "git"),
        "jobid": ("backup_job", "F", lambda e: f"nightly-{e.rng.choice(ROLES)}-{e.chars('bcdfgkl', 3)}"),
        "wwn5": ("wwn", "P", lambda e: f"5-000c50-{e.hexes(9)}"), "wdserial": ("serial", "F", lambda e: f"WD-WCC7K{e.chars(UPPER + DIGITS, 7)}"),
        "wwnsp": ("wwn", "P", lambda e: f"5 000c50 {e.hexes(9)}"), "euisp": ("eui", "F", lambda e: f"002538 {e.hexes(10)}"), "dimm": ("serial", "F", lambda e: e.hexes(8).upper()),
        "msgid": ("message_id", "H", lambda e: f"2026021503{e.chars(DIGITS, 4)}.{e.chars(ALNUM, 9)}"),
        "hperson": ("person_unknown", "H", lambda e: e.rng.choice(STRANGERS)), "hlast": ("person_unknown", "H", lambda e: e.rng.choice(STRANGERS).split()[1]), "hplace": ("place", "H", lambda e: e.rng.choice(PLACES)),
        "hhost": ("host_unknown", "H", lambda e: f"old{e.rng.choice(ROLES)}box{e.rng.randint(1, 9)}"), "newdb": ("database", "H", lambda e: f"{e.rng.choice(STEMS)}_{e.rng.choice(ROLES)}"),
    },
    SECRETS | {
        "community": ("snmp_community", "F", lambda e: f"{e.rng.choice(STEMS)}RO{e.rng.randint(1, 99)}"), "words3": ("password", "F", lambda e: "-".join(e.rng.sample(STEMS, 3))), "pin": ("otp", "F", lambda e: e.chars(DIGITS, 6)),
        "cftoken": ("cloudflare", "F", lambda e: e.chars(ALNUM + "_-", 39) + "x"), "hetzner": ("hetzner", "F", lambda e: e.chars(ALNUM, 64)), "sast": ("sas", "F", lambda e: e.chars(ALNUM, 43) + "%3D"), "slackhook": ("webhook_path", "P", lambda e: f"T{e.chars(UPPER, 8)}/B{e.chars(UPPER + DIGITS, 9)}/{e.chars(ALNUM, 24)}"),
        "pemi": ("pem", "P", lambda e: "\n    ".join(e.base64(48) for _ in range(3))), "pemhead": ("pem", "P", lambda e: f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{e.hexes(32).upper()}\n\n{e.pem()}"),
        "otpauth": ("totp_secret", "F", lambda e: f"otpauth://totp/PVE:{e.rng.choice(e.users)}?secret={e.chars(UPPER + '234567', 32)}&issuer=PVE&digits=6"), "letters": ("password", "F", lambda e: e.chars(string.ascii_lowercase, 9)), "sha256crypt": ("crypt", "P", lambda e: f"$5${e.chars(ALNUM, 16)}${e.chars(ALNUM + './', 43)}"), "md5fp": ("ssh_fingerprint", "P", lambda e: "MD5:" + e.colons(16).lower()),
    } | {kind: ("vendor_" + kind, "P", lambda e, kind=kind: e.token(kind)) for kind in TOKENS},
    MACROS | {"url": "https://«host».«domain»", "by": "«user»@«realm»", "ct": "«storage»:subvol-«%vmid»-disk-0"},
    PLAIN | {
        "day": lambda e: f"2026-{e.rng.randint(1, 12):02d}-{e.rng.randint(1, 28):02d}", "ms": lambda e: f"{e.rng.randint(0, 99999) / 1000:.3f}", "usec": lambda e: f"{e.rng.randint(0, 999999):06d}",
        "gib": lambda e: f"{e.rng.randint(1, 4000)}.{e.rng.randint(0, 99):02d} GiB", "pct": lambda e: f"{e.rng.randint(0, 99)}.{e.rng.randint(0, 9)}", "n": lambda e: str(e.rng.randint(2, 90)), "vlan": lambda e: str(e.rng.randint(2, 4094)),
        "hex8": lambda e: e.hexes(8), "git7": lambda e: e.hexes(7), "sn": lambda e: f"{e.rng.randint(100, 999)}", "asn": lambda e: str(e.rng.randint(64512, 65534)),
    })
