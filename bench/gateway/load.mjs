// Sends requests and prints one JSON line of what they took.
//
//   node load.mjs '{"targets": [{"url", "format", "model"}], "size": "short"|"long",
//                   "requests": N, "at_once": N, "warm": N, "open": BOOL}'
//
// Targets are used in turn. Times in milliseconds: "first" from sending to the first byte of the
// response, "whole" to its end, "event" from the provider's writing of a text to its arrival here.
// With "open" every stream is kept open: it says {"opened": N} when all have begun, sends one more
// request each time a line comes in, and ends with standard input.

import http from "node:http";
import readline from "node:readline";
import * as bodies from "./bodies.mjs";

const order = JSON.parse(process.argv[2]);
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
const targets = order.targets.map(({ url, format, model }) => (
  { url: new URL(url), body: Buffer.from(JSON.stringify(bodies[format](order.size, model))) }));
const since = (begin, end = process.hrtime.bigint()) => Number(end - begin) / 1e6;

function send(target, onFirst) {
  const headers = { "content-type": "application/json", "content-length": target.body.length,
                    "anthropic-version": "2023-06-01", "x-api-key": "test",
                    authorization: "Bearer test" };
  const { hostname, port, pathname: path } = target.url;
  return new Promise((resolve) => {
    const begin = process.hrtime.bigint();
    const seen = { first: 0, whole: 0, events: [], status: 0 };
    let rest = "";
    const request = http.request({ agent, hostname, port, path, method: "POST", headers }, (response) => {
      seen.status = response.statusCode;
      response.on("data", (data) => {
        const now = process.hrtime.bigint();
        if (seen.first === 0) {
          seen.first = since(begin, now);
          onFirst?.();
        }
        const text = rest + data.toString("latin1");
        let end = 0;
        for (const stamp of text.matchAll(/T=(\d+) /g)) {
          seen.events.push(since(BigInt(stamp[1]), now));
          end = stamp.index + stamp[0].length;
        }
        rest = text.slice(Math.max(end, text.length - 40));
      });
      response.on("end", () => resolve({ ...seen, whole: since(begin) }));
      response.on("error", () => resolve({ ...seen, status: 0 }));
    });
    request.on("error", () => resolve({ ...seen, status: 0 }));
    request.end(target.body);
  });
}

function percentile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function both(values) {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}

async function measure() {
  for (const target of targets) for (let i = 0; i < (order.warm ?? 5); ++i) await send(target);
  const answers = [];
  let next = 0;
  const begin = process.hrtime.bigint();
  await Promise.all(Array.from({ length: order.at_once }, async () => {
    while (next < order.requests) answers.push(await send(targets[next++ % targets.length]));
  }));
  const seconds = since(begin) / 1000;
  const good = answers.filter((answer) => answer.status === 200 && answer.events.length > 0);
  console.log(JSON.stringify({
    failed: answers.length - good.length, per_second: good.length / seconds,
    first: both(good.map((answer) => answer.first)), whole: both(good.map((answer) => answer.whole)),
    event: both(good.flatMap((answer) => answer.events)), body_bytes: targets[0].body.length }));
  agent.destroy();
}

async function keepOpen() {
  let opened = 0;
  const allOpen = new Promise((resolve) => {
    const count = () => { if (++opened === order.requests) resolve(); };
    for (let i = 0; i < order.requests; ++i) send(targets[i % targets.length], count);
  });
  await allOpen;
  console.log(JSON.stringify({ opened }));
  for await (const _ of readline.createInterface({ input: process.stdin })) {
    let first;
    const begun = new Promise((resolve) => { first = resolve; });
    const begin = process.hrtime.bigint();
    send(targets[0], first);
    await begun;
    console.log(JSON.stringify({ first: since(begin) }));
  }
  process.exit(0);
}

await (order.open ? keepOpen() : measure());
