/** Words → a command line as a shell takes it, so that what a message names works as it stands. */

/** A word that no shell changes. */
const PLAIN = /^[\w@%+=:,./-]+$/;

const typed = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Words as they are. */
export const shell = (...words: readonly string[]): string => words.map(typed).join(" ");

/** Options stand before `--`, behind which a word may begin as an option does. */
export function commandLine(verb: string, options: readonly string[], words: readonly string[]): string {
  const apart = words.some((word) => word.startsWith("-")) ? ["--"] : [];
  return shell(verb, ...options, ...apart, ...words);
}

/** Whether a person can type it: what no key of a keyboard gives would be another word when it is copied. */
export const canBeTyped = (word: string): boolean => word !== "" && !/\p{C}/u.test(word);
