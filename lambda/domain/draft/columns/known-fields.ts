/**
 * What a model says of a kind of item, beside what its items show → the same kind with the model's names, its reasons to leave an
 * attribute behind, and a doubt wherever the items say otherwise. The data is right: a model never makes an item fail.
 */
import { figure } from "../../profile/figure.ts";
import type { ItemProfile } from "../../profile/item-profile.ts";
import type { KnownAttribute, KnownEntity } from "../known-model.ts";
import type { DraftIgnore } from "../model.ts";
import { snake } from "../names.ts";
import { draftWord } from "../words.ts";
import type { Field } from "./fields.ts";
import type { Subject } from "./subjects.ts";

export function withKnown(subject: Subject, profile: ItemProfile): Subject {
  const { known } = subject.kind;
  if (known === undefined) return subject;
  if (known.technical !== undefined) return { ...subject, leftBehind: known.technical };
  const ignore = ignored(known, subject, profile);
  const isLeft = ({ origin, capture }: Field): boolean =>
    origin.kind === "attr" && capture === undefined && ignore.some(({ attribute }) => attribute === origin.name);
  const given = new Set(subject.fields.map(({ name }) => name));
  return {
    ...subject,
    fields: subject.fields.filter((field) => !isLeft(field)).map((field) => asKnown(field, known, profile, given)),
    lists: subject.lists.filter((field) => !isLeft(field)).map((field) => asKnown(field, known, profile, given)),
    ignore,
    doubts: [
      ...subject.doubts,
      ...unseen(known, profile),
      ...unknown(known, profile),
      ...unmade(known, ignore, profile),
    ],
  };
}

/** The model's reasons first: it knows what its keys are made of. Where items do not show it, what they hold is kept. */
function ignored(known: KnownEntity, { ignore, fields }: Subject, { attributes }: ItemProfile): DraftIgnore[] {
  const kept = new Set(
    fields.flatMap(({ origin, capture }) => (origin.kind === "attr" && capture !== undefined ? [origin.name] : [])),
  );
  const said = known.ignore.filter(({ attribute, isMade }) => {
    const values = attributes.get(attribute)?.values;
    if (values === undefined || kept.has(attribute)) return false;
    return isMade !== true || values.ids.size <= 1 || ignore.some((each) => each.attribute === attribute);
  });
  return [
    ...said.map(({ attribute, why }) => ({ attribute, why })),
    ...ignore.filter(({ attribute }) => !said.some((each) => each.attribute === attribute)),
  ];
}

function asKnown(field: Field, { attributes }: KnownEntity, profile: ItemProfile, given: Set<string>): Field {
  const path = pathOf(field);
  const attribute = attributes.find((each) => each.path.join("\n") === path?.join("\n"));
  if (path === undefined || attribute === undefined) return field;
  const called = nameOf(attribute, field, given);
  // What all items have so far may be absent in the next one.
  const mayLack = !attribute.required && !field.isNullable && field.capture === undefined;
  return {
    ...(attribute.required ? withoutAbsence(field) : field),
    name: called,
    known: attribute,
    ...(mayLack ? { lead: [...field.lead, draftWord("optional")], isNullable: true } : {}),
    doubts: [...field.doubts, ...lacking(attribute, path, profile)],
  };
}

/** Of what a model requires, more is said than that it is absent. */
const withoutAbsence = ({ absence: _, ...field }: Field): Field => field;

/** The names that lead to what a field reads as it stands; undefined of a part of a text. */
function pathOf({ origin, lead }: Field): string[] | undefined {
  if (origin.kind !== "attr" || lead.some(({ word }) => !["at", "optional", "nullable"].includes(word)))
    return undefined;
  return [origin.name, ...lead.flatMap(({ word, args }) => (word === "at" ? args.map(String) : []))];
}

/** As the model calls what it stores under a shorter name. */
function nameOf({ name, path }: KnownAttribute, field: Field, given: Set<string>): string {
  const last = path.at(-1) ?? "";
  if (name === undefined || !field.name.endsWith(snake(last, "field"))) return field.name;
  const called = `${field.name.slice(0, field.name.length - snake(last, "field").length)}${snake(name, "field")}`;
  if (given.has(called)) return field.name;
  given.add(called);
  return called;
}

function lacking(
  { required }: KnownAttribute,
  [name = "", ...members]: readonly string[],
  { attributes, items }: ItemProfile,
): string[] {
  let [values, of] = [attributes.get(name)?.values, items];
  for (const member of members) [values, of] = [values?.members.get(member), values?.countOf("M") ?? 0];
  const absent = of - (values?.count ?? 0);
  return required && absent > 0 ? [`the model says it is required; absent in ${figure(absent)} of ${figure(of)}`] : [];
}

/** Said by the model, and in no item. */
function unseen({ attributes }: KnownEntity, profile: ItemProfile): string[] {
  const names = attributes.flatMap(({ path: [name, ...more] }) =>
    more.length === 0 && !profile.attributes.has(name) ? [name] : [],
  );
  return names.length === 0 ? [] : [`in the model, and in none of ${figure(profile.items)}: ${names.join(", ")}`];
}

/** In items, and not said by the model. */
function unknown({ attributes, ignore }: KnownEntity, profile: ItemProfile): string[] {
  const known = new Set([...attributes.map(({ path: [name] }) => name), ...ignore.map(({ attribute }) => attribute)]);
  const names = [...profile.attributes.keys()].filter((name) => !known.has(name));
  return names.length === 0 ? [] : [`not in the model: ${names.join(", ")}`];
}

/** What the model puts together of others, and items do not. */
function unmade({ ignore: said }: KnownEntity, ignore: readonly DraftIgnore[], { attributes }: ItemProfile): string[] {
  return said
    .filter(({ attribute, isMade }) => isMade === true && attributes.has(attribute))
    .filter(({ attribute }) => !ignore.some((each) => each.attribute === attribute))
    .map(({ attribute, why }) => `${attribute} holds what stands nowhere else; the model says: ${why}`);
}
