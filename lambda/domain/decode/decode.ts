/** What becomes of one source record: rows with their fingerprints, a declared omission, or a refusal. */
import type { EntityModel, FacetModel, TableModel } from "../../mapping/model.ts";
import type { Cell } from "./cell.ts";
import type { Refusal } from "./refusal.ts";
import type { Position, SourceRecord } from "./source-record.ts";

/** What one item gives to one facet of one row. */
export interface Contribution {
  readonly table: TableModel;
  readonly facet: FacetModel;
  /** The primary key, as text Postgres casts to each key column's type. */
  readonly key: readonly string[];
  /** One for each column of the facet. */
  readonly cells: readonly (Cell | null)[];
  readonly fingerprint: string;
  /** Orders the contributions of a `latest` table, as a decimal number. */
  readonly rank: string | null;
}

export type Outcome =
  | {
      readonly kind: "rows";
      readonly entity: EntityModel;
      readonly contributions: readonly Contribution[];
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
