/**
 * A schema folder's two declarations → one checked mapping, or every problem they have, each with its remedy. Whatever
 * can be known before the first item is read is found here.
 */
import { findAmbiguities } from "./ambiguity.ts";
import type { EntitySpec, Ignored, ItemsSpec, WriteSpec } from "./items.ts";
import {
  checkCaptures,
  delimiterOf,
  facetsOf,
  loadFacets,
  loadPattern,
  loadWriters,
  planFor,
  plansOf,
  type Writer,
} from "./load-items.ts";
import { checkSteps } from "./load-steps.ts";
import { loadTables } from "./load-tables.ts";
import type { EntityModel, IgnoredPath, Mapping, MappingProblem, Numbers, TableModel, WritePlan } from "./model.ts";
import { own } from "./own.ts";
import { partingForm } from "./parting.ts";
import { specOf, type Tables, targetOf } from "./tables.ts";
import { isTemplateProblem, parseTemplate, type Template } from "./template.ts";

export type Loaded = { readonly mapping: Mapping } | { readonly problems: readonly MappingProblem[] };

/** Loads a mapping, with the numbers a ledger has given out already. Never throws for what a user wrote. */
export function loadMapping(tables: Tables, items: ItemsSpec, known: Numbers = { tables: {}, entities: {} }): Loaded {
  const problems: MappingProblem[] = [];
  const declared = loadTables(tables, problems, numbering(known.tables));
  const numberOf = numbering(known.entities);
  const patterns = items.entities.map((entity) => loadPattern(entity, items, problems));
  const writers = items.entities.flatMap((entity) => loadWriters(entity, declared, problems));
  const isElsewhere = (name: string): boolean => {
    const table = own(tables, name);
    return table !== undefined && specOf(table).elsewhere;
  };
  const models = declared.map((table) => {
    return { ...table, facets: loadFacets(table, writers, isElsewhere(table.name), problems) };
  });
  const ours = models.filter(({ name }) => !isElsewhere(name));
  const templates = loadTemplates(items, problems);
  checkNames(items, problems);
  checkIgnored(items, problems);
  checkSteps(items, problems);
  if (items.entities.length === 0) {
    problems.push({ where: "items", problem: "no item is declared", remedy: "declare at least one item" });
  }

  const entities = items.entities.flatMap((entity, at): EntityModel[] => {
    const pattern = patterns[at];
    if (pattern === undefined) return [];
    checkCaptures(entity.writes, pattern, `item ${entity.name}`, problems);
    const writes = planWrites(entity.writes, writers, models);
    const index = numberOf(entity.name);
    const base = {
      index,
      name: entity.name,
      identity: meaningOf(entity, items),
      pattern,
      ignore: entity.ignore.map(pathOfIgnored),
      writes,
    };
    const { only } = items.options;
    const ignored = entity.ignored ?? (only === undefined || only.includes(entity.name) ? undefined : OUT_OF_SCOPE);
    return [ignored === undefined ? base : { ...base, ignored }];
  });
  const { order, problems: ambiguities } = findAmbiguities(entities);
  for (const ambiguity of ambiguities) problems.push(describe(ambiguity, entities));
  if (problems.length > 0) return { problems };

  const { keys, ttl, ignore = [] } = items.options;
  const ordered = order.flatMap((name) => entities.filter((entity) => entity.name === name));
  const { owner, grants = {} } = targetOf(tables);
  const after = {
    ...(owner === undefined ? {} : { owner }),
    grants: Object.entries(grants).map(([role, privileges]) => ({ role, privileges })),
  };
  const base = {
    after,
    keys,
    ignore: ignore.map(pathOfIgnored),
    tables: ours,
    entities: ordered,
    templates,
    identity: identityOf(models, items),
  };
  return { mapping: ttl === undefined ? base : { ...base, ttl } };
}

function describe(
  ambiguity: ReturnType<typeof findAmbiguities>["problems"][number],
  entities: readonly EntityModel[],
): MappingProblem {
  if (ambiguity.kind === "unreachable") {
    const { entity, hiddenBy } = ambiguity;
    const problem = `every item it matches is taken by ${hiddenBy}`;
    return { where: `item ${entity}`, problem, remedy: "remove one, or tell them apart by `where`" };
  }
  const { first, second, example } = ambiguity;
  const key = example.sk === undefined ? `"${example.pk}"` : `"${example.pk}" / "${example.sk}"`;
  return {
    where: `items ${first} and ${second}`,
    problem: `both match the key ${key}`,
    remedy: `${formFor(first, second, entities) ?? "tell them apart by a form of a capture, as {id:int} and {name:!int}"}, by a literal in a template, or by \`where\``,
  };
}

/** What would part the two, where a form does. */
function formFor(first: string, second: string, entities: readonly EntityModel[]): string | undefined {
  const patternOf = (name: string) => entities.find((entity) => entity.name === name)?.pattern;
  for (const [one, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const [pattern, from] = [patternOf(one), patternOf(other)];
    const form = pattern && from && partingForm(pattern, from);
    if (form !== undefined) return `tell them apart by a form of a capture, as ${form} of ${one}`;
  }
  return undefined;
}

/** Why an item counts as ignored that is not among those a mapping is held to. */
const OUT_OF_SCOPE = "out of scope";

function checkNames(items: ItemsSpec, problems: MappingProblem[]): void {
  const seen = new Set<string>();
  for (const { name } of items.entities) {
    if (name === "" || seen.has(name)) {
      problems.push({
        where: `item ${name}`,
        problem: "its name is empty or used twice",
        remedy: "give each item its own name",
      });
    }
    seen.add(name);
  }
  for (const name of items.options.only?.filter((each) => !seen.has(each)) ?? []) {
    problems.push({ where: "only", problem: `there is no item ${name}`, remedy: "correct the name, or remove it" });
  }
}

const pathOfIgnored = (ignored: Ignored): IgnoredPath => (typeof ignored === "string" ? [ignored] : ignored);

function checkIgnored({ options, entities }: ItemsSpec, problems: MappingProblem[]): void {
  const lists = [{ where: "ignore", ignore: options.ignore ?? [] }].concat(
    entities.map(({ name, ignore }) => ({ where: `item ${name}, ignore`, ignore })),
  );
  for (const { where, ignore } of lists) {
    if (ignore.every((each) => pathOfIgnored(each).length > 0)) continue;
    const remedy = 'name an attribute, "Legacy", or a member of a map, ["data", "TYPE"]';
    problems.push({ where, problem: "a list of names has none", remedy });
  }
}

function loadTemplates(items: ItemsSpec, problems: MappingProblem[]): Map<string, Template> {
  const templates = new Map<string, Template>();
  const parsed = (text: string, where: string): Template | undefined => {
    const template = templates.get(text) ?? parseTemplate(text, delimiterOf(items));
    if (isTemplateProblem(template)) {
      problems.push({ where, ...template });
      return undefined;
    }
    templates.set(text, template);
    return template;
  };
  for (const entity of items.entities) {
    for (const { from, steps } of plansOf(entity.writes)) {
      if (from.kind === "composed") {
        const where = `item ${entity.name}, compose "${from.template}"`;
        const wanted = parsed(from.template, where)?.values.keys().toArray() ?? Object.keys(from.parts);
        const given = Object.keys(from.parts);
        for (const name of wanted.filter((each) => !given.includes(each)))
          problems.push({ where, problem: `nothing is given for {${name}}`, remedy: `give it: { ${name}: … }` });
        for (const name of given.filter((each) => !wanted.includes(each)))
          problems.push({ where, problem: `it has no {${name}}`, remedy: "correct the braces, or leave the part out" });
      }
      for (const step of steps) {
        if (step.kind !== "captures") continue;
        const where = `item ${entity.name}, captures "${step.template}"`;
        if (parsed(step.template, where)?.values.has(step.name) === false)
          problems.push({ where, problem: `it has no capture ${step.name}`, remedy: "correct the braces" });
      }
    }
  }
  return templates;
}

function planWrites(
  writes: readonly WriteSpec[],
  writers: readonly Writer[],
  tables: readonly TableModel[],
): WritePlan[] {
  const planned = (inner: readonly WriteSpec[]) => planWrites(inner, writers, tables);
  return writes.flatMap((write): WritePlan[] => {
    if (write.kind === "agree") return [write];
    if (write.kind === "each" || write.kind === "when") return [{ ...write, writes: planned(write.writes) }];
    if (write.kind === "choose")
      return [{ ...write, cases: write.cases.map((each) => ({ ...each, writes: planned(each.writes) })) }];
    const writer = writers.find((each) => each.spec === write);
    const table = tables.find(({ name }) => name === write.table);
    if (writer === undefined || table === undefined) return [];
    return facetsOf(table, writer, writers).map((facet) => {
      const reads = facet.columns.flatMap((column) => planFor(write, column) ?? []);
      return { kind: "row", table, facet, reads };
    });
  });
}

/** What the fingerprint of a mapping covers: both declarations, in the order written. Numbers are the ledger's. */
function identityOf(tables: readonly TableModel[], items: ItemsSpec): string {
  return JSON.stringify({ tables: tables.map((table, at) => ({ ...table, index: at + 1 })), items });
}

/**
 * What decides about the rows of an entity's items: its own declaration, and what is declared for all. What is left behind on
 * purpose decides about none, but where all that is left becomes a column.
 */
function meaningOf(entity: EntitySpec, { options: { only: _, ...shared } }: ItemsSpec): string {
  if (plansOf(entity.writes).some(({ from }) => from.kind === "rest")) return JSON.stringify({ entity, shared });
  return JSON.stringify({ entity: { ...entity, ignore: [] }, shared: { ...shared, ignore: [] } });
}

/** Numbers that are known stay; new names get the next ones. */
function numbering(known: Readonly<Record<string, number>>): (name: string) => number {
  const numbers = new Map(Object.entries(known));
  let last = Math.max(0, ...numbers.values());
  return (name) => {
    const number = numbers.get(name);
    if (number !== undefined) return number;
    last += 1;
    numbers.set(name, last);
    return last;
  };
}
