// An answer waits for the end of a press and of what it does, and for no longer than that.

import assert from "node:assert/strict";
import { test } from "node:test";
import { still, watchPresses } from "../src/ui/press";

const screen = new EventTarget();
watchPresses(screen);

const does = (...names: string[]): void => names.forEach((name) => screen.dispatchEvent(new Event(name)));
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** asked is an answer that is there, and what was seen of it. */
function asked(answer: Promise<string>): string[] {
  const seen: string[] = [];
  still(answer).then((a) => seen.push(a), () => seen.push("failure"));
  return seen;
}

test("an answer is shown at once while nothing is pressed", async () => {
  const seen = asked(Promise.resolve("answer"));
  await turn();
  assert.deepEqual(seen, ["answer"]);
});

test("an answer during a press is shown behind the click", async () => {
  does("pointerdown");
  const seen = asked(Promise.resolve("answer"));
  await turn();
  assert.equal(seen.length, 0);
  does("pointerup");
  await Promise.resolve();
  seen.push("click"); // it follows the release at once
  await turn();
  assert.deepEqual(seen, ["click", "answer"]);
});

test("a failure waits as well", async () => {
  does("pointerdown");
  const seen = asked(Promise.reject(new Error("no")));
  await turn();
  assert.equal(seen.length, 0);
  does("pointercancel");
  await turn();
  assert.deepEqual(seen, ["failure"]);
});

test("the end of an earlier press is not that of the next one", async () => {
  does("pointerdown", "pointerup", "pointerdown");
  await turn();
  const seen = asked(Promise.resolve("answer"));
  await turn();
  assert.equal(seen.length, 0);
  does("pointerup");
  await turn();
  assert.deepEqual(seen, ["answer"]);
});

test("a release that is never told does not hold an answer back for good", async () => {
  does("pointerdown");
  assert.equal(await still(Promise.resolve("answer")), "answer");
});
