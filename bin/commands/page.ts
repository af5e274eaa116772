/** `--html`: a report → a page in a file. `--hash-keys`: with hashes for the keys of items, and none of rows. */
import { nameOf, type Proven } from "../../lambda/compose.ts";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { withoutKeys } from "../../lambda/domain/proof/report-keys.ts";
import { pageOf } from "../html/page.ts";
import { writeText } from "./answer.ts";

interface Wanted {
  readonly html?: string | undefined;
  readonly hashKeys?: boolean | undefined;
}

/** To be asked for before anything is done: what makes no sense is refused then. */
export function pageWriter({ html: file, hashKeys }: Wanted): (proven: Proven) => Promise<void> {
  if (file === undefined && hashKeys === true)
    throw new MigrationError("settings", "--hash-keys is about the page, and none is asked for", "add --html FILE");
  return async ({ report, logKey }) => {
    if (file === undefined) return;
    const page = await pageOf(hashKeys === true ? withoutKeys(report, nameOf({ keys: "hashed" }, logKey)) : report);
    await writeText(file, page);
  };
}
