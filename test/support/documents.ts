/** A Markdown text → its fenced blocks, and the commands of a `console` block with the output that stands below each. */
import { dirname, join, normalize } from "node:path/posix";

export interface Block {
  readonly language: string;
  /** What stands after the language: for a file, its path. */
  readonly title: string;
  readonly text: string;
}

export interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

const FENCE = /^```(\w+)(?: +(\S+))?\n(.*?)^```$/gms;

export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(FENCE)].map(([, language = "", title = "", text = ""]) => ({ language, title, text }));

/** Lines that begin with `$ ` are commands; one that ends with a backslash goes on in the next. */
export function shownIn({ text }: Block): Shown[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [, command = "", output = ""] = /^((?:[^\n]*\\\n)*[^\n]*)\n?(.*)$/s.exec(part) ?? [];
      return { command, output: linesOf(output) };
    });
}

/** What was printed, without the lines that are empty. */
export const linesOf = (printed: string): string[] => printed.split("\n").filter((line) => line !== "");

/** A line of dots stands for any lines, dots at the end of a line for any rest; numbers with a unit of time, and what depends on the day (fingerprints of a sample that does), for others of their kind. */
export function isLike(shown: readonly string[], real: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return real.length === 0;
  if (first.trim() !== "...") return real[0] !== undefined && alike(first, real[0]) && isLike(rest, real.slice(1));
  return real.some((_, at) => isLike(rest, real.slice(at))) || isLike(rest, []);
}

function alike(shown: string, real: string): boolean {
  const [first = "", ...rest] = steady(shown).split(/ *\.\.\.$/);
  return rest.length === 0 ? first === steady(real) : steady(real).startsWith(first);
}

const steady = (line: string): string =>
  line
    .trimEnd()
    .replace(/\d[\d.,]* (ms|s)\b/g, "0 $1")
    .replace(/127\.0\.0\.1(:|%3A)\d+/g, "127.0.0.1$10")
    .replace(/file:\/\S*\//, "file:/")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "0000-00-00T00:00:00Z")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "0000-00-00 00:00:00 UTC")
    .replace(/\b[\da-f]{16}\b/g, "0".repeat(16));

/** A fence that opens and does not close makes the rest of a page one block. */
export const isClosed = (markdown: string): boolean => (markdown.match(/^```/gm) ?? []).length % 2 === 0;

const LINK = /\]\(([^)\s]+)\)/g;

/** The links of a page that lead to no file, or to a heading its file has not; those to other sites are not asked. */
export function brokenLinks(
  page: string,
  text: string,
  isThere: (file: string) => boolean,
  textOf: (file: string) => string | undefined,
): string[] {
  const links = [...text.replace(FENCE, "").matchAll(LINK)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = "", heading] = link.split("#");
    const file = path === "" ? page : normalize(join(dirname(page), path));
    return !isThere(file) || (heading !== undefined && !headingsOf(textOf(file) ?? "").includes(heading));
  });
}

/** As a page's headings are addressed: in small letters, hyphens for spaces, and no other sign. */
const headingsOf = (markdown: string): string[] =>
  [...markdown.replace(FENCE, "").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, "")
      .replaceAll(" ", "-"),
  );
