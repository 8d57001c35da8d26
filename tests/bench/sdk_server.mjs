// The comparison: the official TypeScript server SDK 2.x over stdio with a handful of tools.
import { McpServer, fromJsonSchema } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const schema = fromJsonSchema({ type: 'object', properties: { guest: { type: 'string' } } });

serveStdio(() => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  for (let i = 0; i < 6; i++) {
    server.registerTool(`tool_${i}`, { description: 'Echoes its argument.', inputSchema: schema },
      async ({ guest }) => ({ content: [{ type: 'text', text: String(guest) }] }));
  }
  return server;
});
