// The tests that every official client must pass. `connect(command)` returns a connected client for
// {command, args, env}; `close()` of the client ends the server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Cluster, binary } from './cluster.mjs';
import { READ_TOOLS, call, findStopped, holdConversation, toolNames } from './conversation.mjs';

export function clientSuite(title, connect) {
  let cluster;
  let count = 0;

  before(async () => { cluster = await Cluster.start(); });
  after(() => cluster.stop());

  async function withServer(access, body) {
    const env = cluster.environment(access, `state-${++count}`);
    const client = await connect({ command: binary, args: ['serve'], env, stderr: 'pipe' });
    try {
      return await body(client);
    } finally {
      await client.close();
    }
  }

  test(`${title}: the whole conversation; the cluster sees the real request`, async () => {
    const guest = await withServer('operate', holdConversation);
    const starts = cluster.requests().filter(
      line => line.startsWith('POST') && line.includes(`/${guest.vmid}/status/start`));
    assert.equal(starts.length, 1, starts.join('\n'));
    assert.match(starts[0], / 200$/);
    assert.ok(!cluster.guestNames().includes(guest.name), 'the client saw a pseudonym');
  });

  test(`${title}: observe has no guest_start, and refuses to run it`, async () => {
    await withServer('observe', async client => {
      assert.deepEqual(await toolNames(client), READ_TOOLS);
      const [guest] = await findStopped(client);
      await assert.rejects(async () => {
        const result = await client.callTool({ name: 'guest_start', arguments: { guest: guest.name } });
        if (result.isError) throw new Error('refused');
      });
    });
  });

  test(`${title}: a wrong argument is an error result that names the argument`, async () => {
    await withServer('operate', async client => {
      const result = await client.callTool({ name: 'guest_list', arguments: { status: 'sleepy' } });
      assert.equal(result.isError, true);
      assert.match(result.content[0].text, /status/);
    });
  });

  test(`${title}: serve --demo needs no configuration at all`, async () => {
    const client = await connect({
      command: binary, args: ['serve', '--demo', '--access', 'operate'],
      env: { HOME: cluster.directory, XDG_CONFIG_HOME: cluster.directory }, stderr: 'pipe',
    });
    try {
      await holdConversation(client);
      const { changes } = await call(client, 'changes_list', {});
      assert.ok(changes.length > 0);
    } finally {
      await client.close();
    }
  });
}
