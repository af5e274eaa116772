/**
 * What an item has to hold beside its key to be of a kind, `{ Type: "File", Deleted: absent, data: { V: 2 } }` → one condition a
 * place; with two lists of them, whether some item meets both, and whether one follows from the other.
 */

/** What an attribute holds that tells kinds of items apart. A number is compared as a number. */
export type Discriminator = string | number | boolean;

/** The item has no such attribute, or the map no such member. A DynamoDB NULL is one. */
export const absent: unique symbol = Symbol("absent");
/** The item has such an attribute, whatever it holds: it still has to be read. */
export const present: unique symbol = Symbol("present");

/** By attribute, and within a map by member: names exactly as stored. */
export interface Where {
  readonly [name: string]: Discriminator | typeof absent | typeof present | Where;
}

export interface Condition {
  /** The names that lead there. */
  readonly path: readonly string[];
  readonly is: "absent" | "present" | { readonly value: Discriminator };
}

export function conditionsOf(where: Where, to: readonly string[] = []): readonly Condition[] {
  return Object.entries(where).flatMap(([name, wanted]): readonly Condition[] => {
    const path = [...to, name];
    if (wanted === absent) return [{ path, is: "absent" }];
    if (wanted === present) return [{ path, is: "present" }];
    return typeof wanted === "object" ? conditionsOf(wanted, path) : [{ path, is: { value: wanted } }];
  });
}

/** Places of which something was begun to be asked, and nothing is. */
export function unaskedIn(where: Where, to: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(where).flatMap(([name, wanted]) => {
    if (typeof wanted !== "object") return [];
    const path = [...to, name];
    return Object.keys(wanted).length === 0 ? [path] : unaskedIn(wanted, path);
  });
}

/** Whether one place is the other or the map around it. */
const leadsTo = (path: readonly string[], to: readonly string[]): boolean =>
  path.length <= to.length && path.every((name, at) => to[at] === name);
const isSame = (a: Condition, b: Condition): boolean => a.path.length === b.path.length && leadsTo(a.path, b.path);

/** Whether an item that meets the one meets the other. */
function implies(a: Condition, b: Condition): boolean {
  // What has members is there itself; what is absent, or no map, has none.
  if (b.is === "present") return a.is !== "absent" && leadsTo(b.path, a.path);
  if (b.is === "absent") return leadsTo(a.path, b.path) && (a.is === "absent" || (a.is !== "present" && !isSame(a, b)));
  return isSame(a, b) && typeof a.is === "object" && a.is.value === b.is.value;
}

function excludes(a: Condition, b: Condition): boolean {
  if (typeof a.is === "object" && typeof b.is === "object" && isSame(a, b)) return a.is.value !== b.is.value;
  // Whatever implies that something is absent leaves nothing there, and the other way round.
  return b.is !== "absent" && implies(a, { path: b.path, is: "absent" });
}

/** Whether every item that meets all of `a` meets all of `b`. */
export const entail = (a: readonly Condition[], b: readonly Condition[]): boolean =>
  b.every((wanted) => a.some((given) => implies(given, wanted)));

/** Whether an item may meet all of both. */
export const mayMeet = (a: readonly Condition[], b: readonly Condition[]): boolean =>
  a.every((one) => b.every((other) => !excludes(one, other) && !excludes(other, one)));
