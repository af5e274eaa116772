/** The forms a capture can have: which texts each takes, said once more by regular expressions, and what they tell apart. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { load } from "../../lambda/compose.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import { must } from "../../lambda/domain/must.ts";
import { findAmbiguities } from "../../lambda/mapping/ambiguity.ts";
import { includes } from "../../lambda/mapping/automaton.ts";
import { captureForm } from "../../lambda/mapping/capture-form.ts";
import { defineItems, defineTables, text } from "../../lambda/mapping/index.ts";
import { keyLanguage } from "../../lambda/mapping/key-language.ts";
import { contains, overlap } from "../../lambda/mapping/overlap.ts";
import { isTemplateProblem, matchTemplate, parseTemplate, type Template } from "../../lambda/mapping/template.ts";
import { renderTemplate } from "../support/render-template.ts";

function template(text: string): Template {
  const parsed = parseTemplate(text, "#");
  if (isTemplateProblem(parsed)) throw new Error(parsed.problem);
  return parsed;
}

const ORACLES: Readonly<Record<string, RegExp>> = {
  int: /^\d+$/,
  uuid: /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  ulid: /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  date: /^\d{4}-\d\d-\d\d$/,
  iso: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?([.,]\d+)?([Z+-][\d:]{0,5})?$/,
  upper: /^[A-Z][A-Z\d_-]*$/,
  letters: /^[A-Za-z]+$/,
  "open|closed|oper": /^(open|closed|oper)$/,
  "!int": /^(?!\d+$)[^#]+$/,
  "!open|closed": /^(?!(open|closed)$)[^#]+$/,
};
const FORMS = Object.keys(ORACLES);

const SAMPLES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  int: fc.stringMatching(/^\d{1,20}$/),
  uuid: fc.uuid(),
  ulid: fc.ulid(),
  date: fc.stringMatching(/^\d{4}-\d\d-\d\d$/),
  iso: fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/),
  upper: fc.stringMatching(/^[A-Z][A-Z\d_-]{0,9}$/),
  letters: fc.stringMatching(/^[A-Za-z]{1,9}$/),
  "open|closed|oper": fc.constantFrom("open", "closed", "oper"),
  "!int": fc.stringMatching(/^\d{0,3}[a-z-]\d{0,3}$/),
  "!open|closed": fc.constantFrom("ope", "opened", "17", "x"),
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
  const values = must(captureForm(form), "a form").values("#");
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
    const refused: Readonly<Record<string, string>> = { int: "x1", "!open|closed": "open" };
    const other = refused[form] ?? "12";
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
    ["{x:int}", "{x:!int}"],
    ["{x:open|closed}", "{x:!open|closed}"],
    ["{x:open|closed}", "{x:done|lost}"],
    ["{x:upper}", "{x:ulid}"],
    ["A#{x:letters}", "A#{x:int}"],
    ["A#{x:!uuid}", "A#{x:uuid}"],
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

  it.each([
    ["{x:open|closed}", "{x:letters}"],
    ["{x:OPEN|SHUT}", "{x:upper}"],
    ["{x:uuid}", "{x:!int}"],
    ["{x:!int}", "{x}"],
  ])("%s is narrower than %s, and is tried first", (a, b) => {
    expect([contains(pattern(a), pattern(b)), contains(pattern(b), pattern(a))]).toEqual([true, false]);
  });

  it.each([
    ["{x:open|int}", /unknown form.*forms: .*\{state:open\|closed\}/],
    ["{x:open}", /unknown form/],
    ["{x:!open}", /unknown form/],
    ["{x:!rest}", /unknown form/],
    ["{x:!!int}", /unknown form/],
    ["{x:open|}", /unknown form/],
    ["{x:o#n|closed}", /a word with # in it.*leave # out of the word/],
  ])("%s is refused, with what to write instead", (text, told) => {
    const parsed = parseTemplate(text, "#");
    expect(isTemplateProblem(parsed) && `${parsed.problem} → ${parsed.remedy}`).toMatch(told);
  });

  it("I7: what a form leaves over is told, with a key that both match", () => {
    expect(overlap(pattern("{x:upper}"), pattern("{x:!int}"))?.pk).toMatch(/^[A-Z]$/);
    expect(overlap(pattern("{x:open|closed}"), pattern("{x:closed|lost}"))?.pk).toBe("closed");
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

it("items are told apart by the forms of their keys, and one that has none of them is of no kind", () => {
  const tables = defineTables({ t: { id: text().primaryKey(), state: text().nullable() } });
  const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
    item("State", { pk: "A#{state:open|closed}#{id:int}" }, ({ key }) => [into("t", { id: key.id, state: key.state })]),
    item("Code", { pk: "A#{id:upper}#{n:int}" }, ({ key }) => [into("t", { id: key.n, state: key.id })]),
    item("Name", { pk: "A#{id:!int}" }, ({ key }) => [into("t", { id: key.id })]),
  ]);
  const decode = decoder(load({ tables, items }), { source: "s", expiredAt: 0n });
  const kindOf = (PK: string) => decode({ item: { PK: { S: PK } } }).outcome.entity?.name;
  expect(["A#open#1", "A#US#1", "A#x1", "A#OPEN", "A#opened#1", "A#17"].map(kindOf)).toEqual([
    ...["State", "Code", "Name", "Name"],
    ...[undefined, undefined],
  ]);
});
