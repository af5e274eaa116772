/** What is said of a region → the region. */
import { MigrationError } from "./migration-error.ts";

/** What can be part of a host's name: the SDK asks the same, at the first request. */
const REGION = /^[A-Za-z0-9-]+$/;

/** The first that is said. Throws MigrationError `settings`; `what` has none, or a wrong one, and `remedy` says it. */
export function regionAmong(said: readonly (string | undefined)[], what: string, remedy: string): string {
  const found = said.find((each) => each !== undefined);
  if (found !== undefined && REGION.test(found)) return found;
  const problem = found === undefined ? "is not known" : `cannot be "${found}"`;
  throw new MigrationError("settings", `the region of ${what} ${problem}`, `say it in the source: ${remedy}`);
}
