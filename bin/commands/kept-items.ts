/** Items in quarantine, whole → a terminal, or a file of an operator's own: they are what the tables may not show to everybody. */
import { open } from "node:fs/promises";
import { keyText } from "../../lambda/adapters/report/key-text.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { counted } from "../../lambda/domain/proof/discrepancy.ts";
import { visibleJson } from "../../lambda/domain/visible.ts";
import type { KeptItem } from "../../lambda/ports/quarantine.ts";
import type { Listed } from "../../lambda/verbs/list-quarantine.ts";
import { note, print } from "../terminal/print.ts";
import { writable } from "./answer.ts";

/** Whoever reads a pipe may keep what comes through it. */
export function refuseToPipe(): void {
  if (process.stdout.isTTY === true) return;
  const problem = "--bodies shows whole items, with every value, and this is no terminal";
  throw new MigrationError("settings", problem, "name a file of your own for them: --export FILE");
}

/** Each under its key and its reason. */
export const showItems = (kept: Listed["kept"]): Promise<void> =>
  kept(async (some) => {
    for (const { entity, reason, source, body } of some)
      print(`\n${keyText(source)}  (${entity ?? "of no entity"}, ${reason})\n${visibleJson(body)}`);
    return undefined;
  });

/** A line each, as `migrate` and `check` read them; what was no item stays what it was, and is counted. */
export async function exportItems(file: string, kept: Listed["kept"]): Promise<void> {
  const writing = await writable(file, () => open(file, "w", 0o600));
  let [items, others] = [0, 0];
  try {
    await kept(async (some) => {
      for (const each of some) {
        const isItem = each.reason !== "unreadable";
        if (isItem) items += 1;
        else others += 1;
        await writing.write(`${lineOf(each, isItem)}\n`);
      }
      return undefined;
    });
  } finally {
    await writing.close();
  }
  const broken =
    others === 0 ? "" : `, and ${counted(others, "line that is", "lines that are")} no item, to be corrected`;
  note(`${counted(items, "item", "items")}${broken} written to ${file}: keep it to yourself, it holds every value`);
}

const lineOf = ({ body }: KeptItem, isItem: boolean): string =>
  isItem ? `{"Item":${body}}` : body.replaceAll(/[\r\n]+/g, " ");
