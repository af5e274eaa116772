/** Kinds of items and the items, one after the other → a profile of each kind. Memory is that of the profiles, whatever the table's size. */
import { findAmbiguities } from "../../../mapping/ambiguity.ts";
import type { EntityModel, Mapping } from "../../../mapping/model.ts";
import { own } from "../../../mapping/own.ts";
import type { Item } from "../../decode/attribute.ts";
import { type Dispatch, dispatcher } from "../../decode/dispatch.ts";
import { isRefusal } from "../../decode/refusal.ts";
import { IdSets } from "../../profile/id-sets.ts";
import { ItemProfile, type Tuple } from "../../profile/item-profile.ts";
import { type Capture, FORM_NAME, type Keys, type Kind } from "./kinds.ts";

export interface SurveyedKind {
  readonly kind: Kind;
  readonly profile: ItemProfile;
}

export class Survey {
  readonly ids = new IdSets();
  readonly kinds: readonly SurveyedKind[];
  readonly #dispatch: Dispatch;
  readonly #byName: ReadonlyMap<string, ItemProfile>;

  constructor(kinds: readonly Kind[], keys: Keys, delimiter: string) {
    this.kinds = kinds.map((kind) => {
      const surveyed = {
        keys: Object.values(keys),
        captures: kind.captures.map(({ name }) => name),
        delimiter,
        where: Object.keys(kind.where),
        tuples: tuplesOf(kind, kinds),
      };
      return { kind, profile: new ItemProfile(surveyed, this.ids) };
    });
    this.#byName = new Map(this.kinds.map(({ kind, profile }) => [kind.name, profile]));
    this.#dispatch = dispatcher(mappingOf(kinds, keys));
  }

  /** Returns whether it has a key. */
  add(item: Item): boolean {
    const found = this.#dispatch(item);
    if (isRefusal(found)) return false;
    this.#byName.get(found.entity.name)?.add(item, found.captures);
    return true;
  }
}

/** As far as telling kinds of items needs one. */
function mappingOf(kinds: readonly Kind[], keys: Keys): Mapping {
  const entities = kinds.map(({ name, pattern }, at): EntityModel => {
    return { index: at + 1, name, identity: name, pattern, ignore: [], writes: [] };
  });
  const { order } = findAmbiguities(entities);
  return {
    after: { grants: [] },
    keys,
    ignore: [],
    tables: [],
    entities: order.flatMap((name) => entities.filter((entity) => entity.name === name)),
    templates: new Map(),
    identity: "",
  };
}

/** Captures that name an item of a kind, all of them or without those that only sort: `LESSON#{order}#{lesson}`. */
export function keyVariants({ captures }: Kind): readonly (readonly Capture[])[] {
  const sorting = captures.filter(
    // Of `ORDER#{number}#LINE#{line}` the number is an id; what sorts stands right before what it sorts.
    ({ name, isInPk }, at) => !isInPk && /^int\d*$/.test(name) && captures[at + 1]?.prefix === "",
  );
  const without = captures.filter((capture) => !sorting.includes(capture));
  return [captures, ...(sorting.length > 0 ? [without] : [])].filter((variant) => variant.length > 1);
}

export const tupleName = (kind: Kind, variant: readonly Capture[]): string =>
  JSON.stringify([kind.name, ...variant.map(({ name }) => name)]);

/** Where a kind may hold the key of another: of itself its own, of others what is called or told alike. */
export function holding(kind: Kind, variant: readonly Capture[]): readonly (Capture | string | undefined)[] {
  if (variant.every((capture) => kind.captures.includes(capture))) return variant;
  const taken = new Set<Capture>();
  return variant.map((wanted) => {
    const found =
      kind.captures.find((own) => !taken.has(own) && own.name === wanted.name && !FORM_NAME.test(own.name)) ??
      kind.captures.find((own) => !taken.has(own) && own.prefix !== "" && own.prefix === wanted.prefix);
    if (found !== undefined) taken.add(found);
    return found ?? (FORM_NAME.test(wanted.name) ? undefined : wanted.name);
  });
}

/** Its two ids, the second one first: where both are told alike, the other direction of an edge has them so. */
export const reversedName = ({ name }: Kind): string => JSON.stringify([name, "reversed"]);

const textOf = (values: readonly (string | undefined)[]): string | undefined =>
  values.includes(undefined) ? undefined : values.map((value) => `${value?.length}:${value}`).join("");

function tuplesOf(kind: Kind, kinds: readonly Kind[]): Tuple[] {
  const [first, second, ...more] = kind.captures;
  const isEdge = first !== undefined && second !== undefined && more.length === 0 && first.prefix === second.prefix;
  const reversed: Tuple[] = isEdge
    ? [
        {
          name: reversedName(kind),
          textOf: (_, captures) => textOf([captures.get(second.name), captures.get(first.name)]),
        },
      ]
    : [];
  return [...reversed, ...heldKeys(kind, kinds)];
}

function heldKeys(kind: Kind, kinds: readonly Kind[]): Tuple[] {
  return kinds.flatMap((other) =>
    keyVariants(other).map((variant): Tuple => {
      const places = holding(kind, variant);
      return {
        name: tupleName(other, variant),
        textOf: (item, captures) =>
          textOf(
            places.map((place) => (typeof place === "string" ? textIn(item, place) : captures.get(place?.name ?? ""))),
          ),
      };
    }),
  );
}

function textIn(item: Item, name: string): string | undefined {
  const value = own(item, name);
  return value === undefined ? undefined : "S" in value ? value.S : "N" in value ? value.N : undefined;
}
