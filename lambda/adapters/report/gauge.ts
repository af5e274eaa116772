/** What an invocation tells while it is at work → one reading a minute: how far the pass is, what reading has cost, whether anything moves. */
import type { Progress, ProgressEvent } from "../../ports/progress.ts";
import type { Spent } from "../../ports/source.ts";
import type { UnitProgress } from "../../ports/units.ts";

/** Each reading is a line of the log, which is paid for; an alarm looks no more often. */
const EVERY_MS = 60_000;

export interface Gauged {
  /** Somebody is at work on a run. */
  readonly Working: number;
  /** What is at work is not proven. */
  readonly Verified: number;
  /** Since the reading before: pages of the pass that were written, by whichever invocation, and phases that began. */
  readonly Steps: number;
  /** Since the reading before, of this invocation. */
  readonly ReadUnits: number;
  readonly ReadRetries: number;
  /** Of the pass so far, while it copies. */
  readonly ItemsRead?: number;
  readonly ItemsMigrated?: number;
  readonly ItemsQuarantined?: number;
}

export type Reading = Gauged & { readonly of: { readonly run?: number; readonly pass?: number } };

const NOTHING: Spent = { units: 0, retries: 0 };

export class Gauge implements Progress, Disposable {
  readonly #write: (reading: Reading) => void;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #of: Reading["of"] = {};
  #copied: UnitProgress | undefined;
  #steps = 0;
  #spent = NOTHING;
  #told = NOTHING;

  constructor(write: (reading: Reading) => void, everyMs = EVERY_MS) {
    this.#write = write;
    this.#everyMs = everyMs;
  }

  tell(event: ProgressEvent): void {
    switch (event.kind) {
      case "working":
        this.#timer ??= setInterval(() => this.#read(), this.#everyMs).unref();
        return;
      case "warning":
      case "waiting":
      case "sized":
      case "tables":
      case "spot checks":
        return;
      case "phase":
        this.#of = { run: event.run, pass: event.pass };
        // Counts of a phase that has ended are told by the report.
        this.#copied = undefined;
        this.#steps += 1;
        return;
      case "copied":
        this.#note(event);
    }
  }

  /** The last reading, where there was any work. */
  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#read();
  }

  #note({ run, pass, progress, spent = NOTHING }: ProgressEvent & { kind: "copied" }): void {
    const before = this.#copied;
    this.#of = { run, pass };
    this.#copied = progress;
    this.#spent = { ...spent };
    // What others had written before this invocation looked is no step of this minute.
    this.#steps += Math.max(0, progress.pages - (before?.pages ?? progress.pages));
    if (before === undefined) this.#read();
  }

  #read(): void {
    const { units, retries } = this.#spent;
    const { read, migrated, quarantined } = this.#copied ?? {};
    this.#write({
      of: this.#of,
      ...{ Working: 1, Verified: 0, Steps: this.#steps },
      ...{ ReadUnits: units - this.#told.units, ReadRetries: retries - this.#told.retries },
      ...(read === undefined ? {} : { ItemsRead: read }),
      ...(migrated === undefined ? {} : { ItemsMigrated: migrated }),
      ...(quarantined === undefined ? {} : { ItemsQuarantined: quarantined }),
    });
    this.#steps = 0;
    this.#told = this.#spent;
  }
}
