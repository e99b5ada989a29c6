// The way to the daemon: each obstacle has its name, in this order.

import assert from "node:assert/strict";
import test from "node:test";
import { connect, Diagnosis, memoryStore, type Permission } from "../src/index.js";
import { failure, rest, Rig, until } from "./rig.js";

interface Row {
  readonly name: string;
  readonly set: (rig: Rig) => void;
  readonly knocks: number;
  readonly paths: string[];
}

const none = async (): Promise<boolean> => {
  throw new TypeError("Failed to fetch");
};

const permissions = (rig: Rig, ...all: Permission[]): void => void (rig.permissions = all);

const rows: (Row & { readonly code: string })[] = [
  { name: "insecure page, all else bad too", code: "INSECURE_CONTEXT", knocks: 0, paths: [], set: (r) => ((r.secure = false), permissions(r, "denied")) },
  { name: "the browser was told no", code: "LNA_DENIED", knocks: 0, paths: [], set: (r) => ((r.daemon.up = false), permissions(r, "denied")) },
  { name: "the user says no when asked", code: "LNA_DENIED", knocks: 1, paths: [], set: (r) => ((r.answer = none), permissions(r, "prompt", "denied")) },
  { name: "the user does not answer the browser", code: "LNA_PROMPT", knocks: 1, paths: [], set: (r) => ((r.answer = none), permissions(r, "prompt")) },
  { name: "allowed, nobody there", code: "DAEMON_ABSENT", knocks: 1, paths: [], set: (r) => (r.daemon.up = false) },
  { name: "the user says yes, nobody there", code: "DAEMON_ABSENT", knocks: 1, paths: [], set: (r) => ((r.answer = none), permissions(r, "prompt", "granted")) },
  { name: "a browser that knows no such permission", code: "DAEMON_ABSENT", knocks: 1, paths: [], set: (r) => ((r.daemon.up = false), permissions(r, "unsupported")) },
  { name: "the daemon refuses the site, the door is shut", code: "ORIGIN_REFUSED", knocks: 1, paths: ["/v1", "/v1/pair"], set: (r) => (r.daemon.door = false) },
  { name: "the door is open", code: "NOT_PAIRED", knocks: 1, paths: ["/v1", "/v1/pair"], set: () => {} },
  { name: "the daemon knows the site, and accepts no other connection", code: "DAEMON_BUSY", knocks: 1, paths: ["/v1"], set: (r) => (r.daemon.listed = r.daemon.full = true) },
  { name: "listed, but the page has no key", code: "NOT_PAIRED", knocks: 1, paths: ["/v1"], set: (r) => (r.daemon.listed = true) },
];

for (const { name, code, set, knocks, paths } of rows) {
  test(`diagnosis: ${name}`, async () => {
    const rig = await Rig.start();
    set(rig);
    const e = await failure(rig.connect());
    assert.ok(e instanceof Diagnosis);
    assert.deepEqual({ code: e.code, knocks: rig.knocks, paths: rig.opened }, { code, knocks, paths });
    assert.equal(e.message, e.sentence.fr);
    assert.ok(e.sentence.en.length > 20);
    assert.equal(rig.status, "closed");
    assert.equal(rig.clock.timers.size, 0);
  });
}

test("diagnosis: the page is told that the browser asks, and goes on when it may", async () => {
  const rig = await Rig.start();
  rig.daemon.listed = rig.daemon.enrol = true;
  permissions(rig, "prompt", "granted");
  const agrafe = await rig.connect();
  const asked = rig.states.filter((s) => s.status === "connecting").map((s) => s.error?.code);
  assert.deepEqual(asked, [undefined, "LNA_PROMPT"]);
  agrafe.close();
});

for (const [permission, time] of [["granted", 3_000], ["prompt", 120_000]] as const) {
  test(`diagnosis: a knock without answer is given up (${permission})`, async () => {
    const rig = await Rig.start();
    permissions(rig, permission);
    rig.answer = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const wait = failure(rig.connect());
    await until(() => rig.knocks === 1, "the knock");
    rig.clock.advance(time - 1);
    await rest();
    assert.equal(rig.status, "connecting");
    rig.clock.advance(1);
    assert.equal((await wait).code, permission === "granted" ? "DAEMON_ABSENT" : "LNA_PROMPT");
  });
}

test("diagnosis: outside a browser connect says so", async () => {
  const e = await failure(connect({ name: "Logiciel", scopes: ["fse"], store: memoryStore() }));
  assert.deepEqual([e.kind, e.code], ["unsupported", "HORS_NAVIGATEUR"]);
});

test("diagnosis: a signal aborted before costs nothing", async () => {
  const rig = await Rig.start();
  await assert.rejects(rig.connect({ signal: AbortSignal.abort(new Error("non")) }), /non/);
  assert.deepEqual([rig.knocks, rig.wakers.size, rig.states.length], [0, 0, 0]);
});

test("diagnosis: an address of wss is knocked at by https", async () => {
  const rig = await Rig.start();
  rig.daemon.up = false;
  const targets: string[] = [];
  const knock = rig.knock.bind(rig);
  rig.knock = (target, signal) => (targets.push(target), knock(target, signal));
  assert.equal((await failure(rig.connect({ url: "wss://127.0.0.1:17374" }))).code, "DAEMON_ABSENT");
  assert.deepEqual(targets, ["https://127.0.0.1:17374/healthz"]);
});
