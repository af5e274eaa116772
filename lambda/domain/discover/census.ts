/** What a mapping makes of a source, before anything is written. Counts are exact; of everything else there are a few examples, whatever the table's size. */
import type { Finding } from "../migration-error.ts";
import type { AttributeCount } from "./attribute-census.ts";
import type { KeyShape } from "./key-shapes.ts";
import type { RelationsFound } from "./relations/found.ts";
import type { RepeatedKeys } from "./repeated-keys.ts";

export interface EntityCensus {
  readonly name: string;
  readonly count: number;
  readonly rows: number;
  /** Those of them that are left behind on purpose. */
  readonly ignore: readonly string[];
  readonly attributes: readonly AttributeCount[];
  /** Values of attributes that are not among them. */
  readonly beyond: number;
  /** The first item that became rows. */
  readonly sample?: Sample;
}

export interface Sample {
  readonly source: string;
  readonly rows: readonly { readonly table: string; readonly values: Readonly<Record<string, string | null>> }[];
}

/** Items that could not become rows, by entity, reason and place. */
export interface Failure {
  readonly entity: string | undefined;
  readonly reason: string;
  readonly detail: string;
  readonly count: number;
  readonly example: string;
}

export interface Unmapped {
  readonly entity: string;
  readonly attribute: string;
  readonly count: number;
  readonly example: string;
}

/** Items that give a row another item gives too, where the table's policy calls that a fault. */
export interface Conflict {
  readonly table: string;
  readonly kind: "collision" | "conflict" | "differing-parts";
  readonly count: number;
  /** How many of them give the very same row. */
  readonly alike: number;
  /** By column, how many differ in it. */
  readonly differing: Readonly<Record<string, number>>;
  readonly examples: readonly {
    readonly key: readonly string[];
    readonly source: string;
    readonly holder: string;
    readonly differing: readonly string[];
  }[];
}

export interface Census {
  readonly source: string;
  readonly keys: { readonly pk: string; readonly sk?: string };
  /** Whether every item was read. */
  readonly whole: boolean;
  readonly read: number;
  readonly ignored: number;
  readonly expired: number;
  readonly entities: readonly EntityCensus[];
  /** Items of no entity, by the shape of their keys. Without a mapping: all items. */
  readonly shapes: readonly KeyShape[];
  readonly failures: readonly Failure[];
  readonly unmapped: readonly Unmapped[];
  readonly conflicts: readonly Conflict[];
  readonly relations: RelationsFound;
  /** Rows that equal another row of the same item, and became one with it. */
  readonly collapsed: readonly {
    readonly entity: string;
    readonly table: string;
    readonly count: number;
    readonly example: string;
  }[];
  /** What is no fault and may still be a mistake. */
  readonly findings: readonly Finding[];
  /** Keys that stand there more than once; absent where the source promises that none does, or was not read whole. */
  readonly repeated?: RepeatedKeys;
  /** Rows no later one was compared with, because too many were remembered already. */
  readonly rowsNotCompared: number;
  /** What was counted without being told apart, because there was too much of it. */
  readonly beyond: { readonly shapes: number; readonly failures: number; readonly unmapped: number };
}

/** Whatever would keep a run from `verified`. */
export function isClean({ shapes, failures, unmapped, conflicts, repeated, relations }: Census): boolean {
  const { orphans = [], clashes, missing = [], copies = [], repeats } = relations;
  const broken = [...orphans, ...clashes, ...missing, ...copies, ...repeats].filter(({ isSure }) => isSure).length;
  return (
    shapes.length + failures.length + unmapped.length + conflicts.length + (repeated?.different ?? 0) + broken === 0
  );
}
