// The npm package proxmox-api, written for real clusters, against the simulator.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import {test} from 'node:test';

const here = import.meta.dirname;
const binary =
    process.env.PROXMOX_MPC_BINARY ?? path.join(here, '../../build/release/proxmox-mpc');
const require = createRequire(path.join(here, 'third_party/package.json'));
const {default: proxmoxApi} = require('proxmox-api');

/// Runs `use` with the ready file of a simulated lab, which ends afterwards.
async function withLab(version, use) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lab-'));
  const ready = path.join(folder, 'ready.json');
  const process_ = spawn(binary, ['sim', '--scenario', 'lab', '--pve', version, '--speed', '60',
                                  '--http', '--listen', '127.0.0.1:0', '--ready-file', ready],
                         {stdio: ['ignore', 'ignore', 'pipe']});
  try {
    for await (const line of readline.createInterface({input: process_.stderr}))
      if (line.startsWith('Stop it with')) break;
    await use(JSON.parse(readFileSync(ready, 'utf8')));
  } finally {
    process_.kill();
    rmSync(folder, {recursive: true});
  }
}

/// The exit status of a task, once it has one.
async function outcome(node, upid) {
  for (;;) {
    const status = await node.tasks.$(upid).status.$get();
    if (status.status === 'stopped') return status.exitstatus;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const version of ['8.4', '9.2']) {
  test(`proxmox-api makes, starts, stops and destroys a guest of PVE ${version}`, async () => {
    await withLab(version, async (ready) => {
      const {hostname, port} = new URL(ready.url);
      const api = proxmoxApi({host: hostname, port: Number(port), schema: 'http',
                              username: 'root@pam', password: ready.password});
      assert.equal((await api.version.$get()).release, version);
      const names = (await api.nodes.$get()).map((node) => node.node).sort();
      assert.deepEqual(names, ['pve1', 'pve2', 'pve3']);
      const node = api.nodes.$('pve1');
      const vmid = Number(await api.cluster.nextid.$get());
      assert.equal(await outcome(node, await node.qemu.$post({vmid, name: 'tour', memory: '128',
                                                              scsi0: 'local:1'})), 'OK');
      const guest = node.qemu.$(vmid);
      assert.equal((await guest.config.$get()).name, 'tour');
      assert.equal(await outcome(node, await guest.status.start.$post()), 'OK');
      assert.equal((await guest.status.current.$get()).status, 'running');
      assert.equal(await outcome(node, await guest.status.stop.$post()), 'OK');
      assert.equal(await outcome(node, await guest.$delete()), 'OK');
      assert.deepEqual(await node.qemu.$get(), []);
    });
  });
}
