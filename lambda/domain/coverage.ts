/**
 * What an entity reads → which parts of an item nobody reads. Built once per entity from its plans; walking an item
 * against it finds every attribute, at any depth, that would otherwise be dropped in silence (I2).
 */
import type { EntityModel, Mapping, WritePlan } from "../mapping/model.ts";
import { plansIn, type ReadPlan, type ValuePath } from "../mapping/readers.ts";
import type { AttributeValue, Item } from "./attribute.ts";

/** A place in an item: read as a whole, or some of its members and elements are. */
interface Place {
  whole: boolean;
  readonly members: Map<string | number, Place>;
  /** What an `each` reads of every element. */
  elements?: Place;
  /** Members that are named nowhere are read too, together. */
  rest?: boolean;
}

export type Coverage = Place;

const place = (): Place => ({ whole: false, members: new Map() });

function descend(root: Place, path: ValuePath["path"]): Place {
  let at = root;
  for (const member of path) {
    const next = at.members.get(member) ?? place();
    at.members.set(member, next);
    at = next;
  }
  return at;
}

/** Names of attributes that items of this kind leave behind on purpose. */
export const ignoredBy = (entity: Pick<EntityModel, "ignore">, mapping: Pick<Mapping, "ignore">): readonly string[] =>
  mapping.ignore.length === 0
    ? entity.ignore
    : entity.ignore.length === 0
      ? mapping.ignore
      : [...new Set([...entity.ignore, ...mapping.ignore])];

/** The coverage of one entity: its plans, its keys and discriminators, and what it declares as ignored. */
export function coverageOf(entity: EntityModel, mapping: Mapping): Coverage {
  const root = place();
  const roots: Place[] = [root];
  const reach = (plan: ReadPlan): Place | undefined => {
    const { from } = plan;
    if (from.kind !== "value" && from.kind !== "captured") return undefined;
    const start = roots[from.depth];
    return start && descend(start, from.path);
  };
  const visit = (writes: readonly WritePlan[]): void => {
    for (const write of writes) {
      if (write.kind === "row") {
        for (const plan of write.reads.flatMap(plansIn)) {
          const read = reach(plan);
          if (read) read.whole = true;
          if (plan.from.kind === "rest") root.rest = true;
        }
        continue;
      }
      for (const plan of plansIn(write.list).slice(1)) {
        const read = reach(plan);
        if (read) read.whole = true;
      }
      const list = reach(write.list);
      if (list === undefined) continue;
      // A list that is made of a value has elements of its own, and the value is read as a whole.
      if (write.list.steps.length > 0) list.whole = true;
      list.elements ??= place();
      roots[write.depth] = list.elements;
      visit(write.writes);
    }
  };
  visit(entity.writes);
  const { pk, sk } = mapping.keys;
  const declared = [pk, ...(sk === undefined ? [] : [sk]), ...Object.keys(entity.pattern.where ?? {})];
  for (const name of [...declared, ...entity.ignore, ...mapping.ignore]) descend(root, [name]).whole = true;
  return root;
}

/** The attributes that are read, if at all, as what is left. */
export function restOf(item: Item, coverage: Coverage): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !coverage.members.has(name)));
}

/** A name may have 64 KB. Names that begin alike for so long are told as one. */
const LONGEST_PATH = 200;

/** The paths nobody reads, each once, such as `Color` or `Versions[].Note`. */
export function unmappedPaths(item: Item, coverage: Coverage): string[] {
  const found = new Set<string>();
  walk({ M: item }, coverage, "", found);
  const told = [...found].map((path) => (path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path));
  return [...new Set(told)];
}

function walk(value: AttributeValue, at: Place | undefined, path: string, found: Set<string>): void {
  if (at?.whole) return;
  if (at !== undefined && "M" in value && (at.members.size > 0 || path === "")) {
    for (const [name, member] of Object.entries(value.M)) {
      if (at.rest && !at.members.has(name)) continue;
      walk(member, at.members.get(name), path === "" ? name : `${path}.${name}`, found);
    }
    return;
  }
  if (at !== undefined && "L" in value && (at.elements !== undefined || at.members.size > 0)) {
    for (const [index, element] of value.L.entries()) {
      const exact = at.members.get(index);
      walk(element, exact ?? at.elements, exact === undefined ? `${path}[]` : `${path}[${index}]`, found);
    }
    return;
  }
  // A set under an `each` is read element by element, if its elements are read; a NULL holds nothing that could be lost.
  if (at?.elements?.whole && ("SS" in value || "NS" in value || "BS" in value)) return;
  if (at !== undefined && "NULL" in value) return;
  found.add(path);
}
