// The conversation that both official clients hold with the server: find a stopped guest, start it,
// read the task, ask what changed, read resources and a prompt.
import assert from 'node:assert/strict';

const GUEST_NAME = /^((vm|ct)-[0-9a-z]+|host-[0-9a-z]+(\.dom-[0-9a-z]+)*(\.[a-z]+)?)$/;

/** Calls a tool that must succeed; returns its structured content. */
export async function call(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  const text = result.content.map(c => c.text ?? '').join('\n');
  assert.ok(!result.isError, `${name}: ${text}`);
  assert.ok(text.length > 0, `${name} has a text twin`);
  assert.ok(result.structuredContent, `${name} has structured content`);
  return result.structuredContent;
}

export async function toolNames(client) {
  return (await client.listTools()).tools.map(tool => tool.name).sort();
}

export const READ_TOOLS = [
  'api_describe', 'api_get', 'api_search', 'changes_list', 'cluster_overview', 'guest_describe', 'guest_list', 'privacy_status', 'task_get',
];

/** What is running, and the stopped guests without a template, lock or HA in the way. */
export async function findStopped(client) {
  const { clusters } = await call(client, 'cluster_overview');
  assert.equal(clusters.length, 1);
  assert.ok(clusters[0].nodes.length >= 1);
  const list = await call(client, 'guest_list', {
    status: 'stopped', limit: 500,
    fields: ['name', 'type', 'node', 'status', 'template', 'lock', 'hastate'],
  });
  assert.ok(list.guests.length > 0, 'the simulated cluster has stopped guests');
  assert.ok(list.guests.every(guest => guest.status === 'stopped'));
  assert.equal(list.matched, list.guests.length);
  assert.ok(list.total > list.matched, 'the filter leaves guests out');
  assert.ok(list.guests.every(guest => GUEST_NAME.test(guest.name)), 'every name is a pseudonym');
  return list.guests.filter(guest => !guest.template && !guest.lock && !guest.hastate);
}

/** Starts the first guest that does start (one is made to fail); returns it and the answer. */
async function startFirst(client, candidates) {
  const refusals = [];
  for (const guest of candidates) {
    const result = await client.callTool({ name: 'guest_start', arguments: { guest: guest.name } });
    if (!result.isError) return { guest, started: result.structuredContent };
    refusals.push(result.content[0].text);
  }
  return assert.fail(`no guest could be started: ${refusals.join('; ')}`);
}

/** Starts a guest by its pseudonym; the task and the change are then visible. */
export async function startAndFollow(client, candidates) {
  const { guest, started } = await startFirst(client, candidates);
  assert.equal(started.vmid, guest.vmid);
  assert.equal(started.name, guest.name);
  assert.equal(started.action, 'start');
  assert.equal(started.status, 'running');
  assert.match(started.task, /^UPID:/);

  const task = await call(client, 'task_get', { task: started.task });
  assert.equal(task.task, started.task);
  assert.equal(task.status, 'ok');
  assert.equal(task.id, String(guest.vmid));
  assert.ok(task.log.length > 0);

  const { changes } = await call(client, 'changes_list', { guest: guest.name });
  const change = changes.find(c => c.before?.status === 'stopped' && c.after?.status === 'running');
  assert.ok(change, `stopped -> running is among ${JSON.stringify(changes)}`);
  assert.equal(change.vmid, guest.vmid);
  return { guest, started };
}

/** Lists and reads all resources that a started guest gives; gets the prompt. */
export async function readEverything(client, guest, started) {
  const { resourceTemplates } = await client.listResourceTemplates();
  const templates = resourceTemplates.map(t => t.uriTemplate).sort();
  assert.deepEqual(templates, [
    'pve://{cluster}/guests/{vmid}', 'pve://{cluster}/overview', 'pve://{cluster}/tasks/{upid}/log',
  ]);
  const { resources } = await client.listResources();
  assert.ok(resources.some(r => r.uri === 'pve://default/overview'));
  for (const uri of [
    'pve://default/overview',
    `pve://default/guests/${guest.vmid}`,
    `pve://default/tasks/${encodeURIComponent(started.task)}/log`,
  ]) {
    const { contents } = await client.readResource({ uri });
    assert.equal(contents.length, 1);
    assert.equal(contents[0].uri, uri);
    assert.ok(contents[0].text.length > 0, uri);
  }
  const { prompts } = await client.listPrompts();
  assert.deepEqual(prompts.map(p => p.name), ['troubleshoot']);
  const prompt = await client.getPrompt({ name: 'troubleshoot', arguments: { guest: guest.name } });
  assert.ok(prompt.messages.length > 0);
}

/** The whole conversation. Returns the started guest. */
export async function holdConversation(client) {
  assert.deepEqual(await toolNames(client), [...READ_TOOLS, 'guest_start'].sort());
  const { guest, started } = await startAndFollow(client, await findStopped(client));
  await readEverything(client, guest, started);
  return guest;
}
