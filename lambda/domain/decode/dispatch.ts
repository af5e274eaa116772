/**
 * An item → the one kind of item it is. Only the kinds whose templates begin as the item's keys do are tried, so that a
 * mapping of forty kinds is hardly slower than one of four.
 */
import type { EntityModel, Mapping } from "../../mapping/model.ts";
import { own } from "../../mapping/own.ts";
import { type Captured, type Discriminator, matchKey, type Template } from "../../mapping/template.ts";
import type { AttributeValue, Item } from "./attribute.ts";
import { canonicalNumber } from "./number.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { keyValue } from "./source-key.ts";

export interface Found {
  readonly entity: EntityModel;
  readonly captures: Captured;
}

export type Dispatch = (item: Item) => Found | Refusal;

/** Beginnings of keys whose candidates are kept. Keys without a delimiter begin each in its own way. */
const MOST_KEPT = 1_000;
/** How much of a key is looked at first. */
const HEAD = 12;

export function dispatcher(mapping: Mapping): Dispatch {
  const { pk: pkName, sk: skName } = mapping.keys;
  const kept = new Map<string, readonly EntityModel[]>();
  const candidates = (pk: string, sk: string | undefined): readonly EntityModel[] => {
    const heads = JSON.stringify([pk.slice(0, HEAD), sk?.slice(0, HEAD)]);
    const known = kept.get(heads);
    if (known !== undefined) return known;
    const found = mapping.entities.filter(
      ({ pattern }) => mayBegin(pattern.pk, pk) && (pattern.sk === undefined || mayBegin(pattern.sk, sk ?? "")),
    );
    if (kept.size < MOST_KEPT) kept.set(heads, found);
    return found;
  };
  return (item) => {
    const pk = keyText(own(item, pkName));
    const sk = skName === undefined ? undefined : keyText(own(item, skName));
    if (pk === undefined || (skName !== undefined && sk === undefined)) {
      const names = [pkName, ...(skName === undefined ? [] : [skName])];
      const absent = names.filter((name) => own(item, name) === undefined);
      return absent.length > 0
        ? refuse(
            "no-key",
            `it has no attribute ${absent.join(" and no ")}: correct the source, or \`keys\` in items.ts, and run migrate again`,
          )
        : refuse("key-not-text", `${names.join(" and ")} must be text, a number or binary`);
    }
    for (const entity of candidates(pk, sk)) {
      if (!discriminatorsMatch(item, entity)) continue;
      const captures = matchKey(entity.pattern, pk, sk);
      if (captures !== undefined) return { entity, captures };
    }
    return refuse("no-entity", "no template matches its key; declare an item for it, or ignoreItem");
  };
}

/** A key as templates see it: text as it is, a number in its one spelling, binary as hex digits. */
function keyText(value: AttributeValue | undefined): string | undefined {
  const key = keyValue(value);
  if (key === undefined) return undefined;
  if ("S" in key) return key.S;
  if ("N" in key) return key.N;
  return "B" in key ? Buffer.from(key.B).toString("hex") : undefined;
}

/** Whether the first characters of a key can be those of a template: both are looked at no further than HEAD. */
function mayBegin({ parts }: Template, key: string): boolean {
  const [first] = parts;
  const literal = first?.kind === "literal" ? first.text.slice(0, HEAD) : "";
  return key.startsWith(literal);
}

function discriminatorsMatch(item: Item, { pattern: { where = {} } }: EntityModel): boolean {
  for (const [name, wanted] of Object.entries(where)) if (!holds(own(item, name), wanted)) return false;
  return true;
}

function holds(value: AttributeValue | undefined, wanted: Discriminator): boolean {
  if (value === undefined) return false;
  if ("S" in value) return value.S === wanted;
  if ("BOOL" in value) return value.BOOL === wanted;
  return "N" in value && typeof wanted === "number" && canonicalNumber(value.N) === canonicalNumber(String(wanted));
}
