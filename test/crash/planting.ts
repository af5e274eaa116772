/** Faults planted by number: before some pages, or at the steps behind the last one. */
import type { Target } from "../../lambda/pipeline/conclude.ts";
import { beforePages } from "../support/migration.ts";

/** Does something before pages of these numbers are written. */
export function atPages(pages: readonly number[], fault: () => unknown) {
  let struck = 0;
  const around = beforePages(async (page) => {
    if (!pages.includes(page)) return;
    struck += 1;
    await fault();
  });
  return { around, struck: () => struck };
}

/** Tells `work` of every port of the building and the proving. */
export const duringTheEnd = (work: () => void) => (target: Target) => {
  const before =
    <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      work();
      return call(...given);
    };
  const { ledger, contents, relations } = target.proof;
  return {
    ...target,
    tables: { ...target.tables, complete: before(target.tables.complete) },
    proof: { ledger: before(ledger), contents: before(contents), relations: before(relations) },
  };
};
