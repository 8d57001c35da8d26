// A server of the official TypeScript SDK 2.x with the tools of the comparison:
//   node sdk_v2.mjs stdio | http [TOOLS]       (over HTTP: 2026-07-28; prints the port it listens on)
import { createServer } from 'node:http';

import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

import { registerTools } from './tools.mjs';

const TOOLS = Number(process.argv[3] ?? 100);

function makeServer() {
  const server = new McpServer({ name: 'sdk-v2', version: '1.0.0' });
  registerTools(server, TOOLS, () => z.object({ text: z.string() }));
  return server;
}

if (process.argv[2] === 'stdio') {
  serveStdio(makeServer);
} else {
  const listener = createServer(toNodeHandler(createMcpHandler(makeServer)));
  listener.listen(0, '127.0.0.1', () => console.log(listener.address().port));
}
