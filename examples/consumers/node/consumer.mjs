#!/usr/bin/env node
// Keeps the last state of each send, from Kafka's topic `messages`:
//   BOOTSTRAP=b1:9092,b2:9092 PREFIX=prod. GROUP=crm node consumer.mjs
// The Python example says what makes it right. A map stands for the database of a real consumer. Needs kafkajs.

import { Kafka } from "kafkajs";

const { BOOTSTRAP, PREFIX = "", GROUP = "crm" } = process.env;

/** null for what is no change of a send: a tombstone, or a kind of event that came later. */
function change(message) {
  if (message.value === null || message.headers?.ce_type?.toString() !== "postrider.message.v1") return null;
  const { id, version, state } = JSON.parse(message.value);
  const generation = Number(message.headers.ce_source.toString().split("/").at(-1));
  return { id, version, state, generation };
}

function isNewer(one, known) {
  if (!known) return true;
  return one.generation !== known.generation ? one.generation > known.generation : one.version > known.version;
}

const consumer = new Kafka({ clientId: "crm", brokers: BOOTSTRAP.split(",") }).consumer({ groupId: GROUP });
const states = new Map();

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => consumer.disconnect());

await consumer.connect();
await consumer.subscribe({ topic: PREFIX + "messages", fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const found = change(message);
    // What came before, or is not newer than what is known, changes nothing.
    if (found && isNewer(found, states.get(found.id))) {
      states.set(found.id, found);
      console.log(found.id, found.state);
    }
    // After the work.
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }]);
  },
});
