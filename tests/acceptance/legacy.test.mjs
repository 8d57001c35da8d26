// The handshake era, driven by the official client 1.x.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

import { clientSuite } from './suite.mjs';

clientSuite('SDK 1.x, handshake', async parameters => {
  const client = new Client({ name: 'acceptance', version: '1.0.0' });
  await client.connect(new StdioClientTransport(parameters));
  return client;
});
