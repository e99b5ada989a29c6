// Calls: answers, errors, time-outs, aborts, and what becomes of them when the socket
// dies.

import assert from "node:assert/strict";
import test from "node:test";
import { AgrafeError } from "../src/index.js";
import { never } from "./daemon.js";
import { failure, rest, Rig, until } from "./rig.js";

const fse = { id: "1", etat: "signee", dateSoins: "2026-01-02", certification: "S", honoraires: 3000, amo: 2100, amc: 0, patient: 900 };

test("an error keeps all that the daemon says", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const issues = [{ code: "DATE", chemin: "/actes/0/date", message: "Date absente.", bloquant: true }];
  rig.daemon.handlers["fse.sign"] = () => {
    throw { kind: "pin-wrong", code: "CODE_FAUX", message: "Code faux.", retryable: true, retries: 2, path: "/id", issues, doc: "/e#CODE_FAUX" };
  };
  const e = await failure(agrafe.call("fse.sign", { id: "1", idempotencyKey: "k" }));
  const { kind, code, message, retryable, retries, path, doc, idempotencyKey } = e;
  assert.deepEqual(
    { kind, code, message, retryable, retries, path, doc, idempotencyKey, issues: e.issues },
    { kind: "pin-wrong", code: "CODE_FAUX", message: "Code faux.", retryable: true, retries: 2, path: "/id", doc: "/e#CODE_FAUX", idempotencyKey: "k", issues },
  );
  agrafe.close();
});

test("an error of a kind that this version does not know is internal", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const shapes: [data: unknown, kind: string, code: string][] = [
    [{ kind: "flooded", code: "EAU", message: "De l'eau." }, "internal", "EAU"],
    [undefined, "internal", "REPONSE"],
    [null, "internal", "REPONSE"],
    ["text", "internal", "REPONSE"],
    [{ kind: 7, code: {}, message: [], issues: "x", retries: "y" }, "internal", "REPONSE"],
  ];
  for (const [data, kind, code] of shapes) {
    rig.daemon.handlers["system.ping"] = () => {
      throw data;
    };
    const e = await failure(agrafe.call("system.ping"));
    assert.deepEqual([e.kind, e.code], [kind, code]);
    assert.ok(e.message.length > 0);
  }
  agrafe.close();
});

test("what changes something gets a key, its own or the caller's", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  rig.daemon.handlers["fse.sign"] = () => fse;
  await agrafe.call("fse.sign", { id: "1" });
  await agrafe.call("fse.sign", { id: "1" });
  await agrafe.call("fse.sign", { id: "1", idempotencyKey: "mine" });
  await agrafe.call("system.ping", {});
  const keys = rig.daemon.calls.filter((c) => c.method !== "pair" && c.method !== "auth").map((c) => c.params.idempotencyKey);
  assert.match(keys[0], /^[0-9a-f-]{36}$/);
  assert.notEqual(keys[0], keys[1]);
  assert.deepEqual(keys.slice(2), ["mine", undefined]);
  agrafe.close();
});

test("the socket dies: a read fails at once, retryable", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  rig.daemon.handlers["system.ping"] = () => {
    rig.daemon.drop();
    return never;
  };
  const e = await failure(agrafe.call("system.ping"));
  assert.deepEqual([e.kind, e.code, e.retryable], ["offline", "LIAISON_PERDUE", true]);
  const now = await failure(agrafe.call("system.ping"));
  assert.equal(now.kind, "offline");
  agrafe.close();
});

test("the socket dies: a change is repeated once, with the same key", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  let calls = 0;
  rig.daemon.handlers["fse.sign"] = () => {
    if (++calls > 1) return fse;
    rig.daemon.drop();
    return never;
  };
  const wait = agrafe.call("fse.sign", { id: "1" });
  await rig.reopened();
  assert.deepEqual(await wait, fse);
  const [first, second] = rig.daemon.calls.filter((c) => c.method === "fse.sign");
  assert.deepEqual(first!.params, second!.params);
  assert.equal(rig.clock.timers.size, 0);
  agrafe.close();
});

test("the socket dies twice: the change fails, and its error gives the key to repeat it with", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  rig.daemon.handlers["fse.sign"] = () => {
    rig.daemon.drop();
    return never;
  };
  const wait = failure(agrafe.call("fse.sign", { id: "1" }));
  await rig.reopened();
  const e = await wait;
  assert.deepEqual([e.kind, e.retryable], ["offline", true]);
  assert.equal(e.idempotencyKey, rig.daemon.calls.find((c) => c.method === "fse.sign")?.params.idempotencyKey);
  assert.equal(rig.daemon.count("fse.sign"), 2);
  agrafe.close();
});

test("the connection ends for good: what was held fails with its reason", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  rig.daemon.handlers["fse.sign"] = () => {
    rig.daemon.drop(4401);
    return never;
  };
  assert.equal((await failure(agrafe.call("fse.sign", { id: "1" }))).code, "NOT_PAIRED");
  assert.equal(rig.clock.timers.size, 0);
});

test("another run of the daemon does not know the key: what only memory keeps is not repeated", async () => {
  for (const [method, params, repeated] of [
    ["fse.sign", { id: "1" }, true],
    ["fse.signMany", { ids: ["1"] }, false],
  ] as const) {
    const rig = await Rig.start();
    const agrafe = await rig.paired();
    rig.daemon.handlers[method] = () => {
      rig.daemon.handlers[method] = () => fse;
      rig.daemon.restarted();
      return never;
    };
    const wait = agrafe.call(method, params as never).then(() => "done", (e: AgrafeError) => e.kind);
    await rig.reopened();
    assert.equal(await wait, repeated ? "done" : "offline");
    assert.equal(rig.daemon.count(method), repeated ? 2 : 1);
    agrafe.close();
  }
});

for (const [method, params, time] of [
  ["system.ping", {}, 30_000],
  ["fse.sign", { id: "1" }, 180_000],
] as const) {
  test(`${method} times out after ${time / 1000} s, or when it is told to`, async () => {
    const rig = await Rig.start();
    const agrafe = await rig.paired();
    rig.daemon.handlers[method] = () => never;
    const [wait, soon] = [failure(agrafe.call(method, params as never)), failure(agrafe.call(method, params as never, { timeout: 50 }))];
    await until(() => rig.daemon.count(method) === 2, "both calls");
    rig.clock.advance(50);
    assert.equal((await soon).kind, "timeout");
    rig.clock.advance(time - 51);
    await rest();
    assert.equal(rig.clock.timers.size, 1);
    rig.clock.advance(1);
    const e = await wait;
    assert.deepEqual([e.kind, e.retryable, e.idempotencyKey !== undefined], ["timeout", true, method === "fse.sign"]);
    agrafe.close();
  });
}

test("a held call still times out", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  rig.daemon.handlers["fse.sign"] = () => {
    rig.daemon.drop();
    rig.daemon.up = false;
    return never;
  };
  const wait = failure(agrafe.call("fse.sign", { id: "1" }, { timeout: 1_000 }));
  await until(() => rig.status === "waiting", "waiting");
  for (let i = 0; i < 4; i++) {
    rig.clock.advance(300);
    await rest();
  }
  assert.equal((await wait).kind, "timeout");
  agrafe.close();
});

test("an abort ends the wait with its reason; a late answer harms nobody", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const stop = new AbortController();
  const reason = new Error("assez");
  let answer = () => {};
  rig.daemon.handlers["system.ping"] = (_, end) => {
    const { id } = rig.daemon.calls.at(-1)!;
    answer = () => end.deliver(JSON.stringify({ jsonrpc: "2.0", id, result: {} }));
    return never;
  };
  const wait = agrafe.call("system.ping", {}, { signal: stop.signal });
  void wait.catch(() => {});
  await until(() => rig.daemon.count("system.ping") === 1, "the call");
  stop.abort(reason);
  await assert.rejects(wait, reason);
  answer();
  await rest();
  await assert.rejects(agrafe.call("system.ping", {}, { signal: stop.signal }), reason);
  assert.equal(rig.daemon.count("system.ping"), 1);
  agrafe.close();
});

test("a call that the daemon would close for is not sent", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const e = await failure(agrafe.call("system.ping", { echo: "é".repeat(131_072) }));
  assert.deepEqual([e.kind, e.code], ["invalid", "TROP_LONG"]);
  await agrafe.call("system.ping", { echo: "e".repeat(262_000) });
  const circle: { self?: unknown } = {};
  circle.self = circle;
  await assert.rejects(agrafe.call("system.ping", { echo: circle }), TypeError);
  assert.equal(rig.clock.timers.size, 0);
  agrafe.close();
});

test("answers in any order reach their calls", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const waiting: (() => void)[] = [];
  rig.daemon.handlers["system.ping"] = (params, end) => {
    const { id } = rig.daemon.calls.at(-1)!;
    waiting.push(() => end.deliver(JSON.stringify({ jsonrpc: "2.0", id, result: params })));
    return never;
  };
  const all = Array.from({ length: 50 }, (_, echo) => agrafe.call("system.ping", { echo }));
  await until(() => waiting.length === 50, "all calls");
  for (const answer of waiting.reverse()) answer();
  assert.deepEqual(await Promise.all(all), Array.from({ length: 50 }, (_, echo) => ({ echo })));
  agrafe.close();
});

test("AgrafeError is an Error", () => {
  const e = new AgrafeError({ kind: "busy", code: "X", message: "Occupé." });
  assert.deepEqual([e instanceof Error, e.name, String(e), e.retryable, e.issues], [true, "AgrafeError", "AgrafeError: Occupé.", false, []]);
});
