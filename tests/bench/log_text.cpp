#include "log_text.h"

#include <iterator>
#include <string_view>

namespace pmx::bench {
namespace {

using anonymize::Kind;

// In the forms %n is a number, %N a large one, %t a time, %h hex digits, %v a VMID, %c a
// percentage.
constexpr std::string_view kPlain[] = {
    "Nov 27 %t localhost systemd[1]: Started Session %n of User root.",
    "Nov 27 %t localhost systemd[1]: pve-daily-update.service: Deactivated successfully.",
    "Nov 27 %t localhost systemd[1]: Finished Daily PVE download activities.",
    "[%n.%N] usb 1-1: new high-speed USB device number %n using xhci_hcd",
    "[%n.%N] vmbr0: port %n(tap%vi0) entered forwarding state",
    "[%n.%N] pcieport 0000:00:1c.0: AER: Corrected error message received from 0000:01:00.0",
    "Nov 27 %t localhost pvedaemon[%n]: worker %n started",
    "Nov 27 %t localhost pvestatd[%n]: status update time (%n.%n seconds)",
    "Nov 27 %t localhost pveproxy[%n]: worker exit",
    "Nov 27 %t localhost kernel: audit: type=1400 audit(%N.%n:%n): apparmor=\"STATUS\" "
    "operation=\"profile_load\" profile=\"unconfined\"",
    "Nov 27 %t localhost smartd[%n]: Device: /dev/sda [SAT], SMART Usage Attribute: 194 "
    "Temperature_Celsius changed from %n to %n",
    "Nov 27 %t localhost corosync[%n]:   [KNET  ] link: host: %n link: 0 is down",
    "Nov 27 %t localhost corosync[%n]:   [TOTEM ] Token has not been received in %N ms",
    "Nov 27 %t localhost ceph-osd[%n]: osd.%n pg_epoch: %N pg[2.%h( v %N'%N lc 0 active+clean]",
    "Nov 27 %t localhost ceph-mgr[%n]: log_channel(cluster) log [DBG] : pgmap v%N: %n pgs: %n "
    "active+clean; %n GiB data, %n TiB used, %n TiB / %n TiB avail; %n MiB/s rd, %n MiB/s wr",
    "Nov 27 %t localhost postfix/qmgr[%n]: %h: from=<root>, size=%n, nrcpt=1 (queue active)",
    "Nov 27 %t localhost zed[%n]: eid=%n class=history_event pool='rpool'",
    "INFO: starting new backup job: vzdump %v --mode snapshot --storage local --compress zstd",
    "INFO: %c% (%n.%n GiB of %n.0 GiB) in %ns, read: %n.%n MiB/s, write: %n.%n MiB/s",
    "INFO: transferred %n.%n GiB in %n seconds (%n.%n MiB/s)",
    "INFO: archive file size: %n.%nGB",
    "INFO: creating vzdump archive "
    "'/var/lib/vz/dump/vzdump-qemu-%v-2026_11_27-03_00_02.vma.zst'",
    "INFO: Finished Backup of VM %v (00:0%n:1%n)",
    "TASK OK",
    "TASK ERROR: command 'qm stop %v' failed: exit code 255",
    "%t VM %v qmp command 'query-status' failed - got timeout",
    "  at /usr/share/perl5/PVE/QemuServer.pm line %N.",
    "127.0.0.1 - root@pam [27/11/2026:%t +0000] \"GET /api2/json/cluster/resources HTTP/1.1\" 200 "
    "%N",
    "127.0.0.1 - root@pam [27/11/2026:%t +0000] \"POST /api2/json/nodes/localhost/qemu/%v/status/"
    "current HTTP/1.1\" 200 %n",
    "Unpacking libpve-common-perl (8.2.%n) over (8.2.%n) ...",
    "Setting up proxmox-kernel-6.8.12-%n-pve-signed (6.8.12-%n) ...",
    "level=info ts=2026-11-27T%tZ caller=main.go:%n msg=\"request done\" status=200 "
    "duration=%n.%nms",
};
// %A an address, %6 a long one, %M a MAC, %U a UUID, %G a guest, %O a node, %S a storage, %P a
// pool, %D a host with a domain, %E mail, %I a user.
constexpr std::string_view kSensitive[] = {
    "Nov 27 %t %O pvedaemon[%n]: <root@pam> starting task "
    "UPID:%O:%H:%H:%H:qmstart:%v:%I@pve:",
    "Nov 27 %t %O pvedaemon[%n]: <%I@pve> end task "
    "UPID:%O:%H:%H:%H:vzdump:%v:root@pam: OK",
    "Nov 27 %t %O sshd[%n]: Accepted publickey for root from %A port %N ssh2",
    "Nov 27 %t %O kernel: IN=vmbr0 OUT= MAC=%M:%M:08:00 SRC=%A DST=%A LEN=%n TOS=0x00 TTL=64 ID=%N "
    "PROTO=TCP SPT=%N DPT=443",
    "Nov 27 %t %O dnsmasq-dhcp[%n]: DHCPACK(vmbr0) %A %m %G",
    "Nov 27 %t %O postfix/smtp[%n]: %h: to=<%E>, relay=%D[%A]:25, delay=%n.%n, status=sent",
    "%A - %I@pve [27/11/2026:%t +0000] \"GET /api2/json/nodes/%O/status HTTP/1.1\" 200 %N",
    "::ffff:%A - root@pam [27/11/2026:%t +0000] \"GET /api2/json/nodes/%O/tasks HTTP/1.1\" 200 %N",
    "INFO: Starting Backup of VM %v (qemu)\nINFO: VM Name: %G",
    "INFO: include disk 'scsi0' '%S:vm-%v-disk-0' 32G",
    "migration of VM %v (%G) to %O finished, downtime %n ms",
    "%t starting migration of VM %v to node '%O' (%A)",
    "mounting %A:/export/%G on /mnt/pve/%S",
    "net0: virtio=%M,bridge=vmbr0,firewall=1,tag=%n",
    "ipconfig0: ip=%A/24,gw=%A",
    "new lease for %G from %6 at %D",
    "device %U of pool %P resized by %I",
    "curl: (28) Failed to connect to https://%D:8007 token=%h%h after %n ms",
};

}  // namespace

std::vector<anonymize::Name> made_names(std::size_t count) {
  constexpr std::string_view kHeads[] = {"falcon", "heron",  "kestrel", "osprey", "quokka",
                                         "walrus", "marmot", "ibex",    "lynx",   "condor"};
  constexpr std::string_view kTails[] = {"db", "web", "mail", "erp", "crm", "dev", "prod", "lab"};
  std::vector<anonymize::Name> names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string head(kHeads[i % std::size(kHeads)]);
    const std::string tail(kTails[(i / 10) % std::size(kTails)]);
    const std::string id = std::to_string(i);
    switch (i % 10) {
      case 0: names.push_back({Kind::kNode, "pve" + id + "-" + head}); break;
      case 1: names.push_back({Kind::kStorage, head + id + "-ssd"}); break;
      case 2: names.push_back({Kind::kPool, "team-" + head + id}); break;
      case 3: names.push_back({Kind::kUser, head + "." + tail + id}); break;
      // No two of these share their first part.
      default:
        names.push_back({Kind::kVm, head + std::string(1, char('a' + i % 26)) +
                                        std::string(1, char('a' + i / 26 % 26)) +
                                        std::string(1, char('a' + i / 676 % 26)) + "-" + tail +
                                        id});
    }
  }
  return names;
}

std::string LogText::number(std::size_t low, std::size_t high) {
  return std::to_string(low + below(high - low));
}

std::string LogText::hex(std::size_t digits) {
  std::string out;
  while (out.size() < digits) out += "0123456789abcdef"[below(16)];
  return out;
}

const std::string& LogText::name(Kind kind) {
  const std::size_t from = below(names_.size());
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const auto& found = names_[(from + i) % names_.size()];
    if (found.kind == kind) return found.value;
  }
  return names_[from].value;
}

std::string LogText::value(char what) {
  const auto two = [this](std::size_t bound) {
    return std::to_string(100 + below(bound)).substr(1);
  };
  switch (what) {
    case 'n': return number(1, 300);
    case 'N': return number(1000, 900000);
    case 'c': return number(1, 100);
    case 'v': return number(100, 999);
    case 't': return two(24) + ":" + two(60) + ":" + two(60);
    case 'h': return hex(10);
    case 'H': return "00" + number(100000, 999999);
    case 'A': return "10." + number(0, 8) + "." + number(0, 8) + "." + number(1, 255);
    case '6': return "2001:db8:" + number(1, 9) + "::" + number(1, 999);
    case 'M': return "BC:24:11:8A:1B:" + number(10, 99);
    case 'm': return "bc:24:11:8a:1b:" + number(10, 99);
    case 'U': return "3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c" + number(10, 99);
    case 'G': return name(Kind::kVm);
    case 'O': return name(Kind::kNode);
    case 'S': return name(Kind::kStorage);
    case 'P': return name(Kind::kPool);
    case 'I': return name(Kind::kUser);
    case 'D': return "host" + number(1, 40) + ".acme-widgets.de";
    case 'E': return "user" + number(1, 40) + "@acme-widgets.de";
    default: return "%";
  }
}

std::string LogText::filled(std::string_view form) {
  std::string out;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '%' || i + 1 == form.size()) {
      out += form[i];
      continue;
    }
    const std::string put = value(form[i + 1]);
    out += put;
    if (put != "%") ++i;
  }
  return out;
}

std::string LogText::line(bool sensitive) {
  return filled(sensitive ? kSensitive[below(std::size(kSensitive))]
                          : kPlain[below(std::size(kPlain))]) +
         "\n";
}

std::string LogText::make(std::size_t bytes, unsigned percent) {
  std::string out;
  out.reserve(bytes + 512);
  while (out.size() < bytes) out += line(below(100) < percent);
  return out;
}

}  // namespace pmx::bench
