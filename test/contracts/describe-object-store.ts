import { describe, it } from "vitest";
import { CHECKS, type Fill } from "./object-store.ts";

/** Runs every check of the contract against one kind of store. */
export function describeObjectStore(name: string, fill: Fill): void {
  describe(`${name} keeps the contract of a store of objects`, () => {
    it.each(Object.entries(CHECKS))("%s", (_, check) => check(fill));
  });
}
