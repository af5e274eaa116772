/**
 * What an entity reads → which parts of an item nobody read. The places are worked out once per entity; walking an item against
 * them finds every attribute, at any depth, that would otherwise be dropped in silence (I2). Most plans read in every item; of
 * the others it asks whether they did in this one.
 */
import { memberText } from "../../mapping/attribute-path.ts";
import type { EntityModel, IgnoredPath, Mapping, WritePlan } from "../../mapping/model.ts";
import { isAsStored, isSure, type Level, partsOf, pathOf, type ReadPlan } from "../../mapping/plans.ts";
import type { AttributeValue, Item } from "./attribute.ts";
import type { Reads } from "./reads.ts";

/** Who does something at a place: a plan that every item comes to, or else those that some come to. */
interface Claim {
  always: boolean;
  readonly plans: Set<ReadPlan>;
}

interface Place {
  /** It is read as a whole. */
  readonly whole: Claim;
  /** Something inside it is read. */
  readonly through: Claim;
  readonly members: Map<string | number, Place>;
  /** A member is known by the kind of item, or left behind on purpose, which reads nothing of the others. */
  isPartlyDone: boolean;
  /** What each `each` over it reads of its elements. */
  readonly lists: { readonly by: Claim; readonly elements: Place }[];
}

export interface Coverage {
  readonly root: Place;
  /** Who takes the attributes that nothing else reads. */
  readonly rest: Claim;
  /** Plans that not every item comes to. */
  readonly watched: ReadonlySet<ReadPlan>;
  /** Whether what is left differs with what was read of an item. */
  readonly isRestOpen: boolean;
}

const claim = (): Claim => ({ always: false, plans: new Set() });
const place = (): Place => ({
  whole: claim(),
  through: claim(),
  members: new Map(),
  isPartlyDone: false,
  lists: [],
});

/** What items of this kind leave behind on purpose, each once. */
export function ignoredBy(
  entity: Pick<EntityModel, "ignore">,
  mapping: Pick<Mapping, "ignore">,
): readonly IgnoredPath[] {
  const both = [...entity.ignore, ...mapping.ignore];
  return [...new Map(both.map((path) => [JSON.stringify(path), path])).values()];
}

/** The coverage of one entity: its plans, its keys and discriminators, and what it declares as ignored. */
export function coverageOf(entity: EntityModel, mapping: Mapping): Coverage {
  const root = place();
  const rest = claim();
  const watched = new Set<ReadPlan>();
  const elements = new Map<Level, Place>();

  const put = (to: Claim, plan: ReadPlan, isAlways: boolean): void => {
    if (isAlways) to.always = true;
    else watched.add(plan);
    if (!isAlways) to.plans.add(plan);
  };
  /** Where a plan ends; undefined in elements of what a word has made, which are no part of the item. */
  const reach = (plan: ReadPlan, isAlways: boolean): Place | undefined => {
    if (plan.from.kind !== "value") return undefined;
    const { level } = plan.from;
    let at = level.depth === 0 ? root : elements.get(level);
    for (const member of pathOf(plan)) {
      if (at === undefined) return undefined;
      put(at.through, plan, isAlways);
      const next = at.members.get(member) ?? place();
      at.members.set(member, next);
      at = next;
    }
    return at;
  };
  /** Each element comes to what its rows read of it, and each item to what its rows do; else it depends on the list in between. */
  const isAlways = ({ from }: ReadPlan, depth: number): boolean =>
    from.kind === "rest" ? depth === 0 : from.kind !== "value" || from.level.depth === depth;
  const addParts = (plan: ReadPlan, depth: number, isSome: boolean): void => {
    // A surrogate that is NULL holds nothing of its parts, and an absent value has been compared with nothing.
    for (const part of partsOf(plan)) add(part, depth, isSome || !isSure(plan));
  };
  const addAlone = (plan: ReadPlan, depth: number, isSome: boolean): void => {
    const always = !isSome && isAlways(plan, depth);
    if (plan.from.kind === "rest") put(rest, plan, always);
    const end = reach(plan, always);
    if (end !== undefined) put(end.whole, plan, always);
  };
  const add = (plan: ReadPlan, depth: number, isSome: boolean): void => {
    addAlone(plan, depth, isSome);
    addParts(plan, depth, isSome);
  };
  /** `isSome`: whether only some items, or elements, come to these rows. */
  const visit = (writes: readonly WritePlan[], depth: number, isSome: boolean): void => {
    for (const write of writes) {
      if (write.kind === "row") {
        for (const plan of write.reads) add(plan, depth, isSome);
        continue;
      }
      if (write.kind === "when") {
        add(write.of, depth, true);
        visit(write.writes, depth, true);
        continue;
      }
      if (write.kind === "agree") {
        // What it agrees with is held by no row yet.
        addAlone(write.of, depth, isSome);
        continue;
      }
      if (write.kind === "choose") {
        add(write.of, depth, isSome);
        for (const { writes: chosen } of write.cases) visit(chosen, depth, true);
        continue;
      }
      const { list, level } = write;
      if (isAsStored(list)) {
        const always = !isSome && isAlways(list, depth);
        const end = reach(list, always);
        if (end !== undefined) {
          const by = claim();
          put(by, list, always);
          put(end.through, list, always);
          const inside = place();
          end.lists.push({ by, elements: inside });
          elements.set(level, inside);
        }
        addParts(list, depth, isSome);
      } else add(list, depth, isSome);
      visit(write.writes, level.depth, false);
    }
  };
  visit(entity.writes, 0, false);
  const { pk, sk } = mapping.keys;
  const keys = [pk, ...(sk === undefined ? [] : [sk])].map((name) => [name]);
  // What holds the same in every item of the kind is known by the kind; what is merely there has still to be read.
  const known = (entity.pattern.where ?? []).flatMap(({ path, is }) => (typeof is === "object" ? [path] : []));
  for (const path of [...keys, ...known, ...ignoredBy(entity, mapping)]) {
    let at = root;
    for (const name of path) {
      at.isPartlyDone = true;
      const next = at.members.get(name) ?? place();
      at.members.set(name, next);
      at = next;
    }
    at.whole.always = true;
  }
  const isRestOpen =
    (rest.always || rest.plans.size > 0) &&
    root.members.values().some(({ whole, through }) => isSometimes(whole, through));
  return { root, rest, watched, isRestOpen };
}

const isSometimes = (whole: Claim, through: Claim): boolean =>
  !whole.always && !through.always && whole.plans.size + through.plans.size > 0;

/** One item, and what was read of it. */
export interface Read {
  readonly item: Item;
  /** The item as the value its plans are read within. */
  readonly within: AttributeValue;
  readonly reads: Reads;
}

const holds = ({ always, plans }: Claim, within: AttributeValue, reads: Reads): boolean =>
  always || (plans.size > 0 && plans.values().some((plan) => reads.has(plan, within)));

const isTouched = (at: Place, { within, reads }: Read): boolean =>
  holds(at.whole, within, reads) || holds(at.through, within, reads);

/** The attributes that nothing else read, without what is done of them. */
export function restOf(read: Read, { root }: Coverage): Item {
  const left: [string, AttributeValue][] = [];
  for (const [name, value] of Object.entries(read.item)) {
    const at = root.members.get(name);
    if (at === undefined || !isTouched(at, read)) left.push([name, keptOf(value, at)]);
  }
  return Object.fromEntries(left);
}

/** A map without its members that are done with, at any depth. */
function keptOf(value: AttributeValue, at: Place | undefined): AttributeValue {
  if (at?.isPartlyDone !== true || !("M" in value)) return value;
  const kept = Object.entries(value.M).filter(([name]) => at.members.get(name)?.whole.always !== true);
  return { M: Object.fromEntries(kept.map(([name, member]) => [name, keptOf(member, at.members.get(name))])) };
}

/**
 * Whether every member is read by plans that every item comes to, which is asked without making anything: of most items
 * nothing is left, and only of others it has to be told what.
 */
function isAllRead(map: Item, members: Place["members"]): boolean {
  for (const name in map) {
    const value = map[name];
    const at = members.get(name);
    if (value === undefined || at === undefined || !isRead(value, at)) return false;
  }
  return true;
}

function isRead(value: AttributeValue, { whole, through, members, isPartlyDone, lists }: Place): boolean {
  if (whole.always) return true;
  if ("M" in value && (through.always || isPartlyDone)) return isAllRead(value.M, members);
  if (!through.always) return false;
  const sure = lists.filter(({ by }) => by.always);
  if (sure.some(({ elements }) => elements.whole.always)) return true;
  return "L" in value && sure.some(({ elements }) => value.L.every((element) => isRead(element, elements)));
}

/** A name may have 64 KB. Names that begin alike for so long are told as one. */
const LONGEST_PATH = 200;

/** The paths nobody read, each once, such as `Color` or `Versions[].Note`. */
export function unmappedPaths(read: Read, { root, rest }: Coverage): string[] {
  if (isAllRead(read.item, root.members)) return [];
  const found = new Set<string>();
  const isRestRead = holds(rest, read.within, read.reads);
  for (const [name, value] of Object.entries(read.item)) {
    const at = root.members.get(name);
    if (at?.whole.always) continue;
    const path = memberText(name);
    // What nothing else has read is taken whole by the rest, but for what is left behind of it.
    if (at !== undefined && (isTouched(at, read) || !isRestRead)) {
      walk(value, [{ place: at, within: read.within }], path, read.reads, found);
    } else if (!isRestRead) found.add(path);
  }
  const told = [...found].map((path) => (path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path));
  return [...new Set(told)];
}

/** A place, and the item or element it is a place of. Several rows may read one value, each in its own way. */
interface Spot {
  readonly place: Place;
  readonly within: AttributeValue;
}

function walk(value: AttributeValue, spots: readonly Spot[], path: string, reads: Reads, found: Set<string>): void {
  if (spots.some(({ place: at, within }) => holds(at.whole, within, reads))) return;
  const touched = spots.filter(({ place: at, within }) => holds(at.through, within, reads));
  // Of a map the members are named wherever rows, of other items as may be, read members: it cannot be left behind as a whole.
  const open = "M" in value ? spots.filter((spot) => touched.includes(spot) || spot.place.members.size > 0) : touched;
  if (open.length === 0) {
    found.add(path);
    return;
  }
  const at = (member: string | number): Spot[] =>
    open.flatMap(({ place: { members }, within }) => {
      const inner = members.get(member);
      return inner === undefined ? [] : [{ place: inner, within }];
    });
  const isCovered = (member: string): boolean =>
    open.some(({ place: { members } }) => members.get(member)?.whole.always === true);
  if ("M" in value) {
    for (const [name, member] of Object.entries(value.M)) {
      if (!isCovered(name)) walk(member, at(name), `${path}.${memberText(name)}`, reads, found);
    }
    return;
  }
  // What is neither map nor list stood for NULL, or the item would have been refused.
  const lists = open.flatMap(({ place: { lists: all }, within }) => all.filter(({ by }) => holds(by, within, reads)));
  // A list may have 130,000 elements: what holds for all of them is asked once.
  if (lists.some(({ elements }) => elements.whole.always)) return;
  const isNamed = open.some(({ place: { members } }) => members.size > 0);
  const each = "L" in value ? `${path}[]` : path;
  for (const [index, element] of (reads.elementsOf(value) ?? []).entries()) {
    const exact = isNamed ? at(index) : [];
    const inside = lists.map(({ elements }) => ({ place: elements, within: element }));
    walk(element, [...exact, ...inside], exact.length === 0 ? each : `${path}[${index}]`, reads, found);
  }
}
