// A server of the official TypeScript SDK 1.x with the tools of the comparison:
//   node sdk_v1.mjs stdio | http [TOOLS]       (over HTTP: stateful; prints the port it listens on)
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

import { registerTools } from './tools.mjs';

const TOOLS = Number(process.argv[3] ?? 100);

function makeServer() {
  const server = new McpServer({ name: 'sdk-v1', version: '1.0.0' });
  registerTools(server, TOOLS, () => ({ text: z.string() }));
  return server;
}

if (process.argv[2] === 'stdio') {
  await makeServer().connect(new StdioServerTransport());
} else {
  const sessions = new Map();
  const open = async () => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: true,  // faster than the event stream that is its default
      onsessioninitialized: id => sessions.set(id, transport),
    });
    await makeServer().connect(transport);
    return transport;
  };
  const listener = createServer(async (request, response) => {
    const transport = sessions.get(request.headers['mcp-session-id']) ?? await open();
    await transport.handleRequest(request, response);
  });
  listener.listen(0, '127.0.0.1', () => console.log(listener.address().port));
}
