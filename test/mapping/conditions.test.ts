/** What is said of items beside their keys: which kinds no item can be at once, and which is the more specific. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { absent, conditionsOf, entail, mayMeet, present, type Where } from "../../lambda/mapping/conditions.ts";

type Value = string | number | null | { readonly [name: string]: Value };
type Told = { readonly [name: string]: Value };

/** The meaning, spelled as plainly as it can be. */
const meets = (item: Value | undefined, where: Where): boolean =>
  Object.entries(where).every(([name, wanted]) => {
    const value = typeof item === "object" && item !== null && Object.hasOwn(item, name) ? item[name] : undefined;
    if (wanted === absent) return value === undefined;
    if (wanted === present) return value !== undefined;
    return typeof wanted === "object" ? meets(value, wanted) : value === wanted;
  });

const NAMES = ["a", "b", "constructor"];
const named = <T>(value: fc.Arbitrary<T>) =>
  fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 2, noNullPrototype: true });
const wanted = fc.constantFrom<Where[string][]>(absent, present, "1", 1);
const where: fc.Arbitrary<Where> = named(fc.oneof(wanted, named(wanted)));
const held = fc.constantFrom<Value[]>("1", 1, null);
const item: fc.Arbitrary<Told> = named(fc.oneof(held, named(fc.oneof(held, named(held)))));

describe("conditions", () => {
  it("entail others only where every item that meets the ones meets the others, and meet where one does both", () => {
    const seen = { entailed: 0, both: 0, apart: 0 };
    fc.assert(
      fc.property(where, where, fc.array(item, { minLength: 10, maxLength: 10 }), (a, b, items) => {
        const [one, other] = [conditionsOf(a), conditionsOf(b)];
        const [isEntailed, isPossible] = [entail(one, other), mayMeet(one, other)];
        const met = items.filter((told) => meets(told, a)).map((told) => meets(told, b));
        seen.entailed += isEntailed && met.length > 0 ? 1 : 0;
        seen.both += met.includes(true) ? 1 : 0;
        seen.apart += isPossible ? 0 : 1;
        return (
          mayMeet(other, one) === isPossible &&
          !(isEntailed && met.includes(false)) &&
          (isPossible || !met.includes(true))
        );
      }),
      { numRuns: 1000, seed: 7 },
    );
    expect(Math.min(seen.entailed, seen.both, seen.apart)).toBeGreaterThan(50);
  });

  it.each<[Where, Where, boolean, boolean]>([
    [{ T: "a" }, { T: "b" }, false, false],
    [{ T: "a" }, { T: present }, true, true],
    [{ T: present }, { T: "a" }, false, true],
    [{ T: absent }, { T: present }, false, false],
    [{ T: absent }, { T: absent }, true, true],
    [{ T: absent }, { T: { U: absent } }, true, true],
    [{ T: "a" }, { T: { U: absent } }, true, true],
    [{ T: { U: absent } }, { T: absent }, false, true],
    [{ T: { U: "a" } }, { T: present }, true, true],
    [{ T: { U: "a" } }, { T: "a" }, false, false],
    [{ T: { U: present } }, { T: absent }, false, false],
    [{ T: { U: "a" } }, { T: { V: "a" } }, false, true],
    [{ "T.U": "a" }, { T: { U: "a" } }, false, true],
    [{}, { T: absent }, false, true],
  ])("%o, %o: entailed %s, both possible %s", (a, b, isEntailed, isBoth) => {
    expect(entail(conditionsOf(a), conditionsOf(b))).toBe(isEntailed);
    expect(mayMeet(conditionsOf(a), conditionsOf(b))).toBe(isBoth);
  });
});
