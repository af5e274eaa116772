/** So many items of a size, so many workers → how long a pass takes and what it costs, by what an item took when it was measured. Pure. */
import type { Prices } from "./prices.ts";

/** Of a processor, in microseconds an item: the migration's own, and Postgres'. */
export interface Processor {
  readonly client: number;
  readonly postgres: number;
}

export interface PassRates {
  readonly copy: Processor;
  readonly build: Processor;
  readonly verify: Processor;
}

export interface Rates {
  readonly measured: string;
  readonly machine: string;
  /** In each round, of which these are the medians. */
  readonly items: number;
  readonly rounds: number;
  /** What was measured with. */
  readonly item: { readonly bytes: number; readonly rows: number };
  readonly first: PassRates;
  /** A pass that finds nothing changed. */
  readonly second: PassRates;
  /** Bytes of the database an item, its ledger included; and of its log, while the first pass writes it. */
  readonly stored: number;
  readonly logged: number;
}

export interface Question {
  readonly items: number;
  /** Of an item, on average, as DynamoDB counts them. */
  readonly bytes: number;
  /** Read units a second, over all workers. */
  readonly unitsPerSecond: number | undefined;
}

/** One pass with so many workers. Seconds. */
export interface Pass {
  readonly copy: number;
  readonly build: number;
  readonly verify: number;
  readonly whole: number;
  /** Capacity units of the database with which nobody waits for it. */
  readonly acu: number;
  readonly price: number;
}

/** A consistent read of so many bytes takes a unit. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const UNIT_BYTES = 4_096;
const MICROS = 1e6;
const MILLION = 1e6;
const HOUR = 3_600;
export const HOURS_A_MONTH = 730;
export const GIGABYTE = 1e9;

/** A capacity unit is two GiB of memory; an instance class made for databases has a processor for eight of them. */
const ACU_PER_PROCESSOR = 4;
/** What a cluster can have at most. */
export const MOST_ACU = 256;
/** The stack's own floor while it migrates, and its sessions that prove side by side. */
export const LEAST_ACU = 4;
const PROVING = 4;
/** A worker is a function of one processor. */
const WORKER_GIGABYTES = 1769 / 1024;
/** Aurora counts what is written by four kilobytes of log. */
const WRITE_BYTES = 4_096;

export const readUnits = ({ items, bytes }: Question): number => Math.ceil((items * bytes) / UNIT_BYTES);

/** Items smaller than those that were measured take as long; larger ones as much longer as they are larger. */
const weight = (bytes: number, { item }: Rates): number => Math.max(1, bytes / item.bytes);

/** A pass, with as much of a database as keeps no worker waiting, up to what there is. */
export function passWith(
  workers: number,
  question: Question,
  rates: Rates,
  which: "first" | "second",
  prices: Prices,
): Pass {
  const { copy, build, verify } = rates[which];
  const heavy = question.items * weight(question.bytes, rates);
  /** Processor seconds. */
  const of = (micros: number): number => (heavy * micros) / MICROS;
  const units = readUnits(question);
  const reading = question.unitsPerSecond === undefined ? 0 : units / question.unitsPerSecond;
  const copying = Math.max(of(copy.client) / workers, reading);
  const acu = within((of(copy.postgres) / copying) * ACU_PER_PROCESSOR);
  const seconds = {
    copy: Math.max(copying, of(copy.postgres) / (acu / ACU_PER_PROCESSOR)),
    // One session builds; some prove side by side.
    build: of(build.client + build.postgres),
    verify: of(verify.client) + of(verify.postgres) / PROVING,
  };
  const written = which === "first" ? (heavy * rates.logged) / WRITE_BYTES : 0;
  const price =
    (units / MILLION) * prices.millionReadUnits +
    timeCost(seconds, workers, acu, prices) +
    (written / MILLION) * prices.millionInputsOutputs;
  return { ...seconds, whole: seconds.copy + seconds.build + seconds.verify, acu, price };
}

type Seconds = Pick<Pass, "copy" | "build" | "verify">;

/** What is paid for time: functions, and the database's capacity. */
export function timeCost({ copy, build, verify }: Seconds, workers: number, acu: number, prices: Prices): number {
  const functions = workers * copy + build + verify;
  const capacity = acu * copy + LEAST_ACU * build + PROVING * ACU_PER_PROCESSOR * verify;
  return functions * WORKER_GIGABYTES * prices.lambdaGigabyteSecond + (capacity / HOUR) * prices.acuHour;
}

/** By halves, as they come. */
const within = (acu: number): number => Math.min(MOST_ACU, Math.max(LEAST_ACU, Math.ceil(acu * 2) / 2));

/** What stands and is paid for, whether anybody migrates or not; the database holds that much by then. */
export function standing({ items, bytes }: Question, rates: Rates, prices: Prices) {
  const gigabytes = (items * weight(bytes, rates) * rates.stored) / GIGABYTE;
  const kept = gigabytes * prices.gigabyteMonth + prices.secretMonth;
  const watched = prices.dashboardMonth + ALARMS * prices.alarmMonth;
  return {
    gigabytes,
    /** With the migrator deployed and nobody at work. */
    hour: LEAST_ACU * prices.acuHour + (kept + watched) / HOURS_A_MONTH,
    /** Without the migrator, at the usual floor, and where the cluster may pause. */
    month: IDLE_ACU * prices.acuHour * HOURS_A_MONTH + kept,
    paused: kept,
  };
}

/** The usual floor of a cluster when the migrator is gone. */
const IDLE_ACU = 0.5;
/** Of the stack; a test counts them. */
export const ALARMS = 7;
