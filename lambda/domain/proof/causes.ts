/**
 * Discrepancies → what they come from: a row that is missing is one cause, however many others point to it, and what an item in
 * quarantine would have given is missing because of that. Every discrepancy belongs to a cause; one may belong to several.
 */
import { type About, counted, type Discrepancy, MISSING_PARENT } from "./discrepancy.ts";
import type { Example, ForeignKeyFacts, HeldBack, TableContent } from "./evidence.ts";

/** A row that is not there, and those that point to it. */
export interface MissingRow {
  readonly table: string;
  /** What it is referred to by: its primary key, or other columns that are unique. */
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** The item in quarantine that would have given it. */
  readonly source?: string;
  /** How many point to it. */
  readonly rows: number;
  readonly pointing: readonly {
    readonly table: string;
    readonly columns: readonly string[];
    readonly rows: number;
    readonly examples: readonly Example[];
  }[];
}

export interface Cause {
  readonly subject: string;
  readonly problem: string;
  readonly remedy: string;
  /** The last words of the remedy, where they are a command: as they are typed. */
  readonly command?: string;
  readonly count: number;
  /** Where they stand among the report's discrepancies. */
  readonly discrepancies: readonly number[];
  /** The rows that are missing because of it: those most referred to. */
  readonly missing: readonly MissingRow[];
  /** Rows that are missing beside those. */
  readonly further: number;
}

interface Facts {
  readonly foreignKeys: readonly ForeignKeyFacts[];
  readonly heldBack: readonly HeldBack[];
  readonly tables: readonly TableContent[];
}

interface Draft {
  readonly discrepancies: Set<number>;
  readonly missing: Map<string, MissingRow>;
  /** Rows that are missing beside those that are told apart. */
  further: number;
  pointing: number;
}

/** A report names this many rows of a cause. */
const SHOWN = 20;

export function causesOf(discrepancies: readonly Discrepancy[], facts: Facts): Cause[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (name: string, at: number): Draft => {
    const draft = drafts.get(name) ?? { discrepancies: new Set(), missing: new Map(), further: 0, pointing: 0 };
    drafts.set(name, draft);
    draft.discrepancies.add(at);
    return draft;
  };
  const known = leading(discrepancies);
  for (const [at, { about }] of discrepancies.entries()) {
    if (about?.kind === "nulls") draftOf(partOf(about, at), at);
    else if (about?.kind === "orphans") {
      const key = facts.foreignKeys.find(
        (each) => each.table === about.table && sameNames(each.columns, about.columns),
      );
      if (key !== undefined) addOrphans(key, at);
    } else draftOf(leadOf(at), at);
  }
  return [...drafts].map(([name, draft]) => causeOf(name, draft));

  /** The discrepancy that one comes from; its own place, where it comes from none. */
  function leadOf(at: number): string {
    const about = discrepancies[at]?.about;
    if (about?.kind === "rows behind quarantine") return String(known.quarantined.get(about.entity) ?? at);
    if (about?.kind === "rows differ" && about.rows === 0) return String(known.missing.get(about.table) ?? at);
    if (about?.kind !== "items differ") return String(at);
    const [first, ...others] = about.tables.map((table) => known.different.get(table) ?? known.missing.get(table));
    return String(first !== undefined && others.every((other) => other !== undefined) ? first : at);
  }

  /** Columns that are NULL in the same rows lack one item; it may be in quarantine. */
  function partOf({ table }: Extract<About, { kind: "nulls" }>, at: number): string {
    const { count, examples = [] } = discrepancies[at] ?? {};
    const keys = examples.map(({ key = [] }) => key);
    const items = keys.map((key) => facts.heldBack.find((each) => each.table === table && sameNames(each.key, key)));
    const [first] = items;
    const lead = first && known.reasons.get(reasonOf(first));
    const isOne = items.every(
      (item) => item !== undefined && first !== undefined && reasonOf(item) === reasonOf(first),
    );
    return String(lead !== undefined && isOne ? lead : `part ${JSON.stringify([table, count, keys])}`);
  }

  function addOrphans(key: ForeignKeyFacts, at: number): void {
    const { table, columns, references, referencedColumns, missing, orphans } = key;
    const own = `rows of ${references}`;
    let told = 0;
    for (const { key: values, rows, examples } of missing.first) {
      told += rows;
      const item = facts.heldBack.find(
        (each) =>
          each.table === references && sameNames(each.columns, referencedColumns) && sameNames(each.key, values),
      );
      const name =
        (item && known.reasons.get(reasonOf(item))) ??
        (isGone(references, values) ? known.missing.get(references) : undefined) ??
        own;
      const draft = draftOf(String(name), at);
      draft.pointing += rows;
      const place = JSON.stringify([references, referencedColumns, values]);
      const before = draft.missing.get(place);
      const pointing = [...(before?.pointing ?? []), { table, columns, rows, examples }];
      draft.missing.set(place, {
        ...{ table: references, columns: referencedColumns, key: values, rows: (before?.rows ?? 0) + rows, pointing },
        ...(item === undefined ? {} : { source: item.source }),
      });
    }
    if (missing.count <= missing.first.length && missing.count > 0) return;
    const draft = draftOf(own, at);
    draft.further += missing.count - missing.first.length;
    draft.pointing += orphans - told;
  }

  /** Whether a row was there and is not any more: a row that its table lacks is named, or one of more than are. */
  function isGone(table: string, key: readonly string[]): boolean {
    const lacking = facts.tables.find((each) => each.table === table)?.differences.missing;
    if (lacking === undefined) return false;
    return lacking.count > lacking.examples.length || lacking.examples.some((each) => sameNames(each.key ?? [], key));
  }

  function causeOf(name: string, draft: Draft): Cause {
    const missing = [...draft.missing.values()].sort((a, b) => b.rows - a.rows);
    const shown = missing.slice(0, SHOWN);
    const place = {
      discrepancies: [...draft.discrepancies],
      missing: shown,
      further: missing.length - shown.length + draft.further,
    };
    const lead = discrepancies[Number(name)];
    if (lead !== undefined) {
      const { subject, problem, remedy, count, command } = lead;
      const typed = command === undefined ? {} : { command };
      const behind = draft.pointing === 0 ? "" : `; ${pointing(draft.pointing)} what is missing for it`;
      return { subject, problem: `${problem}${behind}`, remedy, count, ...typed, ...place };
    }
    const parts = place.discrepancies
      .flatMap((at) => discrepancies[at] ?? [])
      .filter(({ about }) => about?.kind === "nulls");
    const [part] = parts;
    if (part?.about?.kind === "nulls") {
      const columns = parts.flatMap(({ about }) => (about?.kind === "nulls" ? [about.column] : []));
      const { problem, remedy, count } = part;
      return { subject: `${part.about.table} (${columns.join(", ")})`, problem, remedy, count, ...place };
    }
    const rows = missing.length + draft.further;
    const there = rows === 1 ? "a row that is not there" : `${rows} rows that are not there`;
    const problem = `${pointing(draft.pointing)} ${there}`;
    return { subject: missing[0]?.table ?? name, problem, remedy: MISSING_PARENT, count: rows, ...place };
  }
}

const pointing = (rows: number): string => counted(rows, "row points to", "rows point to");
const reasonOf = ({ reason, entity }: { readonly reason: string; readonly entity: string | null }): string =>
  JSON.stringify([entity, reason]);
const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, at) => name === b[at]);

/** What others come from, by what they have in common with it. */
function leading(discrepancies: readonly Discrepancy[]) {
  const quarantined = new Map<string | null, number>();
  const reasons = new Map<string, number>();
  const missing = new Map<string, number>();
  const different = new Map<string, number>();
  for (const [at, { about }] of discrepancies.entries()) {
    if (about?.kind === "quarantine") {
      reasons.set(reasonOf(about), at);
      if (!quarantined.has(about.entity)) quarantined.set(about.entity, at);
    } else if (about?.kind === "rows missing") missing.set(about.table, at);
    else if (about?.kind === "rows differ" && about.rows > 0) different.set(about.table, at);
  }
  return { quarantined, reasons, missing, different };
}
