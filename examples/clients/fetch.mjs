#!/usr/bin/env node
// Sends a message with fetch, waits until it is delivered, and takes what the tenant's action is told of it:
//   POSTRIDER=http://127.0.0.1:8080 POSTRIDER_KEY=KEY ACTION_SECRET=SECRET ACTION_PORT=9000 node fetch.mjs NUMBER TEXT
// The action of the settings is http://THIS-HOST:9000/. Needs Node 18 or newer and nothing else.

import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const { POSTRIDER, POSTRIDER_KEY, ACTION_SECRET, ACTION_PORT } = process.env;
const [to, body] = process.argv.slice(2);

/** Standard Webhooks: one of the codes is over id, time and body, and the time is recent. */
function isGenuine(headers, body, secret, now = Date.now()) {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
  const id = headers["webhook-id"] ?? "", time = headers["webhook-timestamp"] ?? "";
  if (!/^\d+$/.test(time) || Math.abs(now / 1000 - Number(time)) > 300) return false;
  const code = Buffer.from("v1," + createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest("base64"));
  return (headers["webhook-signature"] ?? "").split(" ").some((given) => {
    const one = Buffer.from(given);
    return one.length === code.length && timingSafeEqual(one, code);
  });
}

/** What the action was told, each event once. A real system keeps the ids of a day in its database: they may come again. */
const told = new Map();
const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  if (!isGenuine(request.headers, body, ACTION_SECRET)) return response.writeHead(401).end();
  told.set(request.headers["webhook-id"], JSON.parse(body));
  response.writeHead(204).end();
});
server.listen(Number(ACTION_PORT), "127.0.0.1");

async function call(method, path, { json, key } = {}) {
  for (const wait of [0, 1, 2, 4, 8]) {
    await pause(wait * 1000);
    try {
      const answer = await fetch(POSTRIDER + path, {
        method,
        headers: {
          Authorization: `Bearer ${POSTRIDER_KEY}`, "Content-Type": "application/json",
          ...(key && { "Idempotency-Key": key }),
        },
        body: json && JSON.stringify(json),
        signal: AbortSignal.timeout(70_000),
      });
      if ([429, 503].includes(answer.status)) continue;
      const told = await answer.json();
      if (!answer.ok) throw new Error(`${answer.status}: ${JSON.stringify(told)}`);
      return told;
    } catch (error) {
      // Nobody knows whether it arrived: the same key makes it the same send.
      if (!(error instanceof TypeError) && error.name !== "TimeoutError") throw error;
    }
  }
  throw new Error("postrider does not answer");
}

const { id } = await call("POST", "/api/whatsapp/send", { json: { to, body }, key: randomUUID() });
const { state } = await call("GET", `/api/sends/${id}/wait?for=delivered&timeout=60`);
console.log(id, state);
const isThere = (event) => event.id === id && ["delivered", "read"].includes(event.state);
for (let turn = 0; turn < 600 && ![...told.values()].some(isThere); turn += 1) await pause(100);
const event = [...told.values()].find(isThere);
console.log("told of", event?.state ?? "nothing");
process.exit(event ? 0 : 1);
