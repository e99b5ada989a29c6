// The draft that is being written. It is checked a moment after each change and kept by the
// daemon a moment later: what one types is never only in the page for longer than that.

import { AgrafeError } from "../../../client/src/errors";
import type { Answer, Draft, FSE } from "../../../client/src/types";
import { Store } from "../store";
import { recognize } from "./act-keys";
import { isWork, isWorthKeeping, tidy } from "./draft";

/** What the editor asks of the daemon. The first three change or read what is kept; check keeps nothing. */
export interface Doors {
  create(facture: Draft): Promise<FSE>;
  update(id: string, facture: Draft): Promise<FSE>;
  get(id: string): Promise<FSE>;
  check(facture: Draft, signal: AbortSignal): Promise<Answer>;
  /** owns says whether an FSE is the console's own: it may not change those of other front ends. */
  owns(fse: FSE): boolean;
  /** after calls fn once, in ms, unless it is given up. */
  after(ms: number, fn: () => void): () => void;
}

export interface Editing {
  readonly draft: Draft;
  /** As the daemon keeps it; null until something is worth keeping. */
  readonly fse: FSE | null;
  /** vide: nothing to keep · attente: soon · envoi: under way · garde: kept · echec: see saveError. */
  readonly saved: "vide" | "attente" | "envoi" | "garde" | "echec";
  readonly saveError: unknown;
  /** What somebody else has made of it meanwhile; nothing is kept until the user has chosen. */
  readonly conflict: FSE | null;
  /** What the rules say of the draft as it was a moment ago. */
  readonly answer: Answer | null;
  readonly checking: boolean;
  readonly checkError: unknown;
}

/** isUnsigned says whether an FSE can still be signed, whoever began it. */
export const isUnsigned = ({ etat }: FSE): boolean => etat === "brouillon" || etat === "a-signer";

const checkAfter = 100; // ms of silence
const saveAfter = 600;
const againAfter = 3_000;

export class Editor {
  readonly state: Store<Editing>;
  private kept: Draft; // what the daemon has
  private told = ""; // the same as the daemon last told it
  private begun: Draft | null = null; // of an fse.create of which nobody knows how it ended
  private saving: Promise<void> | null = null;
  private stopSave: (() => void) | undefined;
  private stopCheck: (() => void) | undefined;
  private asked: AbortController | undefined;
  private missed = false; // that it changed somewhere, told while it was being kept

  constructor(draft: Draft, private readonly doors: Doors) {
    this.kept = draft;
    this.state = new Store<Editing>({
      draft, fse: null, saved: "vide", saveError: undefined, conflict: null, answer: null, checking: false, checkError: undefined,
    });
  }

  /** takes says whether the daemon still takes changes to an FSE. */
  takes(fse: FSE | null): boolean {
    return fse === null || (isUnsigned(fse) && this.doors.owns(fse));
  }

  /** edit changes the draft. What the page fills in by itself begins no FSE. */
  edit(change: (d: Draft) => Draft, by: "user" | "page" = "user"): void {
    const { draft, fse } = this.state.get();
    const next = change(draft);
    if (next === draft || !this.takes(fse)) return;
    this.set({ draft: next });
    this.checkSoon();
    if (fse === null && (by === "page" || !isWorthKeeping(next))) return;
    this.set({ saved: "attente" });
    this.saveSoon(saveAfter);
  }

  /** open begins with an FSE that is kept. */
  open(fse: FSE): void {
    this.stopSave?.();
    this.kept = tidy(fse.facture);
    recognize(this.state.get().draft.actes, this.kept.actes);
    this.told = JSON.stringify(fse.facture);
    this.set({ fse, draft: this.kept, saved: "garde", saveError: undefined, conflict: null });
    this.check();
  }

  /** flush keeps what is not kept yet, and gives the FSE; undefined when that failed. */
  async flush(): Promise<FSE | undefined> {
    this.stopSave?.();
    if (!this.takes(this.state.get().fse)) return this.state.get().fse ?? undefined;
    for (;;) {
      if (this.state.get().conflict !== null) return undefined;
      await (this.saving ??= this.save().finally(() => (this.saving = null)));
      if (this.missed) await this.changed();
      const { saved, fse } = this.state.get();
      if (saved === "echec") return undefined;
      if (!this.dirty()) return fse ?? undefined;
    }
  }

  /** pending says whether something is in the page only. */
  pending(): boolean {
    return this.dirty() && this.state.get().saved !== "vide";
  }

  /** changed is told that the FSE changed somewhere: here, in another tab, by another program. */
  async changed(): Promise<void> {
    const { fse } = this.state.get();
    this.missed = this.saving !== null;
    if (fse === null || this.missed) return;
    const now = await this.doors.get(fse.id).catch(() => undefined);
    const known = this.state.get().fse;
    this.missed = this.saving !== null;
    if (now === undefined || known === null || this.missed) return;
    if (now.modifiee <= known.modifiee && this.takes(now)) return; // its paper may change later without a newer moment
    if (!this.takes(now) || !this.dirty() || JSON.stringify(now.facture) === this.told) this.meet(now);
    else this.set({ conflict: now });
  }

  /** meet takes what the daemon has, and keeps changes of the user's that do not contradict it. */
  private meet(now: FSE): void {
    if (this.takes(now) && this.dirty()) this.set({ fse: now });
    else this.open(now);
  }

  /** settle ends a conflict: with the user's draft, or with the other one. */
  settle(mine: boolean): void {
    const other = this.state.get().conflict;
    if (other === null) return;
    if (!mine) return this.open(other);
    this.set({ conflict: null, fse: other });
    void this.flush();
  }

  /** close keeps what is left and asks for nothing more. */
  close(): void {
    this.stopCheck?.();
    this.asked?.abort();
    if (this.pending()) void this.flush();
  }

  /** check asks the rules at once. */
  check(): void {
    this.stopCheck?.();
    this.asked?.abort();
    const { draft, fse } = this.state.get();
    if ((fse !== null && !isUnsigned(fse)) || !isWork(draft)) return this.set({ answer: null, checking: false, checkError: undefined });
    const stop = (this.asked = new AbortController());
    this.set({ checking: true });
    this.doors.check(draft, stop.signal).then(
      (answer) => stop.signal.aborted || this.set({ answer, checking: false, checkError: undefined }),
      (checkError: unknown) => stop.signal.aborted || this.set({ checkError, checking: false }),
    );
  }

  private checkSoon(): void {
    this.stopCheck?.();
    this.stopCheck = this.doors.after(checkAfter, () => this.check());
  }

  private saveSoon(ms: number): void {
    this.stopSave?.();
    this.stopSave = this.doors.after(ms, () => void this.flush());
  }

  private async save(): Promise<void> {
    if (!this.dirty() && this.begun === null) return;
    const { draft, fse } = this.state.get();
    this.set({ saved: "envoi" });
    try {
      // A create that may have been done is asked for again as it was: the same call.
      const sent = fse === null ? (this.begun ??= draft) : draft;
      const done = fse === null ? await this.doors.create(sent) : await this.doors.update(fse.id, sent);
      this.begun = null;
      this.kept = sent;
      this.told = JSON.stringify(done.facture);
      this.set({ fse: done, saved: this.dirty() ? "attente" : "garde", saveError: undefined });
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    const e = error instanceof AgrafeError ? error : undefined;
    if (e === undefined || (e.kind !== "offline" && e.kind !== "timeout")) this.begun = null;
    this.set({ saved: "echec", saveError: error });
    if (e?.retryable === true && e.kind !== "offline") this.saveSoon(againAfter);
    if (e?.code === "ETAT") void this.changed(); // it was signed or cancelled elsewhere
  }

  private dirty(): boolean {
    return this.state.get().draft !== this.kept;
  }

  private set(part: Partial<Editing>): void {
    this.state.set({ ...this.state.get(), ...part });
  }
}
