// The command line of the official MCP Inspector 2.x, over both transports and in every era that it
// can be told to speak. Each run of it is one connection.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { binary } from './cluster.mjs';
import { READ_TOOLS } from './conversation.mjs';
import { listen } from './listen.mjs';

const INSPECTOR = fileURLToPath(new URL(
  'inspector/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
  import.meta.url));
const HANDSHAKE = '2025-11-25';
const STATELESS = '2026-07-28';
const ERAS = { legacy: HANDSHAKE, auto: STATELESS, modern: STATELESS };

const home = mkdtempSync(join(tmpdir(), 'proxmox-mpc-inspector-'));
const config = join(home, 'servers.json');
const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home };
let server;

before(async () => {
  const command = { command: binary, args: ['serve', '--demo'], env };
  server = await listen(command);
  const { url, headers } = server;
  writeFileSync(config, JSON.stringify({ mcpServers: {
    stdio: { type: 'stdio', ...command },
    http: { type: 'streamable-http', url, headers },
    stranger: { type: 'streamable-http', url, headers: { Authorization: 'Bearer wrong' } },
  } }));
});

after(async () => {
  await server?.end();
  rmSync(home, { recursive: true, force: true });
});

/** What one run of the Inspector prints as the result of `method`. */
async function inspect(transport, era, method, ...more) {
  const { stdout } = await promisify(execFile)(process.execPath, [
    INSPECTOR, '--cli', '--config', config, '--server', transport, '--protocol-era', era,
    '--stored-auth-only', '--format', 'json', '--method', method, ...more,
  ], { env: { ...env, MCP_INSPECTOR_SECRET_STORE: 'memory' }, timeout: 60_000 });
  return JSON.parse(stdout).result;
}

for (const transport of ['stdio', 'http']) {
  for (const [era, version] of Object.entries(ERAS)) {
    const title = `Inspector over ${transport}, ${era}`;

    test(`${title}: it is told who we are, in the version it asked for`, async () => {
      const { protocolVersion, serverInfo, capabilities } =
        await inspect(transport, era, 'initialize');
      assert.equal(protocolVersion, version);
      assert.equal(serverInfo.name, 'proxmox-mpc');
      assert.ok(capabilities.tools);
    });

    test(`${title}: it lists the tools`, async () => {
      const { tools } = await inspect(transport, era, 'tools/list');
      assert.deepEqual(tools.map(tool => tool.name).sort(), [...READ_TOOLS, 'guest_start'].sort());
      assert.ok(tools.every(tool => tool.inputSchema.type === 'object'));
    });

    test(`${title}: it calls a tool with an argument`, async () => {
      const { isError, structuredContent } = await inspect(
        transport, era, 'tools/call', '--tool-name', 'guest_list', '--tool-arg', 'status=stopped');
      assert.ok(!isError);
      assert.ok(structuredContent.guests.length > 0);
      assert.ok(structuredContent.guests.every(guest => guest.status === 'stopped'));
    });
  }
}

test('Inspector over http: a wrong token gets nothing', async () => {
  for (const era of Object.keys(ERAS)) {
    await assert.rejects(inspect('stranger', era, 'tools/list'), error => {
      assert.match(error.stderr, /401|[Uu]nauthorized|auth_required/);
      return true;
    });
  }
});
