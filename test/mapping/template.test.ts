/** What a key template matches, what it captures, and what is refused as a template. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { includes } from "../../lambda/mapping/automaton.ts";
import { keyLanguage } from "../../lambda/mapping/key-language.ts";
import {
  type Captured,
  isTemplateProblem,
  matchKey,
  matchTemplate,
  parseTemplate,
  type Template,
} from "../../lambda/mapping/template.ts";
import { renderTemplate } from "../support/render-template.ts";

function template(text: string, delimiter = "#"): Template {
  const parsed = parseTemplate(text, delimiter);
  if (isTemplateProblem(parsed)) throw new Error(parsed.problem);
  return parsed;
}

const match = (text: string, key: string, delimiter = "#") => {
  const captured = matchTemplate(template(text, delimiter), key);
  return captured && Object.fromEntries(captured);
};

describe("a template", () => {
  test.each<[string, string, Record<string, string>]>([
    ["METADATA", "METADATA", {}],
    ['"count"', '"count"', {}],
    ["FOLDER#{folderId}", "FOLDER#f-1", { folderId: "f-1" }],
    ["{username}", "jane", { username: "jane" }],
    ["#METADATA#{username}", "#METADATA#jane", { username: "jane" }],
    ["TENANT#{t}#USER#{u}", "TENANT#1#USER#2", { t: "1", u: "2" }],
    ["LESSON#{order}#{id}", "LESSON#1#lesson-9", { order: "1", id: "lesson-9" }],
    ["u#{id}#timeline", "u#1#timeline", { id: "1" }],
    ["FILE#{path:rest}", "FILE#a/b#c", { path: "a/b#c" }],
    ["{first}-{last:rest}", "a-b-c", { first: "a", last: "b-c" }],
    ["EVENT#{time}#{id}", "EVENT#2026-03-15T18:45:00Z#e-1", { time: "2026-03-15T18:45:00Z", id: "e-1" }],
    ["$office_1#city_{city}#zip_{zip}", "$office_1#city_new york#zip_01234", { city: "new york", zip: "01234" }],
    ["{{{id}}}", "{7}", { id: "7" }],
    ["a{{b}}c", "a{b}c", {}],
    ["[{id}](.*)", "[7](.*)", { id: "7" }],
    ["{text}", "line\nline", { text: "line\nline" }],
    ["{a}🙂{b}", "🙃🙂🙃", { a: "🙃", b: "🙃" }],
  ])("%j takes %j apart", (text, key, captured) => {
    expect(match(text, key)).toEqual(captured);
  });

  test.each([
    ["FOLDER#{folderId}", "FOLDER#", "a capture is never empty"],
    ["FOLDER#{folderId}", "XFOLDER#1", "it is anchored at the start"],
    ["u#{id}#post", "u#1#posts", "it is anchored at the end"],
    ["METADATA", "METADATA#1", "a literal is the whole key"],
    ["METADATA", "metadata", "case counts"],
    ["sh#{id}", "shp#1", "a prefix includes its delimiter"],
    ["TENANT#{t}", "TENANT#1#USER#2", "a plain capture stops at the delimiter"],
    ["{a}-{b}", "-b", "the first occurrence of the literal ends the capture, even at once"],
    ["{a}-end", "x-end-end", "the capture does not go on to a later occurrence"],
  ])("%j does not match %j: %s", (text, key) => {
    expect(match(text, key)).toBeUndefined();
  });

  test("takes a delimiter of any length", () => {
    expect(match("alert:{id}:{seq}", "alert:7:1", ":")).toEqual({ id: "7", seq: "1" });
    expect(match("alert:{id}:{seq}", "alert:alarm:7:1", ":")).toBeUndefined();
    expect(match("A::{id}", "A::b:c", "::")).toEqual({ id: "b:c" });
    expect(match("A::{id}", "A::b::c", "::")).toBeUndefined();
  });

  test("refuses a delimiter inside an id where the capture is plain, and takes it where it is the rest", () => {
    expect(match("alert:{id}", "alert:alarm:cpu", ":")).toBeUndefined();
    expect(match("alert:{id:rest}", "alert:alarm:cpu", ":")).toEqual({ id: "alarm:cpu" });
  });
});

describe("a template is refused", () => {
  test.each([
    ["", "is empty"],
    ["FOLDER#{id", 'single "{"'],
    ["FOLDER#id}", 'single "}"'],
    ["{a{b}}", 'single "{"'],
    ["FOLDER#{}", "without a name"],
    ["FOLDER#{:rest}", "without a name"],
    ["{folder id}", 'named "folder id"'],
    ["{1st}", 'named "1st"'],
    ["{id:}", "unknown form"],
    ["{id:uuid4}", "unknown form"],
    ["{id:toString}", "unknown form"],
    ["{id:rest:rest}", "unknown form"],
    ["account#{name}{id}", "nothing between"],
    ["{name}#{id}#{name}", 'two captures named "name"'],
    ["{path:rest}#{id}", 'text after "path"'],
  ])("%j, since it %s, and says what to write", (text, problem) => {
    const parsed = parseTemplate(text, "#");
    expect(parsed).toMatchObject({ problem: expect.stringContaining(problem), remedy: expect.stringMatching(/\w/) });
  });

  test("when the delimiter is empty", () => {
    expect(parseTemplate("{id}", "")).toMatchObject({ problem: "the delimiter is empty" });
  });
});

describe("a key", () => {
  const user = { pk: template("USER#{username}"), sk: template("#METADATA#{username}") };

  test("matches by both of its parts", () => {
    const file = { pk: template("FOLDER#{folderId}"), sk: template("FILE#{fileId}") };
    expect(matchKey(file, "FOLDER#1", "FILE#2")).toEqual(
      new Map([
        ["folderId", "1"],
        ["fileId", "2"],
      ]),
    );
    expect(matchKey(file, "FOLDER#1", "META")).toBeUndefined();
  });

  test("that repeats a capture has to repeat its value", () => {
    expect(matchKey(user, "USER#jane", "#METADATA#jane")).toEqual(new Map([["username", "jane"]]));
    expect(matchKey(user, "USER#jane", "#METADATA#joan")).toBeUndefined();
  });

  test("has a sort key exactly where the pattern has one", () => {
    const single = { pk: template("USER#{username}") };
    expect(matchKey(single, "USER#jane", undefined)).toEqual(new Map([["username", "jane"]]));
    expect(matchKey(single, "USER#jane", "#METADATA#jane")).toBeUndefined();
    expect(matchKey(user, "USER#jane", undefined)).toBeUndefined();
  });
});

const DELIMITERS = ["#", "::", "-", "aa", "🙂"];

/** Templates and texts over so few characters that literals, delimiters and values run into each other. */
const crowded = fc.string({ unit: fc.constantFrom("a", "b", ":", "#", "-", "🙂"), minLength: 1, maxLength: 5 });
const crowdedTemplate = fc
  .record({
    head: fc.option(crowded, { nil: "" }),
    captures: fc.array(crowded, { maxLength: 3 }),
    last: fc.constantFrom("", "{z}", "{z:rest}"),
    delimiter: fc.constantFrom(...DELIMITERS),
  })
  .map(({ head, captures, last, delimiter }) => ({
    text: `${head}${captures.map((literal, at) => `{c${at}}${literal}`).join("")}${last}`,
    delimiter,
  }))
  .filter(({ text }) => text !== "")
  .map(({ text, delimiter }) => template(text, delimiter));

const valuesFor = (of: Template, value: fc.Arbitrary<string>): fc.Arbitrary<Captured> =>
  fc
    .array(value, { minLength: of.values.size, maxLength: of.values.size })
    .map((chosen) => new Map([...of.values.keys()].map((name, at) => [name, chosen[at] ?? ""])));

/** Every way to read a key that the rules allow, found by trying all of them. */
function readings(of: Template, key: string, from = 0): [string, string][][] {
  const [part, next] = [of.parts[from], of.parts[from + 1]];
  if (part === undefined) return key === "" ? [[]] : [];
  if (part.kind === "literal") {
    return key.startsWith(part.text) ? readings(of, key.slice(part.text.length), from + 1) : [];
  }
  return Array.from({ length: key.length }, (_, at) => key.slice(0, at + 1)).flatMap((value) => {
    if (part.form === "plain" && value.includes(of.delimiter)) return [];
    if (next?.kind === "literal" && `${value}${next.text}`.indexOf(next.text) !== value.length) return [];
    const rest = readings(of, key.slice(value.length), from + 1);
    return rest.map((others): [string, string][] => [[part.name, value], ...others]);
  });
}

describe("for any template", () => {
  test("reading a rendered key gives back the values it was rendered from", () => {
    const fair = fc.string({ unit: fc.constantFrom("x", "y", "é", " ", "\n", "🙃"), minLength: 1 });
    const cases = crowdedTemplate.chain((of) => fc.tuple(fc.constant(of), valuesFor(of, fair)));
    fc.assert(
      fc.property(cases, ([of, values]) => {
        expect(matchTemplate(of, renderTemplate(of, values))).toEqual(values);
      }),
    );
  });

  test("values that could not be read back are not rendered, and all others are read back", () => {
    const cases = crowdedTemplate.chain((of) =>
      fc.tuple(fc.constant(of), valuesFor(of, fc.oneof(crowded, fc.constant("")))),
    );
    fc.assert(
      fc.property(cases, ([of, values]) => {
        const key = of.parts.map((part) => (part.kind === "literal" ? part.text : values.get(part.name))).join("");
        const wanted = JSON.stringify([...values]);
        if (readings(of, key).some((reading) => JSON.stringify(reading) === wanted)) {
          expect(matchTemplate(of, renderTemplate(of, values))).toEqual(values);
        } else expect(() => renderTemplate(of, values)).toThrow(RangeError);
      }),
    );
  });

  test("a key is read in the one way the rules allow, or not at all; its automaton says the same", () => {
    const key = fc.string({ unit: fc.constantFrom("a", "b", ":", "#", "-", "🙂"), maxLength: 8 });
    const rendered = (of: Template) =>
      valuesFor(of, crowded).map((values) =>
        of.parts.map((part) => (part.kind === "literal" ? part.text : values.get(part.name))).join(""),
      );
    const cases = crowdedTemplate.chain((of) => fc.tuple(fc.constant(of), fc.oneof(key, rendered(of))));
    fc.assert(
      fc.property(cases, ([of, text]) => {
        const found = readings(of, text);
        const captured = matchTemplate(of, text);
        expect(found).toEqual(captured === undefined ? [] : [[...captured]]);
        expect(includes(keyLanguage(of), text)).toBe(captured !== undefined);
        if (captured !== undefined) expect(renderTemplate(of, captured)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test("a value that is missing or refused is a RangeError that does not show the values", () => {
    const of = template("USER#{name}");
    expect(() => renderTemplate(of, new Map())).toThrow(RangeError);
    expect(() => renderTemplate(of, new Map([["name", "secret#1"]]))).toThrow(/^(?!.*secret)/);
    expect(
      renderTemplate(
        of,
        new Map([
          ["name", "jane"],
          ["other", "left out"],
        ]),
      ),
    ).toBe("USER#jane");
  });
});
