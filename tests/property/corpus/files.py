"""Configuration files of a node, a cluster and what lives in guests."""
import base64
import random

from .api import fqdn, node, user_id
from .document import DICTIONARY


def mail(d, index=0):
    w = d.world
    return f"{d.known(w.users[index], 'user')}@{d.value(w.domains[0], 'domain', DICTIONARY, whole=False)}"


def domain(d, index=1):
    return d.value(d.world.domains[index], "domain", DICTIONARY, whole=False)


def ip(d):
    return d.shape(d.world.ip4(), "ipv4")


def corosync(d):
    w = d.world
    nodes = "".join(f"  node {{\n    name: {d.known(n, 'node')}\n    nodeid: {i}\n    quorum_votes: 1\n    ring0_addr: {ip(d)}\n    ring1_addr: {d.shape(w.ip6(), 'ipv6')}\n  }}\n" for i, n in enumerate(w.nodes, 1))
    return f"logging {{\n  debug: off\n  to_syslog: yes\n}}\n\nnodelist {{\n{nodes}}}\n\nquorum {{\n  provider: corosync_votequorum\n}}\n\ntotem {{\n  cluster_name: {d.known(w.cluster, 'cluster')}\n  config_version: 7\n  interface {{\n    linknumber: 0\n  }}\n  ip_version: ipv4-6\n  link_mode: passive\n  secauth: on\n  version: 2\n}}\n"


def storage_cfg(d):
    w = d.world
    return (f"{d.keep('dir: local')}\n\tpath /var/lib/vz\n\tcontent iso,vztmpl,backup\n\n{d.keep('lvmthin: local-lvm')}\n\tthinpool data\n\tvgname pve\n\tcontent rootdir,images\n\n"
            f"nfs: {d.known(w.storages[0], 'storage')}\n\texport /mnt/{d.typed(w.word(), 'export')}/{d.known(w.storages[0], 'storage')}\n\tpath /mnt/pve/{d.known(w.storages[0], 'storage')}\n\tserver {ip(d)}\n\tcontent backup\n\tprune-backups keep-daily=7\n\n"
            f"cifs: {d.typed(w.word(), 'storage')}\n\tpath /mnt/pve/x\n\tserver {fqdn(d, 'fs.' + w.domains[1])}\n\tshare {d.typed(w.word(), 'share')}\n\tdomain {d.typed(w.word().upper(), 'domain')}\n\tusername {d.typed(w.word().upper(), 'domain')}\\{d.known(w.users[0], 'user')}\n\tpassword {d.secret(w.password(), 'password')}\n\n"
            f"pbs: {d.word(w.storages[3], 'storage')}\n\tdatastore {d.typed(w.word(), 'datastore')}\n\tserver {ip(d)}\n\tfingerprint {d.secret(':'.join(w.hexes(2) for _ in range(32)), 'cert_fingerprint')}\n\tusername {d.known(w.users[1], 'user')}@pbs\n\tnamespace {d.typed(w.word(), 'datastore')}\n\n"
            f"rbd: {d.known(w.storages[2], 'storage')}\n\tcontent images\n\tkrbd 0\n\tmonhost {ip(d)} {ip(d)}\n\tpool {d.typed(w.word(), 'ceph_pool')}\n\tusername {d.typed(w.word(), 'user')}\n\nzfspool: {d.known(w.storages[1], 'storage')}\n\tpool {d.typed('tank' + w.word(), 'zpool')}/{d.typed(w.word(), 'zpool')}\n\tnodes {node(d)},{node(d)}\n\tsparse 1\n")


def user_cfg(d):
    w = d.world
    lines = [d.keep("user:root@pam:1:0:::") + mail(d) + ":::"]
    for i, (first, last) in enumerate(w.people[:3]):
        lines.append(f"user:{d.known(w.users[i], 'user')}@{d.known(w.realms[0], 'realm')}:1:0:{d.known(first, 'person_part')}:{d.known(last, 'person_part')}:{mail(d, i)}::x:")
    lines += [f"token:{user_id(d)}!{d.known(w.tokens[0], 'token')}:0:0::", "", f"group:{d.known(w.groups[0], 'group')}:{user_id(d)},{user_id(d)}:{d.known(w.customers[1], 'customer')} staff:", "",
              f"pool:{d.known(w.pools[0], 'pool')}:comment:100,107:{d.known(w.storages[0], 'storage')}:", "", f"role:Reader:VM.Audit,Sys.Audit:", "",
              f"acl:1:/storage/{d.known(w.storages[0], 'storage')}:@{d.known(w.groups[0], 'group')}:PVEDatastoreUser:", f"acl:1:/pool/{d.known(w.pools[0], 'pool')}:{user_id(d)}:PVEVMAdmin:", f"acl:1:/:{user_id(d)}!{d.known(w.tokens[1], 'token')}:{d.keep('PVEAuditor')}:"]
    return "\n".join(lines) + "\n"


def domains_cfg(d):
    w = d.world
    base = f"dc={d.known(w.domains[1].split('.')[0], 'domain')},dc={w.domains[1].split('.')[1]}"
    return (f"{d.keep('pam: pam')}\n\tcomment Linux PAM standard authentication\n\nad: {d.known(w.realms[0], 'realm')}\n\tdomain {domain(d)}\n\tserver1 {fqdn(d, 'dc01.' + w.domains[1])}\n\tserver2 {ip(d)}\n\tsecure 1\n\tcomment {d.known(w.customers[0], 'customer')}\n\tbind_dn CN=svc-{d.known(w.users[0], 'user')},OU=Service,{base}\n\n"
            f"ldap: {d.known(w.realms[2], 'realm')}\n\tbase_dn ou=people,{base}\n\tserver1 {ip(d)}\n\tuser_attr uid\n\tport 636\n\nopenid: {d.typed(w.word(), 'realm')}\n\tissuer-url https://{fqdn(d, 'sso.' + w.domains[0])}/realms/{d.typed(w.word(), 'realm')}\n\tclient-id {d.typed(w.word(), 'client')}\n\tclient-key {d.secret(w.password(), 'client_key')}\n\tautocreate 1\n")


def interfaces(d):
    w = d.world
    return (f"# uplink in {d.known(w.sites[0], 'site')}, {d.cue()} {d.known(w.person(), 'person')}\nauto lo\niface lo inet loopback\n\niface {d.keep('eno1')} inet manual\n\nauto {d.keep('vmbr0')}\niface vmbr0 inet static\n\taddress {ip(d)}/24\n\tgateway {ip(d)}\n\tbridge-ports eno1\n\tbridge-stp off\n\tbridge-fd 0\n\tbridge-vids {d.keep('2-4094')}\n\n"
            f"auto {d.known(w.bridges[0], 'bridge')}\niface {d.known(w.bridges[0], 'bridge')} inet6 static\n\taddress {d.shape(w.ip6(), 'ipv6')}/64\n\tbridge-ports bond0.{d.keep('120')}\n\thwaddress ether {d.shape(w.mac().lower(), 'mac')}\n\tpost-up ip route add {d.shape(w.nets[1] + '.0', 'ipv4')}/24 via {ip(d)} dev {d.known(w.bridges[0], 'bridge')}\n\tnetmask {d.keep('255.255.255.0')}\n\tdns-nameservers {ip(d)} {d.keep('8.8.8.8')}\n\tdns-search {domain(d)}\n\nsource /etc/network/interfaces.d/*\n")


def hosts(d):
    w = d.world
    rows = [d.keep("127.0.0.1 localhost.localdomain localhost")]
    rows += [f"{ip(d)}\t{fqdn(d, n + '.' + w.domains[1])} {d.known(n, 'node')} {d.keep('pvelocalhost') if i == 0 else ''}".rstrip() for i, n in enumerate(w.nodes)]
    rows += [d.keep("::1     ip6-localhost ip6-loopback"), d.keep("ff02::2 ip6-allrouters"), f"{d.shape(w.ip6(), 'ipv6')} {fqdn(d, 'vpn.' + w.domains[0])} # {d.known(w.customers[1], 'customer')} vpn"]
    return "\n".join(rows) + "\n"


def resolv(d):
    return f"search {domain(d)} {domain(d, 0)}\nnameserver {ip(d)}\nnameserver {d.shape(d.world.ip6(), 'ipv6')}\nnameserver {d.keep('9.9.9.9')}\noptions timeout:1\n"


def ceph_conf(d):
    w = d.world
    return (f"[global]\n\tauth_client_required = cephx\n\tcluster_network = {d.shape(w.nets[0] + '.0', 'ipv4')}/24\n\tfsid = {d.shape(w.uuid(), 'uuid')}\n\tmon_host = {ip(d)} {ip(d)}\n\tms_bind_ipv4 = true\n\tosd_pool_default_size = 3\n\tpublic_network = {d.shape(w.nets[1] + '.0', 'ipv4')}/24\n\n"
            f"[client]\n\tkeyring = {d.keep('/etc/pve/priv/$cluster.$name.keyring')}\n\n[mon.{node(d)}]\n\thost = {node(d)}\n\tpublic_addr = {ip(d)}\n\n[mds.{node(d)}]\n\tmds_standby_for_name = pve\n")


def keyring(d):
    w = d.world
    key = "AQ" + w.base64(28)[:36] + "=="
    return f"[client.{d.keep('admin')}]\n\tkey = {d.secret(key, 'ceph_key', 'pattern')}\n\tcaps mds = \"allow *\"\n\tcaps mon = \"allow *\"\n\n[client.{d.typed(w.word(), 'user')}]\n\tkey = {d.secret('AQ' + w.base64(28)[:36] + '==', 'ceph_key', 'pattern')}\n\tcaps osd = \"profile rbd pool={d.typed(w.word(), 'ceph_pool')}\"\n"


def firewall_fw(d):
    w = d.world
    alias, ipset, group = w.word() + "-gw", w.word(), w.word()
    return (f"[OPTIONS]\n\nenable: 1\npolicy_in: DROP\n\n[ALIASES]\n\n{d.typed(alias, 'fw_alias')} {ip(d)} # {d.known(w.customers[0], 'customer')} gateway\n{d.keep('local_network')} {d.shape(w.nets[0] + '.0', 'ipv4')}/24\n\n[IPSET {d.typed(ipset, 'ipset')}] # allowed by {d.known(w.person(), 'person')}\n\n{ip(d)}\n!{d.shape(w.nets[1] + '.0', 'ipv4')}/24\n{d.shape(w.ip6(), 'ipv6')}\n\n"
            f"[RULES]\n\nGROUP {d.typed(group, 'security_group')} -i net0\nIN SSH(ACCEPT) -source +{d.typed(ipset, 'ipset')} -log nolog\n|IN ACCEPT -source {d.typed(alias, 'fw_alias')} -p tcp -dport {d.keep('8006')} # {d.known(w.person(), 'person')}\nOUT REJECT -dest {ip(d)} -p udp -dport 53\n\n[group {d.typed(group, 'security_group')}]\n\nIN ACCEPT -source {ip(d)}-{ip(d)} -p tcp\n")


def jobs_cfg(d):
    w = d.world
    return f"vzdump: {d.shape('backup-' + w.hexes(8) + '-' + w.hexes(4), 'job')}\n\tschedule 02:30\n\tcomment {d.known(w.customers[0], 'customer')} nightly\n\tenabled 1\n\tmailto {mail(d)}\n\tmode snapshot\n\tnode {node(d)}\n\tnotes-template {{{{guestname}}}}\n\tpool {d.known(w.pools[0], 'pool')}\n\tstorage {d.known(w.storages[0], 'storage')}\n\nrealm-sync: {d.typed(w.word(), 'job_id')}\n\trealm {d.known(w.realms[0], 'realm')}\n\tschedule daily\n"


def notifications_cfg(d):
    w = d.world
    name = w.word()
    return (f"smtp: {d.typed(name, 'notif_name')}\n\tfrom-address {mail(d)}\n\tmailto {mail(d, 1)}\n\tmailto-user {user_id(d)}\n\tserver {fqdn(d, 'mail.' + w.domains[0])}\n\tusername {d.known(w.users[0], 'user')}\n\nmatcher: {d.typed(w.word(), 'notif_name')}\n\ttarget {d.typed(name, 'notif_name')}\n\tmatch-field exact:hostname={node(d)}\n\n{d.keep('sendmail: mail-to-root')}\n\tmailto-user root@pam\n"
            f"# priv\nsmtp: {d.typed(name, 'notif_name')}\n\tpassword {d.secret(w.password(), 'password')}\n\ngotify: {d.typed(w.word(), 'notif_name')}\n\ttoken {d.secret('A' + w.chars('abcXYZ019', 14), 'token')}\n")


def qemu_conf(d):
    w, g = d.world, d.rng.choice(d.world.strong_guests())
    note = d.layer(f"{d.known(g['name'], 'guest')}: {d.cue()} {d.known(w.person(), 'person')} ({mail(d)})", lambda t: t.replace(":", "%3A").replace("@", "%40"))
    return (f"#{note}\n#{d.layer('Belongs with ' + d.known(w.customers[0], 'customer'), lambda t: t)}\nagent: 1\nboot: order=scsi0;net0\ncores: 4\ncpu: x86-64-v2-AES\nmemory: 8192\nname: {d.known(g['name'], 'guest')}\nnet0: virtio={d.shape(w.mac(), 'mac')},bridge={d.known(w.bridges[0], 'bridge')},firewall=1\nnuma: 0\nostype: l26\nparent: {d.typed(snap := 'pre_' + w.word(), 'snapshot')}\n"
            f"scsi0: {d.known(w.storages[0], 'storage')}:{d.keep('vm-' + str(g['vmid']) + '-disk-0')},iothread=1,size=32G\nscsihw: virtio-scsi-single\nsmbios1: uuid={d.shape(w.uuid(), 'uuid')},manufacturer={d.packed(d.known(w.customers[0], 'customer'), lambda t: base64.b64encode(t.encode()).decode())},base64=1\ntags: {d.known(w.tags[0], 'tag')};{d.known(w.tags[1], 'tag')}\nargs: -cpu host -device vfio-pci,host={d.keep('0000:41:00.0')}\n"
            f"cicustom: user={d.known(w.storages[0], 'storage')}:snippets/{d.known(g['name'], 'guest')}-user.yaml\nciuser: {d.known(w.users[0], 'user')}\ncipassword: {d.secret('$5$' + w.chars('abcXYZ019./', 8) + '$' + w.chars('abcXYZ019./', 43), 'crypt_hash', 'pattern')}\nipconfig0: ip={ip(d)}/24,gw={ip(d)}\nvmgenid: {d.shape(w.uuid(), 'uuid')}\n\n[{d.typed(snap, 'snapshot')}]\n#before upgrade to {d.keep('8.2.4.1')}\nmachine: pc-q35-8.1\nsnaptime: 1712345678\n")


def lxc_conf(d):
    w, g = d.world, d.rng.choice(d.world.strong_guests())
    return f"arch: amd64\ncores: 2\nhostname: {d.known(g['name'], 'guest')}\nmemory: 2048\nmp0: {d.known(w.storages[0], 'storage')}:{d.keep('subvol-' + str(g['vmid']) + '-disk-1')},mp=/srv,backup=1,size=8G\nnet0: name=eth0,bridge=vmbr0,hwaddr={d.shape(w.mac(), 'mac')},ip={ip(d)}/24,gw={ip(d)},type=veth\nonboot: 1\nostype: debian\nrootfs: {d.known(w.storages[1], 'storage')}:subvol-{g['vmid']}-disk-0,size=8G\nsearchdomain: {domain(d)}\nnameserver: {ip(d)}\nunprivileged: 1\nlxc.idmap: u 0 100000 65536\nlxc.mount.entry: /mnt/pve/{d.known(w.storages[0], 'storage')}/data srv none bind 0 0\n"


def datacenter_cfg(d):
    w = d.world
    return f"keyboard: de\nhttp_proxy: http://{d.known(w.users[0], 'user')}:{d.secret(w.chars('abcXYZ019', 14), 'url_password', 'pattern')}@{fqdn(d, 'proxy.' + w.domains[1])}:3128\nmigration: secure,network={d.shape(w.nets[0] + '.0', 'ipv4')}/24\nmac_prefix: {d.keep('BC:24:11')}\nemail_from: {mail(d)}\nu2f: appid=https://{fqdn(d, w.nodes[0] + '.' + w.domains[1])}:8006\nwebauthn: id={domain(d)},origin=https://{fqdn(d, w.nodes[1] + '.' + w.domains[1])}:8006,rp={d.known(w.cluster, 'cluster')}\ntag-style: color-map={d.known(w.tags[0], 'tag')}:ff0000;{d.known(w.tags[1], 'tag')}:{d.keep('00ff00')}\nregistered-tags: {d.known(w.tags[0], 'tag')};{d.known(w.tags[2], 'tag')}\n"


def cloud_init(d):
    w, g = d.world, d.rng.choice(d.world.strong_guests())
    inner = d.packed(f"DB_PASSWORD={d.secret(w.chars('abcXYZ019', 16), 'password')}\nHOST={d.known(g['name'], 'guest')}\n", lambda t: base64.b64encode(t.encode()).decode())
    key = "      " + d.secret("\n      ".join(w.pem_body(3)), "pem", "pattern")
    return (f"#cloud-config\nhostname: {d.known(g['name'], 'guest')}\nfqdn: {fqdn(d, g['name'] + '.' + w.domains[1])}\nmanage_etc_hosts: true\nuser: {d.known(w.users[0], 'user')}\npassword: {d.secret(w.password(), 'password')}\nchpasswd:\n  expire: false\n  list: |\n    {d.known(w.users[1], 'user')}:{d.secret(w.chars('abcXYZ019', 12), 'password')}\nssh_authorized_keys:\n  - ssh-rsa {d.secret('AAAAB3NzaC1yc2EAAAADAQABAAAB' + w.base64(192), 'ssh_pubkey', 'pattern')} {mail(d)}\n"
            f"write_files:\n  - path: /etc/app.env\n    encoding: b64\n    content: {inner}\n  - path: /etc/ssl/key.pem\n    content: |\n      -----BEGIN PRIVATE KEY-----\n{key}\n      -----END PRIVATE KEY-----\nruncmd:\n  - [curl, -u, '{d.known(w.users[0], 'user')}:{d.secret(w.chars('abcXYZ019', 12), 'password', 'pattern')}', 'https://{fqdn(d, 'repo.' + w.domains[0])}/setup.sh']\n  - echo {d.known(w.person(), 'person')} > /root/owner\nnetwork:\n  version: 1\n  config:\n    - type: physical\n      name: eth0\n      mac_address: '{d.shape(w.mac().lower(), 'mac')}'\n      subnets:\n        - type: static\n          address: {ip(d)}/24\n          dns_search: [{domain(d)}]\n")


def sdn_cfg(d):
    w = d.world
    return f"vxlan: {d.known(w.zones[0], 'zone')}\n\tipam pve\n\tpeers {ip(d)} {ip(d)}\n\nvnet: {d.known(w.vnets[0], 'vnet')}\n\tzone {d.known(w.zones[0], 'zone')}\n\ttag 4000\n\nsubnet: {d.known(w.zones[0], 'zone')}-{d.shape(w.nets[0] + '.0', 'ipv4')}-24\n\tvnet {d.known(w.vnets[0], 'vnet')}\n\tgateway {ip(d)}\n\npowerdns: {d.typed(w.word(), 'dns')}\n\tkey {d.secret(w.chars('abcXYZ019', 18), 'api_key')}\n\turl http://{ip(d)}:8081/api\n"


def priv_files(d):
    w = d.world
    return (f"{user_id(d)}!{d.known(w.tokens[0], 'token')} {d.secret(w.uuid(), 'token_secret')}\n{user_id(d)}!{d.known(w.tokens[1], 'token')} {d.secret(w.uuid(), 'token_secret')}\n"
            f"{d.known(w.users[0], 'user')}:{d.secret('$y$j9T$' + w.chars('abcXYZ019./', 22) + '$' + w.chars('abcXYZ019./', 43), 'crypt_hash', 'pattern')}:19000:0:99999:7:::\nroot:{d.secret('$6$' + w.chars('abcXYZ019./', 16) + '$' + w.chars('abcXYZ019./', 86), 'crypt_hash', 'pattern')}:19000:0:99999:7:::\n")


def tfa_cfg(d):
    w = d.world
    return {"users": {user_id(d): {"totp": [{"info": {"id": "t1", "description": f"phone of {d.known(w.person(), 'person')}"}, "entry": f"otpauth://totp/{d.known(w.cluster, 'cluster')}:{d.known(w.users[0], 'user')}?secret={d.secret(w.chars('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 32), 'totp_secret')}&issuer={d.known(w.cluster, 'cluster')}"}],
                                   "recovery": {"secret": d.secret(w.hexes(16), "recovery"), "entries": [d.secret(w.hexes(64), "recovery"), None]}}}}


def wireguard(d):
    w = d.world
    return f"[Interface]\nPrivateKey = {d.secret(w.base64(32), 'wireguard_key')}\nAddress = {ip(d)}/24\nListenPort = 51820\n\n[Peer] # {d.known(w.person(), 'person')}\nPublicKey = {d.secret(w.base64(32), 'wireguard_key')}\nPresharedKey = {d.secret(w.base64(32), 'wireguard_key')}\nEndpoint = {fqdn(d, 'vpn.' + w.domains[0])}:51820\nAllowedIPs = {d.shape(w.nets[0] + '.0', 'ipv4')}/24, {d.keep('0.0.0.0/0')}\n"


def pve_report(d):
    """A piece of /nodes/x/report: several files with their headers."""
    pieces = d.rng.sample([hosts, interfaces, storage_cfg, qemu_conf, corosync, resolv], 3)
    out = "==== general system info ====\n\n# hostname\n" + node(d) + "\n\n# pveversion --verbose\n" + d.keep("proxmox-ve: 8.4.0 (running kernel: 6.8.12-9-pve)") + "\n" + d.keep("pve-manager: 8.4.1 (running version: 8.4.1/2a5fa54a8503f96d)") + "\n"
    for piece in pieces:
        out += f"\n# cat /etc/{d.keep('pve')}/{piece.__name__.replace('_', '.')}\n" + piece(d)
    return out + "\n# lspci -nnk\n" + d.keep("00:1f.2 SATA controller [0106]: Intel Corporation 82801IR/IO/IH (ICH9R/DO/DH) [8086:2922] (rev 02)") + "\n"


KINDS = [corosync, storage_cfg, user_cfg, domains_cfg, interfaces, hosts, resolv, ceph_conf, keyring, firewall_fw, jobs_cfg, notifications_cfg, qemu_conf, lxc_conf, datacenter_cfg, cloud_init, sdn_cfg, priv_files, tfa_cfg, wireguard, pve_report]
