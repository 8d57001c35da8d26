"""What a script written for real clusters does, through proxmoxer, unchanged.

    tour.py READY_FILE [--token]      # prints one JSON object with what it saw
"""
import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from proxmoxer import ProxmoxAPI, ResourceException
from proxmoxer.tools import Tasks


def connect(ready, with_token):
    address = urlsplit(ready["url"])
    place = {"host": address.hostname, "port": address.port, "verify_ssl": False}
    first = ProxmoxAPI(user="root@pam", password=ready["password"], **place)
    if not with_token:
        return first
    token = first.access.users("root@pam").token("tour").post(privsep=0)
    return ProxmoxAPI(user="root@pam", token_name="tour", token_value=token["value"], **place)


def done(api, upid):
    status = Tasks.blocking_status(api, upid, timeout=60, polling_interval=0.05)
    return status["exitstatus"]


def tour(api):
    seen = {"release": api.version.get()["release"],
            "nodes": sorted(node["node"] for node in api.nodes.get())}
    node = api.nodes("pve1")
    vmid = int(api.cluster.nextid.get())
    seen["create"] = done(api, node.qemu.post(
        vmid=vmid, name="tour", memory=256, cores=2, scsi0="local:1", net0="virtio,bridge=vmbr0"))
    guest = node.qemu(vmid)
    guest.config.put(tags="a;b", description="first line\nsecond: x=y & z")
    config = guest.config.get()
    seen["config"] = {key: config[key] for key in ("name", "cores", "memory", "tags", "description")}
    seen["start"] = done(api, guest.status.start.post())
    seen["running"] = guest.status.current.get()["status"]
    seen["stop"] = done(api, guest.status.stop.post())
    seen["log"] = bool(Tasks.decode_log(node.tasks(guest.status.start.post()).log.get()) is not None)
    seen["stop again"] = done(api, guest.status.stop.post())
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder, "tour.iso")
        image.write_bytes(b"\0" * 4096)
        with image.open("rb") as file:
            seen["upload"] = done(api, node.storage("local").upload.post(content="iso", filename=file))
    seen["content"] = sorted(item["volid"] for item in node.storage("local").content.get(content="iso"))
    seen["delete"] = done(api, guest.delete())
    try:
        guest.config.get()
    except ResourceException as refused:
        seen["gone"] = [refused.status_code, str(refused)]
    return seen


def main():
    urllib3.disable_warnings()
    ready = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps(tour(connect(ready, "--token" in sys.argv[2:]))))


if __name__ == "__main__":
    main()
