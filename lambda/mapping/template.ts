/**
 * A key template as a user writes it, `FOLDER#{folderId}` → its parts; with them, key text → captured values.
 * A template covers the whole key. A capture ends where the literal after it first occurs, so a key is read in one way
 * or not at all.
 */
import { type Automaton, includes } from "./automaton.ts";
import { captureForm, type Form, formNames } from "./capture-form.ts";
import type { Condition } from "./conditions.ts";

/**
 * A capture takes one character or more: `plain` ones without the delimiter, `rest` any. No value holds the literal that
 * follows its capture.
 */
export type Part =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "capture"; readonly name: string; readonly form: string };

export interface Template {
  readonly text: string;
  readonly delimiter: string;
  /** Never two of one kind in a row. */
  readonly parts: readonly Part[];
  /** The values each capture takes. */
  readonly values: ReadonlyMap<string, Automaton>;
}

export interface TemplateProblem {
  readonly problem: string;
  readonly remedy: string;
}

/** What a kind of item is told by: its whole key, and what else it holds. */
export interface KeyPattern {
  readonly pk: Template;
  /** Given exactly where the table has a sort key. */
  readonly sk?: Template;
  readonly where?: readonly Condition[];
}

/** Capture name → the text it took. */
export type Captured = ReadonlyMap<string, string>;

export function isTemplateProblem(parsed: Template | TemplateProblem): parsed is TemplateProblem {
  return "problem" in parsed;
}

/** The pieces a template is written in. `{{` and `}}` stand for braces; a stray brace stands for nothing. */
const TOKEN = /(?<escaped>\{\{|\}\})|\{(?<capture>[^{}]*)\}|(?<stray>[{}])|(?<text>[^{}]+)/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads a template. What is wrong with it is returned, never thrown: it is the user's text. */
export function parseTemplate(text: string, delimiter: string): Template | TemplateProblem {
  if (delimiter === "") return { problem: "the delimiter is empty", remedy: "name one, or leave it out" };
  const parts: Part[] = [];
  for (const { groups = {} } of text.matchAll(TOKEN)) {
    const part = readPart(groups);
    if ("problem" in part) return { ...part, problem: `"${text}" ${part.problem}` };
    const before = parts.at(-1);
    if (part.kind === "literal" && before?.kind === "literal") {
      parts.splice(-1, 1, { kind: "literal", text: before.text + part.text });
    } else parts.push(part);
  }
  const wrong = sequenceProblem(parts);
  if (wrong !== undefined) return { ...wrong, problem: `"${text}" ${wrong.problem}` };
  const captures = parts.flatMap((part) => (part.kind === "capture" ? [part] : []));
  const values = new Map(captures.map(({ name, form }) => [name, formIn(form).values(delimiter)]));
  const parted = captures.find(({ form }) => form.includes(delimiter) && form.includes("|"));
  if (parted !== undefined) {
    const problem = `"${text}" has a word with ${delimiter} in it, in {${parted.name}:${parted.form}}`;
    return { problem, remedy: `leave ${delimiter} out of the word: it parts the key` };
  }
  return { text, delimiter, parts, values };
}

function readPart({ escaped, capture, stray, text = "" }: Partial<Record<string, string>>): Part | TemplateProblem {
  if (stray !== undefined) {
    return {
      problem: `has a single "${stray}"`,
      remedy: "write a capture as {name}, and a brace of the key as {{ or }}",
    };
  }
  if (capture === undefined) return { kind: "literal", text: escaped?.charAt(0) ?? text };
  const [name = "", form = "plain", ...more] = capture.split(":");
  if (!NAME.test(name)) {
    const problem = name === "" ? "has a capture without a name" : `has a capture named "${name}"`;
    return { problem, remedy: "use letters, digits and _, and no digit first" };
  }
  if (more.length > 0 || captureForm(form) === undefined) {
    const problem = `has a capture of an unknown form, "${capture}"`;
    return { problem, remedy: `write {${name}}, or {${name}:form} with one of these forms: ${formNames}` };
  }
  return { kind: "capture", name, form };
}

const formIn = (form: string): Form => {
  const found = captureForm(form);
  if (found === undefined) throw new Error(`{x:${form}} was read as a capture`);
  return found;
};

function sequenceProblem(parts: readonly Part[]): TemplateProblem | undefined {
  if (parts.length === 0) return { problem: "is empty", remedy: "write the key, with {name} where it varies" };
  const names = new Set<string>();
  for (const [at, part] of parts.entries()) {
    if (part.kind === "literal") continue;
    const next = parts[at + 1];
    if (names.has(part.name)) {
      return { problem: `has two captures named "${part.name}"`, remedy: "give each its own name" };
    }
    if (next?.kind === "capture") {
      const problem = `has nothing between the captures "${part.name}" and "${next.name}"`;
      return { problem, remedy: "put the text that parts them between them, or take both as one capture" };
    }
    if (next !== undefined && formIn(part.form).last) {
      const problem = `has text after "${part.name}", which is of the form ${part.form}`;
      return { problem, remedy: `put {${part.name}:${part.form}} last, or make it plain` };
    }
    names.add(part.name);
  }
  return undefined;
}

/** The captures of a key, or `undefined` where the template does not match the whole of it. */
export function matchTemplate({ parts, values }: Template, key: string): Captured | undefined {
  const captured = new Map<string, string>();
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind === "literal") {
      if (!key.startsWith(part.text, at)) return undefined;
      at += part.text.length;
      continue;
    }
    const next = parts[index + 1];
    const end = next?.kind === "literal" ? key.indexOf(next.text, at) : key.length;
    const value = key.slice(at, Math.max(at, end));
    const form = values.get(part.name);
    if (form === undefined || !includes(form, value)) return undefined;
    captured.set(part.name, value);
    at = end;
  }
  return at === key.length ? captured : undefined;
}

/** The captures of a whole key. One that stands in both templates has to take the same text in both. */
export function matchKey({ pk, sk }: KeyPattern, pkText: string, skText: string | undefined): Captured | undefined {
  if (sk === undefined || skText === undefined) {
    return sk === undefined && skText === undefined ? matchTemplate(pk, pkText) : undefined;
  }
  const inPk = matchTemplate(pk, pkText);
  if (inPk === undefined) return undefined;
  const inSk = matchTemplate(sk, skText);
  if (inSk === undefined) return undefined;
  for (const [name, value] of inSk) if ((inPk.get(name) ?? value) !== value) return undefined;
  return new Map([...inPk, ...inSk]);
}
