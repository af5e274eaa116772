/** What becomes of one source record: rows with their fingerprints, a declared omission, or a refusal. */
import type { EntityModel, FacetModel, TableModel } from "../../mapping/model.ts";
import { must } from "../must.ts";
import { type Cell, inputOf } from "./cell.ts";
import type { Refusal } from "./refusal.ts";
import type { Position, SourceRecord } from "./source-record.ts";

/** Where rows go that a mapping writes in one place: the same for each of them. */
export interface Destination {
  readonly table: TableModel;
  readonly facet: FacetModel;
  /** Which of the facet's columns are the primary key. */
  readonly keys: readonly number[];
  readonly rankOf: (cells: readonly (Cell | null)[]) => string | null;
}

/** What one item gives to one facet of one row. An item can give 130,000: what its cells say is not kept beside them. */
export class Contribution {
  readonly to: Destination;
  /** One for each column of the facet. */
  readonly cells: readonly (Cell | null)[];
  readonly fingerprint: string;

  constructor(to: Destination, cells: readonly (Cell | null)[], fingerprint: string) {
    this.to = to;
    this.cells = cells;
    this.fingerprint = fingerprint;
  }

  get table(): TableModel {
    return this.to.table;
  }

  get facet(): FacetModel {
    return this.to.facet;
  }

  /** The primary key, as text Postgres casts to each key column's type. */
  get key(): readonly string[] {
    return this.to.keys.map((at) => must(inputOf(this.cells[at] ?? null), "a primary key column is never null"));
  }

  /** Orders the contributions of a `latest` table, as a decimal number. */
  get rank(): string | null {
    return this.to.rankOf(this.cells);
  }
}

/** To be gone through as often as is needed: of a large item they are made each time. */
export interface Contributions extends Iterable<Contribution> {
  readonly length: number;
}

export type Outcome =
  | {
      readonly kind: "rows";
      readonly entity: EntityModel;
      readonly contributions: Contributions;
      /** Rows beyond the first that are equal to it, by table. */
      readonly collapsed: ReadonlyMap<string, number>;
      readonly unmapped: readonly string[];
      /** Attributes the item has that are left behind on purpose. */
      readonly ignored: readonly string[];
    }
  | { readonly kind: "ignored" | "expired"; readonly entity: EntityModel }
  | {
      readonly kind: "quarantined";
      readonly entity: EntityModel | undefined;
      readonly refusal: Pick<Refusal, "reason" | "detail">;
    };

export interface Decoded {
  /** Which item this is: a hash of source and key, spelled as a uuid. */
  readonly item: string;
  /** Its key as DynamoDB-JSON; where it has none, its position, and never what it holds. */
  readonly source: string;
  /** Where it stands, as far as its source says so. */
  readonly position?: Position;
  /** What it holds and how its entity reads that, blind to attribute order, set order and number spelling. */
  readonly fingerprint: string;
  readonly outcome: Outcome;
  /** The whole record as text, for quarantine. */
  body(): string;
}

export interface DecodeSettings {
  /** The source's name: the same key in another source is another item. */
  readonly source: string;
  /** Items whose time-to-live lies at or before this second count as expired. */
  readonly expiredAt: bigint;
}

export type Decode = (record: SourceRecord) => Decoded;
