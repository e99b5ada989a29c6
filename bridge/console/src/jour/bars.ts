// The bars of a small chart, as plain numbers.

export interface Bar {
  readonly day: string;
  readonly value: number;
  /** In the units of the drawing, from the left and from the top. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** bars lays out a value for each day, a day without one as zero, in a drawing of that size. */
export function bars(days: readonly string[], values: ReadonlyMap<string, number>, width: number, height: number): readonly Bar[] {
  const top = Math.max(1, ...values.values());
  const step = width / Math.max(1, days.length);
  return days.map((day, i) => {
    const value = values.get(day) ?? 0;
    const tall = value <= 0 ? 0 : Math.max(2, (value / top) * height);
    return { day, value, x: i * step + step * 0.15, y: height - tall, width: step * 0.7, height: tall };
  });
}
