// One choice among a few, side by side, each with how many wait there.

export interface Chip {
  readonly id: string;
  readonly label: string;
  /** "" for none. */
  readonly count?: string;
}

export function Chips({ label, choices, current, onChange }: { label: string; choices: readonly Chip[]; current: string; onChange: (id: string) => void }) {
  return (
    <div class="chips" role="group" aria-label={label}>
      {choices.map((c) => (
        <button
          key={c.id}
          type="button"
          class="chip"
          aria-pressed={c.id === current}
          onClick={() => onChange(c.id)}
        >
          {c.label}
          {(c.count ?? "") !== "" && <> <span class="chip-count">{c.count}</span></>}
        </button>
      ))}
    </div>
  );
}
