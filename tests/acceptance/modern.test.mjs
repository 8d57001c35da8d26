// 2026-07-28, driven by the official client 2.x, pinned so that it cannot fall back.
import assert from 'node:assert/strict';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { clientSuite } from './suite.mjs';

const VERSION = '2026-07-28';

clientSuite(`SDK 2.x, ${VERSION}`, async parameters => {
  const client = new Client(
    { name: 'acceptance', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: VERSION } } });
  await client.connect(new StdioClientTransport(parameters));
  assert.equal(client.getNegotiatedProtocolVersion(), VERSION);
  assert.equal(client.getProtocolEra(), 'modern');
  return client;
});
