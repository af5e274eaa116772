/** The forms a capture can have: which texts each takes, said once more by regular expressions, and what they tell apart. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findAmbiguities } from "../../lambda/mapping/ambiguity.ts";
import { includes } from "../../lambda/mapping/automaton.ts";
import { type CaptureForm, formOf, isCaptureForm } from "../../lambda/mapping/capture-form.ts";
import { keyLanguage } from "../../lambda/mapping/key-language.ts";
import { contains, overlap } from "../../lambda/mapping/overlap.ts";
import { isTemplateProblem, matchTemplate, parseTemplate, type Template } from "../../lambda/mapping/template.ts";
import { renderTemplate } from "../support/render-template.ts";

function template(text: string): Template {
  const parsed = parseTemplate(text, "#");
  if (isTemplateProblem(parsed)) throw new Error(parsed.problem);
  return parsed;
}

const ORACLES: Partial<Record<CaptureForm, RegExp>> = {
  int: /^\d+$/,
  uuid: /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  ulid: /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  date: /^\d{4}-\d\d-\d\d$/,
  iso: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?([.,]\d+)?([Z+-][\d:]{0,5})?$/,
};
const FORMS = Object.keys(ORACLES).filter(isCaptureForm);

const SAMPLES: Partial<Record<CaptureForm, fc.Arbitrary<string>>> = {
  int: fc.stringMatching(/^\d{1,20}$/),
  uuid: fc.uuid(),
  ulid: fc.ulid(),
  date: fc.stringMatching(/^\d{4}-\d\d-\d\d$/),
  iso: fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/),
};
/** A value of one of the forms, as it is or with something taken away, added or put in place of something. */
const nearly = fc
  .tuple(
    fc.oneof(...Object.values(SAMPLES)),
    fc.nat(),
    fc.constantFrom("", "", "0", "Z", "-", ":", ".", "g", "T", " ", "#"),
    fc.nat(2),
  )
  .map(([text, at, put, taken]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + put + text.slice(from + taken);
  });

describe.each(FORMS)("{x:%s}", (form) => {
  const oracle = ORACLES[form] ?? /$^/;
  const values = formOf(form).values("#");
  it("takes what its rule says and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(nearly, SAMPLES[form] ?? nearly), (text) => {
        expect(includes(values, text)).toBe(oracle.test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is read back from a rendered key, between literals and at the end", () => {
    const of = template(`A#{x:${form}}#B#{y:${form}}`);
    const value = SAMPLES[form] ?? fc.constant("");
    fc.assert(
      fc.property(value, value, (x, y) => {
        const key = new Map([
          ["x", x],
          ["y", y],
        ]);
        const text = renderTemplate(of, key);
        expect(matchTemplate(of, text)).toEqual(key);
        expect(includes(keyLanguage(of), text)).toBe(true);
      }),
    );
  });

  it("refuses another form's value as part of a key", () => {
    const other = form === "int" ? "x1" : "12";
    expect(matchTemplate(template(`A#{x:${form}}`), `A#${other}`)).toBeUndefined();
  });
});

describe("forms tell kinds of items apart", () => {
  const pattern = (pk: string) => ({ pk: template(pk) });
  it.each([
    ["{x:int}", "{x:uuid}"],
    ["{x:uuid}", "{x:ulid}"],
    ["{x:date}", "{x:iso}"],
    ["A#{x:int}", "A#{x:int}#{y:int}"],
    ["ORDER#{at:iso}", "ORDER#{id:uuid}"],
  ])("%s and %s never meet", (a, b) => {
    expect(overlap(pattern(a), pattern(b))).toBeUndefined();
    expect(
      findAmbiguities([
        { name: "a", pattern: pattern(a) },
        { name: "b", pattern: pattern(b) },
      ]).problems,
    ).toEqual([]);
  });

  it("a form is narrower than a plain capture, and is tried first", () => {
    expect([contains(pattern("{x:int}"), pattern("{x}")), contains(pattern("{x}"), pattern("{x:int}"))]).toEqual([
      true,
      false,
    ]);
    const found = findAmbiguities([
      { name: "any", pattern: pattern("U#{x}") },
      { name: "number", pattern: pattern("U#{x:int}") },
    ]);
    expect(found).toEqual({ order: ["number", "any"], problems: [] });
  });

  it("I7: a number can look like a ULID, and that is told", () => {
    expect(overlap(pattern("{x:int}"), pattern("{x:ulid}"))?.pk).toMatch(/^[0-7]\d{25}$/);
  });

  it("I7: two that do meet are told, with a key both match", () => {
    const example = overlap({ pk: template("{x:int}-{y}") }, { pk: template("{x}-{y:int}") });
    expect(example).toBeDefined();
    for (const text of ["{x:int}-{y}", "{x}-{y:int}"])
      expect(matchTemplate(template(text), example?.pk ?? "")).toBeDefined();
  });
});
