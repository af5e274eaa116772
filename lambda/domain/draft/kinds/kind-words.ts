/** Kinds of items, by their templates and type attributes → the words each is called by. */
import type { KeyPattern, Template } from "../../../mapping/template.ts";
import { singular, wordsOf } from "../names.ts";

interface Named {
  readonly pattern: KeyPattern;
  readonly where: Readonly<Record<string, string>>;
  readonly captures: readonly { readonly prefix: string }[];
}

/** Words that say that something is the thing itself, and not which thing. */
export const GENERIC =
  /^(metadata|meta|info|profile|detail|details|data|root|main|self|base|header|item|record|entity|master|latest|current|v\d*|\d+)$/;

/** For each kind its words; two kinds may be given the same. */
export function kindWords(kinds: readonly Named[], delimiter: string): string[][] {
  /** What ids are told by, where a kind is about that id alone: `USER#` of `USER#{id}` / `PROFILE`. */
  const identities = new Set(
    kinds.flatMap(({ captures }) => {
      const [only, ...others] = captures;
      return only === undefined || others.length > 0 ? [] : [only.prefix];
    }),
  );
  const named = kinds.map((kind) => wordsFor(kind, identities, delimiter));
  return named.map((words, at) => {
    const same = named.filter((other) => other.join(" ") === words.join(" "));
    const kind = kinds[at];
    return same.length === 1 || kind === undefined ? words : [...words, ...genericOf(kind, delimiter)];
  });
}

function wordsFor(kind: Named, identities: ReadonlySet<string>, delimiter: string): string[] {
  const told = Object.values(kind.where).at(0);
  if (told !== undefined) return singularLast(wordsOf(told).length === 0 ? ["item"] : wordsOf(told));
  const { pk, sk } = kind.pattern;
  const [inPk, inSk] = [piecesOf(pk, delimiter), sk === undefined ? [] : piecesOf(sk, delimiter)];
  // A word at the end of the partition key with nothing behind it is what the item is: `u#{id}#follower`.
  const tail = inPk.at(-1);
  const role = inSk.find(({ text, isPrefix }) => isTelling(text) && !(isPrefix && identities.has(text + delimiter)));
  if (tail !== undefined && !tail.isPrefix && isTelling(tail.text)) return singularLast(wordsOf(tail.text));
  if (role !== undefined) return singularLast(wordsOf(role.text));
  const own = inPk.filter(({ text, isPrefix }) => isPrefix && wordsOf(text).length > 0).at(-1);
  const other = inSk.filter(({ text, isPrefix }) => isPrefix && identities.has(text + delimiter)).at(-1);
  const words = [own, other === undefined || other.text === own?.text ? undefined : other].flatMap((each) =>
    each === undefined ? [] : singularLast(wordsOf(each.text)),
  );
  if (words.length > 0 && words.some((word) => word.length > 1)) return words;
  const generic = genericOf(kind, delimiter);
  return generic.length > 0 ? [...words, ...generic] : words.length > 0 ? words : ["item"];
}

interface Piece {
  readonly text: string;
  /** A value follows it. */
  readonly isPrefix: boolean;
}

/** The words a template is made of, as the delimiter parts them. */
function piecesOf({ parts }: Template, delimiter: string): Piece[] {
  return parts.flatMap((part, at) => {
    if (part.kind === "capture") return [];
    const texts = part.text.split(delimiter).filter((text) => text !== "");
    const isFollowed = parts[at + 1] !== undefined;
    return texts.map((text, index) => ({ text, isPrefix: isFollowed && index === texts.length - 1 }));
  });
}

const isTelling = (text: string): boolean => {
  const words = wordsOf(text);
  return words.some((word) => word.length > 2) && !words.every((word) => GENERIC.test(word));
};

const genericOf = ({ pattern: { sk } }: Named, delimiter: string): string[] =>
  sk === undefined
    ? []
    : piecesOf(sk, delimiter)
        .flatMap(({ text }) => wordsOf(text))
        .slice(-1);

const singularLast = (words: readonly string[]): string[] =>
  words.map((word, at) => (at === words.length - 1 ? singular(word) : word));
