/** Text → the terminal. Results go to standard output, everything else to standard error, so that either can be piped. */
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { visible, visibleLines } from "../../lambda/domain/visible.ts";
import { EXIT, exitOf } from "./exit.ts";
import { wrapped } from "./wrap.ts";

/** For a person: in lines that fit the terminal, where it is one, and without anything that speaks to it. */
export const tell = (text: string): void =>
  print(wrapped(visibleLines(text), process.stdout.isTTY === true ? process.stdout.columns : undefined));

/** As it is, to the letter: words of the program, and SQL for another program to read. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const note = (text: string): void =>
  void process.stderr.write(
    `${wrapped(visibleLines(text), process.stderr.isTTY === true ? process.stderr.columns : undefined)}\n`,
  );

/** A refusal is told with every finding and its remedy; a bug keeps its stack. */
export function printFailure(error: unknown): void {
  if (!(error instanceof MigrationError)) {
    note(`A bug: ${error instanceof Error ? error.stack : String(error)}`);
    return;
  }
  note(`${exitOf(error) === EXIT.incomplete ? "INCOMPLETE" : "REFUSED"}  ${error.message}`);
  for (const { where, problem, remedy, keys = [] } of error.findings) {
    if (problem === error.message) {
      note(`  → ${remedy}`);
      continue;
    }
    const rows = keys.length === 0 ? "" : `, rows ${keys.map(visible).join(", ")}`;
    note(`  ${where}${rows}: ${problem}\n      → ${remedy}`);
  }
}
