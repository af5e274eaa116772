/** What names an item → the columns that name its row: fewer of them where an id is surely no one else's. */
import { type AttributeProfile, INDEX_NAME } from "../../profile/item-profile.ts";
import type { Values } from "../../profile/values.ts";
import type { Field } from "../columns/fields.ts";
import type { Capture } from "../kinds/kinds.ts";
import type { Ownership } from "../kinds/ownership.ts";
import { keyVariants, type SurveyedKind, tupleName } from "../kinds/survey.ts";

/** Among so many items, under so many others, an id that is always another is not one by chance. */
const MANY = 50;
const PLACES = 5;

export interface PrimaryKey {
  /** Captures of the item's key. */
  readonly captures: readonly string[];
  readonly doubts: readonly string[];
}

export function primaryKeyOf(
  surveyed: SurveyedKind,
  fields: readonly Field[],
  kinds: readonly SurveyedKind[],
  ownership: Ownership,
): PrimaryKey {
  const { kind, profile } = surveyed;
  const all = kind.captures;
  if (all.length < 2) return { captures: all.map(({ name }) => name), doubts: [] };
  const own = ownership.own(kind).filter(({ name }) => areApart(profile.captures.get(name), profile.items));
  for (const capture of own) {
    const values = profile.captures.get(capture.name);
    const field = fields.find((each) => each.capture === capture.name);
    if (values === undefined || field === undefined) continue;
    const why = evidence(capture, values, field, surveyed, kinds, own.length === 1);
    if (why === undefined) continue;
    return { captures: [capture.name], doubts: [`${field.name} alone: ${why}`] };
  }
  const [, without] = keyVariants(kind);
  const shorter = without === undefined ? undefined : profile.tuples.get(tupleName(kind, without));
  if (without !== undefined && shorter?.isRepeated === false)
    return {
      captures: without.map(({ name }) => name),
      doubts: [`what only sorts is no part of the key: no two of ${shorter.told()} are the same without it`],
    };
  return { captures: all.map(({ name }) => name), doubts: [] };
}

/** What is no id is not among them: it may stand in any number of items. */
const areApart = (values: Values | undefined, items: number): boolean =>
  values !== undefined && !values.ids.isRepeated && (!values.ids.isWhole || values.ids.size === items);

/** Why an id is the item's in the whole table, and not only beside what stands before it. */
function evidence(
  capture: Capture,
  values: Values,
  field: Field,
  { kind, profile }: SurveyedKind,
  kinds: readonly SurveyedKind[],
  isOnly: boolean,
): string | undefined {
  const [form] = values.texts.forms;
  if (form === "uuid" && profile.items > 1) return `a UUID, and another in each of ${values.ids.told()}`;
  const names = [`key.${capture.name}`, ...(field.origin.kind === "attr" ? [`attr.${field.origin.name}`] : [])];
  const index = [...profile.attributes].find(
    ([name, attribute]) => /pk/i.test(name) && INDEX_NAME.test(name) && isAbout(attribute, names),
  );
  if (index !== undefined) return `${index[0]} is made of nothing else`;
  if (!isOnly) return undefined;
  const parent = kinds.find((other) => other.kind !== kind && beginsWith(other, capture.prefix));
  if (parent !== undefined) return `keys of ${parent.kind.name} begin with it`;
  if (capture.isInPk || profile.items < MANY) return undefined;
  const places = Math.max(
    ...kind.captures.filter(({ isInPk }) => isInPk).map(({ name }) => profile.captures.get(name)?.ids.size ?? 0),
  );
  return places >= PLACES ? `another in each of ${values.ids.told()}` : undefined;
}

/** An index by this value alone. */
function isAbout({ composition }: AttributeProfile, names: readonly string[]): boolean {
  const pieces = composition?.pieces;
  if (composition === undefined || pieces === undefined || composition.isRagged) return false;
  const varied = pieces.filter(({ repeats, constant }) => repeats.length > 0 || constant === undefined);
  const [only, ...others] = varied;
  return only !== undefined && others.length === 0 && only.repeats.some(({ name }) => names.includes(name));
}

const beginsWith = ({ kind: { pattern, isRest } }: SurveyedKind, prefix: string): boolean => {
  const [first] = pattern.pk.parts;
  return !isRest && prefix !== "" && first?.kind === "literal" && first.text === prefix;
};
