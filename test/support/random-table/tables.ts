/**
 * A table of a design nobody has thought of: kinds of items whose keys are put together of words and ids, with attributes of any
 * form. It is drawn as its owner would have made it: one design, and many items that follow it.
 */
import fc from "fast-check";
import type { AttributeValue, Item } from "../../../lambda/domain/decode/attribute.ts";
import { keySource } from "../../../lambda/domain/decode/source-key.ts";
import { HOSTILE_NAMES, TELLING_NAMES } from "./hostile.ts";
import { type Form, form, ID_FORMS } from "./values.ts";

export interface RandomTable {
  readonly keys: { readonly pk: string; readonly sk?: string };
  readonly items: readonly Item[];
  /** For each item the attributes that hold what stands nowhere else. */
  readonly payload: readonly (readonly string[])[];
}

/** Draws one value after the other; what is drawn first decides what is asked next. */
type Draw = <T>(values: fc.Arbitrary<T>) => T;

const NAMES = [
  "User",
  "Order",
  "Product",
  "Team",
  "File",
  "Event",
  "Größe",
  "class",
  "order-item",
  "x1",
  "Users",
  "user",
];
const KEYS = [
  ["PK", "SK"],
  ["pk", "sk"],
  ["id", "range"],
  ["p.k", "s k"],
  ["hash", undefined],
  ["id", undefined],
] as const;
const DELIMITERS = ["#", "#", "#", ":", "|", "/"];
const TYPE_NAMES = ["type", "EntityType", "__edb_e__", "_et", "a.type"];

interface Design {
  readonly delimiter: string;
  readonly keys: RandomTable["keys"];
  readonly type: string | undefined;
  /** Of the last of the keys. */
  readonly keyType: "S" | "N" | "B";
}

interface Kind {
  readonly name: string;
  readonly prefix: string;
  readonly ids: readonly string[];
  /** The attribute that repeats the id. */
  readonly idName: string | undefined;
}

interface Payload {
  readonly name: string;
  readonly form: Form;
  /** Of a hundred items so many have it. */
  readonly fill: number;
}

export const randomTable: fc.Arbitrary<RandomTable> = fc.gen().map((generate) => {
  const draw: Draw = (values) => generate(() => values);
  return tableOf(draw);
});

function tableOf(draw: Draw): RandomTable {
  const [pk, sk] = draw(fc.constantFrom(...KEYS));
  const design: Design = {
    delimiter: draw(fc.constantFrom(...DELIMITERS)),
    keys: sk === undefined ? { pk } : { pk, sk },
    type: draw(fc.option(fc.constantFrom(...TYPE_NAMES))) ?? undefined,
    keyType: draw(
      fc.constantFrom(...Array.from("SSSSSSSSSSNB", (type) => (type === "N" || type === "B" ? type : "S"))),
    ),
  };
  const names = draw(fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }));
  const drawn = names.map((name) => kindOf(name, draw));
  // Two kinds of one prefix are told by their type alone, or not at all.
  const kinds = drawn.map((kind, at) =>
    draw(fc.nat(7)) === 0 ? { ...kind, prefix: drawn[at - 1]?.prefix ?? kind.prefix } : kind,
  );
  const made = kinds.flatMap((kind, at) => itemsOf(kind, kinds[at - 1], linkTo(kinds, design, draw), design, draw));
  if (sk !== undefined && draw(fc.nat(4)) === 0) made.push(...copiesOf(made, design, draw));
  const [from, to] = kinds;
  if (from !== undefined && to !== undefined && sk !== undefined && draw(fc.boolean()))
    made.push(...edgesOf(from, to, design, draw));
  // A table has one item a key.
  const unique = new Map(made.map((each) => [keyOf(each.item, design), each]));
  const all = draw(fc.shuffledSubarray([...unique.values()], { minLength: unique.size }));
  return { keys: design.keys, items: all.map(({ item }) => item), payload: all.map(({ payload }) => payload) };
}

const keyOf = (item: Item, { keys: { pk, sk } }: Design): string =>
  keySource(item, sk === undefined ? [pk] : [pk, sk]) ?? "";

function kindOf(name: string, draw: Draw): Kind {
  const prefix = draw(fc.constantFrom(name.toUpperCase(), name, name.charAt(0), `$${name}_1`));
  const most = draw(fc.constantFrom(1, 5, 10, 10, 40));
  const ids = draw(
    fc
      .constantFrom(...Object.keys(ID_FORMS))
      .chain((id) => fc.uniqueArray(ID_FORMS[id] ?? fc.uuid(), { minLength: 1, maxLength: most })),
  );
  const idName = draw(fc.option(fc.constantFrom(`${name.toLowerCase()}Id`, `${name}_id`, "id", "Id", "code")));
  return { name, prefix, ids, idName: idName ?? undefined };
}

interface Made {
  readonly item: Item;
  readonly payload: readonly string[];
}

/** Own properties, whatever they are called. */
const itemOf = (attributes: readonly (readonly [string, AttributeValue])[]): Item => {
  const item: Record<string, AttributeValue> = Object.create(null);
  for (const [name, value] of attributes) item[name] = value;
  return item;
};

const S = (text: string): AttributeValue => ({ S: text });

/** How the keys of a kind are put together: each way is one that tables of the real world have. */
function keysOf(kind: Kind, parent: Kind | undefined, { delimiter: d, keys, keyType }: Design, draw: Draw) {
  const own = (id: string) => `${kind.prefix}${d}${id}`;
  const owners = parent?.ids ?? [];
  const ownerOf = draw(fc.func(fc.nat(Math.max(0, owners.length - 1))));
  const owner = (id: string): string => owners[ownerOf(id)] ?? "none";
  const above = (id: string) => `${parent?.prefix ?? "ROOT"}${d}${owner(id)}`;
  const number = draw(fc.func(fc.integer({ min: 0, max: 2_000_000_000 })));
  const last = (text: string, id: string): AttributeValue =>
    keyType === "N" ? { N: String(number(id)) } : keyType === "B" ? { B: Buffer.from(text) } : S(text);
  if (keys.sk === undefined) {
    const alone = [own, (id: string) => `${own(id)}${d}${kind.name}`, (id: string) => id];
    const pk = draw(fc.constantFrom(...alone));
    return { owner: undefined, key: (id: string) => ({ pk: last(pk(id), id), sk: undefined }) };
  }
  const texts: readonly (readonly [ofOwner: boolean, key: (id: string) => readonly [string, string]])[] = [
    [false, (id) => [own(id), own(id)]],
    [false, (id) => [own(id), "METADATA"]],
    [false, (id) => [own(id), `#METADATA${d}${id}`]],
    [false, (id) => [`${kind.prefix}S`, id]],
    [false, (id) => [id, kind.name]],
    [true, (id) => [above(id), own(id)]],
    [true, (id) => [above(id), `${kind.prefix}${d}2024-01-02T03:04:05Z${d}${id}`]],
    [true, (id) => [`${above(id)}${d}${own(id)}`, kind.prefix]],
    [true, (id) => [`${above(id)}${d}${kind.prefix}`, id]],
  ];
  const [ofOwner, text] = draw(fc.constantFrom(...texts.filter(([needs]) => !needs || parent !== undefined)));
  return {
    owner: ofOwner ? owner : undefined,
    key: (id: string) => {
      const [pk, sk] = text(id);
      return { pk: S(pk), sk: last(sk, id) };
    },
  };
}

/** An attribute that points to items of a kind, be it its own; some of what it points to is not there. */
function linkTo(kinds: readonly Kind[], { delimiter }: Design, draw: Draw): Link | undefined {
  if (draw(fc.boolean())) return undefined;
  const { name, ids, prefix } = draw(fc.constantFrom(...kinds));
  const [isWhole, stranger] = [draw(fc.boolean()), draw(fc.constantFrom("gone", "0", ...ids))];
  return {
    name: draw(fc.constantFrom(`${name}Id`, "parentId", "owner", `${name.toLowerCase()}_key`)),
    ids: fc.constantFrom(...ids, stranger).map((id) => (isWhole ? `${prefix}${delimiter}${id}` : id)),
  };
}

interface Link {
  readonly name: string;
  readonly ids: fc.Arbitrary<string>;
}

function itemsOf(kind: Kind, parent: Kind | undefined, link: Link | undefined, design: Design, draw: Draw): Made[] {
  const { keys, type, delimiter } = design;
  const { key, owner } = keysOf(kind, parent, design, draw);
  const taken = new Set([keys.pk, keys.sk, type, kind.idName, "GSI1PK", "ownerId", link?.name]);
  const name = fc.oneof(
    { arbitrary: fc.stringMatching(/^[a-zA-Z]{1,8}$/), weight: 3 },
    { arbitrary: fc.constantFrom(...TELLING_NAMES), weight: 2 },
    { arbitrary: fc.constantFrom(...HOSTILE_NAMES), weight: 1 },
  );
  const payload = draw(
    fc.uniqueArray(fc.record({ name, form, fill: fc.constantFrom(100, 100, 100, 90, 50, 10) }), {
      maxLength: 6,
      selector: (each) => each.name,
    }),
  ).filter((each) => !taken.has(each.name));
  const repeatsOwner = owner !== undefined && draw(fc.boolean());
  const hasIndex = draw(fc.nat(3)) === 0;
  return kind.ids.map((id) => {
    const { pk, sk } = key(id);
    const held = payloadOf(payload, draw);
    const attributes: (readonly [string, AttributeValue])[] = [[keys.pk, pk]];
    if (keys.sk !== undefined && sk !== undefined) attributes.push([keys.sk, sk]);
    if (type !== undefined) attributes.push([type, S(kind.name)]);
    if (kind.idName !== undefined) attributes.push([kind.idName, S(id)]);
    if (repeatsOwner) attributes.push(["ownerId", S(owner(id))]);
    if (link !== undefined) attributes.push([link.name, S(draw(link.ids))]);
    if (hasIndex) attributes.push(["GSI1PK", S(`BY${delimiter}${id}`)]);
    return { item: itemOf([...attributes, ...held]), payload: held.map(([each]) => each) };
  });
}

const payloadOf = (payload: readonly Payload[], draw: Draw): (readonly [string, AttributeValue])[] =>
  payload.flatMap(({ name, form: { values }, fill }) =>
    draw(fc.integer({ min: 1, max: 100 })) <= fill ? [[name, draw(values)] as const] : [],
  );

/** Items under another key, as versions and latest ones are; not all of them the same any more. */
function copiesOf(made: readonly Made[], { keys: { sk = "" }, keyType }: Design, draw: Draw): Made[] {
  if (keyType !== "S") return [];
  return made.slice(0, 8).flatMap(({ item, payload }): Made[] => {
    const [changed] = payload;
    const others = draw(fc.nat(5)) === 0 && changed !== undefined ? { [changed]: S("changed") } : {};
    return [{ item: { ...item, ...others, [sk]: S("LATEST") }, payload }];
  });
}

/** Who belongs to what, in one direction or in both. */
function edgesOf(from: Kind, to: Kind, { keys, delimiter: d, type, keyType }: Design, draw: Draw): Made[] {
  const { pk, sk } = keys;
  if (sk === undefined || keyType !== "S") return [];
  const isBoth = draw(fc.boolean());
  const all = from.ids.flatMap((a) => to.ids.map((b) => [a, b] as const));
  const pairs = draw(fc.shuffledSubarray(all)).slice(0, 12);
  return pairs.flatMap(([a, b]): Made[] => {
    const mark: (readonly [string, AttributeValue])[] = type === undefined ? [] : [[type, S("Edge")]];
    const [left, right] = [S(`${from.prefix}${d}${a}`), S(`${to.prefix}${d}${b}`)];
    const made = (first: AttributeValue, second: AttributeValue): Made => ({
      item: itemOf([[pk, first], [sk, second], ...mark]),
      payload: [],
    });
    return isBoth ? [made(left, right), made(right, left)] : [made(left, right)];
  });
}
