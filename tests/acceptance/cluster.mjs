// `proxmox-mpc sim` as a child process for the tests with the official clients.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const binary = process.env.PROXMOX_MPC_BINARY;
if (!binary) throw new Error('PROXMOX_MPC_BINARY must name the release binary; run tests/run.py');

/** A simulated cluster on a free port. Call stop() at the end. */
export class Cluster {
  static async start() {
    const directory = mkdtempSync(join(tmpdir(), 'proxmox-mpc-sdk-'));
    const path = name => join(directory, name);
    const child = spawn(binary, [
      'sim', '--listen', '127.0.0.1:0', '--nodes', '3', '--guests', '24', '--seed', '7',
      '--ready-file', path('ready.json'), '--truth-file', path('truth.json'),
      '--access-log', path('access.log'),
    ], { stdio: ['ignore', 'ignore', 'inherit'] });
    const cluster = new Cluster(directory, child);
    await cluster.#waitReady();
    return cluster;
  }

  constructor(directory, child) {
    this.directory = directory;
    this.child = child;
  }

  async #waitReady() {
    for (let i = 0; i < 1000; i++) {
      try {
        this.ready = JSON.parse(readFileSync(join(this.directory, 'ready.json'), 'utf8'));
        return;
      } catch {
        if (this.child.exitCode !== null) break;
        await delay(20);
      }
    }
    this.stop();
    throw new Error('the simulator did not get ready');
  }

  /** Environment that points a server at this cluster, with its own state directory. */
  environment(access, state) {
    return {
      PROXMOX_MPC_URL: this.ready.url,
      PROXMOX_MPC_TOKEN: this.ready.token,
      PROXMOX_MPC_FINGERPRINT: this.ready.fingerprint,
      PROXMOX_MPC_ACCESS: access,
      PROXMOX_MPC_STATE_DIR: join(this.directory, state),
      HOME: this.directory,
      XDG_CONFIG_HOME: join(this.directory, 'config'),
    };
  }

  /** The requests the cluster saw so far. */
  requests() {
    return readFileSync(join(this.directory, 'access.log'), 'utf8').trim().split('\n');
  }

  /** Real guest names. */
  guestNames() {
    return JSON.parse(readFileSync(join(this.directory, 'truth.json'), 'utf8')).guest;
  }

  stop() {
    this.child.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
