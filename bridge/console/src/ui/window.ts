// Which rows of a long table are on the screen.

const few = 80; // rows that are drawn all
const around = 12; // rows drawn above and below, for a fast wheel

/** window is [first, last[ of the rows to draw, in a box scrolled by top with that height, px. */
export function window(top: number, height: number, rowHeight: number, total: number): readonly [number, number] {
  if (total <= few) return [0, total];
  const first = Math.max(0, Math.min(total, Math.floor(top / rowHeight)) - around);
  return [first, Math.min(total, Math.ceil((top + height) / rowHeight) + around)];
}
