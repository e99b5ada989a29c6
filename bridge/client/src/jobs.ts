// Work that goes on after the call that began it: it ends with an event, or is
// asked for when an event may have been missed.

import { AgrafeError, fromWire } from "./errors.js";
import type { Job } from "./types.js";

export interface JobOptions {
  readonly onProgress?: ((job: Job) => void) | undefined;
  /** An abort asks the daemon to stop; the promise then ends with the job as it stopped. */
  readonly signal?: AbortSignal | undefined;
}

/** EndedJob is a job that is done or was cancelled, with what it had achieved. */
export type EndedJob<R> = Omit<Job, "result"> & { readonly result?: R };

/** Begun is the result of a call that began a job with the result R. */
export interface Begun<R> {
  readonly job: Job & { readonly result?: R };
}

/** JobRun resolves at the end of the job, and fails when the job failed. */
export type JobRun<R> = Promise<EndedJob<R>> & { cancel(): Promise<void> };

interface Watcher {
  readonly progress: (job: Job) => void;
  readonly resolve: (job: Job) => void;
  readonly reject: (reason: unknown) => void;
}

export interface JobCalls {
  readonly get: (id: string) => Promise<Job>;
  readonly cancel: (id: string) => Promise<unknown>;
  /** later calls fn after a while. */
  readonly later: (fn: () => void) => void;
}

export class Jobs {
  private readonly watched = new Map<string, Set<Watcher>>();

  constructor(private readonly calls: JobCalls) {}

  run<R>(begun: Promise<Begun<R>> | string, { onProgress, signal }: JobOptions): JobRun<R> {
    const id = Promise.resolve(begun).then((b) => (typeof b === "string" ? b : b.job.id));
    const cancel = async (): Promise<void> => void (await this.calls.cancel(await id));
    const ended = id.then(
      (known) =>
        new Promise<Job>((resolve, reject) => {
          const stop = (): void => void cancel().catch(reject);
          const left = (then: () => void): void => {
            signal?.removeEventListener("abort", stop);
            then();
          };
          this.watch(known, {
            progress: (job) => onProgress?.(job),
            resolve: (job) => left(() => resolve(job)),
            reject: (reason) => left(() => reject(reason)),
          });
          if (signal?.aborted) stop();
          else signal?.addEventListener("abort", stop);
        }),
    );
    return Object.assign(ended as Promise<EndedJob<R>>, { cancel });
  }

  private watch(id: string, watcher: Watcher): void {
    const all = this.watched.get(id) ?? new Set();
    this.watched.set(id, all.add(watcher));
    this.ask(id); // its end may have been told before its beginning was answered
  }

  /** take takes the object of an event. */
  take(job: Job): void {
    const all = this.watched.get(job.id);
    if (all === undefined) return;
    if (job.state !== "running") this.watched.delete(job.id);
    for (const w of all) {
      if (job.state === "failed") w.reject(fromWire({ data: job.error }));
      else if (job.state === "running") w.progress(job);
      else w.resolve(job);
    }
  }

  /** refresh asks for every job that is awaited: the connection is a new one. */
  refresh(): void {
    for (const id of this.watched.keys()) this.ask(id);
  }

  /** end fails all that is awaited. */
  end(error: AgrafeError): void {
    const all = [...this.watched.values()];
    this.watched.clear();
    for (const watchers of all) for (const w of watchers) w.reject(error);
  }

  private ask(id: string): void {
    if (!this.watched.has(id)) return;
    this.calls.get(id).then(
      (job) => this.take(job),
      (e: unknown) => {
        if (e instanceof AgrafeError && e.kind === "offline") return; // asked again with the next connection
        if (e instanceof AgrafeError && e.retryable) return this.calls.later(() => this.ask(id));
        const all = this.watched.get(id);
        this.watched.delete(id);
        for (const w of all ?? []) w.reject(e);
      },
    );
  }
}
