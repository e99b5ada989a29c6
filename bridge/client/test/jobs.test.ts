// Jobs end once, whatever is lost on the way.

import assert from "node:assert/strict";
import test from "node:test";
import type { Agrafe, Job, SignOutcome } from "../src/index.js";
import { never } from "./daemon.js";
import { failure, rest, Rig, until } from "./rig.js";

const job = (state: Job["state"], done: number, more: Partial<Job> = {}): Job => ({
  id: "j1", method: "fse.signMany", state, done, total: 3, started: "2026-01-02T03:04:05Z", ...more,
});

/** working is a rig whose daemon has begun a job, and shows current when asked. */
async function working(): Promise<{ rig: Rig; agrafe: Agrafe; current: (j: Job) => void }> {
  const rig = await Rig.start();
  const agrafe = await rig.paired();
  let now = job("running", 0);
  rig.daemon.handlers["fse.signMany"] = () => ({ job: job("running", 0) });
  rig.daemon.handlers["jobs.get"] = () => ({ job: now });
  return { rig, agrafe, current: (j) => (now = j) };
}

test("a job tells its progress and resolves at its end", async () => {
  const { rig, agrafe } = await working();
  const progress: number[] = [];
  const run = agrafe.job(agrafe.call("fse.signMany", { ids: ["1", "2", "3"] }), { onProgress: (j) => progress.push(j.done) });
  await until(() => rig.daemon.count("jobs.get") === 1, "it is watched");
  rig.daemon.publish("job", job("running", 1));
  rig.daemon.publish("job", { ...job("done", 3), id: "other" });
  rig.daemon.publish("job", job("running", 2));
  rig.daemon.publish("job", job("done", 3, { result: { resultats: [] } }));
  const ended = await run;
  const outcomes: readonly SignOutcome[] | undefined = ended.result?.resultats; // typed by the method
  assert.deepEqual([ended.state, outcomes], ["done", []]);
  assert.deepEqual(progress.slice(-2), [1, 2]);
  agrafe.close();
});

test("a job whose end was told before its beginning was answered", async () => {
  const { rig, agrafe, current } = await working();
  rig.daemon.handlers["fse.signMany"] = () => {
    rig.daemon.publish("job", job("done", 3));
    current(job("done", 3));
    return { job: job("running", 0) };
  };
  assert.equal((await agrafe.job(agrafe.call("fse.signMany", { ids: [] }))).state, "done");
  agrafe.close();
});

test("a job that fails, by its event or its call", async () => {
  const { rig, agrafe } = await working();
  const run = failure(agrafe.job(agrafe.call("fse.signMany", { ids: [] })));
  await until(() => rig.daemon.count("jobs.get") === 1, "it is watched");
  const error = { kind: "card-removed", code: "CARTE_RETIREE", message: "Carte retirée.", retryable: true } as const;
  rig.daemon.publish("job", job("failed", 1, { error }));
  assert.deepEqual([(await run).kind, (await run).code], ["card-removed", "CARTE_RETIREE"]);
  rig.daemon.handlers["fse.signMany"] = () => {
    throw { ...error, kind: "no-card" };
  };
  assert.equal((await failure(agrafe.job(agrafe.call("fse.signMany", { ids: [] })))).kind, "no-card");
  agrafe.close();
});

for (const by of ["cancel()", "its signal"]) {
  test(`a job cancelled by ${by} ends with what it achieved`, async () => {
    const { rig, agrafe } = await working();
    const stop = new AbortController();
    rig.daemon.handlers["jobs.cancel"] = (p) => {
      rig.daemon.publish("job", job("cancelled", 1, { result: { resultats: [1] } }));
      return { job: { ...job("running", 1), id: p.id } };
    };
    const run = agrafe.job(agrafe.call("fse.signMany", { ids: [] }), { signal: stop.signal });
    await until(() => rig.daemon.count("jobs.get") === 1, "it is watched");
    if (by === "cancel()") await run.cancel();
    else stop.abort();
    const ended = await run;
    assert.deepEqual([ended.state, ended.done, ended.result], ["cancelled", 1, { resultats: [1] }]);
    agrafe.close();
  });
}

test("a job goes on while the connection is away", async () => {
  const { rig, agrafe, current } = await working();
  const run = agrafe.job(agrafe.call("fse.signMany", { ids: [] }));
  await until(() => rig.daemon.count("jobs.get") === 1, "it is watched");
  rig.daemon.drop();
  current(job("done", 3));
  await rig.reopened();
  assert.equal((await run).state, "done");
  agrafe.close();
});

test("a job that the daemon no longer knows fails", async () => {
  const { rig, agrafe } = await working();
  const run = failure(agrafe.job("j1"));
  await until(() => rig.daemon.count("jobs.get") === 1, "it is watched");
  rig.daemon.restarted();
  rig.daemon.handlers["jobs.get"] = () => {
    throw { kind: "not-found", code: "TACHE", message: "Cette tâche n'existe pas.", retryable: false };
  };
  await rig.reopened();
  assert.equal((await run).kind, "not-found");
  agrafe.close();
});

test("a daemon too busy to say is asked again", async () => {
  const { rig, agrafe } = await working();
  rig.daemon.handlers["jobs.get"] = () => {
    rig.daemon.handlers["jobs.get"] = () => ({ job: job("done", 3) });
    throw { kind: "busy", code: "TROP_D_APPELS", message: "Occupé.", retryable: true };
  };
  const run = agrafe.job("j1");
  await until(() => rig.clock.timers.size === 1, "a pause");
  await rest();
  assert.equal(rig.daemon.count("jobs.get"), 1);
  rig.clock.advance(1_000);
  assert.equal((await run).state, "done");
  agrafe.close();
});

test("the page closes: what it awaited fails", async () => {
  const { rig, agrafe } = await working();
  rig.daemon.handlers["jobs.get"] = () => never;
  const run = failure(agrafe.job("j1"));
  await until(() => rig.daemon.count("jobs.get") === 1, "it is watched");
  agrafe.close();
  assert.equal((await run).code, "FERME");
});
