// Streamable HTTP, driven by both official clients: every suite again, with a server that listens.
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { listen } from './listen.mjs';
import { clientSuite } from './suite.mjs';

/** A connect function for clientSuite: closing the client ends the server too. */
function over(makeClient, Transport) {
  return async parameters => {
    const { url, headers, end } = await listen(parameters);
    const client = makeClient();
    await client.connect(new Transport(new URL(url), { requestInit: { headers } }));
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
