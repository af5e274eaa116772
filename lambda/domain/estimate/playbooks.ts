/** One table, three ways to move it → what each does before the window and within it, and what it costs. Pure. */
import { GIGABYTE, LEAST_ACU, passWith, type Question, type Rates, timeCost } from "./passes.ts";
import type { Prices } from "./prices.ts";

/** Seconds, and what is paid: for functions, capacity of the database, reads and exports. */
interface Playbook {
  readonly before: number;
  readonly window: number;
  readonly price: number;
}

export interface Playbooks {
  readonly workers: number;
  /** The share of the items that changes between a copy and the window. */
  readonly changed: number;
  /** All of it after the freeze. */
  readonly scan: Playbook;
  /** A pass over the live table, and another one after the freeze. */
  readonly live: Playbook;
  /** A full export, and after the freeze one of what has changed. */
  readonly exports: Playbook;
  readonly exported: {
    /** What each is reckoned to take DynamoDB, in seconds. */
    readonly seconds: number;
    readonly full: number;
    readonly window: number;
    /** A month of point-in-time recovery, which exports are made of. */
    readonly recoveryMonth: number;
  };
}

/**
 * What exports of next to nothing were seen to take, full or not: two to twelve minutes. AWS promises neither.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.HowItWorks.html
 */
const EXPORT_SECONDS = 12 * 60;
/** As much of a window is paid for at least: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
const LEAST_BYTES = 10e6;

export interface Way extends Question {
  readonly workers: number;
  readonly changed: number;
}

export function playbooksOf({ workers, changed, ...question }: Way, rates: Rates, prices: Prices): Playbooks {
  const { items, bytes } = question;
  const first = passWith(workers, question, rates, "first", prices);
  const second = passWith(workers, question, rates, "second", prices);
  // Files take no capacity of the table; reading a line takes what reading an item of a page does.
  const unread: Prices = { ...prices, millionReadUnits: 0 };
  const fromFiles = passWith(workers, question, rates, "first", unread);
  // What has changed is applied by one worker, and all of it is proven.
  const changes = { ...question, items: Math.max(1, Math.round(items * changed)) };
  const { copy, acu } = passWith(1, changes, rates, "first", unread);
  const seconds = { copy, build: second.build, verify: second.verify };
  const full = ((items * bytes) / GIGABYTE) * prices.exportGigabyte;
  const window = (Math.max(LEAST_BYTES, changes.items * bytes) / GIGABYTE) * prices.exportGigabyte;
  return {
    workers,
    changed,
    scan: { before: 0, window: first.whole, price: first.price },
    live: { before: first.whole, window: second.whole, price: first.price + second.price },
    exports: {
      before: EXPORT_SECONDS + fromFiles.whole,
      window: EXPORT_SECONDS + seconds.copy + seconds.build + seconds.verify,
      price: full + fromFiles.price + window + timeCost(seconds, 1, Math.max(LEAST_ACU, acu), prices),
    },
    exported: {
      ...{ seconds: EXPORT_SECONDS, full, window },
      recoveryMonth: ((items * bytes) / GIGABYTE) * prices.recoveryGigabyteMonth,
    },
  };
}
