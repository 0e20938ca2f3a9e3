// What test_js_sdks.py runs: one question through a JavaScript SDK, and the answer as one line of JSON.
//
//   node js_sdks.mjs openai|anthropic|responses URL answer|stream|tools|error

import { createRequire } from "node:module";

const [sdk, url, what] = process.argv.slice(2);
const require = createRequire(`${process.env.HEARTH_NODE_MODULES}/`);
const schema = { type: "object", properties: { city: { type: "string" } } };
const messages = [{ role: "user", content: "Hi" }];
const options = { apiKey: "local", maxRetries: 0 };

async function openai() {
  const { OpenAI } = require("openai");
  const client = new OpenAI({ ...options, baseURL: `${url}/v1` });
  const tools = [{ type: "function", function: { name: "weather", parameters: schema } }];
  if (what === "stream") {
    let text = "", usage, pieces = 0;
    const stream = await client.chat.completions.create({
      model: "hearth", messages, stream: true, stream_options: { include_usage: true } });
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content ?? "";
      text += piece;
      pieces += piece !== "";
      usage = chunk.usage ?? usage;
    }
    return { text, pieces, input: usage.prompt_tokens, output: usage.completion_tokens };
  }
  const answer = await client.chat.completions.create({
    model: "hearth", messages, ...(what === "tools" ? { tools } : {}) });
  const { message } = answer.choices[0];
  const call = message.tool_calls?.[0].function;
  return { text: message.content, input: answer.usage.prompt_tokens,
           output: answer.usage.completion_tokens, call: call?.name,
           arguments: call && JSON.parse(call.arguments) };
}

async function responses() {
  const { OpenAI } = require("openai");
  const client = new OpenAI({ ...options, baseURL: `${url}/v1` });
  const tools = [{ type: "function", name: "weather", parameters: schema, strict: false }];
  if (what === "stream") {
    let text = "", pieces = 0, usage;
    for await (const event of await client.responses.create({ model: "hearth", input: "Hi", stream: true })) {
      if (event.type === "response.output_text.delta") {
        text += event.delta;
        ++pieces;
      }
      if (event.type === "response.completed") usage = event.response.usage;
    }
    return { text, pieces, input: usage.input_tokens, output: usage.output_tokens };
  }
  const answer = await client.responses.create({
    model: "hearth", input: "Hi", ...(what === "tools" ? { tools } : {}) });
  const call = answer.output.find((item) => item.type === "function_call");
  return { text: answer.output_text, input: answer.usage.input_tokens,
           output: answer.usage.output_tokens, call: call?.name,
           arguments: call && JSON.parse(call.arguments) };
}

async function anthropic() {
  const Anthropic = require("@anthropic-ai/sdk").default ?? require("@anthropic-ai/sdk");
  const client = new Anthropic({ ...options, baseURL: url });
  const request = { model: "claude-sonnet-4-5", max_tokens: 100, messages };
  const tools = [{ name: "weather", input_schema: schema }];
  let pieces = 0;
  let answer;
  if (what === "stream") {
    const stream = client.messages.stream(request).on("text", () => ++pieces);
    answer = await stream.finalMessage();
  } else {
    answer = await client.messages.create({ ...request, ...(what === "tools" ? { tools } : {}) });
  }
  const text = answer.content.filter((block) => block.type === "text").map((block) => block.text);
  const call = answer.content.find((block) => block.type === "tool_use");
  const { usage } = answer;
  const input = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  return { text: text.join(""), pieces, input,
           output: usage.output_tokens, call: call?.name, arguments: call?.input };
}

try {
  console.log(JSON.stringify(await { openai, responses, anthropic }[sdk]()));
} catch (error) {
  console.log(JSON.stringify({ status: error.status, error: error.message }));
}
