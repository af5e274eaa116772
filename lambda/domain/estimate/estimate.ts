/** The size of a table → everything an estimate tells of it, and of fewer and more such items. Pure. */
import { type Pass, passWith, type Question, type Rates, readUnits, standing } from "./passes.ts";
import { type Playbooks, playbooksOf } from "./playbooks.ts";
import type { Prices } from "./prices.ts";
import { RATES } from "./rates.ts";

export interface Size {
  readonly items: number;
  /** Of an item, on average. */
  readonly bytes: number;
  /** Where these come from. */
  readonly of: string;
}

/** Read units a second over all workers; what they are half of, where nobody has said them. */
export interface Limit {
  readonly unitsPerSecond: number;
  readonly of?: string;
}

/** The first pass, and the one in the window that finds nothing changed. */
export interface Passes {
  readonly workers: number;
  readonly first: Pass;
  readonly second: Pass;
  readonly price: number;
}

export interface Estimate {
  readonly size: Size;
  /** Units of one pass, and what they cost. */
  readonly reads: { readonly units: number; readonly onDemand: number; readonly provisioned: number };
  readonly limited?: Limit & { readonly passes: readonly Passes[] };
  readonly unlimited: readonly Passes[];
  readonly oneInvocation: { readonly seconds: number; readonly fits: boolean };
  readonly playbooks: Playbooks;
  readonly standing: ReturnType<typeof standing>;
  /** As many workers, and no limit. */
  readonly sizes: readonly (Passes & { readonly items: number })[];
  readonly prices: Prices;
  readonly rates: Rates;
}

/** Workers a stack can have. One is an invocation that does everything alone. */
const WORKERS = [1, 4, 16, 40];
const SIZES = [1_000_000, 43_000_000, 1_000_000_000];
/** By so many each size is told. */
export const MANY = 16;
/** An invocation ends after 15 minutes, and keeps something back for its answer. */
const INVOCATION_SECONDS = 14.5 * 60;

/** `changed`: the share of the items that changes between a copy and the window. */
export function estimateOf(size: Size, limit: Limit | undefined, prices: Prices, changed: number): Estimate {
  const asked = (items: number, unitsPerSecond?: number): Question => ({ items, bytes: size.bytes, unitsPerSecond });
  const passes = (workers: number, question: Question): Passes => {
    const first = passWith(workers, question, RATES, "first", prices);
    const second = passWith(workers, question, RATES, "second", prices);
    return { workers, first, second, price: first.price + second.price };
  };
  const each = (question: Question) => WORKERS.map((workers) => passes(workers, question));
  const free = asked(size.items);
  const held = asked(size.items, limit?.unitsPerSecond);
  const units = readUnits(free);
  const seconds = passes(1, held).first.whole;
  return {
    size,
    reads: {
      units,
      onDemand: (units / 1e6) * prices.millionReadUnits,
      provisioned: (units / 3_600) * prices.provisionedReadUnitHour,
    },
    ...(limit === undefined ? {} : { limited: { ...limit, passes: each(held) } }),
    unlimited: each(free),
    oneInvocation: { seconds, fits: seconds <= INVOCATION_SECONDS },
    playbooks: playbooksOf({ ...free, workers: MANY, changed }, RATES, prices),
    standing: standing(free, RATES, prices),
    sizes: SIZES.map((items) => ({ items, ...passes(MANY, asked(items)) })),
    prices,
    rates: RATES,
  };
}
