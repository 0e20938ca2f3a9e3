// node agent_sdk.mjs PLAN PROGRAM: asks PROGRAM through the Claude Agent SDK and prints the messages.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.HEARTH_NODE_MODULES}/`);
const { query } = await import(pathToFileURL(require.resolve("@anthropic-ai/claude-agent-sdk")));

const [plan, program] = process.argv.slice(2);
const { prompts, allow, interruptWhen, change = {}, options = {} } = JSON.parse(plan);
let finish;
const finished = new Promise((resolve) => { finish = resolve; });
const asked = [];
const messages = [];
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
        return allow ? { behavior: "allow", updatedInput: { ...input, ...change } }
                     : { behavior: "deny", message: "no" };
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
console.log(JSON.stringify({ asked, messages, error }));
