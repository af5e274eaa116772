/** Shapes of keys that differ in literals alone and lead to the same attributes → one shape, with captures in place of those. */
import type { KeyShape } from "../../discover/key-shapes.ts";

/** With fewer of them, a literal may be a word of the design. */
const FEWEST = 3;
/** Of all attributes of two shapes, so many have to be in both. */
const ALIKE = 0.8;
/** Names of kinds are often in capitals, ids hardly ever. */
const ID = /^(?=.*[a-z\d])[^{}]+$/;

interface Pieces {
  readonly shape: KeyShape;
  /** Of both keys, one after the other. */
  readonly pieces: readonly string[];
  readonly inPk: number;
}

export function foldLiterals(shapes: readonly KeyShape[], delimiter: string): KeyShape[] {
  const all = withoutNames(shapes, delimiter).map((shape): Pieces => {
    const pk = shape.pk.split(delimiter);
    return { shape, pieces: [...pk, ...(shape.sk?.split(delimiter) ?? [])], inPk: pk.length };
  });
  const groups = Map.groupBy(all, ({ shape: { where }, pieces, inPk }) =>
    // What a key of several pieces begins with is the name of a kind.
    JSON.stringify([
      where,
      inPk,
      pieces.map((piece, at) => (ID.test(piece) && !begins(at, inPk, pieces) ? null : piece)),
    ]),
  );
  return [...groups.values()].flatMap((group) => alikeIn(group).flatMap((some) => folded(some, delimiter)));
}

/** A key of one word is a name or an id. Where it is all that tells items apart, each has its own: it is their id, whatever they hold. */
function withoutNames(shapes: readonly KeyShape[], delimiter: string): KeyShape[] {
  const isLone = ({ pk, sk }: KeyShape): boolean => sk === undefined && !/[{}]/.test(pk) && !pk.includes(delimiter);
  const groups = Map.groupBy(shapes, (shape) => (isLone(shape) ? JSON.stringify(shape.where) : shape));
  return [...groups.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined || some.length < 2) return some;
    return [{ ...first, pk: "{text}", count: some.reduce((sum, { count }) => sum + count, 0) }];
  });
}

const begins = (at: number, inPk: number, { length }: readonly string[]): boolean =>
  (at === 0 && inPk > 1) || (at === inPk && length - inPk > 1);

/** Those that lead to the same attributes. */
function alikeIn(group: readonly Pieces[]): Pieces[][] {
  const found: Pieces[][] = [];
  for (const each of group) {
    const known = found.find(([first]) => first !== undefined && areAlike(first.shape, each.shape));
    if (known === undefined) found.push([each]);
    else known.push(each);
  }
  return found;
}

function areAlike(one: KeyShape, other: KeyShape): boolean {
  const [a, b] = [one, other].map(({ attributes }) => new Set(attributes.map(({ name }) => name)));
  if (a === undefined || b === undefined) return false;
  const all = a.union(b).size;
  return all === 0 || a.intersection(b).size >= all * ALIKE;
}

function folded(group: readonly Pieces[], delimiter: string): KeyShape[] {
  const [first] = group;
  if (first === undefined || group.length < FEWEST) return group.map(({ shape }) => shape);
  const texts = first.pieces.map((_, at) => new Set(group.map(({ pieces }) => pieces[at] ?? "")));
  // Two words are two kinds: followers, and those who are followed.
  const word = texts.findIndex(({ size }) => size > 1 && size < FEWEST);
  if (word >= 0)
    return [...Map.groupBy(group, ({ pieces }) => pieces[word]).values()].flatMap((some) => folded(some, delimiter));
  const names: string[] = [];
  const captured = first.pieces.map((piece, at) => {
    if (texts[at]?.size === 1) return piece;
    const same = first.pieces.findIndex(
      (_, other) => other < at && group.every(({ pieces }) => pieces[other] === pieces[at]),
    );
    // A capture stands once in a template; in both keys it is the same one.
    const name = same >= 0 && same < first.inPk && at >= first.inPk ? names[same] : undefined;
    names[at] = name ?? freshName(first, names);
    return `{${names[at]}}`;
  });
  const count = group.reduce((sum, { shape }) => sum + shape.count, 0);
  const [pk, sk] = [captured.slice(0, first.inPk), captured.slice(first.inPk)].map((some) => some.join(delimiter));
  return [{ ...first.shape, pk: pk ?? "", ...(first.shape.sk === undefined ? {} : { sk: sk ?? "" }), count }];
}

function freshName({ shape: { pk, sk } }: Pieces, taken: readonly string[]): string {
  for (let at = 1; ; at += 1) {
    const name = at === 1 ? "text" : `text${at}`;
    if (!taken.includes(name) && !`${pk} ${sk}`.includes(`{${name}}`)) return name;
  }
}
