/** Which kinds of item can be told apart by their keys: for patterns and mappings that are drawn. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findAmbiguities } from "../../lambda/mapping/ambiguity.ts";
import { conditionsOf, entail, type Where } from "../../lambda/mapping/conditions.ts";
import { contains, overlap } from "../../lambda/mapping/overlap.ts";
import {
  type Captured,
  isTemplateProblem,
  type KeyPattern,
  matchKey,
  parseTemplate,
  type Template,
} from "../../lambda/mapping/template.ts";
import { renderTemplate } from "../support/render-template.ts";
import { FAMILIES, template } from "./key-families.ts";

/** Patterns over so few characters and names that they overlap, nest and repeat often. */
const literal = fc.string({ unit: fc.constantFrom("a", "b", "#"), minLength: 1, maxLength: 3 });
const crowdedTemplate = fc
  .record({
    head: fc.option(literal, { nil: "" }),
    captures: fc.uniqueArray(fc.tuple(fc.constantFrom("p", "q"), literal), {
      selector: ([name]) => name,
      maxLength: 2,
    }),
    last: fc.constantFrom("", "{r}", "{s:rest}"),
  })
  .map(({ head, captures, last }) => `${head}${captures.map(([name, text]) => `{${name}}${text}`).join("")}${last}`)
  .filter((text) => text !== "")
  .map((text) => template(text));
const crowdedPattern: fc.Arbitrary<KeyPattern> = fc.record({
  pk: crowdedTemplate,
  sk: crowdedTemplate,
  where: fc.constantFrom<Where>({}, {}, {}, { T: "1" }, { T: "2" }).map((where) => conditionsOf(where)),
});

/** The same pattern, with the end of its keys left open: often one that holds all of its keys. */
const widened = ({ pk, sk, where }: KeyPattern): fc.Arbitrary<KeyPattern> => {
  const open = ({ parts, text }: Template): fc.Arbitrary<Template> =>
    fc.record({ kept: fc.nat({ max: parts.length }), name: fc.constantFrom("v", "w") }).map(({ kept, name }) => {
      const texts = parts.map((part) => (part.kind === "literal" ? part.text : `{${part.name}}`));
      const parsed = parseTemplate(`${texts.slice(0, kept).join("")}{${name}:rest}`, "#");
      return kept === parts.length || isTemplateProblem(parsed) ? template(text) : parsed;
    });
  return fc.record({ pk: open(pk), sk: open(sk ?? pk), where: fc.constantFrom(where ?? [], []) });
};

const value = fc.string({ unit: fc.constantFrom("a", "b", "#", "x"), minLength: 1, maxLength: 4 });
const values: fc.Arbitrary<Captured> = fc
  .tuple(value, value, value, value)
  .map((chosen) => new Map(["p", "q", "r", "s"].map((name, at) => [name, chosen[at] ?? ""])));

/** A key that the pattern matches, where these values make one. */
function keyOf({ pk, sk }: KeyPattern, captured: Captured): [pk: string, sk: string] | undefined {
  try {
    return sk && [renderTemplate(pk, captured), renderTemplate(sk, captured)];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

describe("for any two patterns", () => {
  const pairs = fc.record({ a: crowdedPattern, b: crowdedPattern, samples: fc.array(values, { maxLength: 30 }) });
  const matches = (of: KeyPattern, [pk, sk]: [string, string]) => matchKey(of, pk, sk) !== undefined;

  test("an example is matched by both; where there is none, no key of one is matched by the other", () => {
    fc.assert(
      fc.property(pairs, ({ a, b, samples }) => {
        const [sameKeys, otherKeys] = [
          { pk: a.pk, ...(a.sk && { sk: a.sk }) },
          { pk: b.pk, ...(b.sk && { sk: b.sk }) },
        ];
        const example = overlap(sameKeys, otherKeys);
        if (example?.sk !== undefined) {
          expect(matches(a, [example.pk, example.sk]) && matches(b, [example.pk, example.sk])).toBe(true);
          return;
        }
        const keys = samples
          .flatMap((sample) => [keyOf(a, sample), keyOf(b, sample)])
          .filter((key) => key !== undefined);
        expect(keys.filter((key) => matches(a, key) && matches(b, key))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("where one contains the other, it matches every key of it", () => {
    const nested = pairs.chain(({ a, b, samples }) =>
      fc.record({ a: fc.constant(a), b: fc.oneof(fc.constant(b), widened(a)), samples: fc.constant(samples) }),
    );
    fc.assert(
      fc.property(nested, ({ a, b, samples }) => {
        fc.pre(contains(a, b));
        const keys = samples.map((sample) => keyOf(a, sample)).filter((key) => key !== undefined);
        expect(keys.filter((key) => !matches(b, key))).toEqual([]);
        expect(overlap(a, b)).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe("for any mapping", () => {
  test("I7: no key matches two entities once a mapping has loaded, but where the one tried first is the narrower", () => {
    const mappings = fc.record({
      entities: fc
        .array(crowdedPattern, { minLength: 2, maxLength: 4 })
        .map((patterns) => patterns.map((each, at) => ({ name: `e${at}`, pattern: each }))),
      samples: fc.array(values, { maxLength: 10 }),
    });
    fc.assert(
      fc.property(mappings, ({ entities: declared, samples }) => {
        const { order, problems } = findAmbiguities(declared);
        fc.pre(problems.length === 0);
        const ordered = order.flatMap((name) => declared.filter((entity) => entity.name === name));
        for (const { pattern: from } of ordered) {
          for (const sample of samples) {
            const key = keyOf(from, sample);
            if (key === undefined) continue;
            const item = (of: KeyPattern) => matchKey(of, ...key) && entail(from.where ?? [], of.where ?? []);
            const [first, ...others] = ordered.filter(({ pattern: of }) => item(of));
            expect(first).toBeDefined();
            for (const other of others) expect(first && contains(first.pattern, other.pattern)).toBe(true);
          }
        }
      }),
    );
  });

  test("I7: an ambiguity planted in it is found, and the key it names proves it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(FAMILIES)),
        fc.nat(),
        fc.constantFrom("pk", "sk"),
        (family, at, side) => {
          const original = family[at % family.length]?.pattern;
          fc.pre(original?.sk !== undefined);
          const [pk, sk] = [original?.pk ?? template("-"), original?.sk ?? template("-")];
          const wide = template("{planted:rest}");
          const where = conditionsOf({ T: "1" });
          const planted = side === "pk" ? { pk: wide, sk, where } : { pk, sk: wide, where };
          const { problems } = findAmbiguities([...family, { name: "Planted", pattern: planted }]);
          const found = problems.filter((problem) => problem.kind === "ambiguous" && problem.second === "Planted");
          expect(found.length).toBeGreaterThan(0);
          for (const problem of found) {
            if (problem.kind !== "ambiguous") continue;
            const { example, first } = problem;
            const other = family.find(({ name }) => name === first)?.pattern;
            expect(matchKey(planted, example.pk, example.sk)).toBeDefined();
            expect(other && matchKey(other, example.pk, example.sk)).toBeDefined();
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
