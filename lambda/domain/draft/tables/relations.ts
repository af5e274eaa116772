/** Planned tables → foreign keys between them: told by a literal before an id, by a name, or by the values alone, and always counted. */
import type { ColumnType } from "../../../mapping/kinds.ts";
import { figure } from "../../profile/figure.ts";
import type { IdSet } from "../../profile/id-sets.ts";
import type { Ownership } from "../kinds/ownership.ts";
import { holding, keyVariants, type SurveyedKind, tupleName } from "../kinds/survey.ts";
import type { DraftForeignKey } from "../model.ts";
import { singular } from "../names.ts";
import type { PlannedColumn, PlannedTable } from "./tables.ts";

export interface Relation extends DraftForeignKey {
  readonly table: PlannedTable;
  readonly target: PlannedTable;
}

/** Of ids no name leads to, so many have to be found, among so many, that it is no chance. */
const FOUND = 2;
const AMONG = 20;
/** Where so many of a hundred are missing, a name alone makes no foreign key. */
const MOST_MISSING = 0.1;

export function relationsOf(
  tables: readonly PlannedTable[],
  kinds: readonly SurveyedKind[],
  ownership: Ownership,
): Relation[] {
  const inherited = tables.flatMap((table) => ofParent(table));
  const composite = tables.flatMap((table) => ofTuples(table, tables, kinds, ownership));
  const single = tables.flatMap((table) =>
    table.columns.flatMap((column) => ofColumn(column, table, tables, ownership) ?? []),
  );
  return withoutImplied([...inherited, ...composite, ...single]);
}

const keyOf = ({ columns }: PlannedTable): PlannedColumn[] => columns.filter(({ isKey }) => isKey);

/** Rows of a list belong to the row of their item. */
function ofParent(table: PlannedTable): Relation[] {
  if (table.parent === undefined) return [];
  const target = table.parent.table;
  const columns = table.columns.filter(({ repeats }) => repeats !== undefined).map(({ name }) => name);
  return columns.length === 0
    ? []
    : [{ table, target, columns, references: target.name, isOffered: false, doubts: [] }];
}

function ofTuples(
  table: PlannedTable,
  tables: readonly PlannedTable[],
  kinds: readonly SurveyedKind[],
  ownership: Ownership,
): Relation[] {
  const own = kinds.find(({ kind }) => kind === table.subject.kind);
  if (own === undefined || table.parent !== undefined) return [];
  return tables.flatMap((target): Relation[] => {
    const key = keyOf(target);
    const theirs = kinds.find(({ kind }) => kind === target.subject.kind);
    if (target === table || target.parent !== undefined || key.length < 2 || theirs === undefined) return [];
    const captures = key.map(({ field }) => field?.capture);
    const variant = keyVariants(theirs.kind).find(
      (each) => each.length === captures.length && each.every(({ name }) => captures.includes(name)),
    );
    if (variant === undefined) return [];
    const name = tupleName(theirs.kind, variant);
    const [ids, wanted] = [own.profile.tuples.get(name), theirs.profile.tuples.get(name)];
    if (ids === undefined || wanted === undefined || ids.size === 0) return [];
    // What joins others, and has no id of its own, is pointed to only where each is found.
    const isJoin = ownership.own(theirs.kind).length === 0;
    if (isJoin && (ids.size < FOUND || ids.missingIn(wanted).missing > 0)) return [];
    const places = holding(own.kind, variant);
    const columns = variant.map((each, at) => {
      const place = places[at];
      return { capture: each.name, column: table.columns.find((column) => isAt(column, place)) };
    });
    const ordered = captures.flatMap((capture) => columns.find((each) => each.capture === capture)?.column ?? []);
    if (ordered.length < key.length || ordered.some(({ nullable }) => nullable)) return [];
    if (isOwnKey(table, target, ordered) || !ordered.every((column, at) => isSameType(column, key[at]))) return [];
    return [
      {
        ...base(
          table,
          target,
          ordered.map((column) => column.name),
        ),
        ...drawn(ids, wanted, target),
      },
    ];
  });
}

/** What points to nothing at all is offered: words alone are alike by chance, too. */
function drawn(ids: IdSet, wanted: IdSet, target: PlannedTable): Pick<Relation, "isOffered" | "doubts"> {
  const { missing, of } = ids.missingIn(wanted);
  const doubts = orphans(ids, wanted, target);
  return missing < of ? { isOffered: false, doubts } : { isOffered: true, doubts: doubts.map(leftOut) };
}

const leftOut = (doubt: string): string => `left out, ${doubt}`;

const base = (table: PlannedTable, target: PlannedTable, columns: readonly string[]) => ({
  table,
  target,
  columns,
  references: target.name,
  isOffered: false,
});

function isAt({ field }: PlannedColumn, place: ReturnType<typeof holding>[number] | undefined): boolean {
  if (field === undefined || place === undefined) return false;
  if (typeof place !== "string") return field.capture === place.name;
  return field.origin.kind === "attr" && field.origin.name === place && field.lead.length === 0;
}

/** Two tables of one key: the one that is planned first is the one pointed to. */
function isOwnKey(table: PlannedTable, target: PlannedTable, columns: readonly PlannedColumn[]): boolean {
  const own = keyOf(table);
  const isWhole = own.length === columns.length && own.every((column) => columns.includes(column));
  return isWhole && table.subject.items >= target.subject.items && !isBefore(target, table);
}

/** The one of more items first, and of as many the one whose name is first. */
function compareTables(a: PlannedTable, b: PlannedTable): number {
  if (a.subject.items !== b.subject.items) return b.subject.items - a.subject.items;
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
}

const isBefore = (one: PlannedTable, other: PlannedTable): boolean => compareTables(one, other) < 0;

const isSameType = (one: PlannedColumn, other: PlannedColumn | undefined): boolean =>
  one.type.kind === other?.type.kind;

interface Candidate {
  readonly target: PlannedTable;
  readonly key: PlannedColumn;
  readonly how: "model" | "literal" | "name" | "values";
  readonly missing: number;
  readonly of: number;
}

function ofColumn(
  column: PlannedColumn,
  table: PlannedTable,
  tables: readonly PlannedTable[],
  ownership: Ownership,
): Relation | undefined {
  const ids = column.field?.values.ids;
  if (ids === undefined || column.repeats !== undefined || ids.size === 0) return undefined;
  const candidates = tables.flatMap((target) => candidate(column, ids, table, target, ownership) ?? []);
  const rank = { model: 0, literal: 1, name: 2, values: 3 };
  const [best] = candidates.sort(
    (a, b) => rank[a.how] - rank[b.how] || a.missing - b.missing || compareTables(a.target, b.target),
  );
  if (best === undefined) return undefined;
  const { target, key, how, missing, of } = best;
  const type = typeOfBoth(column, key);
  if (type === undefined) return undefined;
  column.type = type;
  const wanted = key.field?.values.ids;
  const doubts = wanted === undefined ? [] : orphans(ids, wanted, target);
  const isOffered = how !== "model" && how !== "literal" && missing > of * (how === "name" ? MOST_MISSING : 0);
  return {
    ...base(table, target, [column.name]),
    isOffered,
    doubts: isOffered ? doubts.map(leftOut) : doubts,
  };
}

function candidate(
  column: PlannedColumn,
  ids: IdSet,
  table: PlannedTable,
  target: PlannedTable,
  ownership: Ownership,
): Candidate | undefined {
  const [key, ...others] = keyOf(target);
  const { field } = column;
  if (key === undefined || others.length > 0 || key.field === undefined || key.repeats !== undefined) return undefined;
  if (key === column || field === undefined) return undefined;
  // A key that is the id of something else is pointed to by nobody who could point to that.
  const [mine, theirs] = [ownership.ownerOf(field), ownership.ownerOf(key.field)];
  if (theirs !== undefined && theirs !== target.subject.kind) return undefined;
  if (mine !== undefined && mine !== target.subject.kind) return undefined;
  if (mine === undefined && column.isKey && isOwnKey(table, target, [column])) return undefined;
  const { missing, of } = ids.missingIn(key.field.values.ids);
  const how = howTold(column, key, target, ownership, { missing, of });
  return how === undefined ? undefined : { target, key, how, missing, of };
}

function howTold(
  { name, field, type }: PlannedColumn,
  key: PlannedColumn,
  target: PlannedTable,
  ownership: Ownership,
  { missing, of }: { readonly missing: number; readonly of: number },
): Candidate["how"] | undefined {
  const { known } = target.subject.kind;
  if (known !== undefined && field?.known?.references === known.name) return "model";
  const prefix = field?.prefix ?? "";
  if (prefix !== "" && key.field?.prefix === prefix && ownership.ownerOf({ prefix }) === target.subject.kind)
    return "literal";
  const one = singular(target.name);
  const isGeneric = key.name === "id" || key.name === "name" || key.name.length < 3;
  const wanted = isGeneric ? [`${one}_${key.name}`, `${one}_id`] : [key.name, `${one}_${key.name}`, `${one}_id`];
  const isNamed = wanted.some((each) => name === each || name.endsWith(`_${each}`)) || name === one;
  // A name and not one value in common is a name.
  if (isNamed && missing < of) return "name";
  const { texts } = field?.values ?? {};
  const [form] = texts?.forms ?? [];
  const isTelling =
    form === "uuid" || ((key.field?.values.ids.size ?? 0) >= AMONG && type.kind === "text" && form !== "digits");
  return isTelling && missing === 0 && of >= FOUND ? "values" : undefined;
}

/** The type that a column has where it points to a key: text, where the key is; undefined where none fits both. */
function typeOfBoth(column: PlannedColumn, key: PlannedColumn): ColumnType | undefined {
  if (isSameType(column, key)) return column.type;
  const isText = ({ field, words }: PlannedColumn): boolean =>
    field?.values.held.every((type) => type === "S") === true && words.length === 0;
  return isText(column) && isText(key) && key.type.kind === "text" ? { kind: "text" } : undefined;
}

function orphans(ids: IdSet, wanted: IdSet, target: PlannedTable): string[] {
  const { missing } = ids.missingIn(wanted);
  return missing === 0 ? [] : [`${ids.told(missing)} of ${figure(ids.size)} are not in ${target.name}`];
}

/** What a row points to points on: a foreign key that says no more than two others together is left out. */
function withoutImplied(relations: readonly Relation[]): Relation[] {
  const drawn = relations.filter(({ isOffered }) => !isOffered);
  return relations.filter((relation) => {
    const { table, columns, target } = relation;
    return !drawn.some((other) => {
      if (other === relation || other.table !== table || other.columns.length <= columns.length) return false;
      const theirs = keyOf(other.target).map(({ name }) => name);
      return drawn.some(
        (next) =>
          next.table === other.target &&
          next.target === target &&
          next.columns.length === columns.length &&
          columns.every((column, at) => theirs[other.columns.indexOf(column)] === next.columns[at]),
      );
    });
  });
}
