// What moves while it is pressed is missed: the release comes down on something else, and the
// press does nothing. What comes by itself, an answer or a message, waits for the release.

const longest = 1_000; // ms: some releases are never told, as that of a scroll bar

interface Press {
  readonly over: Promise<void>;
  readonly end: () => void;
}

let under: Press | undefined;

/** released is after the press that is under way and what it does; at once when there is none. */
export const released = (): Promise<void> => under?.over ?? Promise.resolve();

/** still is what was asked for, not before the release. */
export async function still<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } finally {
    await released();
  }
}

function begin(): Press {
  let resolve = (): void => {};
  const over = new Promise<void>((r) => (resolve = r));
  const end = (): void => {
    if (under === press) under = undefined;
    resolve();
  };
  const press = { over, end };
  setTimeout(end, longest);
  return press;
}

// A list that drops down is the system's: its release is not told, and nothing moves under it.
const dropsDown = ({ target }: Event): boolean => ((target as Partial<Element>).closest?.("select") ?? null) !== null;

/** watchPresses is called once, with the window. */
export function watchPresses(at: EventTarget): void {
  const down = (e: Event): void => {
    under?.end();
    if (!dropsDown(e)) under = begin();
  };
  const up = (): void => {
    if (under !== undefined) setTimeout(under.end); // behind the click, which follows the release
  };
  at.addEventListener("pointerdown", down, { capture: true });
  at.addEventListener("pointerup", up, { capture: true });
  at.addEventListener("pointercancel", up, { capture: true });
}
