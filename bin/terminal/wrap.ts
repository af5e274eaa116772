/** Text → the same text in lines that fit a terminal, each broken between words and going on under what it says. */
import { VERBS } from "../../lambda/verbs.ts";

/** Narrower than this, breaking makes nothing easier to read. */
const NARROWEST = 40;

/** A command is one line whatever its width: it is copied. */
const isCommand = (line: string): boolean => {
  const [first = "", second = ""] = line.trim().split(" ");
  return first in VERBS && second.startsWith("-");
};

export function wrapped(text: string, width: number | undefined): string {
  if (width === undefined || width < NARROWEST) return text;
  return text
    .split("\n")
    .map((line) => (line.length <= width || isCommand(line) ? line : broken(line, width)))
    .join("\n");
}

function broken(line: string, width: number): string {
  const [indent = "", bullet = ""] = [/^ */.exec(line)?.[0], /^ *((→|\d+\.) )?/.exec(line)?.[1]];
  const hanging = " ".repeat(indent.length + (bullet === "" ? 2 : bullet.length));
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const at = rest.lastIndexOf(" ", width);
    // One word, as a long key is, stands as it is.
    const end = at > hanging.length ? at : rest.indexOf(" ", width);
    if (end === -1) break;
    lines.push(rest.slice(0, end).trimEnd());
    rest = `${hanging}${rest.slice(end).trimStart()}`;
  }
  return [...lines, rest].join("\n");
}
