/** Planned tables and their relations → what a person may want to say otherwise: ids with no table of their own, and what is stored twice. */

import { figure } from "../../profile/figure.ts";
import type { Ownership } from "../kinds/ownership.ts";
import type { SurveyedKind } from "../kinds/survey.ts";
import { plural, wordsOf } from "../names.ts";
import { pathIn } from "./paths.ts";
import type { Relation } from "./relations.ts";
import type { PlannedTable } from "./tables.ts";

/** Fewer members in common are no copy of an item. */
const TELLING = 3;
/** Of the items that were compared, so many have to be copies. */
const COPIED = 0.2;

/** Ids that stand in keys, and that no kind of item is about. */
export function offerParents(
  tables: readonly PlannedTable[],
  relations: readonly Relation[],
  ownership: Ownership,
): void {
  for (const table of tables) {
    for (const { field, name, doubts } of table.columns) {
      if (field?.capture === undefined || !/\p{L}/u.test(field.prefix) || table.parent !== undefined) continue;
      const isAlone =
        table.columns.filter(({ isKey }) => isKey).length === 1 &&
        table.columns.some((each) => each.isKey && each.field === field);
      const isKnown =
        ownership.ownerOf(field) !== undefined ||
        relations.some((each) => each.table === table && each.columns.includes(name));
      const { ids, texts } = field.values;
      const [form] = texts.forms;
      const isTime = form === "date" || form === "timestamp" || form === "timestamptz";
      if (isAlone || isKnown || isTime || ids.size < 2 || ids.size * 2 > table.subject.items) continue;
      const words = wordsOf(field.prefix);
      const target = plural(words.at(-1) ?? name);
      doubts.push(
        `${ids.told()} different ones, and no item is about one: into("${target}", { ${name}: … }) would give them a table`,
      );
    }
  }
}

/** Items of several kinds that say one thing each of the same. */
export function offerMerges(tables: readonly PlannedTable[], relations: readonly Relation[]): void {
  for (const { table, target, columns } of relations) {
    const key = table.columns.filter(({ isKey }) => isKey).map(({ name }) => name);
    const isOne = key.length === 1 && columns.length === 1 && key[0] === columns[0] && tables.includes(target);
    if (isOne && table.parent === undefined && target.subject.kind.captures.length === 1)
      table.doubts.push(
        `at most one row for each of ${target.name}: part() of one table with .duplicates("merge") would hold both`,
      );
  }
}

/** Members of a map that are attributes of another kind of item, its id among them. */
export function tellSnapshots(tables: readonly PlannedTable[]): void {
  const tops = tables.filter(
    ({ parent, columns }) => parent === undefined && columns.filter(({ isKey }) => isKey).length === 1,
  );
  for (const table of tables) {
    const maps = Map.groupBy(
      table.columns.filter((column) => pathIn(column).length > 1),
      (column) => JSON.stringify(pathIn(column).slice(0, -1)),
    );
    for (const columns of maps.values()) {
      const [first] = columns;
      const names = columns.map((column) => pathIn(column).at(-1));
      const owner = tops.find((top) => top !== table && isSnapshot(names, top));
      if (owner === undefined || first === undefined) continue;
      const id = owner.columns.find(({ isKey }) => isKey);
      const own = columns.find((column) => pathIn(column).at(-1) === pathIn(id ?? first).at(-1));
      first.doubts.push(
        `a copy of an item of ${owner.name}, taken apart: where it says no more than that, ${own?.name ?? first.name} is enough`,
      );
    }
  }
}

function isSnapshot(names: readonly (string | undefined)[], { columns }: PlannedTable): boolean {
  const theirs = columns.map((column) => pathIn(column).join("."));
  const id = columns.find(({ isKey }) => isKey);
  const isAbout = id?.origin.kind === "attr" && names.includes(id.origin.name);
  return isAbout && names.length >= TELLING && names.every((name) => theirs.includes(name ?? ""));
}

/** Kinds of items of which some are equal to an item of another, but for the key: the latest one of many versions. */
export function copiesOf({ kind, profile }: SurveyedKind, kinds: readonly SurveyedKind[]): string[] {
  return kinds.flatMap((other) => {
    const isOther = other.kind !== kind && profile.items <= other.profile.items && !kind.isRest && !other.kind.isRest;
    const names = [...profile.attributes.keys()].filter((name) => other.profile.attributes.has(name));
    if (!isOther || names.length < TELLING) return [];
    if (profile.items === other.profile.items && kind.name < other.kind.name) return [];
    const { missing, of } = profile.contents.missingIn(other.profile.contents);
    const equal = of - missing;
    if (equal < 2 || equal < of * COPIED) return [];
    return [
      `${profile.contents.told(equal)} of ${figure(profile.contents.size)} are equal to an item of ${other.kind.name} but for the key: where they are copies, leave them with ignoreItem, or write both into one table with .duplicates("identical")`,
    ];
  });
}
