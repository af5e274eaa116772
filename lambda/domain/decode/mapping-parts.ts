/**
 * A mapping, part by part → what a run remembers of it; and, where the mapping is another one now, which parts are. What
 * was only added needs nothing but a new pass. What means something else has its items written again, when that is asked
 * for. What would leave rows behind that nobody could compare any more is refused.
 */
import type { Mapping, Numbers, TableModel } from "../../mapping/model.ts";
import { own } from "../../mapping/own.ts";
import type { Finding } from "../migration-error.ts";
import { mappingFingerprint } from "./fingerprint.ts";

interface Part {
  readonly number: number;
  /** 32 hex digits that change when the part means something else. */
  readonly meaning: string;
}

export interface MappingParts {
  /** How items are told apart at all. */
  readonly keys: string;
  readonly entities: Readonly<Record<string, Part & { readonly ignored: boolean }>>;
  readonly tables: Readonly<Record<string, Part & { readonly facets: readonly string[]; readonly model: StoredTable }>>;
}

/** What it takes to tell a table's rows and to take them back, whatever has become of the schema since. */
type StoredTable = Pick<TableModel, "schema" | "columns" | "primaryKey" | "duplicates" | "agreed">;

export function partsOf({ keys, entities, tables }: Mapping): MappingParts {
  return {
    keys: JSON.stringify(keys),
    entities: Object.fromEntries(
      entities.map(({ name, index, identity, ignored }) => [
        name,
        { number: index, meaning: mappingFingerprint(identity), ignored: ignored !== undefined },
      ]),
    ),
    tables: Object.fromEntries(
      tables.map(({ name, index, shape, facets, schema, columns, primaryKey, duplicates, agreed }) => [
        name,
        {
          number: index,
          meaning: mappingFingerprint(shape),
          facets: facets.map(({ columns: given }) => JSON.stringify(given.map((column) => column.name))),
          model: { schema, columns, primaryKey, duplicates, ...(agreed === undefined ? {} : { agreed }) },
        },
      ]),
    ),
  };
}

const numbersIn = (parts: Readonly<Record<string, Part>>): Record<string, number> =>
  Object.fromEntries(Object.entries(parts).map(([name, { number }]) => [name, number]));

/** The numbers that are given out, as loading a mapping takes them. */
export const numbersOf = ({ tables, entities }: MappingParts): Numbers => ({
  tables: numbersIn(tables),
  entities: numbersIn(entities),
});

/** The tables as they were when rows were last written, without what was built upon them. */
export const tablesOf = ({ tables }: MappingParts): TableModel[] =>
  Object.entries(tables).map(([name, { number: index, facets, model }]) => ({
    ...model,
    ...{ index, name, shape: "", foreignKeys: [], repeats: [], uniques: [], indexes: [], checks: [] },
    facets: facets.map((text, at) => {
      const names: string[] = JSON.parse(text);
      const facet = { index: at, columns: model.columns.filter((column) => names.includes(column.name)) };
      return at < (model.agreed?.length ?? 0) ? { ...facet, shared: true } : facet;
    }),
  }));

/** Whether no part goes by another number, and no two parts by one. */
export function numbersAgree(before: MappingParts, after: MappingParts): boolean {
  const agree = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
    Object.entries(a).every(([name, number]) =>
      Object.entries(b).every(([other, theirs]) => (name === other) === (number === theirs)),
    );
  const [a, b] = [numbersOf(before), numbersOf(after)];
  return agree(a.tables, b.tables) && agree(a.entities, b.entities);
}

export interface MappingChanges {
  /** What cannot be gone on with. */
  readonly refused: readonly Finding[];
  /** Parts that are no longer there: refused where something was written by them. */
  readonly gone: readonly (Finding & { readonly kind: "entity" | "table"; readonly number: number })[];
  /** Entities whose items would give other rows now. */
  readonly changed: readonly string[];
}

/** What always leads on from a change that cannot be gone on with, also where nobody is there to be asked. */
export const takeBack = (run: number): string =>
  `take run ${run} back (rollback --run ${run} --yes; --dry-run in its place shows what that removes) and migrate anew`;

export function mappingChanges(before: MappingParts, after: MappingParts, run: number): MappingChanges {
  const anew = `undo it, or ${takeBack(run)}`;
  const refused: Finding[] = [];
  const gone: MappingChanges["gone"][number][] = [];
  const refuse = (where: string, problem: string, remedy = anew) => refused.push({ where, problem, remedy });
  if (before.keys !== after.keys) refuse("keys", "the key attributes are others: every item would be another one");
  for (const [name, table] of Object.entries(before.tables)) {
    const where = `table ${name}`;
    const now = own(after.tables, name);
    if (now === undefined) {
      const problem = "it is no longer declared, and holds rows of this run";
      gone.push({ kind: "table", number: table.number, where, problem, remedy: anew });
    } else if (now.meaning !== table.meaning)
      refuse(where, "its columns, its primary key, its schema or its .duplicates() are others");
    else if (table.facets.some((facet, at) => facet !== now.facets[at]))
      refuse(where, "its parts are others, or in another order", `write new parts in items that come last, or ${anew}`);
  }
  const changed: string[] = [];
  for (const [name, entity] of Object.entries(before.entities)) {
    const where = `item ${name}`;
    const now = own(after.entities, name);
    if (now === undefined || (now.ignored && !entity.ignored)) {
      const problem = `it is ${now === undefined ? "no longer declared" : "ignored now"}, and has given rows`;
      gone.push({ kind: "entity", number: entity.number, where, problem, remedy: anew });
    } else if (now.meaning !== entity.meaning && !now.ignored && !entity.ignored) changed.push(name);
  }
  return { refused, gone, changed };
}
