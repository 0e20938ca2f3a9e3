// Request bodies of two sizes, the same each time, in both formats: "short", one sentence; "long",
// as a coding agent sends them: 20 tools, 25 turns that read files, about 60,000 tokens.

const vocabulary = ("buffer index return error code pointer size value thread lock const vector " +
                    "string map iterator begin end include header name space class struct public " +
                    "private template move copy assign compare hash node edge path parse token " +
                    "file line column offset count limit").split(" ");

function textMaker(seed) {
  let state = seed;
  const next = (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % limit;
  };
  return (words) => {
    let text = "";
    for (let i = 0; i < words; ++i) {
      text += vocabulary[next(vocabulary.length)];
      text += i % 12 === 11 ? `; x${next(1000)} = y[${next(64)}];\n` : " ";
    }
    return text;
  };
}

function tool(i, text) {
  const property = (type, words) => ({ type, description: text(words) });
  return { name: `tool_${i}`, description: text(210),
           input_schema: { type: "object", required: ["path"], additionalProperties: false,
                           properties: { path: property("string", 20), offset: property("number", 12),
                                         limit: property("number", 12) } } };
}

export function anthropic(size, model) {
  const text = textMaker(7);
  const body = { model, max_tokens: 4096, stream: true };
  if (size === "short") {
    return { ...body, system: "Be brief.", messages: [{ role: "user", content: "Say hello." }] };
  }
  body.system = [{ type: "text", text: text(2000), cache_control: { type: "ephemeral" } }];
  body.tools = Array.from({ length: 20 }, (_, i) => tool(i, text));
  body.messages = [{ role: "user", content: "Find the fault." }];
  for (let turn = 0; turn < 25; ++turn) {
    const id = `toolu_${turn}`;
    const input = { path: `/src/file_${turn}.cpp` };
    body.messages.push(
      { role: "assistant", content: [{ type: "text", text: text(40) },
                                     { type: "tool_use", id, name: "tool_0", input }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: text(1075) }] });
  }
  return body;
}

/// The same for a server of OpenAI's API.
export function openai(size, model) {
  const { system, messages, tools, ...rest } = anthropic(size, model);
  const plain = (content) => typeof content === "string" ? content : content[0].text;
  const converted = [{ role: "system", content: plain(system) }];
  for (const message of messages) {
    if (typeof message.content === "string") {
      converted.push(message);
      continue;
    }
    const [first, use] = message.content;
    if (first.type === "tool_result") {
      converted.push({ role: "tool", tool_call_id: first.tool_use_id, content: first.content });
      continue;
    }
    const call = { id: use.id, type: "function",
                   function: { name: use.name, arguments: JSON.stringify(use.input) } };
    converted.push({ role: "assistant", content: first.text, tool_calls: [call] });
  }
  const functions = tools?.map(({ name, description, input_schema }) => (
    { type: "function", function: { name, description, parameters: input_schema } }));
  return { ...rest, model, messages: converted, ...(functions ? { tools: functions } : {}),
           stream_options: { include_usage: true } };
}
