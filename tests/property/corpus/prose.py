"""Notes, mails, secrets in odd places, encodings, and documents in which nothing may change."""
import base64
import re
import urllib.parse

from .api import fqdn, node, upid, user_id
from .files import domain, ip, mail

CYRILLIC = str.maketrans("aeopcxy", "аеорсху")
WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})


def notes_md(d):
    w = d.world
    g = d.rng.choice(w.strong_guests())
    return (f"# {d.known(g['name'], 'guest')}\n\n{d.cue().capitalize()}: **{d.known(w.person(), 'person')}** <{mail(d)}>, phone {d.shape('+49 ' + str(d.rng.randint(30, 99)) + ' ' + str(d.rng.randint(1000000, 9999999)), 'phone')}\n\n- runs the [shop](https://{fqdn(d, 'shop.' + w.domains[0])}/admin?token={d.secret(w.chars('abcXYZ019', 20), 'url_token')}) of {d.known(w.customers[0], 'customer')}\n- backup every day at {d.keep('02:30')}, see `/mnt/pve/{d.known(w.storages[0], 'storage')}`\n- {d.variant(g['name'], 'guest')} listens on {ip(d)}:{d.keep('8443')}\n- contract with {d.known(w.org[0], 'org')}\n\n| node | ip |\n|---|---|\n| {node(d)} | {ip(d)} |\n\n```\nPASSWORD={d.secret(w.chars('abcXYZ019', 12), 'password')}\n```\n<!-- {d.known(w.customers[1], 'customer')} pays until {d.keep('2027-01-31')} -->\n")


def notes_html(d):
    w = d.world
    g = d.rng.choice(w.strong_guests())
    return f"<div align='center'><h2>{d.known(g['name'], 'guest')}</h2><a href=\"https://{fqdn(d, 'wiki.' + w.domains[1])}/x?page=1&amp;host={d.known(g['name'], 'guest')}\">wiki</a><p title='{d.known(w.person(), 'person')}'>{d.html(d.known(w.customers[0], 'customer') + ' & ' + d.known(w.org[0], 'org'))}</p><img src='data:text/plain;base64,{d.packed('host=' + d.known(g['name'], 'guest') + ' ip=' + ip(d), lambda t: base64.b64encode(t.encode()).decode())}'/>&nbsp;{d.keep('<br/>')}</div>\n"


def email(d):
    w = d.world
    return f"From: {d.known(w.person(0), 'person')} <{mail(d)}>\nTo: {d.value(w.word() + '@' + w.domains[0], 'email', 'pattern', whole=False)}\nSubject: vzdump backup status ({fqdn(d, w.nodes[0] + '.' + w.domains[1])}): backup failed\nMessage-ID: <20260302010003.1@{fqdn(d, w.nodes[0] + '.' + w.domains[1])}>\nReceived: from {fqdn(d, 'mx.' + w.domains[0])} ({fqdn(d, 'mx.' + w.domains[0])} [{ip(d)}])\n\nHello {d.known(w.people[1][0], 'person_part')},\n\n{d.variant(d.rng.choice(w.strong_guests())['name'], 'guest')} failed at {d.keep('01:00:03')}. Call me: {d.shape('(0' + str(d.rng.randint(30, 89)) + ') ' + str(d.rng.randint(100000, 9999999)), 'phone')}.\n\n-- \n{d.known(w.person(0), 'person')}\n{d.known(w.org[0], 'org')}\n"


def ticket_text(d):
    """What nobody but a human would know: names in no dictionary."""
    w = d.world
    title = d.rng.choice(["Kollege", "Signora", "Technician", "Kollegin"])
    return f"The technician {d.human(title + ' ' + w.cap(), 'person_unknown')}, who lives near {d.human(w.cap() + 'stadt', 'place')}, moved the rack; {d.cue()} {d.human(w.cap(), 'person_unknown')} for the key of room {d.keep('2.14')}. Their machine {d.human(w.word(), 'host_unknown')} was not touched.\n"


def secret_url(d, text):
    """A token; of a URL the part that is secret."""
    public = re.match(r"https://hooks\.slack\.com/services/|https://discord\.com/api/webhooks/|", text).group()
    return public + d.secret(text[len(public):], "cloud_token", "pattern")


def cloud_tokens(d):
    w = d.world
    A = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    rows = [f"ghp_{w.chars(A, 36)}", f"glpat-{w.chars(A, 20)}", f"AKIA{w.chars('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}", f"xoxb-{w.chars('0123456789', 12)}-{w.chars('0123456789', 12)}-{w.chars(A, 24)}", f"npm_{w.chars(A, 36)}", f"hvs.{w.chars(A, 90)}", f"dop_v1_{w.hexes(64)}", f"sk-ant-api03-{w.chars(A, 93)}AA", f"sk-proj-{w.chars(A, 40)}", f"AIza{w.chars(A, 35)}", f"dckr_pat_{w.chars(A, 27)}", w.jwt(),
            f"{w.chars('0123456789', 10)}:AA{w.chars(A, 33)}", f"https://discord.com/api/webhooks/{w.chars('0123456789', 18)}/{w.chars(A, 68)}", f"https://hooks.slack.com/services/T{w.chars('ABC0123', 8)}/B{w.chars('ABC0123', 8)}/{w.chars(A, 24)}", "-".join(w.chars("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 5) for _ in range(5)), "{SSHA}" + w.base64(24), "$2b$12$" + w.chars("abcXYZ019./", 53), "pve4c-" + w.hexes(10), f"github_pat_{w.chars(A, 22)}_{w.chars(A, 59)}"]
    chosen = d.rng.sample(rows, 6)
    return "\n".join(f"{d.rng.choice(['found', 'use', 'see ticket:', '*', 'deploy with'])} {secret_url(d, x)} {d.rng.choice(['now', 'please', '(old)', ''])}".rstrip() for x in chosen) + "\n"


def env_file(d):
    w = d.world
    keys = "DB_PASSWORD API_KEY SECRET_TOKEN SMTP_PASS REDIS_PASSWORD CLIENT_SECRET LDAP_BINDPW APP_PRIVATE_KEY PGPASSWORD SNMP_COMMUNITY HMAC_KEY JWT_SECRET".split()
    rows = [f"{k}={d.rng.choice(['', chr(34), chr(39)])}" for k in d.rng.sample(keys, 6)]
    out = []
    for row in rows:
        quote = row[-1] if row[-1] in "\"'" else ""
        out.append(f"{row}{d.secret(w.password(), 'secret')}{quote}")
    out += [f"DB_HOST={ip(d)}", f"LOG_LEVEL={d.keep('debug')}", f"PORT={d.keep('8080')}", f"PATH={d.keep('/usr/local/sbin:/usr/bin')}", f"APP_URL=https://{fqdn(d, 'app.' + w.domains[0])}"]
    d.rng.shuffle(out)
    return "\n".join(out) + "\n"


def pem_layers(d):
    w = d.world
    label = d.rng.choice(["RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "CERTIFICATE", "PGP PRIVATE KEY BLOCK"])
    rows = w.pem_body(5)
    style = d.rng.randint(0, 3)
    if style == 0:
        return f"-----BEGIN {label}-----\n" + d.secret("\n".join(rows), "pem", "pattern") + f"\n-----END {label}-----\nnext line stays {d.keep('here')}\n"
    if style == 1:
        return f"key: |\n    -----BEGIN {label}-----\n    " + d.secret("\n    ".join(rows), "pem", "pattern") + f"\n    -----END {label}-----\nport: {d.keep('22')}\n"
    if style == 2:
        return f'{{"note": 1}} private="-----BEGIN {label}-----\\n' + d.secret("\\n".join(rows), "pem", "pattern") + f'\\n-----END {label}-----\\n"\nport={d.keep("22")}\n'
    return f"cut off:\n-----BEGIN {label}-----\n" + d.secret("\n".join(rows), "pem", "pattern")


def authorized_keys(d):
    w = d.world
    return f"# {d.known(w.person(), 'person')}\nssh-ed25519 {d.secret('AAAAC3NzaC1lZDI1NTE5AAAAI' + w.base64(32)[:43], 'ssh_pubkey', 'pattern')} {d.known(w.users[0], 'user')}@{node(d)}\necdsa-sha2-nistp256 {d.secret('AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBB' + w.base64(66)[:86] + '=', 'ssh_pubkey', 'pattern')} root@{node(d)}\nfingerprint: MD5:{d.secret(':'.join(w.hexes(2) for _ in range(16)), 'ssh_fingerprint', 'pattern')}\n"


# The encodings: (name, whether it works byte by byte, function).

def soft_break(text):
    return text[: len(text) // 2] + "=\n" + text[len(text) // 2:]


def hyphened(text):
    return text[:3] + "\u00ad" + text[3:]


# The names of those with a slash after a label are told apart in the score: "ipv4/zero-width".
ENCODINGS = [("plain", True, lambda t: t), ("upper", True, str.upper), ("url", True, lambda t: "".join(f"%{b:02X}" if not (chr(b).isalnum() and b < 128) else chr(b) for b in t.encode())), ("double-url", True, lambda t: urllib.parse.quote(urllib.parse.quote("/" + t, safe=""), safe="")),
             ("percent-all", True, lambda t: "".join(f"%{b:02x}" for b in t.encode())), ("json", True, lambda t: "".join(f"\\u{ord(c):04x}" if not c.isalnum() or ord(c) > 127 else c for c in t)), ("html", True, lambda t: "".join(f"&#{ord(c)};" if i % 3 == 0 else c for i, c in enumerate(t))), ("html-hex", True, lambda t: "".join(f"&#x{ord(c):x};" for c in t)),
             ("base64-0", False, lambda t: base64.b64encode(f"name={t} port=22".encode()).decode()), ("base64-1", False, lambda t: base64.b64encode(f"nam={t} port=22".encode()).decode()), ("base64-2", False, lambda t: base64.b64encode(f"na={t} port=22!".encode()).decode()), ("hex", False, lambda t: t.encode().hex()),
             ("wide", True, lambda t: t.translate(WIDE)), ("homoglyph", True, lambda t: t.translate(CYRILLIC)), ("zero-width", True, lambda t: "\u200b".join(t)), ("soft-hyphen", True, hyphened), ("soft-break", True, soft_break),
             ("url-colon", True, lambda t: f"%3A{t}%3A")]


def encoded(d):
    """Each line holds one known value in one encoding."""
    w, lines = d.world, []
    for _ in range(8):
        name, _, encode = d.rng.choice(ENCODINGS)
        real, label = d.rng.choice([(d.rng.choice(w.strong_guests())["name"], "guest"), (d.rng.choice(w.nodes), "node"), (w.cluster, "cluster"), (d.rng.choice(w.storages[:3]), "storage"), (d.rng.choice(w.customers), "customer"), (w.person(), "person"), (w.ip4(), "ipv4")])
        surface = encode(real)
        value = d.value(real, f"{label}/{name}", "variant" if surface != real else ("pattern" if label == "ipv4" else "dictionary"), surface=surface)
        lines.append(d.rng.choice(["see {} there", "x={}", "({})", "\"{}\"", "path /srv/{}/log"] if "=\n" not in surface else ["see {} there"]).format(value))
    return "\n".join(lines) + "\n"


def twin(d):
    """Structured content and its text twin: JSON in a JSON string."""
    from . import api
    import json
    builder = d.rng.choice([api.cluster_status, api.users, api.network])
    inner = json.dumps(builder(d), ensure_ascii=False)
    def escape(t):
        return json.dumps(t, ensure_ascii=False)[1:-1]
    from .document import MARK
    for mark in MARK.finditer(inner):
        d.item(mark.group()).surface = escape(d.item(mark.group()).surface)
    return {"content": [{"type": "text", "text": inner}], "isError": False}


CLEAN = [
    "Reading package lists... Done\nThe following packages will be upgraded:\n  pve-manager (8.4.1 => 8.4.14) libpve-common-perl (8.3.1 => 8.3.4)\nSetting up linux-image-6.8.12-9-pve-signed (6.8.12-9) ...\nGet:1 http://download.proxmox.com/debian/pve bookworm/main amd64 openssl amd64 3.0.17-1~deb12u2 [1,433 kB]\n",
    "Use of uninitialized value in concatenation (.) or string at /usr/share/perl5/PVE/QemuServer.pm line 4821.\n\tPVE::QemuServer::vm_start_nolock(HASH(0x55d0c8a7b2e0)) called at /usr/share/perl5/PVE/API2/Qemu.pm line 2345\n",
    "00:02.0 VGA compatible controller [0300]: Device [1234:1111] (rev 02)\n41:00.0 Ethernet controller [0200]: Intel Corporation X710 [8086:1572]\nBus 001 Device 002: ID 8087:0024 Intel Corp.\n",
    "total 12\n-rw-r----- 1 root www-data 431 Mar  2 01:00 storage.cfg\ndrwxr-xr-x 2 root www-data   0 Jan 12  2025 priv\n-rwxr-xr-x 1 backup backup 1024 Feb  3 10:11 test.sh\n",
    "the web data was sent to the backup by mail; a test of the cache and the proxy is in the build, monitor says the gateway is fine\n",
    "Chrome/131.0.6778.204 Safari/537.36 nvidia 550.54.15.1 lvm2 2.03.31.1-2 oid .1.3.6.1.4.1.2021.10.1.3.1 at 12:34:56 commit 3f2a9c1d4e5b6a798091a2b3c4d5e6f708192a3b\n",
    "  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n 1234 root      20   0 4512345 123456   7890 S  12.3   1.2   1:02.34 kvm\n  991 www-data  20   0  234567  98765   1234 S   0.0   0.3   0:01.02 pveproxy worker\n",
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n    inet6 ::1/128 scope host\n4: vmbr0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    link/ether ff:ff:ff:ff:ff:ff\n",
    "cluster:\n  health: HEALTH_OK\nservices:\n  osd: 12 osds: 12 up (since 3d), 12 in (since 4w)\ndata:\n  pools:   3 pools, 97 pgs\n  objects: 1.23M objects, 4.5 TiB\n  usage:   13 TiB used, 31 TiB / 44 TiB avail\n  pgs:     97 active+clean\nio:\n  client:   1.2 MiB/s rd, 3.4 MiB/s wr, 56 op/s rd, 78 op/s wr\n",
    "[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-6.8.12-9-pve root=/dev/mapper/pve-root ro quiet\n[    1.234567] ata1: SATA max UDMA/133 abar m2048@0xfebd2000 port 0xfebd2100 irq 56\n[   12.345678] r8169 0000:03:00.0 eth0: RTL8168h/8111h, XID 541, IRQ 128\nCall Trace:\n ? show_trace_log_lvl+0x1d6/0x2f9\n ? __die_body.cold+0x8/0xd\nRIP: 0010:native_queued_spin_lock_slowpath+0x6a/0x2c0\n",
    "std::runtime_error: what(): boost::asio::error at ../src/Client.cpp:42\njava.lang.NullPointerException\n\tat com.sun.proxy.Proxy.invoke(Proxy.java:123)\n  File \"/usr/lib/python3.11/asyncio/base_events.py\", line 653, in run_until_complete\n",
    "HTTP/1.1 200 OK\nServer: pve-api-daemon/3.0\nContent-Type: application/json;charset=UTF-8\nContent-Length: 1234\nETag: \"65f1a2b3-4d2\"\nDate: Mon, 02 Mar 2026 00:00:03 GMT\n\nError 596: tls_process_server_certificate: certificate verify failed\nerrno=111 (Connection refused), exit code 255, signal 9\n",
    "Filesystem                    Size  Used Avail Use% Mounted on\n/dev/mapper/pve-root           94G   12G   78G  14% /\n/dev/fuse                     128M   40K  128M   1% /etc/pve\nrpool/data                    1.7T  128K  1.7T   1% /rpool/data\n",
    "deb http://download.proxmox.com/debian/pve bookworm pve-no-subscription\ndeb https://enterprise.proxmox.com/debian/ceph-reef bookworm enterprise\n# see https://pve.proxmox.com/wiki/Package_Repositories and https://bugzilla.proxmox.com/show_bug.cgi?id=1234\n",
    "udp 0.0.0.0:111 -> 224.0.0.251:5353 netmask 255.255.252.0 wildcard 0.0.3.255 resolver 1.1.1.1 metadata 169.254.169.254 v6 ff02::1 fe80::1 ::\n",
    "VM 105 qmp command 'guest-ping' failed - got timeout\nTASK ERROR: VM is locked (backup)\nWARN: old systemd (< v232) detected, container won't run in a pure cgroupv2 environment!\npassword: not set; token expired; secret key missing; key: value pairs; the name of the node is unknown\n",
]
CLEAN_JSON = [
    {"data": {"token": None, "password": "", "key": "value", "name": "memory", "enabled": True, "list": [1, 2.50, 1e3, -0.0, 12345678901234567890]}},
    {"type": "object", "properties": {"name": {"type": "string"}, "data": {"type": "array"}, "backup": {"description": "web, mail and test data"}}, "required": ["name"]},
    {"data": [{"Package": "libc6", "Version": "2.36-9+deb12u10"}, {"Package": "grub-efi-amd64-bin", "Version": "2.06-13+pmx2"}], "success": 1},
    {"data": [{"name": "pveproxy", "state": "running", "desc": "PVE API Proxy Server", "unit-state": "enabled"}, {"name": "corosync", "state": "running", "desc": "Corosync Cluster Engine"}, {"name": "systemd-timesyncd", "state": "dead"}]},
    {"data": [{"roleid": "PVEVMAdmin", "special": 1, "privs": "VM.Allocate,VM.Audit,VM.Config.CDROM,VM.Config.Network,VM.PowerMgmt"}]},
]


def clean(d):
    return "".join(d.rng.sample(CLEAN, 3))


def clean_json(d):
    return d.rng.choice(CLEAN_JSON)


KINDS = [notes_md, notes_html, email, ticket_text, cloud_tokens, env_file, pem_layers, authorized_keys, encoded, encoded, encoded, encoded, twin, clean, clean, clean_json]
