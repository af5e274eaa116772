import { describe, it } from "vitest";
import { CHECKS, type Fill } from "./item-source.ts";

/** Runs every check of the contract against one kind of source. */
export function describeItemSource(name: string, fill: Fill): void {
  describe(`${name} keeps the contract of a source`, () => {
    it.each(Object.entries(CHECKS))("%s", (_, check) => check(fill));
  });
}
