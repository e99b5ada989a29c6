// Whatever the other end sends, the page goes on.

import assert from "node:assert/strict";
import test from "node:test";
import { decode, encode } from "../src/bytes.js";
import { queue } from "./daemon.js";
import { failure, rest, Rig, until } from "./rig.js";

const unreadable: [name: string, data: unknown][] = [
  ["empty", ""],
  ["no JSON", "{"],
  ["binary", new ArrayBuffer(4)],
  ["null", "null"],
  ["an array", "[]"],
  ["a number", "12"],
  ["no version", '{"method":"event","params":{}}'],
  ["another version", '{"jsonrpc":"1.0","method":"event"}'],
  ["neither call nor answer", '{"jsonrpc":"2.0"}'],
  ["an answer to nobody", '{"jsonrpc":"2.0","id":null,"error":{}}'],
  ["result and error", '{"jsonrpc":"2.0","id":1,"result":1,"error":{}}'],
  ["neither result nor error", '{"jsonrpc":"2.0","id":1}'],
  ["deep", "[".repeat(100_000)],
];

for (const [name, data] of unreadable) {
  test(`a frame that can't be read (${name}) may have been an event: the page comes back and asks`, async () => {
    const rig = await Rig.start();
    const agrafe = await rig.paired();
    const all: number[] = [];
    agrafe.on("queue", (e) => all.push(e.seq));
    const [end] = rig.daemon.ends;
    rig.daemon.ends.clear();
    rig.daemon.publish("queue", queue(1));
    end!.deliver(data);
    await rig.reopened();
    await until(() => all.length === 1, "the event");
    assert.deepEqual(all, [11]);
    agrafe.close();
  });
}

const strange: [name: string, message: object][] = [
  ["a notification of a later version", { method: "weather", params: { rain: true } }],
  ["an answer to no call", { id: 4711, result: {} }],
  ["an event without params", { method: "event" }],
  ["an event that is a text", { method: "event", params: "x" }],
  ["an event without number", { method: "event", params: { type: "queue", queue: {} } }],
  ["an event with a number of another type", { method: "event", params: { seq: "99", type: "queue" } }],
  ["an event of a later version", { method: "event", params: { seq: 11, type: "weather", weather: {} } }],
  ["an event named like a property of all objects", { method: "event", params: { seq: 11, type: "constructor" } }],
  ["a second hello", { method: "hello", params: {} }],
];

for (const [name, message] of strange) {
  test(`${name} is let pass`, async () => {
    const rig = await Rig.start();
    const agrafe = await rig.paired();
    const [end] = rig.daemon.ends;
    end!.deliver(JSON.stringify({ jsonrpc: "2.0", ...message }));
    assert.deepEqual(await agrafe.call("system.ping", { echo: 1 }), { echo: 1 });
    assert.equal(agrafe.state.queue.aSigner, 0);
    assert.equal(rig.status, "open");
    agrafe.close();
  });
}

test("an event whose object makes no sense is reported, and those after it are told", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const reported: unknown[] = [];
  const { error } = console;
  console.error = (e) => reported.push(e);
  try {
    rig.daemon.publish("card", null);
    rig.daemon.publish("queue", queue(3));
    await until(() => agrafe.state.queue.aSigner === 3, "the second event");
  } finally {
    console.error = error;
  }
  assert.equal(reported.length, 1);
  agrafe.close();
});

const handshakes: [name: string, tamper: (m: any) => unknown][] = [
  ["no nonce", (m) => (m.method === "challenge" ? { ...m, params: { apiLevels: [1] } } : m)],
  ["a short nonce", (m) => (m.method === "challenge" ? { ...m, params: { ...m.params, nonce: "AAAA" } } : m)],
  ["a challenge without params", (m) => (m.method === "challenge" ? { ...m, params: null } : m)],
  ["hello first", (m) => (m.method === "challenge" ? { ...m, method: "hello" } : m)],
  ["an answer without machine", (m) => (m.result?.machine ? { ...m, result: { ...m.result, machine: undefined } } : m)],
  ["an answer that is a text", (m) => (m.result?.machine ? { ...m, result: "yes" } : m)],
  ["an answer to another call", (m) => (m.result?.machine ? { ...m, id: 5 } : m)],
  ["another key", (m) => (m.result?.keyId ? { ...m, result: { ...m.result, keyId: "x" } } : m)],
  ["hello without snapshot", (m) => (m.method === "hello" ? { ...m, params: { instance: "x" } } : m)],
  ["a frame that can't be read", (m) => (m.method === "hello" ? {} : m)],
];

for (const [name, tamper] of handshakes) {
  test(`a handshake with ${name} fails with an error of ours`, async () => {
    const rig = await Rig.start();
    (await rig.paired()).close();
    rig.daemon.tamper = tamper;
    const e = await failure(rig.connect());
    assert.ok(["PROTOCOLE", "NIVEAU_API"].includes(e.code), e.code);
    assert.equal(rig.clock.timers.size, 0);
    await rest();
    assert.equal(rig.status, "closed");
  });
}

test("base64url: RFC 4648, without padding, of the right size", () => {
  assert.equal(encode(new Uint8Array([251, 255, 254])), "-__-");
  assert.equal(encode(new Uint8Array([1])), "AQ");
  for (const size of [0, 1, 2, 3, 32, 64, 65]) {
    const bytes = crypto.getRandomValues(new Uint8Array(size));
    assert.equal(encode(bytes), Buffer.from(bytes).toString("base64url"));
    assert.deepEqual(decode(encode(bytes), size), bytes);
    assert.equal(decode(encode(bytes), size + 1), null);
  }
  for (const bad of [undefined, null, 7, "AA==", "A+/A", "A A", "A"]) assert.equal(decode(bad, 2), null);
});
