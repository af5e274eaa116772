/**
 * Shapes of keys, and what is known of them → kinds of items that a mapping can tell apart: templates that are never in doubt
 * about a key, their captures, and a name for each kind.
 */
import { findAmbiguities } from "../../../mapping/ambiguity.ts";
import { conditionsOf } from "../../../mapping/conditions.ts";
import {
  isTemplateProblem,
  type KeyPattern,
  matchKey,
  parseTemplate,
  type Template,
} from "../../../mapping/template.ts";
import type { Item } from "../../decode/attribute.ts";
import type { KeyShape } from "../../discover/key-shapes.ts";
import type { KnownEntity, KnownModel } from "../known-model.ts";
import { GivenNames, pascal } from "../names.ts";
import { foldLiterals } from "./differing-literals.ts";
import { keyTexts } from "./key-texts.ts";
import { kindWords } from "./kind-words.ts";
import { withIds } from "./lone-ids.ts";

export interface Capture {
  readonly name: string;
  /** The literal right before it, `USER#`; empty where it begins a key. */
  readonly prefix: string;
  readonly isInPk: boolean;
}

export interface Kind {
  readonly name: string;
  readonly pattern: KeyPattern;
  readonly where: Readonly<Record<string, string>>;
  /** Each once, those of the partition key first. */
  readonly captures: readonly Capture[];
  readonly known?: KnownEntity;
  /** Whatever no other kind takes. */
  readonly isRest: boolean;
}

export interface Keys {
  readonly pk: string;
  readonly sk?: string;
}

export const DELIMITER = "#";

/** Names of captures that say no more than what form a value has. */
export const FORM_NAME = /^(uuid|ulid|iso|date|month|int|number|hex|email|binary|text)\d*$/;

/** What parts most keys. */
export function delimiterOf(shapes: readonly KeyShape[]): string {
  const counts = new Map<string, number>();
  for (const { delimiter, count } of shapes)
    if (delimiter !== undefined) counts.set(delimiter, (counts.get(delimiter) ?? 0) + count);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? DELIMITER;
}

interface Candidate {
  readonly pattern: KeyPattern;
  readonly where: Readonly<Record<string, string>>;
  readonly known?: KnownEntity;
  readonly isRest: boolean;
}

/** `sample` shows what captures hold, where that is needed to tell kinds apart. */
export function kindsOf(
  shapes: readonly KeyShape[],
  known: KnownModel | undefined,
  keys: Keys,
  sample: readonly Item[],
): Kind[] {
  const delimiter = delimiterOf(shapes);
  const written = (known?.entities ?? []).flatMap((entity) => {
    const at = entity.pk === undefined ? undefined : candidate({ ...entity, pk: entity.pk }, keys, delimiter);
    // A template that no item follows would give its name to nothing.
    const isSeen = at !== undefined && sample.some((item) => isMarked(item, at) && follows(item, at, keys));
    return isSeen ? [{ ...at, known: entity }] : [];
  });
  const seen = foldLiterals(shapes, delimiter).flatMap(
    (shape) => candidate(withIds(shape, delimiter, shapes.length === 1), keys, delimiter) ?? [],
  );
  const unsaid = seen.filter(({ where }) => !written.some((entity) => saysAll(entity, where, keys, sample)));
  const rest = candidate(
    { pk: "{pk:rest}", ...(keys.sk === undefined ? {} : { sk: "{sk:rest}" }), where: {} },
    keys,
    delimiter,
  );
  const all = [...written, ...unsaid, ...(rest === undefined ? [] : [{ ...rest, isRest: true }])];
  const told = tellApart(all, keys, sample);
  const given = new GivenNames();
  const words = kindWords(
    told.map((each) => ({ ...each, captures: capturesOf(each.pattern) })),
    delimiter,
  );
  return told.map((each, at) => {
    const entity = each.known ?? entityOf(each, known);
    const name = given.give(
      each.isRest ? "Other" : entity === undefined ? pascal(words[at] ?? ["item"]) : pascal([entity.name]),
    );
    return { ...each, ...(entity === undefined ? {} : { known: entity }), name, captures: capturesOf(each.pattern) };
  });
}

function candidate(
  { pk, sk, where }: { readonly pk: string; readonly sk?: string; readonly where: Readonly<Record<string, string>> },
  keys: Keys,
  delimiter: string,
): Candidate | undefined {
  const parsed = parseTemplate(pk, delimiter);
  const parsedSk = sk === undefined ? undefined : parseTemplate(sk, delimiter);
  if (isTemplateProblem(parsed) || (parsedSk !== undefined && isTemplateProblem(parsedSk))) return undefined;
  if ((keys.sk === undefined) !== (parsedSk === undefined)) return undefined;
  const conditions = conditionsOf(where);
  const pattern =
    parsedSk === undefined ? { pk: parsed, where: conditions } : { pk: parsed, sk: parsedSk, where: conditions };
  return { pattern, where, isRest: false };
}

/** Whether an item has the marks of a kind. */
const isMarked = (item: Item, { where }: Candidate): boolean =>
  Object.entries(where).every(([name, text]) => {
    const value = item[name];
    return value !== undefined && "S" in value && value.S === text;
  });

function follows(item: Item, { pattern }: Candidate, keys: Keys): boolean {
  const texts = keyTexts(item, keys);
  return texts !== undefined && matchKey(pattern, texts.pk, texts.sk) !== undefined;
}

/** Whether a model's own template takes all items that have its marks, so that what their keys look like says no more. */
function saysAll(written: Candidate, marks: Candidate["where"], keys: Keys, sample: readonly Item[]): boolean {
  const conditions = Object.entries(written.where);
  return (
    conditions.length > 0 &&
    conditions.every(([name, text]) => marks[name] === text) &&
    sample.every((item) => !isMarked(item, written) || follows(item, written, keys))
  );
}

/** A model without templates still says which type attribute is whose. */
const entityOf = ({ where }: Candidate, known: KnownModel | undefined): KnownEntity | undefined =>
  known?.entities.find((entity) => {
    const conditions = Object.entries(entity.where);
    return conditions.length > 0 && conditions.every(([name, text]) => where[name] === text);
  });

/** Until no two match one key: first by what captures hold, then by leaving the rarer one to whatever takes the rest. */
function tellApart(all: readonly Candidate[], keys: Keys, sample: readonly Item[]): Candidate[] {
  let left = [...all];
  const formed = new Set<Candidate>();
  for (;;) {
    const named = left.map((each, at) => ({ name: String(at), pattern: each.pattern }));
    const [problem] = findAmbiguities(named).problems;
    if (problem === undefined) return left;
    const without = (name: string): Candidate[] => left.filter((_, at) => String(at) !== name);
    if (problem.kind === "unreachable") {
      left = without(problem.entity);
      continue;
    }
    const pair = [problem.first, problem.second].map((name) => left[Number(name)]);
    if (pair.every((each) => each !== undefined && formed.has(each))) {
      // Those that come first are the more frequent ones.
      left = without(problem.second);
      continue;
    }
    left = left.map((each) => {
      if (!pair.includes(each) || formed.has(each)) return each;
      const better = { ...each, pattern: withForms(each.pattern, keys, sample) };
      formed.add(better);
      return better;
    });
  }
}

const FORMS: readonly (readonly [form: string, pattern: RegExp])[] = [
  ["uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  ["ulid", /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/],
  ["date", /^\d{4}-\d\d-\d\d$/],
  ["iso", /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?([.,]\d+)?([Z+-][\d:]{0,5})?$/],
  ["int", /^\d+$/],
];

/** The same templates, with the form of every capture that has one in all items of the sample. */
function withForms(pattern: KeyPattern, keys: Keys, sample: readonly Item[]): KeyPattern {
  const values = new Map<string, string[]>();
  for (const item of sample) {
    const texts = keyTexts(item, keys);
    const found = texts === undefined ? undefined : matchKey(pattern, texts.pk, texts.sk);
    for (const [name, value] of found ?? []) values.set(name, [...(values.get(name) ?? []), value].slice(0, 1000));
  }
  const formOf = (name: string): string | undefined => {
    const texts = values.get(name) ?? [];
    return texts.length === 0 ? undefined : FORMS.find(([, form]) => texts.every((text) => form.test(text)))?.[0];
  };
  const reformed = ({ parts, delimiter, text }: Template): Template => {
    const spelled = parts.map((part) => {
      if (part.kind === "literal") return part.text.replace(/[{}]/g, "$&$&");
      const form = part.form === "plain" ? formOf(part.name) : part.form;
      return form === undefined || form === "plain" ? `{${part.name}}` : `{${part.name}:${form}}`;
    });
    const parsed = parseTemplate(spelled.join(""), delimiter);
    return isTemplateProblem(parsed) ? { text, delimiter, parts, values: new Map() } : parsed;
  };
  const { pk, sk, where } = pattern;
  return {
    pk: reformed(pk),
    ...(sk === undefined ? {} : { sk: reformed(sk) }),
    ...(where === undefined ? {} : { where }),
  };
}

export function capturesOf({ pk, sk }: KeyPattern): Capture[] {
  const found = new Map<string, Capture>();
  for (const [template, isInPk] of [[pk, true] as const, ...(sk === undefined ? [] : [[sk, false] as const])]) {
    for (const [at, part] of template.parts.entries()) {
      if (part.kind === "literal" || found.has(part.name)) continue;
      const before = template.parts[at - 1];
      const prefix = before?.kind === "literal" ? lastPiece(before.text, template.delimiter) : "";
      found.set(part.name, { name: part.name, prefix, isInPk });
    }
  }
  return [...found.values()];
}

/** `USER#` of `#USER#`, `city_` of `$office_1#city_`. */
function lastPiece(literal: string, delimiter: string): string {
  const bare = literal.endsWith(delimiter) ? literal.slice(0, -delimiter.length) : literal;
  const piece = bare.slice(bare.lastIndexOf(delimiter) + 1);
  return literal.endsWith(delimiter) && piece !== "" ? piece + delimiter : piece;
}
