/**
 * An item → the one kind of item it is. Only the kinds whose templates begin as the item's keys do are tried, so that a
 * mapping of forty kinds is no slower than one of four.
 */

import type { Condition, Discriminator } from "../../mapping/conditions.ts";
import type { EntityModel, Mapping } from "../../mapping/model.ts";
import { own } from "../../mapping/own.ts";
import { type Captured, matchKey, type Template } from "../../mapping/template.ts";
import { type AttributeValue, type Item, lookup } from "./attribute.ts";
import { canonicalNumber } from "./number.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { keyValue } from "./source-key.ts";

export interface Found {
  readonly entity: EntityModel;
  readonly captures: Captured;
}

export type Dispatch = (item: Item) => Found | Refusal;

export function dispatcher(mapping: Mapping): Dispatch {
  const { pk: pkName, sk: skName } = mapping.keys;
  const candidates = mapping.entities.map((entity): Candidate => {
    return { entity, conditions: (entity.pattern.where ?? []).map(testOf) };
  });
  const byPk = byBeginning(
    candidates,
    ({ entity }) => beginningOf(entity.pattern.pk),
    (some) =>
      byBeginning(
        some,
        ({ entity }) => beginningOf(entity.pattern.sk),
        (fewer) => fewer,
      ),
  );
  return (item) => {
    const pk = keyText(own(item, pkName));
    const sk = skName === undefined ? undefined : keyText(own(item, skName));
    if (pk === undefined || (skName !== undefined && sk === undefined)) return withoutKey(item, mapping.keys);
    for (const { entity, conditions } of byPk(pk)(sk ?? "")) {
      if (!conditions.every((isMet) => isMet(item))) continue;
      const captures = matchKey(entity.pattern, pk, sk);
      if (captures !== undefined) return { entity, captures };
    }
    return refuse("no-entity", "no template matches its key; declare an item for it, or ignoreItem");
  };
}

function withoutKey(item: Item, { pk, sk }: Mapping["keys"]): Refusal {
  const names = [pk, ...(sk === undefined ? [] : [sk])];
  const absent = names.filter((name) => own(item, name) === undefined);
  return absent.length > 0
    ? refuse(
        "no-key",
        `it has no attribute ${absent.join(" and no ")}: correct the source, or \`keys\` in items.ts, and run migrate again`,
      )
    : refuse("key-not-text", `${names.join(" and ")} must be text, a number or binary`);
}

interface Candidate {
  readonly entity: EntityModel;
  readonly conditions: readonly ((item: Item) => boolean)[];
}

/** What every key of a template begins with. */
function beginningOf(template: Template | undefined): string {
  const first = template?.parts[0];
  return first?.kind === "literal" ? first.text : "";
}

/**
 * Some that are told by how a key begins → what is made of those a key may mean, in their order. The longest beginning that a key
 * has tells all shorter ones, so that there is one answer for each, made once; a key is cut as often as there are lengths.
 */
function byBeginning<T, R>(
  all: readonly T[],
  beginning: (each: T) => string,
  make: (some: readonly T[]) => R,
): (key: string) => R {
  const begun = (text: string) => make(all.filter((each) => text.startsWith(beginning(each))));
  const made = new Map(all.map((each) => [beginning(each), begun(beginning(each))]));
  const lengths = [...new Set([...made.keys()].map(({ length }) => length))].sort((a, b) => b - a);
  const none = begun("");
  return (key) => {
    for (const length of lengths) {
      const found = made.get(key.slice(0, length));
      if (found !== undefined) return found;
    }
    return none;
  };
}

/** A key as templates see it: text as it is, a number in its one spelling, binary as hex digits. */
export function keyText(value: AttributeValue | undefined): string | undefined {
  const key = keyValue(value);
  if (key === undefined) return undefined;
  if ("S" in key) return key.S;
  if ("N" in key) return key.N;
  return "B" in key ? Buffer.from(key.B).toString("hex") : undefined;
}

function testOf({ path, is }: Condition): (item: Item) => boolean {
  const at = lookup(path);
  if (is === "absent") return (item) => at(item) === undefined;
  if (is === "present") return (item) => at(item) !== undefined;
  return (item) => holds(at(item), is.value);
}

function holds(value: AttributeValue | undefined, wanted: Discriminator): boolean {
  if (value === undefined) return false;
  if ("S" in value) return value.S === wanted;
  if ("BOOL" in value) return value.BOOL === wanted;
  return "N" in value && typeof wanted === "number" && canonicalNumber(value.N) === canonicalNumber(String(wanted));
}
