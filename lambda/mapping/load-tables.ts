/** Declared tables → checked table models, without facets: those follow from who writes them. */
import { KEY_KINDS, type Kind } from "./kinds.ts";
import { loadForeignKey, loadRepeats, type Say, schemaOf } from "./load-references.ts";
import type { ColumnModel, MappingProblem, TableModel } from "./model.ts";
import { isIdentifier, Names, type Naming } from "./names.ts";
import {
  type Columns,
  columnsOf,
  type ForeignKeySpec,
  type IndexSpec,
  specOf,
  type TableLike,
  type TableSpec,
  type Tables,
  targetOf,
} from "./tables.ts";

export type DeclaredTable = Omit<TableModel, "facets">;

const RANKED: ReadonlySet<Kind> = new Set([
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "timestamptz",
  "timestamp",
  "date",
]);

const columnModels = (columns: Columns): ColumnModel[] =>
  Object.entries(columns).map(([name, { spec }]) => ({
    name,
    type: spec.type,
    nullable: spec.nullable,
    ...(spec.defaultSql === undefined ? {} : { defaultSql: spec.defaultSql }),
    ...(spec.laterDefault === undefined ? {} : { laterDefault: spec.laterDefault }),
    ...(spec.identity ? { identity: true as const } : {}),
    ...(spec.comment === undefined ? {} : { comment: spec.comment }),
  }));

/** Loads every table; problems are added to `problems`, never thrown. */
export function loadTables(
  tables: Tables,
  problems: MappingProblem[],
  number: (name: string) => number,
): DeclaredTable[] {
  const names = tableNames(tables, problems);
  return Object.entries(tables).map(([name, table]) => loadTable(name, table, number(name), tables, names, problems));
}

/** What is called as the mapping says, before anything gets a name that is made up: tables, their primary keys, checks. */
function tableNames(tables: Tables, problems: MappingProblem[]): Names {
  const names = new Names();
  for (const [name, table] of Object.entries(tables)) {
    const where = `table ${name}`;
    const rooms = roomsOf(name, schemaOf(table, tables));
    if (!names.take([rooms.relations], name))
      problems.push({ where, problem: "the primary key of another table has its name", remedy: "rename it" });
    // As Postgres calls it by itself; where that would be cut, Postgres sees to it.
    if (isIdentifier(`${name}_pkey`) && !names.take([rooms.relations, rooms.constraints], `${name}_pkey`))
      problems.push({
        where,
        problem: `another table has the name of its primary key, ${name}_pkey`,
        remedy: "rename it",
      });
    for (const check of specOf(table).checks)
      if (!names.take([rooms.constraints], check.name))
        problems.push({
          where,
          problem: `two of its constraints are called ${check.name}`,
          remedy: "rename the check",
        });
  }
  return names;
}

const roomsOf = (table: string, schema: string) => ({
  relations: `schema ${schema}`,
  constraints: `table ${JSON.stringify([schema, table])}`,
});

function loadTable(
  name: string,
  table: TableLike,
  index: number,
  all: Tables,
  names: Names,
  problems: MappingProblem[],
): DeclaredTable {
  const say = (column: string | undefined, problem: string, remedy: string) =>
    problems.push({
      where: column === undefined ? `table ${name}` : `table ${name}, column ${column}`,
      problem,
      remedy,
    });
  const columns = columnsOf(table);
  const spec = specOf(table);
  const models = columnModels(columns);

  for (const column of models) checkColumn(column, columns, say);
  const primaryKey = models.filter((column) => columns[column.name]?.spec.primaryKey === true);
  if (primaryKey.length === 0) say(undefined, "it has no primary key", "mark at least one column .primaryKey()");
  checkDuplicates(spec, models, say);

  const known = (list: readonly string[], what: string): boolean => {
    const missing = list.filter((column) => !Object.hasOwn(columns, column));
    for (const column of missing) say(column, `${what} names a column that does not exist`, "correct the name");
    return missing.length === 0 && list.length > 0;
  };
  const foreignKeys = distinct<ForeignKeySpec>([
    ...Object.entries(columns).flatMap(
      ([
        column,
        {
          spec: { references, referenced },
        },
      ]) =>
        references === undefined
          ? []
          : [{ columns: [column], references, ...(referenced === undefined ? {} : { referenced: [referenced] }) }],
    ),
    ...spec.foreignKeys.filter((key) => known(key.columns, "a foreign key")),
  ]).flatMap((key) => loadForeignKey(key, columns, all, say));

  const single = (flag: "unique" | "indexed") =>
    Object.keys(columns).flatMap((column) => (columns[column]?.spec[flag] === true ? [[column]] : []));
  const uniques = distinct([...single("unique"), ...spec.uniques.filter((list) => known(list, "a unique constraint"))]);
  const indexes: IndexSpec[] = distinct([
    ...single("indexed").map((columns) => ({ columns })),
    ...spec.indexes.filter((list) => known(list.columns, "an index")),
  ]);
  const whole = indexes.flatMap(({ columns: list, where }) => (where === undefined ? [list] : []));
  const covered = [primaryKey.map((column) => column.name), ...uniques, ...whole];
  checkNames([name, spec.schema ?? targetOf(all).schema ?? "public", ...spec.checks.map((check) => check.name)], say);
  for (const key of foreignKeys) {
    if (!covered.some((list) => key.columns.every((column, at) => list[at] === column))) {
      indexes.push({ columns: [...key.columns] });
      covered.push([...key.columns]);
    }
  }
  const schema = schemaOf(table, all);
  const keyed = primaryKey.map((column) => column.name);
  const rooms = roomsOf(name, schema);
  const named = (columns: readonly string[], suffix: Naming["suffix"], more?: string): string => {
    const within = { fkey: [rooms.constraints], key: [rooms.constraints, rooms.relations], idx: [rooms.relations] };
    const given = names.give(within[suffix], { table: name, columns, suffix, ...(more === undefined ? {} : { more }) });
    if (given === undefined)
      say(columns.join(", "), "every name for what is built on it is another one's", "rename it, or the table");
    return given ?? "";
  };
  const references = foreignKeys.map((key) => ({
    ...key,
    name: named(key.columns, "fkey", JSON.stringify([key.referencedSchema, key.references, key.referencedColumns])),
  }));
  return {
    index,
    name,
    schema,
    shape: JSON.stringify({
      schema,
      columns: models.map((column) => stored(column, spec.duplicates === "merge")),
      primaryKey: keyed,
      duplicates: spec.duplicates,
    }),
    columns: models,
    primaryKey,
    foreignKeys: references,
    repeats: loadRepeats(spec.repeats, references, columns, all, say),
    uniques: uniques.map((list) => ({ name: named(list, "key"), columns: list })),
    indexes: indexes.map(({ columns: list, where }) => ({
      name: named(list, "idx", where),
      columns: list,
      ...(where === undefined ? {} : { where }),
    })),
    checks: spec.checks,
    duplicates: spec.duplicates,
    ...(spec.copies === undefined ? {} : { copies: spec.copies }),
    ...(spec.agree === undefined ? {} : { agreed: spec.agree }),
    ...(spec.comment === undefined ? {} : { comment: spec.comment }),
  };
}

/** What is said twice is meant once. */
const distinct = <T>(list: readonly T[]): T[] => [
  ...new Map(list.map((each) => [JSON.stringify(each), each])).values(),
];

/** Of a column, what stands in every row: not what holds for the time after. */
/** Columns of a merged table are filled part by part: whether one may stay NULL is built at the end, as a constraint is. */
const stored = ({ name, type, nullable, defaultSql }: ColumnModel, isMerged: boolean) => ({
  ...{ name, type, defaultSql },
  ...(isMerged ? {} : { nullable }),
});

function checkNames(names: readonly string[], say: Say): void {
  for (const name of names) {
    if (!isIdentifier(name))
      say(undefined, `a name is empty or longer than 63 bytes: "${name}"`, "choose a shorter name");
  }
}

function checkColumn({ name, type, nullable }: ColumnModel, columns: Columns, say: Say): void {
  if (!isIdentifier(name)) say(name, "its name is empty or longer than 63 bytes", "choose a shorter name");
  if (columns[name]?.spec.primaryKey === true) {
    if (nullable) say(name, "a primary key column cannot be nullable", "remove .nullable()");
    if (!KEY_KINDS.has(type.kind))
      say(name, `${type.kind} cannot be a primary key`, `use one of ${[...KEY_KINDS].join(", ")}`);
  }
  if (columns[name]?.spec.identity === true && !["smallint", "integer", "bigint"].includes(type.kind)) {
    say(name, `${type.kind} cannot be numbered by Postgres`, "use smallint, integer or bigint");
  }
  const { precision, scale = 0 } = type;
  if (precision !== undefined && !(precision >= 1 && precision <= 1000 && scale >= 0 && scale <= precision)) {
    say(name, `numeric(${precision}, ${scale}) is not a type`, "precision is 1 to 1000, scale 0 to precision");
  }
}

function checkDuplicates(
  { duplicates: policy, copies, agree = [] }: Pick<TableSpec, "duplicates" | "copies" | "agree">,
  columns: readonly ColumnModel[],
  say: Say,
): void {
  if (copies !== undefined && !(policy === "identical" && Number.isInteger(copies) && copies > 1))
    say(undefined, "what is expected is no number of copies", 'write .duplicates("identical", { copies: 2 })');
  for (const name of agree)
    if (!columns.some((column) => column.name === name))
      say(name, "parts are to agree on a column that does not exist", "correct the name");
  if (typeof policy === "string") return;
  const by = columns.find((column) => column.name === policy.latest);
  if (by === undefined) say(policy.latest, "`latest` names a column that does not exist", "correct the name");
  else if (!RANKED.has(by.type.kind)) {
    say(by.name, `\`latest\` cannot rank by ${by.type.kind}`, `rank by one of ${[...RANKED].join(", ")}`);
  }
}
