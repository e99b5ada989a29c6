// Pairing, authentication, enrolment, and those who pretend.

import assert from "node:assert/strict";
import test from "node:test";
import { AgrafeError, Diagnosis, forget, type DiagnosisCode, type PairingCode } from "../src/index.js";
import { failure, rest, Rig, turn, until } from "./rig.js";

test("pairing: accepted", async () => {
  const rig = await Rig.start();
  const codes: PairingCode[] = [];
  const agrafe = await rig.connect({
    onCode(code) {
      codes.push(code);
      rig.daemon.decide("accept");
    },
  });
  assert.deepEqual(codes, [{ code: "042137", seconds: 60 }]);
  const { scopes, name } = rig.daemon.calls.find((c) => c.method === "pair")!.params;
  assert.deepEqual({ scopes, name }, { scopes: ["readers", "fse"], name: "Logiciel" });
  assert.deepEqual(agrafe.scopes, ["readers", "fse"]);
  assert.deepEqual(rig.states.map((s) => s.status), ["connecting", "pairing", "connecting", "open"]);
  assert.equal(agrafe.state.seq, 10);
  assert.deepEqual(await agrafe.call("system.ping", { echo: [1] }), { echo: [1] });
  agrafe.close();
});

test("pairing: the key can't be exported, and the next visit needs no user", async () => {
  const rig = await Rig.start();
  (await rig.paired()).close();
  const identity = await rig.store.load("ws://127.0.0.1:17373");
  assert.equal(identity?.keys.privateKey.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("pkcs8", identity!.keys.privateKey));
  const again = await rig.connect();
  assert.equal(rig.daemon.count("pair"), 1);
  again.close();
});

const refusals: [reason: "user" | "expired" | "busy" | "cooldown" | "nobody", code: DiagnosisCode, retryable: boolean][] = [
  ["user", "PAIRING_USER", false],
  ["expired", "PAIRING_EXPIRED", true],
  ["busy", "PAIRING_BUSY", true],
  ["cooldown", "PAIRING_COOLDOWN", true],
  ["nobody", "PAIRING_NOBODY", true],
];

for (const [reason, code, retryable] of refusals) {
  test(`pairing: refused (${reason})`, async () => {
    const rig = await Rig.start();
    if (reason === "user" || reason === "expired") {
      const e = await failure(rig.connect({ onCode: () => rig.daemon.decide(reason) }));
      assert.deepEqual([e.code, e.kind, e.retryable], [code, "not-paired", retryable]);
    } else {
      rig.daemon.verdicts.push(reason);
      const e = await failure(rig.connect({ onCode: () => assert.fail("a code was shown") }));
      assert.deepEqual([e.code, e.kind, e.retryable], [code, "not-paired", retryable]);
    }
    assert.equal(rig.status, "closed");
    assert.equal(await rig.store.load("ws://127.0.0.1:17373"), undefined);
    assert.equal(rig.clock.timers.size, 0);
    assert.equal(rig.wakers.size, 0);
  });
}

test("pairing: expired without a word from the daemon", async () => {
  const rig = await Rig.start();
  let shown = false;
  const wait = failure(rig.connect({ onCode: () => (shown = true) }));
  await until(() => shown, "the code");
  await turn();
  rig.clock.advance(65_000);
  assert.equal((await wait).code, "PAIRING_EXPIRED");
});

test("pairing: an abort withdraws the question", async () => {
  const rig = await Rig.start();
  const stop = new AbortController();
  const reason = new Error("assez");
  let shown = false;
  const wait = rig.connect({ signal: stop.signal, onCode: () => (shown = true) });
  void wait.catch(() => {});
  await until(() => shown, "the code");
  stop.abort(reason);
  await assert.rejects(wait, reason);
  assert.equal(rig.status, "closed");
  rig.daemon.decide("accept"); // too late
  await rest();
  assert.equal(await rig.store.load("ws://127.0.0.1:17373"), undefined);
});

test("pairing: the machine's signature is checked", async () => {
  const rig = await Rig.start();
  rig.daemon.tamper = (m) => (m.method === "paired" ? { ...m, params: { ...m.params, machine: { ...m.params.machine, signature: "A".repeat(86) } } } : m);
  assert.equal((await failure(rig.paired())).code, "IMPOSTOR");
  assert.equal(await rig.store.load("ws://127.0.0.1:17373"), undefined);
});

test("pairing: a code that is not six digits is not shown", async () => {
  const rig = await Rig.start();
  rig.daemon.tamper = (m) => (m.result?.code ? { ...m, result: { code: "<b>1", seconds: 60 } } : m);
  assert.equal((await failure(rig.connect({ onCode: () => assert.fail("shown") }))).code, "PROTOCOLE");
});

test("launch: the console is let in without a dialog, and comes back by its key", async () => {
  const rig = await Rig.start();
  rig.daemon.launches.add("jeton");
  (await rig.connect({ launch: "jeton" })).close();
  assert.equal(rig.daemon.calls.find((c) => c.method === "pair")?.params.launch, "jeton");
  (await rig.connect()).close();
  rig.daemon.launches.add("autre");
  (await rig.connect({ launch: "autre" })).close(); // paired already: the token is not used
  assert.deepEqual(rig.daemon.calls.map((c) => c.method), ["pair", "auth", "auth", "auth"]);
  assert.deepEqual([...rig.daemon.launches], ["autre"]);
});

test("launch: a token that is no longer good", async () => {
  const rig = await Rig.start();
  const e = await failure(rig.connect({ launch: "usé", onCode: () => assert.fail("a code was shown") }));
  assert.equal(e.kind, "denied");
  assert.equal(await rig.store.load("ws://127.0.0.1:17373"), undefined);
});

test("launch: the console of another machine than before", async () => {
  const rig = await Rig.start();
  rig.daemon.launches.add("un").add("deux");
  (await rig.connect({ launch: "un" })).close();
  rig.daemon.keys.clear();
  rig.daemon.reinstalled();
  (await rig.connect({ launch: "deux" })).close();
  (await rig.connect()).close();
});

test("enrolment where policy allows, then authentication", async () => {
  const rig = await Rig.start();
  rig.daemon.listed = rig.daemon.enrol = true;
  (await rig.connect()).close();
  (await rig.connect()).close();
  assert.deepEqual(rig.daemon.calls.map((c) => c.method), ["enrol", "auth"]);
});

test("enrolment replaces a key that the daemon lost, not its machine", async () => {
  const rig = await Rig.start();
  rig.daemon.listed = rig.daemon.enrol = true;
  (await rig.connect()).close();
  rig.daemon.keys.clear();
  (await rig.connect()).close();
  assert.deepEqual(rig.daemon.calls.map((c) => c.method), ["enrol", "auth", "enrol"]);
  rig.daemon.keys.clear();
  rig.daemon.reinstalled();
  assert.equal((await failure(rig.connect())).code, "IMPOSTOR");
});

test("two tabs that enrol at once share one key, also when it replaces one", async () => {
  const rig = await Rig.start();
  rig.daemon.listed = rig.daemon.enrol = true;
  const both = async (): Promise<void> => {
    for (const tab of await Promise.all([rig.connect(), rig.connect()])) tab.close();
  };
  await both();
  assert.deepEqual([rig.daemon.count("enrol"), rig.daemon.keys.size], [1, 1]);
  rig.daemon.keys.clear();
  await both();
  assert.deepEqual([rig.daemon.count("enrol"), rig.daemon.keys.size], [2, 1]);
});

test("two tabs that pair at once: the user is asked once", async () => {
  const rig = await Rig.start();
  const codes: PairingCode[] = [];
  const onCode = (code: PairingCode): void => void codes.push(code);
  const tabs = [rig.connect({ onCode }), rig.connect({ onCode })];
  await until(() => codes.length === 1, "the code");
  await rest();
  rig.daemon.decide("accept");
  for (const tab of await Promise.all(tabs)) tab.close();
  assert.deepEqual([codes.length, rig.daemon.count("pair"), rig.daemon.keys.size], [1, 1, 1]);
});

test("two tabs that pair at once: a key that was revoked is replaced by one", async () => {
  const rig = await Rig.start();
  (await rig.paired()).close();
  rig.daemon.keys.clear();
  for (const tab of await Promise.all([rig.paired(), rig.paired()])) tab.close();
  assert.deepEqual([rig.daemon.count("pair"), rig.daemon.keys.size], [2, 1]);
});

test("two tabs that pair at once: one that is refused leaves its turn to the other", async () => {
  const rig = await Rig.start();
  rig.daemon.verdicts.push("user");
  const ends = await Promise.allSettled([rig.connect({ onCode: () => assert.fail("a code was shown") }), rig.paired()]);
  assert.deepEqual(ends.map((e) => e.status), ["rejected", "fulfilled"]);
  for (const e of ends) if (e.status === "fulfilled") e.value.close();
});

test("impostor: another machine key at authentication", async () => {
  const rig = await Rig.start();
  (await rig.paired()).close();
  rig.daemon.reinstalled();
  const e = await failure(rig.connect());
  assert.ok(e instanceof Diagnosis);
  assert.deepEqual([e.code, e.kind, e.retryable], ["IMPOSTOR", "denied", false]);
  assert.notEqual(e.sentence.fr, e.sentence.en);
});

test("impostor: it can't make the page pair with it", async () => {
  const rig = await Rig.start();
  (await rig.paired()).close();
  rig.daemon.reinstalled();
  rig.daemon.keys.clear();
  assert.equal((await failure(rig.paired())).code, "IMPOSTOR");
  await forget({ url: "ws://127.0.0.1:17373", store: rig.store });
  (await rig.paired()).close(); // once the page has been told to forget
});

test("impostor: the right key, a signature of another challenge", async () => {
  const rig = await Rig.start();
  (await rig.paired()).close();
  let old: unknown;
  rig.daemon.tamper = (m) => {
    if (m.result?.machine === undefined) return m;
    old ??= m.result.machine;
    return { ...m, result: { ...m.result, machine: old } };
  };
  (await rig.connect()).close();
  assert.equal((await failure(rig.connect())).code, "IMPOSTOR");
});

test("impostor: while connected, it ends the connection for good", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  rig.daemon.reinstalled();
  rig.daemon.drop();
  await until(() => rig.status === "waiting", "waiting");
  rig.clock.advance(1_000);
  await until(() => rig.status === "closed", "closed");
  assert.equal((await failure(agrafe.call("system.ping"))).code, "IMPOSTOR");
  assert.equal(rig.clock.timers.size, 0);
});

test("a nonce that comes twice is not signed twice", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  const replayed = Buffer.alloc(32, 7).toString("base64url");
  rig.daemon.nonce = () => replayed;
  rig.daemon.drop();
  await rig.reopened();
  const before = rig.daemon.count("auth");
  rig.daemon.drop();
  await until(() => rig.status === "waiting", "waiting");
  rig.clock.advance(30_000);
  await until(() => rig.status === "closed", "closed");
  assert.equal(rig.daemon.count("auth"), before);
  const last = rig.states.at(-1);
  assert.equal(last?.status === "closed" && last.error?.code, "IMPOSTOR");
  agrafe.close();
});

test("nothing is asked of the daemon before it has proved itself", async () => {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  rig.daemon.handlers["fse.sign"] = () => rig.daemon.drop();
  const wait = failure(agrafe.call("fse.sign", { id: "1" }));
  await until(() => rig.status === "waiting", "waiting");
  rig.daemon.reinstalled();
  rig.clock.advance(30_000);
  assert.equal((await wait).code, "IMPOSTOR");
  assert.equal(rig.daemon.count("fse.sign"), 1);
});

const ends: [code: number, kind: string, lasting: boolean][] = [
  [4401, "not-paired", true],
  [4403, "denied", false],
  [4406, "unsupported", true],
  [1006, "offline", false],
  [1013, "offline", false],
];

for (const [code, kind, lasting] of ends) {
  test(`close ${code} while connected`, async () => {
    const rig = await Rig.start();
    const agrafe = await rig.paired();
    rig.daemon.drop(code);
    await until(() => rig.status === (lasting ? "closed" : "waiting"), "the end");
    const last = rig.states.at(-1) as { error: AgrafeError; retryIn?: number };
    assert.equal(last.error.kind, kind);
    assert.equal(last.retryIn, lasting ? undefined : kind === "denied" ? 22_500 : 375);
    if (!lasting) {
      rig.clock.advance(30_000);
      await until(() => rig.status === "open", "open again");
    }
    agrafe.close();
    assert.equal(rig.clock.timers.size, 0);
  });

  test(`close ${code} instead of an answer to auth`, async () => {
    const rig = await Rig.start();
    (await rig.paired()).close();
    const { accept } = rig.daemon;
    rig.daemon.accept = function (path, subprotocol, end) {
      accept.call(this, path, subprotocol, end);
      if (path === "/v1") end.receive = () => end.end(code);
    };
    assert.equal((await failure(rig.connect())).kind, kind);
  });
}

test("revoked: the daemon says it, and the page may pair again", async () => {
  const rig = await Rig.start();
  (await rig.paired()).close();
  rig.daemon.keys.clear();
  assert.equal((await failure(rig.connect())).code, "NOT_PAIRED");
  (await rig.paired()).close();
  assert.equal(rig.daemon.count("pair"), 2);
});

test("no common API level", async () => {
  const rig = await Rig.start();
  (await rig.paired()).close();
  rig.daemon.apiLevels = [2, 3];
  assert.equal((await failure(rig.connect())).code, "NIVEAU_API");
});

test("a handshake that stops is given up after 10 s", async () => {
  const rig = await Rig.start();
  (await rig.paired()).close();
  rig.daemon.tamper = (m) => (m.method === "hello" ? { ...m, method: "patience" } : m);
  assert.equal((await failure(rig.connect())).code, "PROTOCOLE");
  rig.daemon.tamper = (m) => m;
  const { accept } = rig.daemon;
  rig.daemon.accept = function (path, subprotocol, end) {
    accept.call(this, path, subprotocol, end);
    end.receive = () => {};
  };
  const wait = failure(rig.connect());
  await until(() => rig.opened.length >= 4 && rig.clock.timers.size > 0, "the handshake");
  await rest();
  rig.clock.advance(10_000);
  assert.equal((await wait).kind, "timeout");
});
