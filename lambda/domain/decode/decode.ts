/**
 * One source record → what becomes of it: rows with their fingerprints, a declared omission, or a refusal. Pure: the same
 * record always gives the same outcome, so a page can be decoded again after a retry.
 */
import { hash } from "node:crypto";
import type { EntityModel, FacetModel, Mapping, RowPlan, TableModel, WritePlan } from "../../mapping/model.ts";
import { must } from "../must.ts";
import type { Item } from "./attribute.ts";
import type { Cell } from "./cell.ts";
import { type Coverage, coverageOf, ignoredBy, restOf, unmappedPaths } from "./coverage.ts";
import { type Dispatch, dispatcher } from "./dispatch.ts";
import { toDynamoDbJson } from "./dynamodb-json.ts";
import { hasExpired } from "./expiry.ts";
import { itemFingerprint, mappingFingerprint, rowFingerprint, sourceHash } from "./fingerprint.ts";
import { readCell, readList, type Scope } from "./read.ts";
import { Reads } from "./reads.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { keySource } from "./source-key.ts";
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
  | { readonly kind: "quarantined"; readonly entity: EntityModel | undefined; readonly refusal: Refusal };

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

/** Prepares a mapping for decoding. What is the same for every item is worked out here, once. */
export function decoder(mapping: Mapping, settings: DecodeSettings): Decode {
  const coverages = new Map(mapping.entities.map((entity) => [entity, coverageOf(entity, mapping)]));
  const meanings = new Map(mapping.entities.map((entity) => [entity, mappingFingerprint(entity.identity)]));
  const dispatch = dispatcher(mapping);
  const { pk, sk } = mapping.keys;
  const names = sk === undefined ? [pk] : [pk, sk];
  return (record) => {
    if ("unreadable" in record) {
      const { position, text, detail } = record.unreadable;
      const hash = sourceHash(settings.source, `${position}\n${text}`);
      const outcome: Outcome = { kind: "quarantined", entity: undefined, refusal: refuse("unreadable", detail) };
      const fingerprint = hash.replaceAll("-", "");
      return { item: hash, source: position, position, fingerprint, outcome, body: () => text };
    }
    const { item, position } = record;
    const outcome = outcomeOf(item, mapping, dispatch, settings, coverages);
    const fingerprint = itemFingerprint(item, outcome.entity && meanings.get(outcome.entity));
    const source = keySource(item, names) ?? position ?? `item ${fingerprint.slice(0, 16)}`;
    return {
      item: sourceHash(settings.source, source),
      source,
      ...(position === undefined ? {} : { position }),
      fingerprint,
      outcome,
      body: () => toDynamoDbJson(item),
    };
  };
}

function outcomeOf(
  item: Item,
  mapping: Mapping,
  dispatch: Dispatch,
  settings: DecodeSettings,
  coverages: ReadonlyMap<EntityModel, Coverage>,
): Outcome {
  const found = dispatch(item);
  if (isRefusal(found)) return { kind: "quarantined", entity: undefined, refusal: found };
  const { entity, captures } = found;
  if (entity.ignored !== undefined) return { kind: "ignored", entity };
  const { ttl } = mapping;
  if (ttl?.expired === "skip" && hasExpired(item, ttl.attribute, settings.expiredAt))
    return { kind: "expired", entity };

  const coverage = must(coverages.get(entity), "every entity has a coverage");
  const within = { M: item };
  const carryOut = (rest: (reads: Reads) => Item) => {
    const [rows, reads] = [new Rows(), new Reads(coverage.watched)];
    const scope = { captures, templates: mapping.templates, values: [within], positions: [0], reads };
    return { rows, reads, refusal: writeRows(entity.writes, { ...scope, rest: () => rest(reads) }, rows) };
  };
  const left = (reads: Reads): Item => restOf({ item, within, reads }, coverage);
  // Where what is left depends on what the rows read, it is known only once they have been read.
  const known = coverage.isRestOpen ? left(carryOut(() => ({})).reads) : undefined;
  const { rows, reads, refusal } = carryOut((sofar) => known ?? left(sofar));
  if (refusal !== undefined) return { kind: "quarantined", entity, refusal };
  const unmapped = unmappedPaths({ item, within, reads }, coverage);
  const ignored = ignoredBy(entity, mapping).filter((name) => Object.hasOwn(item, name));
  return { kind: "rows", entity, contributions: rows.contributions, collapsed: rows.collapsed, unmapped, ignored };
}

/** A long key would stand here once for each of its rows; a hash never begins as the key itself does. */
const shortened = (key: string): string => (key.length > 100 ? hash("sha256", key, "base64") : key);

/** The rows of one item so far, one for each facet and key. */
class Rows {
  readonly contributions: Contribution[] = [];
  readonly collapsed = new Map<string, number>();
  readonly #byKey = new Map<string, Contribution>();

  add(contribution: Contribution): Refusal | undefined {
    const { table, facet, key } = contribution;
    const at = shortened(JSON.stringify([table.index, facet.index, ...key]));
    const before = this.#byKey.get(at);
    if (before === undefined) {
      this.#byKey.set(at, contribution);
      this.contributions.push(contribution);
      return undefined;
    }
    if (before.fingerprint !== contribution.fingerprint)
      return refuse("conflicting-rows", `it gives two different rows of ${table.name} with one primary key`);
    this.collapsed.set(table.name, (this.collapsed.get(table.name) ?? 0) + 1);
    return undefined;
  }
}

function writeRows(writes: readonly WritePlan[], scope: Scope, rows: Rows): Refusal | undefined {
  for (const write of writes) {
    const refusal = write.kind === "row" ? writeRow(write, scope, rows) : writeEach(write, scope, rows);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function writeEach(write: Extract<WritePlan, { kind: "each" }>, scope: Scope, rows: Rows): Refusal | undefined {
  const list = readList(write.list, scope);
  if (isRefusal(list)) return list;
  for (const [position, element] of list.entries()) {
    scope.values[write.level.depth] = element;
    scope.positions[write.level.depth] = position;
    const refusal = writeRows(write.writes, scope, rows);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function writeRow({ table, facet, reads }: RowPlan, scope: Scope, rows: Rows): Refusal | undefined {
  const cells: (Cell | null)[] = [];
  for (const [at, column] of facet.columns.entries()) {
    const cell = readCell(must(reads[at], "a facet has a read for each column"), column, scope);
    if (isRefusal(cell)) return cell;
    cells.push(cell);
  }
  const key = table.primaryKey.map((column) => {
    const cell = cells[facet.columns.indexOf(column)];
    return must(cell, "a primary key column is never null").input;
  });
  const types = facet.columns.map((column) => column.type);
  const fingerprint = rowFingerprint(types, cells);
  return rows.add({ table, facet, key, cells, fingerprint, rank: rankOf(table, facet, cells) });
}

/** Numbers rank as they are; a moment's digits in order are a number that grows with time. */
function rankOf({ duplicates }: TableModel, facet: FacetModel, cells: readonly (Cell | null)[]): string | null {
  if (typeof duplicates === "string") return null;
  const at = facet.columns.findIndex((column) => column.name === duplicates.latest);
  const [column, cell] = [facet.columns[at], cells[at]];
  if (column === undefined || cell === undefined || cell === null) return null;
  if (!column.type.kind.startsWith("timestamp") && column.type.kind !== "date") return cell.canonical;
  return cell.canonical.replace(/\+00$/, "").replace(/[-: ]/g, "");
}
