/** Having exports of a table made. AWS makes them, without taking any of the table's capacity, and takes minutes to hours. */
import type { Export } from "../domain/chain.ts";
import type { Finding } from "../domain/migration-error.ts";

export type Images = NonNullable<Export["images"]>;

/** One that was asked for, by this project or another way. */
export interface RequestedExport {
  /** As AWS calls it. */
  readonly id: string;
  /** Where it stands, or will, in words that a source takes. */
  readonly place: string;
  readonly state: "under way" | "there" | "failed";
  /** A full one has none. */
  readonly from?: Date;
  readonly to: Date;
  readonly startedAt: Date;
  /** Of one that is there: records, and what is paid for. */
  readonly records?: number;
  readonly bytes?: number;
  /** Why it has failed. */
  readonly fault?: Finding;
}

export interface WantedExport {
  /** A full one has none. */
  readonly from?: Date;
  /** A whole second, as all times of requests are. */
  readonly to: Date;
  readonly images: Images;
  /** How many of this very time have failed: another one is asked for. */
  readonly failed: number;
}

export interface ExportedTable {
  readonly arn: string;
  /** By the service's own clock, which says what is in the future. */
  readonly now: Date;
  /** Nothing of before can be exported. */
  readonly reachesBackTo: Date;
}

export interface ExportRequests {
  /** The table that is exported. Throws MigrationError `source-unusable` where it cannot be, as without point-in-time recovery. */
  look(): Promise<ExportedTable>;
  /** Those of this table in this place that a migration can read, the newest first. They are fetched one by one: the caller leaves when it has seen enough. */
  list(table: ExportedTable): AsyncIterable<RequestedExport>;
  /** Begins one. The same wish once more, from whatever process and within eight hours, is the same export, which is paid for once. */
  request(table: ExportedTable, wanted: WantedExport): Promise<RequestedExport>;
}
