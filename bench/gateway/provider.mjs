// A provider that answers at once: OpenAI's chat completions, streamed. Every text is the time at
// which it was written, "T=<nanoseconds of the monotonic clock> ", so that whoever reads it knows
// how long it was on its way.
//
//   node provider.mjs PORT…
//
// POST /control {"events": N, "gap": MS, "hold": BOOL} says what the next answers are: N events with
// MS between them; with "hold" the stream stays open behind them.

import http from "node:http";

const behaviour = { events: 32, gap: 0, hold: false };

function writeEvent(response, delta, finish = null) {
  const chunk = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m",
                  choices: [{ index: 0, delta, finish_reason: finish }] };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

function stamp() {
  return `T=${process.hrtime.bigint()} `;
}

function answer(response) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  writeEvent(response, { role: "assistant", content: "" });
  const { events, gap, hold } = behaviour;
  let sent = 0;
  const end = () => {
    if (hold) return;
    writeEvent(response, {}, "stop");
    const usage = { prompt_tokens: 1000, completion_tokens: events, total_tokens: 1000 + events };
    response.write(`data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk",
                                             created: 1, model: "m", choices: [], usage })}\n\n`);
    response.end("data: [DONE]\n\n");
  };
  if (gap === 0) {
    for (; sent < events; ++sent) writeEvent(response, { content: stamp() });
    end();
    return;
  }
  // Not in step with the other streams.
  let timer = setTimeout(() => {
    timer = setInterval(() => {
      writeEvent(response, { content: stamp() });
      if (++sent < events) return;
      clearInterval(timer);
      end();
    }, gap);
  }, Math.random() * gap);
  response.on("close", () => clearTimeout(timer));
}

function serve(request, response) {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const body = pieces.length > 0 ? JSON.parse(Buffer.concat(pieces)) : {};
    if (request.url === "/control") Object.assign(behaviour, body);
    if (request.url.endsWith("/chat/completions")) {
      answer(response);
    } else {
      response.end("{}");
    }
  });
}

for (const port of process.argv.slice(2)) {
  const server = http.createServer(serve);
  server.on("connection", (socket) => socket.setNoDelay(true));
  server.listen(Number(port), "127.0.0.1", 4096);
}
