/** A source key → as it is written in a mapping, and as it is typed; a row's key → as it is shown. */
import { canBeTyped, commandLine } from "../../domain/typed.ts";
import { visible } from "../../domain/visible.ts";

/** The words of a key; of what has none, its position. */
function wordsOf(source: string): string[] {
  try {
    const parsed: unknown = JSON.parse(source);
    if (typeof parsed !== "object" || parsed === null) return [source];
    return Object.values(parsed).map((value: unknown) =>
      typeof value === "object" && value !== null ? String(Object.values(value)[0]) : String(value),
    );
  } catch {
    return [source];
  }
}

/** `USER#jane / METADATA`. */
export const keyText = (source: string): string => visible(wordsOf(source).join(" / "));

/** `(jane, 7)`. */
export const rowKeyText = (key: readonly string[]): string => `(${key.map(visible).join(", ")})`;

/** The same with where it stands, as far as that is known, and does not stand in place of a key already. */
export const placeText = (source: string, position: string | null | undefined): string =>
  position == null || position === source ? keyText(source) : `${keyText(source)}, at ${position}`;

/** The command that lets one item go, word for word; by what stands for its key in a log, where no shell takes the key. */
export function acceptCommand(source: string, nameOf: (source: string) => string): string {
  const words = wordsOf(source);
  const options = ["--reason", "TEXT"];
  // One word that looks like a hash would be taken for one.
  const isPlain = words.every(canBeTyped) && !/^#[0-9a-f]{16}$/.test(words.join(" "));
  return commandLine("accept", options, isPlain ? words : [nameOf(source)]);
}
