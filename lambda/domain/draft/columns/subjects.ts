/** A kind of item with its profile → what there is to say of it: fields, lists, and attributes that only repeat others. */
import { type AttributeProfile, INDEX_NAME } from "../../profile/item-profile.ts";
import type { Values } from "../../profile/values.ts";
import { type Capture, FORM_NAME, type Kind } from "../kinds/kinds.ts";
import type { Ownership } from "../kinds/ownership.ts";
import type { SurveyedKind } from "../kinds/survey.ts";
import type { DraftIgnore, DraftWord } from "../model.ts";
import { GivenNames, singular, snake, wordsOf } from "../names.ts";
import { draftWord } from "../words.ts";
import { type Field, type Fields, fieldsOf, type Within } from "./fields.ts";
import { type Made, readPieces } from "./pieces.ts";

export interface Subject {
  readonly kind: Kind;
  readonly items: number;
  /** Those of the key first, in its order. */
  readonly fields: readonly Field[];
  readonly lists: readonly Field[];
  readonly ignore: readonly DraftIgnore[];
  /** Attributes that some items have, and that repeat a capture then. */
  readonly agreements: readonly {
    readonly attribute: string;
    readonly capture: string;
    readonly lead: readonly DraftWord[];
  }[];
  /** It has more attributes than are told apart. */
  readonly isOpen: boolean;
  readonly doubts: readonly string[];
  /** Why the whole item is left behind, where it is. */
  readonly leftBehind?: string;
}

/** What libraries keep for themselves in each item. */
const TECHNICAL = /^(__edb_[ev]__|_et|__en|__typename|_type|_entity|entity|_v|__v|_version)$/;
/** Before so many items have shown it, equal values may be chance. */
const TELLING = 5;

export function subjectOf({ kind, profile }: SurveyedKind, ownership: Ownership): Subject {
  const keyed = new Map<Capture, { readonly name: string; readonly isExact: boolean }>();
  for (const [at, capture] of kind.captures.entries()) {
    const found = holderOf(
      capture,
      at,
      profile.attributes,
      profile.items,
      new Set([...keyed.values()].map(({ name }) => name)),
    );
    if (found !== undefined) keyed.set(capture, found);
  }
  const given = new GivenNames();
  const named = <F extends Field>(field: F): F => ({ ...field, name: given.give(field.name) });
  const within: Omit<Within, "origin"> = { lead: [], count: profile.items, before: "", said: [] };
  const ofKey = kind.captures.flatMap((capture): Field[] => {
    const values = profile.captures.get(capture.name);
    if (values === undefined) return [];
    const held = keyed.get(capture);
    const attribute = held === undefined ? undefined : profile.attributes.get(held.name);
    const base = { lead: [], isNullable: false, prefix: capture.prefix, capture: capture.name, doubts: [] };
    if (held === undefined || attribute === undefined) {
      const name = captureName(capture, kind, values, ownership, given);
      return [named({ ...base, name, origin: { kind: "key", capture: capture.name }, values })];
    }
    const origin = { kind: "attr", name: held.name } as const;
    const field = { ...base, name: snake(held.name, "field"), origin, values: attribute.values };
    return [
      named(
        held.isExact
          ? { ...field, agrees: true }
          : { ...field, doubts: ["the key has it in another case, and is not held to it"] },
      ),
    ];
  });
  const taken = new Set([...keyed.values()].map(({ name }) => name));
  const called = new Map(ofKey.flatMap((field) => (field.capture === undefined ? [] : [[field.capture, field.name]])));
  const all: Fields[] = [];
  const ignore: DraftIgnore[] = [];
  const agreements: Subject["agreements"][number][] = [];
  for (const [name, attribute] of profile.attributes) {
    if (taken.has(name)) continue;
    const fixed = TECHNICAL.test(name) ? attribute.values.texts.values : undefined;
    if (fixed?.size === 1 && attribute.values.held.join() === "S") {
      ignore.push({
        attribute: name,
        why: `always ${JSON.stringify([...fixed.keys()][0])}, and a library's own`,
      });
      continue;
    }
    const made = readPieces(name, attribute, { kind, ownership, items: profile.items, called });
    if (made?.kind === "made of others") ignore.push({ attribute: name, why: made.why });
    else if (made?.kind === "pieces")
      all.push({ fields: pieceFields(name, attribute.values, made, profile.items), lists: [] });
    else {
      const capture = sometimes(attribute, kind, profile.items);
      if (capture === undefined)
        all.push(fieldsOf(name, attribute.values, { ...within, origin: { kind: "attr", name } }));
      else agreements.push({ attribute: name, capture: capture.name, lead: [draftWord("optional")] });
    }
  }
  return {
    kind,
    items: profile.items,
    fields: [...ofKey, ...all.flatMap(({ fields }) => fields).map(named)],
    lists: all.flatMap(({ lists }) => lists),
    ignore,
    agreements,
    isOpen: profile.isOpen,
    doubts: [],
  };
}

/** The attribute that every item has and that holds what the capture does. */
function holderOf(
  capture: Capture,
  at: number,
  attributes: ReadonlyMap<string, AttributeProfile>,
  items: number,
  taken: ReadonlySet<string>,
): { readonly name: string; readonly isExact: boolean } | undefined {
  const holding = [...attributes].flatMap(([name, { same, sameButCase, values }]) => {
    const [type, ...others] = values.held;
    const isSound =
      others.length === 0 && (type === "S" || type === "N") && values.count === items && values.countOf("NULL") === 0;
    if (!isSound || taken.has(name) || INDEX_NAME.test(name)) return [];
    const isExact = (same & (1 << at)) !== 0;
    return isExact || (sameButCase & (1 << at)) !== 0 ? [{ name, isExact }] : [];
  });
  const telling = holding.filter(({ name }) => isCalled(name, capture));
  const [first, ...others] = telling.length > 0 ? telling : holding;
  if (telling.length === 0 && items < TELLING && others.length > 0) return undefined;
  return first;
}

const isCalled = (name: string, { name: capture, prefix }: Capture): boolean => {
  const words = snake(name, "");
  return (
    words === snake(capture, "") ||
    (prefix !== "" && wordsOf(prefix).some((word) => word.length > 1 && words.startsWith(word)))
  );
};

/** A capture that an attribute repeats where it is there. */
function sometimes({ same, values }: AttributeProfile, { captures }: Kind, items: number): Capture | undefined {
  const isSound = values.count < items && values.count >= TELLING && values.countOf("S") === values.count;
  return isSound && values.ids.size > 1 ? captures.find((_, at) => (same & (1 << at)) !== 0) : undefined;
}

function captureName(capture: Capture, kind: Kind, values: Values, ownership: Ownership, given: GivenNames): string {
  if (!FORM_NAME.test(capture.name)) return snake(capture.name, "id");
  const [form] = values.texts.forms;
  const words = wordsOf(capture.prefix).filter((word) => word.length > 1);
  const own = singular(snake(kind.name, "item"));
  if (form === "date") return [...words, "date"].join("_");
  if (form === "timestamp" || form === "timestamptz") return [...words, "at"].join("_");
  const name =
    ownership.nameFor(capture.prefix) ??
    (kind.captures.length === 1 ? "id" : /^int/.test(capture.name) ? "number" : `${own}_id`);
  if (!given.has(name)) return name;
  return given.has(`${own}_id`) ? `other_${name}` : `${own}_id`;
}

function pieceFields(
  name: string,
  values: Values,
  { pieces, template }: Extract<Made, { kind: "pieces" }>,
  items: number,
): Field[] {
  const said: DraftWord[] = [
    ...(values.count < items ? [draftWord("optional")] : []),
    ...(values.countOf("NULL") > 0 ? [draftWord("nullable")] : []),
  ];
  return pieces.map(({ capture, column, prefix, values: own }) => ({
    name: column,
    origin: { kind: "attr", name },
    lead: [...said, { ...draftWord("captures", template), capture }],
    values: own,
    isNullable: said.length > 0,
    prefix,
    doubts: [],
  }));
}
