// Streamable HTTP, driven by both official clients: every suite again, with a server that listens.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { clientSuite } from './suite.mjs';

/** Starts `serve --http` for a client's stdio parameters; gives its URL, token and how to end it. */
async function listen({ command, args, env }) {
  const child = spawn(command, [...args, '--http', '127.0.0.1:0'],
    { env, stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /serves MCP at (\S+)/.exec(line)?.[1];
    if (!url) continue;
    child.stderr.resume();
    const token = execFileSync(command, ['token', 'show'], { env, encoding: 'utf8' }).trim();
    const end = async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    };
    return { url: new URL(url), requestInit: { headers: { Authorization: `Bearer ${token}` } }, end };
  }
  throw new Error('the server did not listen');
}

/** A connect function for clientSuite: closing the client ends the server too. */
function over(makeClient, Transport) {
  return async parameters => {
    const { url, requestInit, end } = await listen(parameters);
    const client = makeClient();
    await client.connect(new Transport(url, { requestInit }));
    const close = client.close.bind(client);
    client.close = async () => {
      await close();
      await end();
    };
    return client;
  };
}

const identity = { name: 'acceptance', version: '1.0.0' };
clientSuite('SDK 1.x over HTTP', over(() => new Client1(identity), Http1));
for (const mode of ['legacy', 'auto', { pin: '2026-07-28' }]) {
  const title = `SDK 2.x over HTTP, ${typeof mode === 'string' ? mode : 'pinned'}`;
  clientSuite(title, over(() => new Client2(identity, { versionNegotiation: { mode } }), Http2));
}
