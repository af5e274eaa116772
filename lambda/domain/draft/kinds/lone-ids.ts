/**
 * A template of which every key had the same text at some place → the same with a capture there, where the text is an id all the
 * same: `USER#ada` in a table of one user. Names of kinds are written in capitals then, and ids are not.
 */
import { isTemplateProblem, parseTemplate } from "../../../mapping/template.ts";

interface Shape {
  readonly pk: string;
  readonly sk?: string;
  readonly where: Readonly<Record<string, string>>;
}

const KIND = /^[A-Z][A-Z_]+$/;
/** `user-{int}` behind `USER#`: the whole is the id. Of a version, `v{int}`, the number is. */
const STEMMED =
  /^(?<stem>[A-Za-z][A-Za-z_]*[-_.:@=]|(?![Vv]\{)[A-Za-z]{1,2})\{(?<name>(?:uuid|ulid|iso|date|month|int|number|hex|email|binary|text)\d*)\}$/;
const ID = /^(?=.*[a-z\d])[^{}]{2,}$/;

/** `isAlone`: there is no other kind that a literal might have to tell it from. */
export function withIds({ pk: first, sk: second, ...shape }: Shape, delimiter: string, isAlone: boolean): Shape {
  const narrow = {
    ...shape,
    pk: widened(first, delimiter, isAlone),
    ...(second === undefined ? {} : { sk: widened(second, delimiter, false) }),
  };
  const isTwin = (name: string): boolean => [first, second ?? ""].every((text) => text.includes(`{${name}}`));
  // One that stands in both keys has to mean the same in both.
  const twins = [...namesIn(first, delimiter)].filter(isTwin);
  const isApart = twins.some((name) => stemOf(narrow.pk, name) !== stemOf(narrow.sk ?? "", name));
  return lettingIds(
    isApart ? { ...shape, pk: first, ...(second === undefined ? {} : { sk: second }) } : narrow,
    delimiter,
  );
}

const stemOf = (text: string, name: string): string =>
  /[A-Za-z_\-.:@=]*$/.exec(text.slice(0, text.indexOf(`{${name}}`)))?.[0] ?? "";

function widened(text: string, delimiter: string, isAlone: boolean): string {
  const pieces = text.split(delimiter);
  return pieces
    .map((piece, at) => {
      const name = STEMMED.exec(piece)?.groups?.name;
      const isTold = at > 0 && pieces.slice(0, at).some((before) => /^[^{}]+$/.test(before));
      return name !== undefined && (isTold || (isAlone && pieces.length === 1)) ? `{${name}}` : piece;
    })
    .join(delimiter);
}

function lettingIds(shape: Shape, delimiter: string): Shape {
  const taken = new Set([shape.pk, shape.sk ?? ""].flatMap((text) => namesIn(text, delimiter)));
  const ids = new Map<string, string>();
  const nameOf = (id: string): string => {
    const known = ids.get(id);
    if (known !== undefined) return known;
    let name = "text";
    for (let at = 2; taken.has(name); at += 1) name = `text${at}`;
    taken.add(name);
    ids.set(id, name);
    return name;
  };
  const pk = spelled(shape.pk, delimiter, (piece, before) =>
    KIND.test(before) && ID.test(piece) ? nameOf(piece) : undefined,
  );
  const { sk } = shape;
  if (sk === undefined) return { ...shape, pk };
  const given = new Set<string>();
  return { ...shape, pk, sk: spelled(sk, delimiter, (piece) => repeated(ids.get(piece), given)) };
}

/** A capture stands in a template once. */
function repeated(name: string | undefined, given: Set<string>): string | undefined {
  if (name === undefined || given.has(name)) return undefined;
  given.add(name);
  return name;
}

function namesIn(text: string, delimiter: string): string[] {
  const parsed = parseTemplate(text, delimiter);
  return isTemplateProblem(parsed) ? [] : [...parsed.values.keys()];
}

/** Pieces that are literals from one delimiter to the next, each with the piece before it. */
function spelled(
  text: string,
  delimiter: string,
  capture: (piece: string, before: string) => string | undefined,
): string {
  const pieces = text.split(delimiter);
  return pieces
    .map((piece, at) => {
      const name = /[{}]/.test(piece) ? undefined : capture(piece, pieces[at - 1] ?? "");
      return name === undefined ? piece : `{${name}}`;
    })
    .join(delimiter);
}
