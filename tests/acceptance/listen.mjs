// `serve --http` as a child process, for the clients that speak Streamable HTTP.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts `serve --http` for a client's stdio parameters; gives its URL, headers and how to end it. */
export async function listen({ command, args, env }) {
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
    return { url, headers: { Authorization: `Bearer ${token}` }, end };
  }
  throw new Error('the server did not listen');
}
