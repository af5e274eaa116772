/** Pieces of a draft → TypeScript as this project's formatter would leave it, so that a user's first `format` changes nothing. */
import type { DraftValue, DraftWord } from "../model.ts";

/** Where the formatter breaks lines. */
const WIDTH = 120;

/** A literal in double quotes, or in single ones where that saves escapes. Whatever a line could not hold is escaped. */
export function quoted(text: string): string {
  const json = JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]|\p{Cf}/gu,
    (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
  const count = (char: string): number => text.split(char).length - 1;
  return count('"') > count("'") ? `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'` : json;
}

const BARE = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;

/** A name in an object literal. `__proto__:` would set a prototype instead. */
export const property = (name: string): string =>
  name === "__proto__" ? '["__proto__"]' : BARE.test(name) ? name : quoted(name);

/** A comment is one line, whatever it quotes. */
export const comment = (text: string): string => `// ${text.replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, " ")}`;

/** What stands between the marks of a block comment. */
export const inBlock = (text: string): string =>
  text.replaceAll("*/", "* /").replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");

export const indented = (lines: readonly string[], by = 2): string[] =>
  lines.map((line) => (line === "" ? line : " ".repeat(by) + line));

/** Each line but the last, and the last one with something behind it. */
export function withEnd(lines: readonly string[], end: string): string[] {
  return lines.map((line, at) => (at === lines.length - 1 ? line + end : line));
}

export const fits = (line: string, indent: number): boolean => indent + line.length <= WIDTH;

/** `{ pk: "A", sk: "B" }`. */
export const flatObject = (entries: readonly (readonly [name: string, code: string])[]): string =>
  entries.length === 0 ? "{}" : `{ ${entries.map(([name, code]) => `${property(name)}: ${code}`).join(", ")} }`;

function origin({ origin: from }: DraftValue): string {
  switch (from.kind) {
    case "key":
      return `key.${from.capture}`;
    case "attr":
      return `attr(${quoted(from.name)})`;
    case "element":
      return from.name;
    case "constant":
      return `constant(${quoted(from.text)})`;
    case "rest":
      return "rest()";
  }
}

function argument(arg: DraftWord["args"][number]): string {
  if (typeof arg === "string") return quoted(arg);
  if (typeof arg === "number") return String(arg);
  if ("value" in arg && typeof arg.value === "object") return valueCode(arg.value);
  return flatObject(Object.entries(arg).map(([name, text]) => [name, quoted(String(text))] as const));
}

const argumentsOf = ({ args, helper }: DraftWord): string[] => [
  ...args.map(argument),
  ...(helper === undefined ? [] : [helper]),
];

const wordCode = (said: DraftWord): string =>
  `.${said.word}(${argumentsOf(said).join(", ")})${said.capture === undefined ? "" : `.${said.capture}`}`;

export const valueCode = (value: DraftValue): string => origin(value) + value.words.map(wordCode).join("");

/** `name: value,` on one line, or the chain of words broken where that is too long. */
export function propertyLines(name: string, value: DraftValue, indent: number): string[] {
  const code = valueCode(value);
  const label = property(name);
  if (code === label) return [`${label},`];
  const line = `${label}: ${code},`;
  const calls = value.words.length + (value.origin.kind === "attr" ? 1 : 0);
  if (fits(line, indent) || value.words.length === 0) return [line];
  if (calls > 2)
    return [
      `${label}: ${origin(value)}`,
      ...withEnd(indented(value.words.map(wordCode)), "").map((each, at, all) =>
        at === all.length - 1 ? `${each},` : each,
      ),
    ];
  const last = value.words.at(-1);
  if (last === undefined) return [line];
  const before = origin(value) + value.words.slice(0, -1).map(wordCode).join("");
  return [
    `${label}: ${before}.${last.word}(`,
    ...indented(argumentsOf(last).map((arg) => `${arg},`)),
    `)${last.capture === undefined ? "" : `.${last.capture}`},`,
  ];
}

/** As the formatter sorts the names of an import: letter by letter, a capital one before its small one. */
function inImportOrder(names: readonly string[]): string[] {
  const bare = (name: string): string => name.replace(/^type /, "");
  return [...names].sort((a, b) => compareLetters(bare(a), bare(b)));
}

function compareLetters(a: string, b: string): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [one, other] = [a.charAt(at), b.charAt(at)];
    if (one === other) continue;
    const [small, otherSmall] = [one.toLowerCase(), other.toLowerCase()];
    if (small !== otherSmall) return small < otherSmall ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return a.length - b.length;
}

export function importLines(names: readonly string[], from: string): string[] {
  const sorted = inImportOrder(names);
  const line = `import { ${sorted.join(", ")} } from ${quoted(from)};`;
  if (fits(line, 0) || sorted.length === 1) return [line];
  return ["import {", ...indented(sorted.map((name) => `${name},`)), `} from ${quoted(from)};`];
}
