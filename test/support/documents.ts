/** A Markdown text → its fenced blocks, and the commands of a `console` block with the output that stands below each. */

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
      return { command, output: output.split("\n").filter((line) => line !== "") };
    });
}

/** A line of dots stands for any lines, dots at the end of a line for any rest; numbers with a unit of time, and what depends on the day, for others of their kind. */
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
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "0000-00-00T00:00:00Z");
