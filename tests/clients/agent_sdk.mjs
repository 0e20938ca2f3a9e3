// node agent_sdk.mjs PLAN PROGRAM: asks PROGRAM through the Claude Agent SDK and prints the messages.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.HEARTH_NODE_MODULES}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { createSdkMcpServer, query, tool } = await load("@anthropic-ai/claude-agent-sdk");

const [plan, program] = process.argv.slice(2);
const { prompts, allow, no = { message: "no" }, also = {}, interruptWhen, change = {}, hook, adder,
        options = {} } = JSON.parse(plan);
let finish;
const finished = new Promise((resolve) => { finish = resolve; });
const asked = [];
const hooked = [];
const messages = [];
if (hook) {
  const listen = async (input, id) => {
    hooked.push({ input, id });
    return hook.answer;
  };
  options.hooks = { [hook.event]: [{ matcher: hook.matcher, hooks: [listen] }] };
}
if (adder) {
  const { z } = await load("zod");
  const add = tool("add", "Adds two numbers", { a: z.number(), b: z.number() },
                   async ({ a, b }) => ({ content: [{ type: "text", text: `sum: ${a + b}` }] }));
  options.mcpServers = { calc: createSdkMcpServer({ name: "calc", tools: [add] }) };
}
async function* typed() {
  for (const text of prompts) {
    yield { type: "user", session_id: "", parent_tool_use_id: null,
            message: { role: "user", content: text } };
  }
  // When this ends, the SDK closes the way by which it could interrupt.
  if (interruptWhen) await finished;
}
const conversation = query({
  prompt: prompts.length === 1 && !interruptWhen ? prompts[0] : typed(),
  options: {
    pathToClaudeCodeExecutable: program,
    cwd: process.cwd(),
    ...(allow === undefined ? {} : {
      canUseTool: async (name, input) => {
        asked.push({ name, input });
        return allow ? { behavior: "allow", updatedInput: { ...input, ...change }, ...also }
                     : { behavior: "deny", ...no };
      },
    }),
    ...options,
  },
});
// The work itself tells when to interrupt.
const watch = interruptWhen && setInterval(() => {
  if (!existsSync(interruptWhen)) return;
  clearInterval(watch);
  conversation.interrupt();
}, 20);
let error = "";
try {
  for await (const message of conversation) {
    messages.push(message);
    if (message.type === "result") finish();
  }
} catch (thrown) {
  error = thrown.message;  // the stack would show all of its one line of code
}
console.log(JSON.stringify({ asked, hooked, messages, error }));
