// A connection that dies comes back, without a storm, and nothing is lost meanwhile.

import assert from "node:assert/strict";
import test from "node:test";
import type { Agrafe, Snapshot } from "../src/index.js";
import { queue } from "./daemon.js";
import { rest, Rig, until } from "./rig.js";

/** told notes everything that the page is told. */
function told(agrafe: Agrafe): string[] {
  const all: string[] = [];
  agrafe.on("queue", (e) => all.push(`${e.seq}:${e.queue.aSigner}`));
  agrafe.on("snapshot", (s) => all.push(`snapshot ${s.seq}`));
  return all;
}

test("events come once, in order, and the state follows", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  const states: Snapshot[] = [];
  agrafe.subscribe((s) => states.push(s));
  for (const n of [1, 2, 3]) rig.daemon.publish("queue", queue(n));
  await until(() => all.length === 3, "three events");
  assert.deepEqual(all, ["11:1", "12:2", "13:3"]);
  assert.deepEqual(states.map((s) => [s.seq, s.queue.aSigner]), [[11, 1], [12, 2], [13, 3]]);
  assert.equal(agrafe.state, states[2]);
  agrafe.close();
});

test("an event for somebody else leaves a gap, which costs no call; one that comes twice is dropped", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  rig.daemon.publish("queue", queue(1));
  rig.daemon.skip();
  rig.daemon.skip();
  rig.daemon.publish("queue", queue(2));
  rig.daemon.seq = 11;
  rig.daemon.publish("queue", queue(9)); // 12 again
  rig.daemon.seq = 20;
  rig.daemon.publish("queue", queue(3));
  await until(() => all.length === 3, "three events");
  await rest();
  assert.deepEqual(all, ["11:1", "14:2", "21:3"]);
  assert.equal(rig.daemon.count("events.resync"), 0);
  agrafe.close();
});

test("resync: what happened meanwhile is told, once and in order", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  rig.daemon.publish("queue", queue(1));
  await until(() => all.length === 1, "an event");
  rig.daemon.drop();
  rig.daemon.publish("queue", queue(2));
  rig.daemon.skip();
  rig.daemon.publish("queue", queue(3));
  rig.daemon.handlers["events.resync"] = (p) => {
    const answer = rig.daemon.missed(p);
    rig.daemon.publish("queue", queue(4)); // comes before the answer does
    return answer;
  };
  await rig.reopened();
  rig.daemon.publish("queue", queue(5));
  await until(() => all.length === 5, "all events");
  assert.deepEqual(all, ["11:1", "12:2", "14:3", "15:4", "16:5"]);
  assert.deepEqual(rig.daemon.calls.at(-1)?.params, { since: 11, instance: "run-1" });
  agrafe.close();
});

test("nothing happened meanwhile: no resync, no snapshot", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  rig.daemon.drop();
  await rig.reopened();
  await rest();
  assert.deepEqual(all, []);
  assert.equal(rig.daemon.count("events.resync"), 0);
  agrafe.close();
});

test("only events for somebody else happened meanwhile", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  rig.daemon.drop();
  rig.daemon.skip();
  await rig.reopened();
  await until(() => rig.daemon.count("events.resync") === 1, "a resync");
  await rest();
  await rig.reconnect(); // nothing since
  await rest();
  assert.equal(rig.daemon.count("events.resync"), 1);
  rig.daemon.publish("queue", queue(1));
  await until(() => all.length === 1, "an event");
  rig.daemon.drop();
  await rig.reopened();
  await rest();
  assert.deepEqual(all, ["12:1"]);
  assert.equal(rig.daemon.count("events.resync"), 1);
  agrafe.close();
});

test("too long asleep: a snapshot replaces the state", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  rig.daemon.drop();
  for (const n of [1, 2]) rig.daemon.publish("queue", queue(n));
  rig.daemon.kept = 11;
  rig.daemon.snapshot.queue = queue(2);
  await rig.reopened();
  rig.daemon.publish("queue", queue(3));
  await until(() => all.length === 2, "the snapshot and an event");
  assert.deepEqual(all, ["snapshot 12", "13:3"]);
  assert.equal(agrafe.state.queue.aSigner, 3);
  agrafe.close();
});

test("another run of the daemon: its numbers begin again, and a snapshot replaces the state", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  rig.daemon.restarted();
  rig.daemon.snapshot.queue = queue(7);
  await rig.reopened();
  assert.equal(agrafe.state.queue.aSigner, 7);
  rig.daemon.publish("queue", queue(8));
  await until(() => all.length === 2, "the snapshot and an event");
  assert.deepEqual(all, ["snapshot 0", "1:8"]);
  assert.equal(rig.daemon.count("events.resync"), 0);
  agrafe.close();
});

test("without the right to resync, the hello's snapshot serves", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  rig.daemon.handlers["events.resync"] = () => {
    throw { kind: "denied", code: "DROIT", message: "non", retryable: false };
  };
  rig.daemon.drop();
  rig.daemon.publish("queue", queue(1));
  await rig.reopened();
  await until(() => all.length === 1, "the snapshot");
  assert.deepEqual(all, ["snapshot 11"]);
  agrafe.close();
});

test("the socket dies during the resync: asked again with the next, told once", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  rig.daemon.drop();
  rig.daemon.publish("queue", queue(1));
  rig.daemon.handlers["events.resync"] = () => {
    delete rig.daemon.handlers["events.resync"];
    rig.daemon.publish("queue", queue(2)); // held
    rig.daemon.drop();
    return {};
  };
  await rig.reopened();
  await until(() => rig.daemon.ends.size === 0, "dead again");
  await rig.reopened();
  await until(() => all.length === 2, "both events");
  await rest();
  assert.deepEqual(all, ["11:1", "12:2"]);
  agrafe.close();
});

test("back-off doubles up to 30 s with jitter, and begins anew after a good connection", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  rig.daemon.drop();
  rig.daemon.up = false;
  const delays: number[] = [];
  for (let i = 0; i < 9; i++) {
    await until(() => rig.status === "waiting", "waiting");
    const state = rig.states.at(-1);
    assert.ok(state?.status === "waiting");
    delays.push(state.retryIn);
    rig.clock.advance(state.retryIn);
    await until(() => rig.states.at(-1) !== state, "another attempt");
  }
  // random() is 0.5 here: three quarters of each ceiling.
  assert.deepEqual(delays, [375, 750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500, 22_500]);
  rig.daemon.up = true;
  await rig.reopened();
  rig.clock.advance(10_000);
  rig.daemon.drop();
  await until(() => rig.status === "waiting", "waiting");
  const last = rig.states.at(-1);
  assert.equal(last?.status === "waiting" && last.retryIn, 375);
  agrafe.close();
});

test("a daemon that accepts and closes at once is not stormed", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const began = rig.clock.time;
  for (let i = 0; i < 8; i++) {
    rig.daemon.drop();
    await until(() => rig.status === "waiting", "waiting");
    const state = rig.states.at(-1);
    rig.clock.advance(state?.status === "waiting" ? state.retryIn : 0);
    await until(() => rig.status === "open", "open");
  }
  assert.equal(rig.clock.time - began, 375 + 750 + 1_500 + 3_000 + 6_000 + 12_000 + 22_500 + 22_500);
  agrafe.close();
});

for (const [what, code, set] of [
  ["accepts no other connection", "DAEMON_BUSY", (rig: Rig, on: boolean) => (rig.daemon.full = on)],
  ["does not know the site for a moment", "ORIGIN_REFUSED", (rig: Rig, on: boolean) => (rig.daemon.listed = !on)],
] as const) {
  test(`a daemon that ${what} is tried again, and not asked to pair`, async () => {
    const rig = await Rig.start();
    const agrafe = await rig.paired();
    const before = rig.opened.length;
    set(rig, true);
    rig.daemon.drop();
    const delays: number[] = [];
    for (let i = 0; i < 4; i++) {
      await until(() => rig.status === "waiting", "waiting");
      const state = rig.states.at(-1);
      assert.ok(state?.status === "waiting");
      if (i > 0) assert.equal(state.error.code, code);
      delays.push(state.retryIn);
      rig.clock.advance(state.retryIn);
      await until(() => rig.states.at(-1) !== state, "another attempt");
    }
    await until(() => rig.status === "waiting", "waiting");
    set(rig, false);
    await rig.reopened();
    assert.deepEqual(delays, [375, 750, 1_500, 3_000]);
    assert.deepEqual([...new Set(rig.opened.slice(before))], ["/v1"]);
    agrafe.close();
  });
}

test("a page that wakes tries at once, but not more than once a second", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  rig.clock.advance(20_000);
  rig.daemon.drop();
  rig.daemon.up = false;
  await until(() => rig.status === "waiting", "waiting");
  const before = rig.knocks;
  rig.wake();
  rig.clock.advance(0);
  await until(() => rig.knocks === before + 1, "an attempt at once");
  await until(() => rig.status === "waiting", "waiting");
  for (let i = 0; i < 50; i++) {
    rig.wake();
    rig.clock.advance(0);
    await rest();
  }
  assert.equal(rig.knocks, before + 1);
  rig.daemon.up = true;
  rig.clock.advance(1_000);
  await until(() => rig.status === "open", "open");
  rig.wake(); // nothing to do
  assert.equal(rig.daemon.ends.size, 1);
  agrafe.close();
});

test("closed by the page: no timer, no listener, no event, no reconnection", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const all = told(agrafe);
  agrafe.close();
  agrafe.close();
  rig.daemon.publish("queue", queue(1));
  rig.wake();
  rig.clock.advance(60_000);
  await rest();
  assert.deepEqual(rig.states.at(-1), { status: "closed" });
  assert.deepEqual([all, rig.clock.timers.size, rig.wakers.size], [[], 0, 0]);
});

test("an abort of connect's signal closes the connection later too", async () => {
  const rig = await Rig.start();
  (await rig.paired()).close();
  const stop = new AbortController();
  await rig.connect({ signal: stop.signal });
  stop.abort();
  assert.deepEqual(rig.states.at(-1), { status: "closed" });
});

test("a handler that throws stops neither the others nor the events", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const reported: unknown[] = [];
  const { error } = console;
  console.error = (e) => reported.push(e);
  try {
    const bad = new Error("la page se trompe");
    const off = agrafe.on("queue", () => {
      throw bad;
    });
    const all = told(agrafe);
    rig.daemon.publish("queue", queue(1));
    await until(() => all.length === 1, "an event");
    off();
    rig.daemon.publish("queue", queue(2));
    await until(() => all.length === 2, "another");
    assert.deepEqual(reported, [bad]);
  } finally {
    console.error = error;
  }
  agrafe.close();
});
