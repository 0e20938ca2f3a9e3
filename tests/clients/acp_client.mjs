// node acp_client.mjs PLAN HEARTH [ARGUMENTS...]: an editor that opens a session in the working
// directory, follows PLAN (JSON) and prints what it was told, as JSON.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Readable, Writable } from "node:stream";

const require = createRequire(`${process.env.HEARTH_NODE_MODULES}/`);
const acp = await import(pathToFileURL(require.resolve("@agentclientprotocol/sdk")));

const [plan, program, ...words] = process.argv.slice(2);
const { prompt, permission = "yes", cancelAfter, mode, load, mcpServers = [], attached = [] } = JSON.parse(plan);
const child = spawn(program, words, { stdio: ["pipe", "pipe", "inherit"] });
const stream = acp.ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout));

const seen = { updates: [], asked: [] };
const { agent: methods, client } = acp.methods;

const editor = acp.client({ name: "editor" })
  .onRequest(client.session.requestPermission, ({ params }) => {
    seen.asked.push(params);
    return { outcome: { outcome: "selected", optionId: permission } };
  })
  .onNotification(client.session.update, async ({ params: { sessionId, update }, agent }) => {
    seen.updates.push(update);
    if (update.sessionUpdate === cancelAfter) {
      await agent.notify(methods.session.cancel, { sessionId });
    }
  });
await editor.connectWith(stream, async (agent) => {
  seen.greeting = await agent.request(methods.initialize, {
    protocolVersion: acp.PROTOCOL_VERSION,
    clientCapabilities: { fs: { readTextFile: false, writeTextFile: false } },
  });
  const folder = { cwd: process.cwd(), mcpServers };
  seen.session = load
    ? { sessionId: load, ...(await agent.request(methods.session.load, { sessionId: load, ...folder })) }
    : await agent.request(methods.session.new, folder);
  const { sessionId } = seen.session;
  if (mode) await agent.request(methods.session.setMode, { sessionId, modeId: mode });
  if (prompt) {
    seen.end = await agent.request(methods.session.prompt, {
      sessionId,
      prompt: [...attached, { type: "text", text: prompt }],
    });
  }
});
console.log(JSON.stringify(seen));
child.stdin.end();
