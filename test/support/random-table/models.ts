/** A model of a table by somebody who has half forgotten it: names are right, all else may be. Whatever it says, no item may fail by it. */
import fc from "fast-check";
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import type { KnownAttribute, KnownEntity, KnownModel, KnownType } from "../../../lambda/domain/draft/known-model.ts";
import { HOSTILE_NAMES, HOSTILE_TEXTS } from "./hostile.ts";
import type { RandomTable } from "./tables.ts";

const TYPES: readonly KnownType[] = ["text", "number", "boolean", "time", "binary", "map", "list", "set", "any"];

/** Of the attributes items have, or that none has. */
function attributeOf(names: readonly string[]): fc.Arbitrary<KnownAttribute> {
  const known = fc.constantFrom(...names, "never");
  const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
  return fc
    .record({
      path: fc.oneof(
        { arbitrary: known.map((name) => [name] as const), weight: 4 },
        { arbitrary: fc.tuple(known, fc.constantFrom(...names, "city")), weight: 1 },
      ),
      type: fc.constantFrom(...TYPES),
      required: fc.boolean(),
      name: optional(fc.constantFrom(...names, ...HOSTILE_NAMES)),
      epoch: optional(fc.constantFrom("seconds" as const, "millis" as const)),
      oneOf: optional(
        fc.uniqueArray(fc.constantFrom("open", "closed", ...HOSTILE_TEXTS), { minLength: 1, maxLength: 4 }),
      ),
      references: optional(fc.constantFrom("User", "Order", "Team")),
    })
    .map(({ path, type, required, ...others }) => ({ path, type, required, ...said(others) }));
}

/** Without what is not there. */
const said = <T extends object>(given: T): { [N in keyof T]?: Exclude<T[N], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;

/** Keys of items, with some of their pieces filled in. */
function templateOf(items: readonly Item[], key: string): fc.Arbitrary<string> {
  const texts = items.flatMap((item) => {
    const value = item[key];
    return value !== undefined && "S" in value ? [value.S] : [];
  });
  const literal = (text: string): string => text.replace(/[{}]/g, "$&$&");
  const pieces = texts.flatMap((text) => {
    const parts = text.split("#");
    return parts.map((_, at) => parts.map((part, other) => (other === at ? `{part${at}}` : literal(part))).join("#"));
  });
  return fc.constantFrom("{all:rest}", "NOWHERE#{id}", "{id}", ...pieces);
}

export function randomModel({ keys, items }: RandomTable): fc.Arbitrary<KnownModel> {
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))].filter(
    (name) => !Object.values(keys).includes(name),
  );
  const marks = items.flatMap((item) =>
    Object.entries(item).flatMap(([name, value]) =>
      "S" in value && /type|_e/i.test(name) ? [{ [name]: value.S }] : [],
    ),
  );
  const { sk } = keys;
  const entity: fc.Arbitrary<KnownEntity> = fc.record({
    name: fc.constantFrom("User", "Order", "Team", "class", "x y"),
    pk: templateOf(items, keys.pk),
    ...(sk === undefined ? {} : { sk: templateOf(items, sk) }),
    where: fc.constantFrom<Readonly<Record<string, string>>>({}, { type: "Nobody" }, ...marks),
    attributes: fc.uniqueArray(attributeOf(names), { maxLength: 8, selector: ({ path }) => path.join("\n") }),
    ignore: fc.constant([]),
  });
  return fc
    .array(entity, { minLength: 1, maxLength: 4 })
    .map((entities) => ({ origin: "what somebody remembers", keys, entities }));
}
