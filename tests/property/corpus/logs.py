"""Logs, command lines and what programs print.

An unknown share of smbclient is labelled as something that only a human would find: no word before it says what it is.
"""
from .api import fqdn, node, upid, user_id
from .files import domain, ip, mail


def stamp(d):
    return d.rng.choice(["Mar 02 01:00:0%d" % d.rng.randint(0, 9), "2026-03-02T01:00:0%d.123456+01:00" % d.rng.randint(0, 9)])


def log_line(d):
    w, r = d.world, d.rng
    guest, mention = d.any_guest()
    mac = w.mac().lower()
    rows = [
        lambda: ("pvedaemon[1234]", f"<{user_id(d)}> starting task {upid(d)}"),
        lambda: ("pvedaemon[1234]", f"<{d.keep('root@pam')}> end task {upid(d)} {d.keep('OK')}"),
        lambda: ("pveproxy[991]", f"proxy detected vanished client connection"),
        lambda: ("sshd[4242]", f"Accepted publickey for {d.typed(w.word(), 'user')} from {ip(d)} port 51234 ssh2: ED25519 {d.secret('SHA256:' + w.base64(32)[:43], 'ssh_fingerprint', 'pattern')}"),
        lambda: ("sshd[4242]", f"Failed password for invalid user {d.typed(w.word(), 'user')} from {d.shape(w.ip6(), 'ipv6')} port 40022 ssh2"),
        lambda: ("systemd-logind[700]", f"New session 42 of user {d.known(w.users[0], 'user')}."),
        lambda: ("systemd[1]", f"{d.keep('Started Session 42 of User')} {d.known(w.users[1], 'user')}."),
        lambda: ("systemd[1]", d.keep("Started 105.scope.")),
        lambda: ("sudo[55]", f"{d.known(w.users[0], 'user'):>8} : TTY=pts/0 ; PWD=/home/{d.known(w.users[0], 'user')} ; USER=root ; COMMAND=/usr/sbin/qm start {d.keep('105')}"),
        lambda: ("corosync[880]", f"  [KNET  ] link: host: 3 link: 0 is down ({ip(d)})"),
        lambda: ("corosync[880]", f"  [TOTEM ] A new membership (1.2f) was formed. Members joined: {d.keep('3')}"),
        lambda: ("pmxcfs[700]", d.keep("[status] notice: received log")),
        lambda: ("pmxcfs[700]", f"[dcdb] notice: members: 1/880, 2/901, node {node(d)} joined"),
        lambda: ("dnsmasq-dhcp[77]", f"DHCPACK({d.known(w.vnets[0], 'vnet')}) {ip(d)} {d.shape(mac, 'mac')} {d.known(guest['name'], 'guest')}"),
        lambda: ("postfix/smtp[99]", f"{w.hexes(10).upper()}: to=<{mail(d)}>, relay={fqdn(d, 'mx1.' + w.domains[0])}[{ip(d)}]:25, delay=0.5, status=sent (250 2.0.0 Ok)"),
        lambda: ("iscsid[33]", f"Connection1:0 to [target: {d.shape('iqn.2010-06.com.' + w.word() + ':' + w.word(), 'iqn')}, portal: {ip(d)},3260] through [iface: default] is operational now"),
        lambda: ("smartd[11]", f"Device: /dev/sda [SAT], {d.keep('ST4000NM0035-1V4107')}, S/N:{d.known(w.serials[0], 'disk_serial')}, WWN:5-000c50-{d.shape(w.hexes(9), 'wwn')}, FW:SN04, 4.00 TB"),
        lambda: ("kernel", f"[ {d.keep('12345.678901')}] IPTables-Dropped: IN={d.keep('vmbr0')} OUT= MAC={d.shape(mac, 'mac')}:{d.shape(w.mac().lower(), 'mac')}:{d.keep('08:00')} SRC={ip(d)} DST={ip(d)} LEN=60 TOS=0x00 PROTO=TCP SPT=51234 DPT=22"),
        lambda: ("kernel", f"[UFW BLOCK] IN=eno1 SRC={d.shape(w.ip6(), 'ipv6')} DST={d.keep('ff02::1')} HOPLIMIT=1"),
        lambda: ("kernel", d.keep("pcieport 0000:00:1c.0: AER: Corrected error received: 0000:00:1c.0")),
        lambda: ("kernel", d.keep("EXT4-fs (dm-1): mounted filesystem 6b2b2a1e with ordered data mode. RIP: 0010:ffffffffc0a81234 EAX: 0x0000dead")),
        lambda: ("ceph-mon[500]", f"mon.{node(d)}@0(leader) e3 handle_command mon_command from client.? v1:{ip(d)}:0/3141592653"),
        lambda: ("pvestatd[900]", f"storage '{d.known(w.storages[0], 'storage')}' is not online"),
        lambda: ("pvestatd[900]", f"status update time ({d.keep('12.345 seconds')})"),
        lambda: ("pve-ha-crm[901]", f"service 'vm:{d.keep('105')}': state changed from 'started' to 'fence' (node = {node(d)})"),
        lambda: ("qm[77]", f"VM {d.keep('105')} ({mention}) started by {user_id(d)}"),
        lambda: ("qm[77]", f"VM {d.keep('107')} ({d.word(r.choice(w.word_guests())['name'], 'guest')}) stopped"),
        lambda: ("cron[8]", f"(root) CMD (/usr/local/bin/sync-{d.known(guest['name'], 'guest')}.sh --password={d.secret(w.chars('abcXYZ019', 12), 'password')})"),
        lambda: ("pvescheduler[12]", f"replication job 105-0 to {node(d)} failed: ssh: Could not resolve hostname {d.known(r.choice(w.nodes), 'node')}: Name or service not known"),
        lambda: ("pve-firewall[9]", f"status update error: iptables_restore_cmdlist: Try `iptables-restore -h' at {d.keep('/usr/share/perl5/PVE/Firewall.pm line 2345.')}"),
        lambda: ("nginx", f"upstream timed out while connecting to {d.variant(guest['name'], 'guest')}, client: {ip(d)}, server: {fqdn(d, guest['name'] + '.' + w.domains[0])}, request: \"GET /api?token={d.secret(w.chars('abcXYZ019', 24), 'url_token')}&page={d.keep('2')} HTTP/1.1\""),
    ]
    program, text = r.choice(rows)()
    return f"{stamp(d)} {d.known(r.choice(w.nodes), 'node')} {d.keep(program)}: {text}"


def journal(d):
    return "\n".join(log_line(d) for _ in range(d.rng.randint(6, 16))) + "\n"


def journal_json(d):
    return {"data": [{"n": i + 1, "t": log_line(d)} for i in range(8)], "total": 8}


def access_log(d):
    w, rows = d.world, []
    for _ in range(8):
        who = d.rng.choice(["-", d.keep("root@pam"), user_id(d), f"{user_id(d)}!{d.known(w.tokens[0], 'token')}"])
        path = d.rng.choice([f"/api2/json/nodes/{node(d)}/qemu/{d.keep('105')}/status/current", "/api2/json/cluster/resources", f"/api2/json/nodes/{node(d)}/tasks/{d.url(upid(d))}/status", f"/api2/json/nodes/{node(d)}/storage/{d.known(w.storages[0], 'storage')}/content/{d.url(d.known(w.storages[0], 'storage') + ':vm-105-disk-0')}",
                             f"/api2/extjs/pools/{d.known(w.pools[0], 'pool')}?_dc=1712345678901"])
        rows.append(f"::ffff:{ip(d)} - {who} [02/03/2026:01:00:03 +0100] \"GET {path} HTTP/1.1\" {d.keep('200')} 1234")
    return "\n".join(rows) + "\n"


def task_text(d):
    w = d.world
    vmid = d.rng.choice(w.guests)["vmid"]
    return (f"2026-03-02 01:00:03 starting migration of VM {d.keep(vmid)} to node '{node(d)}' ({ip(d)})\n2026-03-02 01:00:03 found local disk '{d.known(w.storages[1], 'storage')}:{d.keep(f'vm-{vmid}-disk-0')}' (attached)\n2026-03-02 01:00:04 starting VM {vmid} on remote node '{node(d)}'\n2026-03-02 01:00:09 [{node(d)}] /dev/{d.typed('vg' + w.word(), 'vg_name')}/{d.keep(f'vm-{vmid}-disk-0')}\n"
            f"2026-03-02 01:00:10 ssh tunnel ver 1\n2026-03-02 01:00:10 starting online/live migration on unix:/run/qemu-server/{vmid}.migrate\n2026-03-02 01:00:12 migration active, transferred {d.keep('1.1 GiB of 4.0 GiB')} VM-state, {d.keep('112.9 MiB/s')}\n2026-03-02 01:01:00 ERROR: command '/usr/bin/ssh -e none -o 'BatchMode=yes' -o 'HostKeyAlias={node(d)}' root@{ip(d)} qm start {vmid} --skiplock' failed: exit code {d.keep('255')}\nTASK ERROR: migration aborted\n{upid(d)}\n")


def kernel_cmdline(d):
    w = d.world
    return f"BOOT_IMAGE=/boot/vmlinuz-{d.keep('6.8.12-9-pve')} root=UUID={d.shape(w.uuid(), 'uuid')} ro quiet ip={ip(d)}::{ip(d)}:{d.keep('255.255.255.0')}:{d.known(w.nodes[0], 'node')}:{d.keep('eno1')}:off intel_iommu=on rd.iscsi.initiator={d.shape('iqn.1993-08.org.debian:01:' + w.hexes(12), 'iqn')} rd.iscsi.password={d.secret(w.chars('abcXYZ019', 14), 'password')} netconsole=@{ip(d)}/eno1,6666@{ip(d)}/{d.shape(w.mac().lower(), 'mac')}\n"


def kvm_cmdline(d):
    w, g = d.world, d.rng.choice(d.world.guests)
    from .api import guest_ref
    return (f"/usr/bin/kvm -id {d.keep(g['vmid'])} -name {guest_ref(d, g)},debug-threads=on -no-shutdown -chardev socket,id=qmp,path=/var/run/qemu-server/{g['vmid']}.qmp,server=on,wait=off -pidfile /var/run/qemu-server/{g['vmid']}.pid -smbios type=1,uuid={d.shape(w.uuid(), 'uuid')} -smp 4,sockets=1,cores=4,maxcpus=4 "
            f"-object secret,id=s0,data={d.secret(w.base64(24), 'secret', 'field')} -drive file=rbd:{d.known(w.storages[0], 'storage')}/{d.keep('vm-' + str(g['vmid']) + '-disk-0')}:mon_host={ip(d)}\\;{ip(d)}:auth_supported=cephx:id=admin,if=none,id=drive-scsi0 -drive file=/dev/{d.typed('vg' + w.word(), 'vg_name')}/vm-{g['vmid']}-disk-1,if=none -iscsi initiator-name={d.shape('iqn.1993-08.org.debian:01:' + w.hexes(12), 'iqn')} "
            f"-netdev type=tap,id=net0,ifname={d.keep('tap105i0')},script=/var/lib/qemu-server/pve-bridge -device virtio-net-pci,mac={d.shape(w.mac(), 'mac')},netdev=net0,bus=pci.0,addr={d.keep('0x12')},id=net0 -device ide-hd,serial={d.typed(w.serial(), 'disk_serial')} -machine {d.keep('type=pc-q35-9.0+pve0')} -vnc unix:/var/run/qemu-server/{g['vmid']}.vnc,password=on\n")


def shell(d):
    w = d.world
    pw = lambda: d.secret(w.chars("abcXYZ019", 14), "password")
    host = lambda: fqdn(d, d.rng.choice(w.strong_guests())["name"] + "." + w.domains[1])
    rows = [lambda: f"mysql -u {d.known(w.users[0], 'user')} -p{pw()} -h {host()} -e 'select 1'", lambda: f"curl -k -H 'Authorization: PVEAPIToken={user_id(d)}!{d.known(w.tokens[0], 'token')}={d.secret(w.uuid(), 'token_secret')}' https://{ip(d)}:8006/api2/json/version",
            lambda: f"curl -b 'PVEAuthCookie={d.secret(w.ticket(w.users[0] + '@pve'), 'ticket')}' -H 'CSRFPreventionToken: {d.secret(w.hexes(8).upper() + ':' + w.base64(32)[:43], 'csrf')}' https://{host()}:8006/", lambda: f"curl -u {d.known(w.users[0], 'user')}:{pw()} https://{host()}/", lambda: f"sshpass -p {pw()} ssh {d.known(w.users[1], 'user')}@{ip(d)}",
            lambda: f"ipmitool -I lanplus -H {ip(d)} -U {d.known(w.users[0], 'user')} -P {pw()} chassis status", lambda: f"smbclient //{host()}/{d.human(w.word(), 'share_unknown')} -U {d.known(w.users[0], 'user')}%{pw()}", lambda: f"export AWS_SECRET_ACCESS_KEY={d.secret(w.chars('abcXYZ019/+', 40), 'aws_secret')}", lambda: f"docker login -u {d.known(w.users[0], 'user')} --password {pw()} {fqdn(d, 'registry.' + w.domains[0])}",
            lambda: f"echo '{d.known(w.users[0], 'user')}:{pw()}' | chpasswd", lambda: f"pvesm add cifs {d.known(w.storages[0], 'storage')} --server {ip(d)} --username {d.known(w.users[0], 'user')} --password {pw()} --share {d.typed(w.word(), 'share')}", lambda: f"qm clone {d.keep('105')} {d.keep('205')} --name {d.typed(w.word(), 'guest')} --target {node(d)}", lambda: f"pveum user token add {user_id(d)} {d.known(w.tokens[1], 'token')} --privsep 1",
            lambda: f"ssh -i ~/.ssh/id_ed25519 {d.known(w.users[2], 'user')}@{host()} 'systemctl status {d.keep('pveproxy.service')}'", lambda: f"psql postgresql://{d.known(w.users[0], 'user')}:{d.secret(w.chars('abcXYZ019', 14), 'url_password', 'pattern')}@{host()}:5432/app", lambda: f"qm set {d.keep('105')} --name {d.word(d.rng.choice(w.word_guests())['name'], 'guest')} --memory {d.keep('4096')}", lambda: f"snmpwalk -v2c -c {pw()} {ip(d)} {d.keep('1.3.6.1.2.1.1.5.0')}",
            lambda: f"zfs send {d.typed('tank' + w.word(), 'zpool')}/vm-105-disk-0@{d.typed(w.word(), 'snapshot')} | ssh {node(d)} zfs recv rpool/data"]
    return "\n".join(f"{i + 1:5}  {d.rng.choice(rows)()}" for i in range(8)) + "\n"


def smartctl(d):
    w = d.world
    return f"smartctl 7.3 2022-02-28 r5338 [x86_64-linux-{d.keep('6.8.12-9-pve')}] (local build)\n\n=== START OF INFORMATION SECTION ===\nModel Family:     Seagate Enterprise Capacity 3.5 HDD\nDevice Model:     {d.keep('ST4000NM0035-1V4107')}\nSerial Number:    {d.known(w.serials[1], 'disk_serial')}\nLU WWN Device Id: 5 000c50 {d.shape(w.hexes(9), 'wwn')}\nFirmware Version: SN04\nUser Capacity:    {d.keep('4,000,787,030,016 bytes [4.00 TB]')}\nSector Size:      512 bytes logical/physical\nATA Version is:   ACS-3 T13/2161-D revision 5\nLocal Time is:    Mon Mar  2 01:00:03 2026 CET\n  9 Power_On_Hours          0x0032   {d.keep('087   087   000')}    Old_age   Always       -       11523\n194 Temperature_Celsius     0x0022   035   053   000    Old_age   Always       -       35 (0 19 0 0 0)\n"


def multipath(d):
    w = d.world
    alias = w.word()
    wwid = "3" + "600" + w.hexes(29)
    return f"{d.typed(alias, 'multipath')} ({d.shape(wwid, 'wwid')}) dm-3 {d.keep('NETAPP,LUN C-Mode')}\nsize=1.0T features='4 queue_if_no_path pg_init_retries 50' hwhandler='1 alua' wp=rw\n|-+- policy='service-time 0' prio=50 status=active\n| `- {d.keep('1:0:0:1')} sdb 8:16 active ready running\n"


def dns_text(d):
    w = d.world
    a, b, c = w.nets[0].split(".")
    return f"{d.shape(f'7.{c}.{b}.{a}.in-addr.arpa', 'ptr_name')} domain name pointer {fqdn(d, w.nodes[0] + '.' + w.domains[1])}.\n{d.value('xn--' + w.word() + '-kva.de', 'idn_domain', 'pattern', whole=False)} has address {ip(d)}\nssh to {d.shape(w.nets[0].replace('.', '[.]') + '[.]9', 'ipv4_defanged')} or {d.shape(w.nets[1] + '.*', 'ipv4_wild')}\n"


KINDS = [journal, journal, journal_json, access_log, task_text, kernel_cmdline, kvm_cmdline, shell, smartctl, multipath, dns_text]
