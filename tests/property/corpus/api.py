"""Replies of the Proxmox VE API."""
import base64
import random

from .document import CONTEXT, DICTIONARY
from .world import ROLES, SHORT_GUESTS, WORD_GUESTS


def guest_ref(d, guest):
    """The name of a guest in a name-typed field."""
    weak = guest["name"] not in [g["name"] for g in d.world.strong_guests()] and "." not in guest["name"]
    if "." in guest["name"]:
        return fqdn(d, guest["name"])
    return d.word(guest["name"], "guest") if weak else d.known(guest["name"], "guest")


def fqdn(d, name):
    """A name with dots, known label by label: host part and domain."""
    domain = next((x for x in d.world.domains if name.endswith("." + x)), None)
    if domain is None:
        return d.value(name, "fqdn", "pattern", whole=False)
    head = name[: -len(domain) - 1]
    known = CONTEXT if head in WORD_GUESTS + SHORT_GUESTS + ROLES else DICTIONARY
    return f"{d.value(head, 'host', known)}.{d.value(domain, 'domain', DICTIONARY, whole=False)}"


def node(d):
    return d.known(d.rng.choice(d.world.nodes), "node")


def upid(d, kind=None, ident=None, token=None):
    w, r = d.world, d.rng
    kind = kind or r.choice(["qmstart", "vzdump", "qmigrate", "vzcreate", "qmsnapshot", "srvreload", "aptupdate"])
    ident = ident if ident is not None else r.choice(["", str(r.choice(w.guests)["vmid"])])
    user = d.keep("root@pam") if r.random() < .3 else user_id(d)
    if token or (token is None and r.random() < .3):
        user += "!" + d.known(w.tokens[0], "token")
    return f"UPID:{node(d)}:{w.hexes(8).upper()}:{w.hexes(8).upper()}:{w.hexes(8).upper()}:{kind}:{ident}:{user}:"


def user_id(d):
    w = d.world
    return f"{d.known(d.rng.choice(w.users), 'user')}@{d.rng.choice(['pve', 'pam', d.known(w.realms[0], 'realm')])}"


def cluster_resources(d):
    w, rows = d.world, []
    for g in d.rng.sample(w.guests, 6):
        node_name = d.known(g["node"], "node")
        rows.append({"id": f"{g['type']}/{g['vmid']}", "type": g["type"], "vmid": g["vmid"], "name": guest_ref(d, g),
                     "node": node_name, "status": d.keep("running"), "cpu": 0.0123, "maxmem": 4294967296,
                     "uptime": 86412, "template": 0, "tags": ";".join(d.known(t, "tag") for t in w.tags[:2]),
                     "pool": d.known(w.pools[0], "pool")})
    for s in w.storages[:3]:
        n = d.rng.choice(w.nodes)
        rows.append({"id": f"storage/{d.known(n, 'node')}/{d.known(s, 'storage')}", "type": "storage",
                     "storage": d.known(s, "storage"), "node": d.known(n, "node"), "content": "images,rootdir",
                     "plugintype": d.keep("rbd"), "shared": 1, "status": "available"})
    rows.append({"id": f"storage/{node(d)}/{d.keep('local-lvm')}", "type": "storage", "storage": d.keep("local-lvm"),
                 "node": node(d), "disk": 0, "maxdisk": 1e11})
    n = d.rng.choice(w.nodes)
    rows.append({"id": f"node/{d.known(n, 'node')}", "type": "node", "node": d.known(n, "node"), "level": "c",
                 "maxcpu": 32, "uptime": 1234567})
    rows.append({"id": f"sdn/{node(d)}/{d.known(w.zones[0], 'zone')}", "type": "sdn", "sdn": d.known(w.zones[0], "zone"),
                 "node": node(d), "status": "ok"})
    rows.append({"id": f"/pool/{d.known(w.pools[1], 'pool')}", "type": "pool", "pool": d.known(w.pools[1], "pool")})
    d.rng.shuffle(rows)
    return {"data": rows}


def cluster_status(d):
    w = d.world
    rows = [{"id": "cluster", "type": "cluster", "name": d.known(w.cluster, "cluster"), "nodes": 4, "quorate": 1, "version": 7}]
    for i, n in enumerate(w.nodes):
        rows.append({"id": f"node/{d.known(n, 'node')}", "type": "node", "name": d.known(n, "node"), "nodeid": i + 1,
                     "ip": d.shape(w.ip4(), "ipv4"), "online": 1, "local": int(i == 0), "level": ""})
    return {"data": rows}


def node_status(d):
    w = d.world
    return {"data": {"pveversion": d.keep("pve-manager/8.4.1/2a5fa54a8503f96d"), "kversion": d.keep("Linux 6.8.12-9-pve #1 SMP PREEMPT_DYNAMIC PMX 6.8.12-9 (2025-03-16T19:18Z)"),
                     "loadavg": ["0.12", "0.09", "0.05"], "uptime": 1234567, "cpuinfo": {"mhz": "2400.000", "cores": 16, "model": d.keep("Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz"), "hvm": "1"},
                     "rootfs": {"used": 7516192768, "free": 91268055040, "total": 100861726720}, "boot-info": {"mode": "efi", "secureboot": 0},
                     "current-kernel": {"machine": "x86_64", "release": d.keep("6.8.12-9-pve"), "sysname": "Linux"}, "idle": 0, "wait": 0.0021, "ksm": {"shared": 0}}}


def qemu_config(d):
    w, g = d.world, d.rng.choice(d.world.guests)
    key = f"ssh-ed25519 {d.secret('AAAAC3NzaC1lZDI1NTE5AAAAI' + w.base64(32)[:43], 'ssh_pubkey', 'pattern')} {d.known(w.users[0], 'user')}@{node(d)}"
    strong, mention = d.any_guest()
    ip = w.ip4()
    config = {"name": guest_ref(d, g), "memory": "4096", "cores": 4, "ostype": "l26", "digest": d.keep(w.digest()), "boot": d.keep("order=scsi0;ide2;net0"),
              "net0": f"virtio={d.shape(w.mac(), 'mac')},bridge={d.keep('vmbr0')},firewall=1,tag={d.keep('120')}",
              "net1": f"model=virtio,macaddr={d.shape(w.mac(), 'mac')},bridge={d.known(w.bridges[0], 'bridge')},queues=4",
              "scsi0": f"{d.known(w.storages[0], 'storage')}:{d.keep('vm-' + str(g['vmid']) + '-disk-0')},discard=on,iothread=1,size=32G,ssd=1,serial={d.typed(w.serial(), 'disk_serial')}",
              "ide2": f"{d.keep('local')}:iso/{d.keep('debian-12.5.0-amd64-netinst.iso')},media=cdrom,size=629M",
              "ipconfig0": f"ip={d.shape(ip, 'ipv4')}/24,gw={d.shape(ip.rsplit('.', 1)[0] + '.1', 'ipv4')}",
              "ipconfig1": f"ip6={d.shape(w.ip6(), 'ipv6')}/64,ip=dhcp", "nameserver": f"{d.shape(w.ip4(), 'ipv4')} {d.keep('9.9.9.9')}",
              "searchdomain": d.value(w.domains[1], "domain", DICTIONARY, whole=False), "sshkeys": d.url(key + "\n"),
              "cipassword": d.secret(w.password(), "password"), "ciuser": d.known(w.users[1], "user"),
              "smbios1": f"uuid={d.shape(w.uuid(), 'uuid')},serial={d.value('U' + w.hexes(9).upper(), 'disk_serial', 'field')},base64=0",
              "vmgenid": d.shape(w.uuid(), "uuid"), "tags": d.known(w.tags[0], "tag") + ";" + d.known(w.tags[1], "tag"), "description": f"Runs {mention} for {d.known(w.customers[0], 'customer')}\n{d.cue()} {d.known(w.person(), 'person')}\nsince 2024-03-11, ports 80,443",
              "hostpci0": d.keep("0000:41:00.0,pcie=1"), "scsihw": d.keep("virtio-scsi-single"), "cpu": d.keep("x86-64-v2-AES"), "meta": d.keep("creation-qemu=9.0.2,ctime=1712345678"),
              "hookscript": f"{d.known(w.storages[2], 'storage')}:snippets/{d.known(strong['name'], 'guest')}-hook.pl"}
    return {"data": config}


def lxc_config(d):
    w, g = d.world, d.rng.choice(d.world.guests)
    return {"data": {"hostname": guest_ref(d, g), "arch": "amd64", "ostype": d.keep("debian"), "memory": 2048, "swap": 512, "cores": 2, "unprivileged": 1,
                     "net0": f"name={d.keep('eth0')},bridge={d.keep('vmbr1')},gw={d.shape(w.ip4(), 'ipv4')},hwaddr={d.shape(w.mac(), 'mac')},ip={d.shape(w.ip4(), 'ipv4')}/24,type=veth",
                     "rootfs": f"{d.known(w.storages[1], 'storage')}:{d.keep('subvol-' + str(g['vmid']) + '-disk-0')},size=8G",
                     "mp0": f"/mnt/pve/{d.known(w.storages[0], 'storage')}/shared,mp=/srv/{d.known(w.tags[0], 'tag')}", "features": d.keep("nesting=1"), "digest": d.keep(w.digest()),
                     "nameserver": d.shape(w.ip6(), "ipv6"), "lxc": [["lxc.cgroup2.devices.allow", d.keep("c 226:0 rwm")]]}}


def tasks(d):
    w, rows = d.world, []
    for _ in range(6):
        n, user = d.rng.choice(w.nodes), d.rng.choice(w.users)
        ident, kind = str(d.rng.choice(w.guests)["vmid"]), d.rng.choice(["qmstart", "vzdump", "qmstop"])
        pid, start, when = w.hexes(8).upper(), w.hexes(8).upper(), w.hexes(8).upper()
        rows.append({"upid": f"UPID:{d.known(n, 'node')}:{pid}:{start}:{when}:{kind}:{ident}:{d.known(user, 'user')}@pve:", "node": d.known(n, "node"),
                     "pid": int(pid, 16), "pstart": int(start, 16), "starttime": int(when, 16), "type": kind, "id": ident, "user": f"{d.known(user, 'user')}@pve",
                     "status": d.rng.choice(["OK", "WARNINGS: 2", "unexpected status", "job errors"]), "endtime": int(when, 16) + 12})
    return {"data": rows, "total": 6}


def task_log(d):
    w, g = d.world, d.rng.choice(d.world.strong_guests())
    lines = ["INFO: starting new backup job: vzdump " + str(g["vmid"]) + " --storage " + d.known(w.storages[0], "storage") + " --mode snapshot --compress zstd",
             f"INFO: Starting Backup of VM {d.keep(g['vmid'])} (qemu)", "INFO: Backup started at 2026-03-02 01:00:03", f"INFO: VM Name: {d.known(g['name'], 'guest')}",
             f"INFO: include disk 'scsi0' '{d.known(w.storages[1], 'storage')}:{d.keep('vm-' + str(g['vmid']) + '-disk-0')}' 32G",
             f"INFO: creating vzdump archive '/mnt/pve/{d.known(w.storages[0], 'storage')}/dump/{d.keep('vzdump-qemu-' + str(g['vmid']) + '-2026_03_02-01_00_03.vma.zst')}'",
             "INFO:  12% (3.9 GiB of 32.0 GiB) in 12s, read: 333.1 MiB/s, write: 310.0 MiB/s", "INFO: archive file size: 9.42GB", f"TASK OK"]
    word = d.rng.choice(w.word_guests())
    lines.insert(3, f"INFO: VM Name: {d.word(word['name'], 'guest')}")
    return {"data": [{"n": i + 1, "t": t} for i, t in enumerate(lines)], "total": len(lines)}


def storage_config(d):
    w = d.world
    return {"data": [{"storage": d.known(w.storages[0], "storage"), "type": "nfs", "server": d.shape(w.ip4(), "ipv4"), "export": f"/export/{d.known(w.storages[0], 'storage')}", "path": f"/mnt/pve/{d.known(w.storages[0], 'storage')}", "content": "backup,iso", "options": "vers=4.2", "digest": d.keep(w.digest())},
                     {"storage": d.known(w.storages[1], "storage"), "type": "rbd", "pool": d.typed(w.word() + "-rbd", "ceph_pool"), "monhost": f"{d.shape(w.ip4(), 'ipv4')};{d.shape(w.ip4(), 'ipv4')}", "username": d.typed(w.word(), "user"), "krbd": 0, "content": "images"},
                     {"storage": d.known(w.storages[2], "storage"), "type": "pbs", "server": fqdn(d, "pbs1." + w.domains[0]), "datastore": d.typed(w.word(), "datastore"), "namespace": d.typed(w.word(), "datastore"), "username": f"{d.known(w.users[0], 'user')}@{d.keep('pbs')}!{d.known(w.tokens[0], 'token')}", "fingerprint": d.secret(":".join(w.hexes(2) for _ in range(32)), "cert_fingerprint"), "content": "backup"},
                     {"storage": d.keep("local"), "type": "dir", "path": d.keep("/var/lib/vz"), "content": "vztmpl,iso,backup"},
                     {"storage": d.known(w.storages[0], "storage"), "type": "iscsi", "portal": d.shape(w.ip4(), "ipv4"), "target": d.value(f"iqn.2004-04.com.{w.word()}:{w.word()}", "iqn", "pattern"), "content": "none"},
                     {"storage": d.keep("local-lvm"), "type": "lvmthin", "vgname": d.keep("pve"), "thinpool": d.keep("data"), "content": "rootdir,images"},
                     {"storage": d.known(w.storages[1], "storage"), "type": "lvm", "vgname": d.typed("vg_" + w.word(), "vg_name")}]}


def storage_content(d):
    w, s = d.world, d.rng.choice(d.world.storages[:3])
    vmid = d.rng.choice(w.guests)["vmid"]
    def store():
        return d.known(s, "storage")
    guest, mention = d.any_guest()
    return {"data": [{"volid": f"{store()}:{d.keep(f'vm-{vmid}-disk-1')}", "vmid": vmid, "size": 34359738368, "format": "raw", "content": "images", "ctime": 1712345678},
                     {"volid": f"{store()}:backup/{d.keep(f'vzdump-qemu-{vmid}-2026_01_02-03_04_05.vma.zst')}", "vmid": vmid, "notes": mention, "content": "backup", "size": 123, "ctime": 1, "verification": {"state": "ok", "upid": upid(d)}},
                     {"volid": f"{store()}:iso/{d.keep('virtio-win-0.1.266.iso')}", "content": "iso", "size": 5}, {"volid": f"{store()}:iso/{d.known(guest['name'], 'guest')}-golden.iso", "content": "iso", "size": 6},
                     {"volid": f"{store()}:vztmpl/{d.keep('debian-12-standard_12.7-1_amd64.tar.zst')}", "content": "vztmpl", "size": 7},
                     {"volid": f"{store()}:{d.keep(f'base-{vmid}-disk-0/vm-{vmid + 1}-disk-0')}", "vmid": vmid + 1, "content": "images", "parent": None, "size": 9}]}


def users(d):
    w, rows = d.world, []
    for i, (first, last) in enumerate(w.people[:4]):
        rows.append({"userid": f"{d.known(w.users[i], 'user')}@{d.known(w.realms[0], 'realm')}", "enable": 1, "expire": 0, "firstname": d.known(first, "person_part"), "lastname": d.known(last, "person_part"),
                     "email": f"{d.known(w.users[i], 'user')}@{d.value(w.domains[0], 'domain', DICTIONARY, whole=False)}", "realm-type": "ad", "groups": d.known(w.groups[0], "group"), "comment": d.known(f"{first} {last}", "person"),
                     "tokens": [{"tokenid": d.known(w.tokens[0], "token"), "privsep": 1, "expire": 0}]})
    rows.append({"userid": d.keep("root@pam"), "enable": 1, "realm-type": "pam"})
    return {"data": rows}


def access(d):
    w = d.world
    return {"data": [{"path": f"/vms/{d.keep('104')}", "ugid": d.known(w.groups[0], "group"), "type": "group", "roleid": d.keep("PVEVMAdmin"), "propagate": 1},
                     {"path": f"/storage/{d.known(w.storages[0], 'storage')}", "ugid": user_id(d), "type": "user", "roleid": d.keep("PVEDatastoreUser"), "propagate": 1},
                     {"path": f"/pool/{d.known(w.pools[0], 'pool')}", "ugid": f"{user_id(d)}!{d.known(w.tokens[1], 'token')}", "type": "token", "roleid": d.keep("PVEAuditor"), "propagate": 0},
                     {"path": f"/sdn/zones/{d.known(w.zones[0], 'zone')}/{d.known(w.vnets[0], 'vnet')}", "ugid": user_id(d), "type": "user", "roleid": d.keep("PVESDNUser"), "propagate": 1},
                     {"path": "/", "ugid": d.keep("root@pam"), "type": "user", "roleid": d.keep("Administrator"), "propagate": 1}]}


def token_created(d):
    w = d.world
    return {"data": {"full-tokenid": f"{user_id(d)}!{d.known(w.tokens[1], 'token')}", "value": d.secret(w.uuid(), "token_secret"), "info": {"privsep": "0", "comment": f"for {d.known(w.customers[0], 'customer')}"}}}


def ticket_reply(d):
    w, u = d.world, f"{d.world.users[0]}@pve"
    return {"data": {"ticket": d.secret(w.ticket(u), "ticket"), "CSRFPreventionToken": d.secret(f"{w.hexes(8).upper()}:{w.base64(32)[:43]}", "csrf"), "username": f"{d.known(w.users[0], 'user')}@pve", "clustername": d.known(w.cluster, "cluster"), "cap": {"vms": {"VM.Audit": 1, d.keep("VM.Config.Network"): 1}}}}


def firewall(d):
    w = d.world
    alias = w.word() + "_srv"
    return {"data": [{"pos": 0, "type": "in", "action": "ACCEPT", "source": d.shape(w.ip4(), "ipv4"), "dest": f"+dc/{d.typed(w.word(), 'ipset')}", "proto": "tcp", "dport": "22,8006", "enable": 1, "log": "nolog", "comment": f"jump host of {d.known(w.customers[1], 'customer')}"},
                     {"pos": 1, "type": "group", "action": d.typed("sg-" + w.word(), "security_group"), "iface": d.keep("net0"), "enable": 1},
                     {"pos": 2, "type": "in", "macro": d.keep("SSH"), "action": "DROP", "source": f"{d.shape(w.nets[0] + '.0', 'ipv4')}/24", "enable": 0},
                     {"pos": 3, "type": "out", "action": "REJECT", "source": f"{d.shape(w.nets[1] + '.10', 'ipv4')}-{d.shape(w.nets[1] + '.20', 'ipv4')}", "enable": 1, "dest": d.keep("0.0.0.0/0")},
                     {"name": d.typed(alias, "fw_alias"), "cidr": d.shape(w.ip6(), "ipv6"), "comment": "", "ipversion": 6, "digest": d.keep(w.digest())}]}


def network(d):
    w = d.world
    return {"data": [{"iface": d.keep("vmbr0"), "type": "bridge", "bridge_ports": d.keep("eno1"), "address": d.shape(w.ip4(), "ipv4"), "cidr": f"{d.shape(w.ip4(), 'ipv4')}/24", "netmask": d.keep("255.255.255.0"), "gateway": d.shape(w.ip4(), "ipv4"), "active": 1, "autostart": 1, "method": "static", "families": ["inet"], "priority": 4},
                     {"iface": d.known(w.bridges[0], "bridge"), "type": "bridge", "address6": d.shape(w.ip6(), "ipv6"), "netmask6": "64", "comments": f"uplink {d.known(w.sites[0], 'site')}\n", "bridge_ports": d.keep("bond0.120")},
                     {"iface": d.keep("bond0"), "type": "bond", "slaves": d.keep("ens1f0 ens1f1"), "bond_mode": d.keep("802.3ad"), "active": 1}, {"iface": d.keep("eno1"), "type": "eth", "exists": 1}], "changes": ""}


def dns_hosts(d):
    w = d.world
    return {"data": {"search": d.value(w.domains[1], "domain", DICTIONARY, whole=False), "dns1": d.shape(w.ip4(), "ipv4"), "dns2": d.keep("1.1.1.1"), "timezone": "Europe/Berlin",
                     "data": f"{d.keep('127.0.0.1 localhost.localdomain localhost')}\n{d.shape(w.ip4(), 'ipv4')} {fqdn(d, w.nodes[0] + '.' + w.domains[1])} {d.known(w.nodes[0], 'node')}\n{d.keep('ff02::1 ip6-allnodes')}\n", "digest": d.keep(w.digest())}}


def ha_status(d):
    w = d.world
    status = {d.known(n, "node"): "online" for n in w.nodes}
    lrm = {d.known(n, "node"): {"mode": "active", "results": {}, "state": "active", "timestamp": 1712345678} for n in w.nodes[:2]}
    return {"data": {"quorum": {"node": node(d), "quorate": "1"}, "manager_status": {"master_node": node(d), "node_status": status, "service_status": {f"vm:{w.guests[0]['vmid']}": {"node": node(d), "state": "started", "uid": w.base64(16)[:22]}}}, "lrm_status": lrm}}


def jobs(d):
    w = d.world
    return {"data": [{"id": d.shape(f"backup-{w.hexes(8)}-{w.hexes(4)}", "job"), "schedule": d.keep("mon..fri 02:30"), "storage": d.known(w.storages[0], "storage"), "mode": "snapshot", "vmid": "100,107", "mailto": f"{d.known(w.users[0], 'user')}@{d.value(w.domains[0], 'domain', DICTIONARY, whole=False)}", "node": node(d), "notes-template": "{{guestname}}, {{node}}, {{vmid}}", "enabled": 1, "comment": f"nightly {d.known(w.customers[0], 'customer')}", "prune-backups": {"keep-last": "3"}},
                     {"id": "100-0", "guest": 100, "target": node(d), "source": node(d), "schedule": "*/15", "type": "local", "jobnum": 0, "error": f"command 'ssh -o HostKeyAlias={node(d)} root@{d.shape(w.ip4(), 'ipv4')} -- pvesr' failed: exit code {d.keep('255')}"}]}


def agent(d):
    w = d.world
    host = d.rng.choice(w.strong_guests())["name"]
    out = f"uid=0(root) gid=0(root)\n{d.known(host, 'guest')}\ninet {d.shape(w.ip4(), 'ipv4')}/24 brd {d.shape(w.nets[0] + '.255', 'ipv4')} scope global ens18\n"
    return {"data": {"result": [{"name": d.keep("lo"), "ip-addresses": [{"ip-address": d.keep("127.0.0.1"), "ip-address-type": "ipv4", "prefix": 8}], "hardware-address": d.keep("00:00:00:00:00:00")},
                                {"name": d.keep("ens18"), "hardware-address": d.shape(w.mac().lower(), "mac"), "ip-addresses": [{"ip-address": d.shape(w.ip4(), "ipv4"), "prefix": 24}, {"ip-address": d.shape(w.ip6(), "ipv6"), "prefix": 64}], "statistics": {"rx-bytes": 123456789012}}],
                     "host-name": d.known(host, "guest"), "users": [{"user": d.typed(w.word(), "user"), "login-time": 1712345678.123, "domain": d.typed(w.word().upper()[:10], "domain")}],
                     "exited": 1, "exitcode": 0, "out-data": out, "pretty-name": d.keep("Debian GNU/Linux 12 (bookworm)"), "kernel-release": d.keep("6.1.0-33-amd64")}}


def sdn(d):
    w = d.world
    return {"data": [{"zone": d.known(w.zones[0], "zone"), "type": "vxlan", "peers": f"{d.shape(w.ip4(), 'ipv4')},{d.shape(w.ip4(), 'ipv4')}", "ipam": d.keep("pve"), "nodes": f"{node(d)},{node(d)}", "dnszone": d.value(w.domains[1], "domain", DICTIONARY, whole=False)},
                     {"vnet": d.known(w.vnets[0], "vnet"), "zone": d.known(w.zones[1], "zone"), "tag": 4000, "alias": d.typed(w.word(), "alias")}, {"subnet": f"{d.known(w.zones[0], 'zone')}-{d.shape(w.nets[0] + '.0', 'ipv4')}-24", "cidr": f"{d.shape(w.nets[0] + '.0', 'ipv4')}/24", "gateway": d.shape(w.nets[0] + ".1", "ipv4"), "snat": 1},
                     {"controller": d.typed("ctl" + w.word()[:5], "controller"), "asn": 65001, "peers": d.shape(w.ip4(), "ipv4"), "type": "evpn"}, {"dns": d.typed(w.word(), "dns"), "type": "powerdns", "url": f"http://{d.shape(w.ip4(), 'ipv4')}:8081/api/v1/servers/localhost", "key": d.secret(w.password(), "api_key")},
                     {"ipam": d.typed(w.word(), "ipam"), "type": "netbox", "url": f"https://{fqdn(d, 'netbox.' + w.domains[1])}/api", "token": d.secret(w.hexes(40), "token")}]}


def notifications(d):
    w = d.world
    return {"data": [{"name": d.typed(w.word(), "notif_name"), "type": "smtp", "server": fqdn(d, "mail." + w.domains[0]), "mailto": [f"{d.known(w.users[0], 'user')}@{d.value(w.domains[0], 'domain', DICTIONARY, whole=False)}"], "from-address": d.value(f"pve@{w.domains[0]}", "email", "pattern", whole=False), "username": d.known(w.users[1], "user"), "password": d.secret(w.password(), "password"), "mode": "starttls", "port": 587},
                     {"name": d.typed(w.word(), "notif_name"), "type": "gotify", "server": f"https://{fqdn(d, 'gotify.' + w.domains[0])}", "token": d.secret("A" + w.chars("abcXYZ019.-_", 14), "token")},
                     {"name": d.typed(w.word(), "notif_name"), "type": "webhook", "url": f"https://hooks.slack.com/services/{d.secret('T' + w.chars('ABC0123', 8) + '/B' + w.chars('ABC0123', 8) + '/' + w.chars('abcXYZ019', 24), 'webhook', 'pattern')}", "secret": [{"name": "token", "value": d.secret(base64.b64encode(w.password().encode()).decode(), "secret")}]},
                     {"id": d.typed(w.word(), "metric"), "type": "influxdb", "server": d.shape(w.ip4(), "ipv4"), "port": 8086, "organization": d.typed(w.word(), "org"), "bucket": d.keep("proxmox"), "token": d.secret(w.base64(64), "token")}]}


def acme(d):
    w = d.world
    data = d.packed(f"CF_Token={d.secret(w.chars('abcdefXYZ0123456789', 40), 'acme_token')}\nCF_Account_ID={d.typed(w.hexes(32), 'acme_account')}\n", lambda t: base64.b64encode(t.encode()).decode())
    return {"data": [{"plugin": d.typed(w.word(), "acme"), "type": "dns", "api": d.keep("cf"), "data": data, "digest": d.keep(w.digest())}, {"name": d.typed(w.word(), "acme"), "account": {"contact": [f"mailto:{d.known(w.users[0], 'user')}@{d.value(w.domains[0], 'domain', DICTIONARY, whole=False)}"], "status": "valid"}, "directory": d.keep("https://acme-v02.api.letsencrypt.org/directory"), "tos": d.keep("https://letsencrypt.org/documents/LE-SA-v1.5-February-24-2025.pdf")}]}


def disks(d):
    w, s = d.world, d.rng.choice(d.world.serials)
    return {"data": [{"devpath": d.keep("/dev/sda"), "serial": d.known(s, "disk_serial"), "wwn": d.shape("0x5000c500" + w.hexes(8), "wwn"), "model": d.keep("ST4000NM0035-1V4107"), "vendor": d.keep("ATA"), "size": 4000787030016, "health": "PASSED", "by_id_link": f"/dev/disk/by-id/{d.keep('ata-ST4000NM0035-1V4107')}_{d.known(s, 'disk_serial')}", "used": "ZFS", "rpm": 7200, "wearout": "N/A"},
                     {"devpath": d.keep("/dev/nvme0n1"), "serial": d.typed(w.serial(), "disk_serial"), "wwn": d.shape("eui." + w.hexes(16), "wwn"), "model": d.keep("SAMSUNG MZVL2512HCJQ-00B00"), "wearout": 97, "used": "LVM"}, {"type": "text", "health": "PASSED", "text": f"Serial Number:    {d.known(s, 'disk_serial')}\nLU WWN Device Id: 5 000c50 {d.shape(w.hexes(9), 'wwn')}\nFirmware Version: {d.keep('SN04')}\n"}]}


def ceph(d):
    w = d.world
    return {"data": {"fsid": d.shape(w.uuid(), "uuid"), "health": {"status": "HEALTH_WARN", "checks": {"OSD_DOWN": {"summary": {"message": "1 osds down"}, "detail": [{"message": f"osd.3 (root=default,host={node(d)}) is down"}]}}}, "quorum_names": [node(d), node(d)],
                     "monmap": {"epoch": 4, "mons": [{"name": node(d), "addr": f"{d.shape(w.ip4(), 'ipv4')}:6789/0", "public_addrs": {"addrvec": [{"type": "v2", "addr": f"{d.shape(w.ip4(), 'ipv4')}:3300", "nonce": 0}]}}]}, "osdmap": {"num_osds": 12, "num_up_osds": 11}, "pgmap": {"bytes_used": 12345678901},
                     "root": {"children": [{"name": node(d), "type": "host", "children": [{"id": 3, "name": d.keep("osd.3"), "type": "osd", "status": "down"}]}]}, "pools": [{"pool_name": d.keep(".mgr"), "pool": 1}, {"pool_name": d.typed(w.word(), "ceph_pool"), "pool": 2, "crush_rule_name": d.keep("replicated_rule")}]}}


def certificates(d):
    w, n = d.world, d.rng.choice(d.world.nodes)
    return {"data": [{"filename": d.keep("pve-ssl.pem"), "fingerprint": d.secret(":".join(w.hexes(2).upper() for _ in range(32)), "cert_fingerprint"), "subject": f"/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN={fqdn(d, n + '.' + w.domains[1])}", "issuer": d.keep("/C=US/O=Let's Encrypt/CN=R11"), "san": [d.known(n, "node"), fqdn(d, n + "." + w.domains[1]), d.shape(w.ip4(), "ipv4"), d.keep("localhost")],
                      "pem": "-----BEGIN CERTIFICATE-----\n" + d.secret("\n".join(w.pem_body()), "pem", "pattern") + "\n-----END CERTIFICATE-----\n", "notafter": 1798761599, "public-key-bits": 2048, "public-key-type": "rsaEncryption"}]}


def snapshots(d):
    w = d.world
    first = "pre_" + w.word()
    return {"data": [{"name": d.typed(first, "snapshot"), "snaptime": 1712345678, "vmstate": 0, "description": f"before {d.variant(d.rng.choice(w.strong_guests())['name'], 'guest')}\n"}, {"name": d.keep("current"), "parent": d.typed(first, "snapshot"), "running": 1, "digest": d.keep(w.digest()), "description": d.keep("You are here!")}]}


def pending(d):
    g = d.rng.choice(d.world.strong_guests())
    return {"data": [{"key": "name", "value": d.known(g["name"], "guest"), "pending": d.typed(d.world.word(), "guest")}, {"key": "memory", "value": "2048"}, {"key": "net0", "value": f"virtio={d.shape(d.world.mac(), 'mac')},bridge=vmbr0"}, {"key": "cipassword", "value": d.keep("**********")}]}


def error(d):
    w = d.world
    g = d.rng.choice(w.guests)
    return {"data": None, "message": d.rng.choice([
        f"unable to create VM {g['vmid']} - VM {g['vmid']} already exists on node '{node(d)}'\n", f"hostname lookup '{node(d)}' failed - failed to get address info for: {node(d)}: Name or service not known\n",
        f"Configuration file 'nodes/{node(d)}/qemu-server/{g['vmid']}.conf' does not exist\n", f"storage '{d.known(w.storages[0], 'storage')}' is disabled\n", f"permission denied - user {user_id(d)} lacks {d.keep('VM.PowerMgmt')}\n",
        f"{d.keep('Permission check failed (/vms/100, VM.Config.Memory)')}\n", f"can't lock file '{d.keep('/var/lock/qemu-server/lock-100.conf')}' - got timeout\n"]), "errors": {}}


def cluster_log(d):
    w = d.world
    return {"data": [{"uid": i, "time": 1712345678 + i, "node": node(d), "user": user_id(d), "tag": d.keep("pvedaemon"), "pid": 1234, "pri": 6, "msg": m} for i, m in enumerate([
        f"starting task {upid(d)}", f"end task {upid(d)} OK", f"successful auth for user '{user_id(d)}'", f"authentication failure; rhost={d.value('::ffff:' + w.ip4(), 'ipv4', 'pattern', whole=False)} user={user_id(d)} msg=invalid credentials"])]}


def subscription(d):
    w = d.world
    return {"data": {"status": "active", "key": d.secret(f"pve{d.rng.choice('1248')}{d.rng.choice('cbsp')}-{w.hexes(10)}", "subscription_key"), "serverid": d.shape(w.hexes(32).upper(), "server_id"), "level": "c", "productname": d.keep("Proxmox VE Community Subscription 2 CPUs/year"), "regdate": "2025-03-01 00:00:00", "url": d.keep("https://www.proxmox.com/en/proxmox-virtual-environment/pricing")}}


def apt(d):
    return {"data": [{"Package": d.keep("pve-manager"), "Version": d.keep("8.4.14"), "OldVersion": d.keep("8.4.1"), "Title": "Proxmox Virtual Environment Management Tools", "Priority": "optional", "Section": "admin", "Origin": "Proxmox"}, {"Package": d.keep("libnvidia-compute-550"), "Version": d.keep("550.54.15.1"), "OldVersion": d.keep("2.03.31.1-2"), "Title": "data test backup mail web"}]}


def rrd(d):
    return {"data": [{"time": 1712345600 + 60 * i, "cpu": random.Random(i).random(), "maxcpu": 8, "memused": 1.23456789e10, "netin": 12345.678901, "diskwrite": 0} for i in range(12)]}


KINDS = [cluster_resources, cluster_status, node_status, qemu_config, lxc_config, tasks, task_log, storage_config, storage_content, users, access, token_created, ticket_reply, firewall, network, dns_hosts, ha_status, jobs, agent, sdn, notifications, acme, disks, ceph, certificates, snapshots, pending, error, cluster_log, subscription, apt, rrd]
