/**
 * Items, one after the other → what a mapping makes of them: how many of each entity, what fails and why, what nobody
 * reads, which items give one row. Counts are exact; of everything else there are a few examples, whatever the table's size.
 */

import { ignoredName } from "../../mapping/attribute-path.ts";
import type { EntityModel, Mapping } from "../../mapping/model.ts";
import type { Item } from "../decode/attribute.ts";
import { inputOf } from "../decode/cell.ts";
import { ignoredBy } from "../decode/coverage.ts";
import type { Contribution, Decode, Decoded } from "../decode/decode.ts";
import { keySource } from "../decode/source-key.ts";
import type { SourceRecord } from "../decode/source-record.ts";
import type { Finding } from "../migration-error.ts";
import { columnsOf, Holders } from "../proof/holders.ts";
import { idleIgnores } from "../proof/idle-ignores.ts";
import { NameCounts } from "../proof/name-counts.ts";
import { unreadValues } from "../proof/unread.ts";
import { AttributeCensus } from "./attribute-census.ts";
import type { Census, Conflict, EntityCensus, Failure, Sample } from "./census.ts";
import { Groups } from "./groups.ts";
import { HeldCaptures } from "./held-captures.ts";
import { KeyShapes } from "./key-shapes.ts";
import { RelationCensus } from "./relations/relation-census.ts";
import { spelledNulls } from "./spelled-nulls.ts";
import { Strangers } from "./strangers.ts";

/** Kinds of failures, and of each entity the attributes nobody reads, that are told apart. */
const MOST_GROUPS = 1000;
const EXAMPLES = 3;

interface Kind {
  readonly census: AttributeCensus;
  readonly strangers: Strangers | undefined;
  readonly held: HeldCaptures | undefined;
  rows: number;
  sample?: Sample;
}

export class CensusTaker {
  read = 0;
  #ignored = 0;
  #expired = 0;
  readonly #keys: { readonly pk: string; readonly sk?: string };
  readonly #mapped: { readonly mapping: Mapping; readonly decode: Decode } | undefined;
  readonly #kinds = new Map<EntityModel, Kind>();
  readonly #shapes: KeyShapes;
  readonly #failures = new Groups<Omit<Failure, "count">>(MOST_GROUPS);
  readonly #unmapped = new Map<string, NameCounts>();
  readonly #conflicts = new Map<string, Conflict>();
  readonly #collapsed = new Groups<Omit<Census["collapsed"][number], "count">>(Number.POSITIVE_INFINITY);
  /** By entity: attributes it ignores that an item of it has had. */
  readonly #ignoredNames = new Map<string, Set<string>>();
  readonly #holders: Holders;
  readonly #relations: RelationCensus;

  constructor(
    keys: { readonly pk: string; readonly sk?: string },
    mapped?: { readonly mapping: Mapping; readonly decode: Decode },
    holders = new Holders(),
  ) {
    this.#keys = keys;
    this.#mapped = mapped;
    this.#holders = holders;
    this.#shapes = new KeyShapes(keys);
    this.#relations = new RelationCensus(mapped?.mapping.tables ?? []);
  }

  /** Returns what the mapping makes of the record, where there is one. */
  add(record: SourceRecord): Decoded | undefined {
    this.read += 1;
    const decoded = this.#mapped?.decode(record);
    if (decoded !== undefined) this.#count(record, decoded);
    else if ("unreadable" in record) {
      const { detail, position } = record.unreadable;
      this.#fail(undefined, "unreadable", detail, position);
    } else this.#shape(record);
    return decoded;
  }

  #shape({ item, position = "item 0" }: Extract<SourceRecord, { item: Item }>): void {
    const names = Object.values(this.#keys);
    const source = keySource(item, names);
    if (source !== undefined) this.#shapes.add(item, source);
    else
      this.#fail(
        undefined,
        "no-key",
        `it has no key: ${names.join(" and ")} must be text, a number or binary`,
        position,
      );
  }

  #count(record: SourceRecord, { outcome, source }: Decoded): void {
    const { entity } = outcome;
    if ("item" in record) {
      if (entity !== undefined) {
        const { census, strangers, held } = this.#kind(entity);
        held?.add(record.item);
        census.add(record.item, Object.values(this.#keys));
        strangers?.add(record.item, source);
      }
      // Items of a table whose keys are known by no template are grouped; one without its keys is a failure.
      else if (outcome.kind === "quarantined" && outcome.refusal.reason === "no-entity") {
        this.#shapes.add(record.item, source);
        return;
      }
    }
    switch (outcome.kind) {
      case "ignored":
        this.#ignored += 1;
        return;
      case "expired":
        this.#expired += 1;
        return;
      case "quarantined":
        this.#fail(entity?.name, outcome.refusal.reason, outcome.refusal.detail, source);
        return;
      case "rows":
        this.#rows(outcome.entity, outcome.contributions, source);
        for (const [table, count] of outcome.collapsed)
          this.#collapsed.add(
            [outcome.entity.name, table],
            () => ({ entity: outcome.entity.name, table, example: source }),
            count,
          );
        for (const name of outcome.ignored) this.#meet(outcome.entity.name, name);
        for (const attribute of outcome.unmapped) this.#miss(outcome.entity.name, attribute, source);
    }
  }

  #kind(entity: EntityModel): Kind {
    const known = this.#kinds.get(entity);
    if (known !== undefined) return known;
    const made: Kind = {
      census: new AttributeCensus(),
      strangers: Strangers.of(entity, this.#keys),
      held: HeldCaptures.of(entity, this.#keys),
      rows: 0,
    };
    this.#kinds.set(entity, made);
    return made;
  }

  #rows(entity: EntityModel, contributions: Iterable<Contribution>, source: string): void {
    const kind = this.#kind(entity);
    kind.sample ??= { source, rows: rowsOf(contributions) };
    for (const contribution of contributions) {
      // A column that several parts give is no row beside that of its part.
      if (contribution.facet.shared !== true) kind.rows += 1;
      this.#compare(contribution, source);
      this.#relations.add(contribution, source);
    }
  }

  /** Which row holds the key is for the run to settle; that there are two is the same whichever came first. */
  #compare(contribution: Contribution, source: string): void {
    const { table, key, fingerprint } = contribution;
    if (typeof table.duplicates !== "string") return;
    const holder = this.#holders.holderOf(contribution, source);
    const isCopy = table.duplicates === "identical" || contribution.facet.shared === true;
    // An item that is there more than once is told as such.
    if (holder === undefined || holder.source === source || (isCopy && holder.fingerprint === fingerprint)) return;
    const kind = table.duplicates === "identical" ? "conflict" : isCopy ? "differing-parts" : "collision";
    const place = `${kind} ${table.name}`;
    const before = this.#conflicts.get(place) ?? {
      ...{ table: table.name, kind, count: 0, alike: 0, differing: {}, examples: [] },
    };
    const differing = holder.fingerprint === fingerprint ? [] : differingIn(contribution, holder.columns);
    const counts = { ...before.differing };
    for (const name of differing) counts[name] = (counts[name] ?? 0) + 1;
    this.#conflicts.set(place, {
      ...before,
      count: before.count + 1,
      alike: before.alike + (holder.fingerprint === fingerprint ? 1 : 0),
      differing: counts,
      examples: [...before.examples, { key, source, holder: holder.source, differing }].slice(0, EXAMPLES),
    });
  }

  #fail(entity: string | undefined, reason: string, detail: string, example: string): void {
    this.#failures.add([entity, reason, detail], () => ({ entity, reason, detail, example }));
  }

  #meet(entity: string, name: string): void {
    const names = this.#ignoredNames.get(entity) ?? new Set();
    this.#ignoredNames.set(entity, names.add(name));
  }

  #miss(entity: string, attribute: string, example: string): void {
    const names = this.#unmapped.get(entity) ?? new NameCounts(MOST_GROUPS);
    this.#unmapped.set(entity, names);
    names.add(attribute, { count: 1, example });
  }

  /** In the order it is declared. */
  #leftBehind(entity: EntityModel): readonly string[] {
    const met = this.#ignoredNames.get(entity.name);
    return ignoredBy(entity, this.#mapped?.mapping ?? { ignore: [] })
      .map(ignoredName)
      .filter((name) => met?.has(name) === true);
  }

  /** What is no fault and may still be a mistake. */
  #findings(mapping: Mapping, whole: boolean): Finding[] {
    const has = (entity: string, name: string) => this.#ignoredNames.get(entity)?.has(name) === true;
    return [
      ...[...this.#kinds.values()].flatMap(({ strangers }) => strangers?.finding() ?? []),
      ...idleIgnores(mapping, has, whole ? "no item" : "no item of the sample"),
      // What one sample holds says nothing of the others.
      ...unreadValues(mapping, (entity, name) => whole && this.#kinds.get(entity)?.held?.has(name) === true),
      ...[...this.#kinds].flatMap(([entity, { census }]) => spelledNulls(entity, census.attributes())),
    ];
  }

  census(source: string, whole: boolean): Census {
    const unmapped = [...this.#unmapped].map(([entity, names]) => ({ entity, ...names.names() }));
    const declared = this.#mapped?.mapping.entities.toSorted((a, b) => a.index - b.index) ?? [];
    return {
      source,
      keys: this.#keys,
      whole,
      read: this.read,
      ignored: this.#ignored,
      expired: this.#expired,
      entities: declared.map((entity) => entityCensus(entity, this.#kinds.get(entity), this.#leftBehind(entity))),
      shapes: this.#shapes.shapes(),
      failures: this.#failures.all(),
      unmapped: unmapped
        .flatMap(({ entity, named }) =>
          Object.entries(named).map(([attribute, each]) => ({ entity, attribute, ...each })),
        )
        .sort((a, b) => b.count - a.count),
      conflicts: [...this.#conflicts.values()].sort((a, b) => b.count - a.count),
      collapsed: this.#collapsed.all(),
      relations: this.#relations.found(whole),
      findings: this.#mapped === undefined ? [] : this.#findings(this.#mapped.mapping, whole),
      rowsNotCompared: this.#holders.forgotten,
      beyond: {
        shapes: this.#shapes.beyond,
        failures: this.#failures.beyond,
        unmapped: unmapped.reduce((sum, { beyond }) => sum + (beyond?.count ?? 0), 0),
      },
    };
  }
}

function entityCensus({ name }: EntityModel, kind: Kind | undefined, ignore: readonly string[]): EntityCensus {
  if (kind === undefined) return { name, count: 0, rows: 0, attributes: [], ignore: [], beyond: 0 };
  const { census, rows, sample } = kind;
  const { items: count, beyond } = census;
  const attributes = census.attributes();
  const base = { name, count, rows, attributes, ignore, beyond };
  return sample === undefined ? base : { ...base, sample };
}

/** Parts that one item gives of a row are one row. */
function rowsOf(contributions: Iterable<Contribution>): Sample["rows"] {
  const rows = new Map<string, { table: string; values: Record<string, string | null> }>();
  for (const { table, facet, key, cells } of contributions) {
    const place = JSON.stringify([table.index, ...key]);
    const row = rows.get(place) ?? { table: table.name, values: {} };
    rows.set(place, row);
    for (const [at, { name }] of facet.columns.entries()) row.values[name] = inputOf(cells[at] ?? null);
  }
  return [...rows.values()];
}

const differingIn = (row: Contribution, before: string): string[] => {
  const now = columnsOf(row);
  return row.facet.columns.flatMap(({ name }, at) => (now[at] === before[at] ? [] : [name]));
};
