/** Declared items → checked entities, and from who writes what the facets of every table. */
import { memberText } from "./attribute-path.ts";
import type { EntitySpec, ItemsSpec, WriteSpec } from "./items.ts";
import type { DeclaredTable } from "./load-tables.ts";
import type { ColumnModel, FacetModel, MappingProblem, TableModel } from "./model.ts";
import { own } from "./own.ts";
import { type Level, mayBeNull, NOTHING, plansIn, type ReadPlan } from "./plans.ts";
import { isTemplateProblem, type KeyPattern, parseTemplate, type Template } from "./template.ts";

export type RowSpec = Extract<WriteSpec, { kind: "row" }>;

/** One `into` or `part`, with the columns it gives in table order. */
export interface Writer {
  readonly entity: string;
  readonly spec: RowSpec;
  readonly table: DeclaredTable;
  readonly columns: readonly ColumnModel[];
}

export function delimiterOf(items: ItemsSpec): string {
  return items.options.delimiter ?? "#";
}

/** The key pattern of an entity, or problems. */
export function loadPattern(entity: EntitySpec, items: ItemsSpec, problems: MappingProblem[]): KeyPattern | undefined {
  const say = (problem: string, remedy: string) => problems.push({ where: `item ${entity.name}`, problem, remedy });
  const template = (text: string): Template | undefined => {
    const parsed = parseTemplate(text, delimiterOf(items));
    if (!isTemplateProblem(parsed)) return parsed;
    say(parsed.problem, parsed.remedy);
    return undefined;
  };
  for (const path of entity.unasked)
    say(
      `\`where\` asks nothing of ${path.map(memberText).join(".")}: every item meets it`,
      `say what it holds, { ${path.at(-1)}: { NAME: "…" } }, or that it is there, { ${path.at(-1)}: present }`,
    );
  const hasSk = items.options.keys.sk !== undefined;
  if (hasSk !== (entity.sk !== undefined)) {
    say(
      hasSk
        ? "it has no sort key template, but the table has a sort key"
        : "it has a sort key template, but the table has none",
      "say the same in `keys` and in every item",
    );
    return undefined;
  }
  const pk = template(entity.pk);
  const sk = entity.sk === undefined ? undefined : template(entity.sk);
  if (pk === undefined || (hasSk && sk === undefined)) return undefined;
  return sk === undefined ? { pk, where: entity.where } : { pk, sk, where: entity.where };
}

/** Every row an entity writes, checked against its table. */
export function loadWriters(
  entity: EntitySpec,
  tables: readonly DeclaredTable[],
  problems: MappingProblem[],
): Writer[] {
  const writers: Writer[] = [];
  const visit = (writes: readonly WriteSpec[], open: readonly Level[]): void => {
    for (const write of writes) {
      if (write.kind === "each") {
        checkLevel(write.list, open, `item ${entity.name}, each`, problems);
        visit(write.writes, [...open, write.level]);
        continue;
      }
      if (write.kind !== "row") {
        const where = `item ${entity.name}, ${write.kind}`;
        checkLevel(write.of, open, where, problems);
        checkCondition(write, where, problems);
        visit(insideOf(write), open);
        continue;
      }
      const table = tables.find(({ name }) => name === write.table);
      const where = `item ${entity.name}, ${write.part ? "part" : "into"} ${write.table}`;
      if (table === undefined) {
        problems.push({ where, problem: "there is no such table", remedy: "correct the name, or declare the table" });
        continue;
      }
      checkRow(write, table, open, where, problems);
      const columns = table.columns.filter((column) => planFor(write, column) !== undefined);
      writers.push({ entity: entity.name, spec: write, table, columns });
    }
  };
  visit(entity.writes, []);
  return writers;
}

/** How a row reads a column. One that may be NULL and is left out is NULL: another kind of item has something to say of it. */
export function planFor({ part, columns }: RowSpec, column: ColumnModel): ReadPlan | undefined {
  const isLeftOut = !part && column.nullable && column.defaultSql === undefined && !Object.hasOwn(columns, column.name);
  return isLeftOut ? NOTHING : own(columns, column.name);
}

/** The templates' braces were read twice, by the compiler's rules and by the parser's: what a reader names must be there. */
export function checkCaptures(
  writes: readonly WriteSpec[],
  pattern: KeyPattern,
  where: string,
  problems: MappingProblem[],
): void {
  for (const { from } of plansOf(writes)) {
    if (from.kind !== "capture" || pattern.pk.values.has(from.name) || pattern.sk?.values.has(from.name)) continue;
    const names = [...pattern.pk.values.keys(), ...(pattern.sk?.values.keys() ?? [])].map((name) => `{${name}}`);
    problems.push({
      where,
      problem: `its key has no capture ${from.name}`,
      remedy: `correct the name, or the braces: it has ${names.length === 0 ? "none" : [...new Set(names)].join(", ")}`,
    });
  }
}

/** Every plan in a list of writes, those of lists and conditions and the parts of plans included. */
export function plansOf(writes: readonly WriteSpec[]): ReadPlan[] {
  return writes.flatMap((write) => {
    if (write.kind === "row")
      return Object.values(write.columns).flatMap((plan) => (plan === undefined ? [] : plansIn(plan)));
    return [...plansIn(write.kind === "each" ? write.list : write.of), ...plansOf(insideOf(write))];
  });
}

function insideOf(write: Exclude<WriteSpec, RowSpec>): readonly WriteSpec[] {
  if (write.kind === "agree") return [];
  return write.kind === "choose" ? write.cases.flatMap(({ writes }) => writes) : write.writes;
}

/** The compiler refuses both, of those who ask it. */
function checkCondition(write: Exclude<WriteSpec, RowSpec>, where: string, problems: MappingProblem[]): void {
  if (write.kind === "when" && !mayBeNull(write.of) && !write.of.steps.some(({ kind }) => kind === "function")) {
    const remedy = "say .optional() or .nullable() of the value, or write the rows without `when`";
    problems.push({ where, problem: "it asks for a value that is always there", remedy });
  }
  if (write.kind === "choose" && mayBeNull(write.of)) {
    const remedy = "put it into a `when`, or say .orElse() what it is then";
    problems.push({ where, problem: "what it chooses by may be NULL", remedy });
  }
  if (write.kind === "choose" && write.cases.length === 0) {
    problems.push({ where, problem: "it has nothing to choose", remedy: "name texts: { admin: () => into(…) }" });
  }
}

function checkLevel(plan: ReadPlan, open: readonly Level[], where: string, problems: MappingProblem[]): void {
  for (const { from } of plansIn(plan)) {
    if (!("level" in from) || from.level.depth === 0 || open.includes(from.level)) continue;
    problems.push({
      where,
      problem: "it reads an element outside its `each`",
      remedy: "use an element only inside its own each",
    });
  }
}

function checkRow(
  write: RowSpec,
  table: DeclaredTable,
  open: readonly Level[],
  where: string,
  problems: MappingProblem[],
): void {
  const say = (problem: string, remedy: string) => problems.push({ where, problem, remedy });
  if (write.part !== (table.duplicates === "merge")) {
    say(
      write.part ? "`part` writes a table whose policy is not `merge`" : "`into` writes a `merge` table",
      write.part ? 'use into, or give the table .duplicates("merge")' : "use part",
    );
  }
  for (const name of Object.keys(write.columns)) {
    if (!table.columns.some((column) => column.name === name)) say(`there is no column ${name}`, "correct the name");
  }
  for (const column of table.columns) {
    const plan = planFor(write, column);
    const isKey = table.primaryKey.includes(column);
    if (plan === undefined) {
      if (isKey || (!write.part && column.defaultSql === undefined)) {
        say(`column ${column.name} is not given`, "name every column; a misspelt capture gives none");
      }
      continue;
    }
    checkLevel(plan, open, where, problems);
    if (!column.nullable && mayBeNull(plan) && table.agreed?.includes(column.name) !== true) {
      say(
        `column ${column.name} may be null, but is not nullable`,
        "make the column .nullable(), or the value required",
      );
    }
  }
}

const columnNames = (columns: readonly ColumnModel[]): string => columns.map(({ name }) => name).join(", ");

/** The facets of a table, by who writes it. */
export function loadFacets(
  table: DeclaredTable,
  writers: readonly Writer[],
  elsewhere: boolean,
  problems: MappingProblem[],
): FacetModel[] {
  const say = (problem: string, remedy: string) => problems.push({ where: `table ${table.name}`, problem, remedy });
  const own = writers.filter((writer) => writer.table === table);
  const [first] = own;
  if (elsewhere) {
    if (first !== undefined) say(`it is written elsewhere, and by ${first.entity}`, "let one migration write it");
    return [];
  }
  if (first === undefined) {
    say("no item writes it", "write it from an item, or remove it");
    return [];
  }
  if (table.duplicates !== "merge") {
    for (const other of own.filter((writer) => columnNames(writer.columns) !== columnNames(first.columns))) {
      say(
        `${first.entity} writes (${columnNames(first.columns)}) but ${other.entity} writes (${columnNames(other.columns)})`,
        "give every `into` of this table the same columns, or merge parts",
      );
    }
    for (const { name } of table.columns.filter((column) => own.every(({ spec }) => planFor(spec, column) === NOTHING)))
      say(
        `no item gives column ${name}`,
        "name it in an `into`, as constant(null) where nothing is known, or remove it",
      );
    return [{ index: 0, columns: first.columns }];
  }
  const shared = table.columns.filter(({ name }) => table.agreed?.includes(name) === true);
  for (const column of shared) {
    const givers = own.filter(({ columns }) => columns.includes(column));
    if (table.primaryKey.includes(column))
      say(`parts are to agree on ${column.name}, which is its key`, "leave it out: rows of another key are others");
    else if (givers.length < 2)
      say(
        `parts are to agree on ${column.name}, and ${givers.length === 0 ? "none" : `${givers[0]?.entity} alone`} gives it`,
        "give it in another part, too, or take it out of `agree`",
      );
    else if (!column.nullable && givers.every(({ spec }) => mayBeNull(planFor(spec, column) ?? NOTHING)))
      say(
        `column ${column.name} may be null in every part, but is not nullable`,
        "make the column .nullable(), or the value required in one part",
      );
  }
  const owners = new Map<string, string>(shared.map(({ name }) => [name, ""]));
  for (const writer of own) {
    for (const column of writer.columns.filter((each) => !table.primaryKey.includes(each) && !shared.includes(each))) {
      const before = owners.get(column.name);
      if (before !== undefined)
        say(
          `both ${before} and ${writer.entity} write ${column.name}`,
          `give it to one part; or, where both say the same, .duplicates("merge", { agree: ["${column.name}"] })`,
        );
      owners.set(column.name, writer.entity);
    }
  }
  for (const column of table.columns) {
    const given = owners.has(column.name) || table.primaryKey.includes(column) || column.defaultSql !== undefined;
    if (!given) say(`no part gives column ${column.name}`, "give it in a part, or remove it");
  }
  const isOwn = (column: ColumnModel) => !shared.includes(column);
  return [
    ...shared.map((column) => ({
      columns: table.columns.filter((each) => each === column || table.primaryKey.includes(each)),
      shared: true as const,
    })),
    ...own.map((writer) => ({ columns: writer.columns.filter(isOwn) })),
  ].map((facet, index) => ({ index, ...facet }));
}

/** Those that a writer gives: its own, and what it shares with others. */
export function facetsOf(table: TableModel, writer: Writer, writers: readonly Writer[]): readonly FacetModel[] {
  if (table.duplicates !== "merge") return table.facets;
  const shared = table.facets.filter((facet) => facet.shared === true);
  const mine = table.facets[shared.length + writers.filter((other) => other.table.name === table.name).indexOf(writer)];
  const given = shared.filter(({ columns }) =>
    columns.every(({ name }) => writer.columns.some((c) => c.name === name)),
  );
  return mine === undefined ? given : [mine, ...given];
}
