/** Declared references → foreign keys of which the target is known, and the columns that repeat what they point to. */
import { sqlType } from "./kinds.ts";
import type { ForeignKeyModel, RepeatModel } from "./model.ts";
import {
  type Columns,
  columnsOf,
  type ForeignKeySpec,
  type RepeatSpec,
  specOf,
  type TableLike,
  type Tables,
  targetOf,
} from "./tables.ts";

export type Say = (column: string | undefined, problem: string, remedy: string) => void;

export const schemaOf = (table: TableLike, all: Tables): string =>
  specOf(table).schema ?? targetOf(all).schema ?? "public";

export const keyNames = (columns: Columns): string[] =>
  Object.keys(columns).filter((name) => columns[name]?.spec.primaryKey === true);

export function loadForeignKey(
  { columns: own, references, referenced }: ForeignKeySpec,
  columns: Columns,
  all: Tables,
  say: Say,
): Omit<ForeignKeyModel, "name">[] {
  const target = Object.hasOwn(all, references) ? all[references] : undefined;
  if (target === undefined) {
    say(
      own.join(", "),
      `it references table ${references}, which does not exist`,
      "correct the name, or declare the table",
    );
    return [];
  }
  const theirs = columnsOf(target);
  const primaryKey = keyNames(theirs);
  const referencedColumns = referenced ?? primaryKey;
  const strange = referencedColumns.filter((name) => !Object.hasOwn(theirs, name));
  if (strange.length > 0) {
    say(
      own.join(", "),
      `it references ${strange.join(", ")} of ${references}, which has no such column`,
      "correct the name",
    );
    return [];
  }
  if (![primaryKey, ...uniqueIn(target)].some((list) => sameSet(list, referencedColumns))) {
    const there = `(${referencedColumns.join(", ")}) of ${references}`;
    const problem = `it references ${there}, which is neither its primary key nor unique`;
    say(own.join(", "), problem, `say .unique() of ${there}, or reference what is`);
    return [];
  }
  const kinds = (list: readonly string[], of: Columns) =>
    list
      .map((column) => of[column]?.spec.type)
      .map((type) => (type === undefined ? "?" : sqlType({ kind: type.kind })));
  const [here, there] = [kinds(own, columns).join(", "), kinds(referencedColumns, theirs).join(", ")];
  if (here !== there) {
    const what = referenced === undefined ? "the primary key" : `(${referenced.join(", ")})`;
    say(
      own.join(", "),
      `it is (${here}), ${what} of ${references} is (${there})`,
      "give both the same columns in the same order",
    );
    return [];
  }
  const referencedSchema = schemaOf(target, all);
  return [{ columns: own, references, referencedSchema, referencedColumns }];
}

/** By which foreign key, and whether what is repeated is there and of one kind. */
export function loadRepeats(
  repeats: readonly RepeatSpec[],
  references: readonly ForeignKeyModel[],
  own: Columns,
  all: Tables,
  say: Say,
): RepeatModel[] {
  return repeats.flatMap(({ through, columns }) => {
    const key = references.find((each) => sameSet(each.columns, through));
    if (key === undefined) {
      const problem = "it is to repeat what it refers to, and refers to nothing";
      say(through.join(", "), problem, "name the columns of a foreign key of this table, all of them");
      return [];
    }
    const theirs = columnsOf(all[key.references] ?? {});
    return Object.entries(columns).flatMap(([column, of]) => {
      const [here, there] = [own[column]?.spec.type, theirs[of]?.spec.type];
      if (here !== undefined && there !== undefined && here.kind === there.kind) return [{ column, of, key }];
      const problem =
        here === undefined || there === undefined
          ? `it repeats ${of} of ${key.references}, and one of them does not exist`
          : `it is ${here.kind}, and ${of} of ${key.references}, which it repeats, is ${there.kind}`;
      say(column, problem, "correct the name, or the type");
      return [];
    });
  });
}

/** The columns of a table that are unique, alone or together. */
function uniqueIn(table: TableLike): readonly (readonly string[])[] {
  const alone = Object.entries(columnsOf(table)).flatMap(([name, { spec }]) => (spec.unique ? [[name]] : []));
  return [...alone, ...specOf(table).uniques];
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each));
