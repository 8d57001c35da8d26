// The tools that every compared server offers, as `mcp-fixture --tools 100` does: `echo`, `large`,
// and more of the same until there are `count`.

const LARGE = 'A line of text with some "quotes" in it.\n'.repeat(2500);  // 100 KB

/** Registers `count` tools; `makeSchema` gives each its own schema of { text }, a string. */
export function registerTools(server, count, makeSchema) {
  const add = (name, description, answer) => server.registerTool(
    name, { description, inputSchema: makeSchema() },
    async ({ text }) => ({ content: [{ type: 'text', text: answer(text) }] }));
  add('echo', 'Answers with the text it was given.', text => text);
  add('large', 'Answers with 100 KB of text.', () => LARGE);
  for (let i = 2; i < count; i++) add(`padding_${i}`, 'Answers with the text it was given.', t => t);
}
