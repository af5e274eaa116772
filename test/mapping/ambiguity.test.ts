/** Which kinds of item can be told apart by their keys, in what order, and what is said of those that cannot. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AmbiguityInput, findAmbiguities } from "../../lambda/mapping/ambiguity.ts";
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

type Where = Readonly<Record<string, string>>;

function template(text: string, delimiter = "#"): Template {
  const parsed = parseTemplate(text, delimiter);
  if (isTemplateProblem(parsed)) throw new Error(parsed.problem);
  return parsed;
}

const pattern = (pk: string, sk: string, where: Where = {}): KeyPattern => ({
  pk: template(pk),
  sk: template(sk),
  where,
});

const entities = (of: Readonly<Record<string, [pk: string, sk: string, where?: Where]>>): AmbiguityInput[] =>
  Object.entries(of).map(([name, [pk, sk, where]]) => ({ name, pattern: pattern(pk, sk, where) }));

/** The names of the entities that match, in the order they are tried. */
function matching(of: readonly AmbiguityInput[], pk: string, sk: string): string[] {
  const { order } = findAmbiguities(of);
  return order.filter((name) => of.some((entity) => entity.name === name && matchKey(entity.pattern, pk, sk)));
}

/** Key families as they stand in tables of the real world. */
const FAMILIES = {
  "a game": entities({
    User: ["USER#{username}", "#METADATA#{username}"],
    Game: ["GAME#{gameId}", "#METADATA#{gameId}"],
    Player: ["GAME#{gameId}", "USER#{username}"],
  }),
  "a shop": entities({
    customer: ["c#{id}", "c#{id}"],
    product: ["p#{id}", "p#{id}"],
    warehouse: ["w#{id}", "w#{id}"],
    warehouseItem: ["p#{product}", "w#{warehouse}"],
    order: ["o#{id}", "c#{customer}"],
    orderItem: ["o#{order}", "p#{product}"],
    invoice: ["o#{order}", "i#{id}"],
    shipment: ["o#{order}", "sh#{id}"],
    shipmentItem: ["o#{order}", "shp#{id}"],
  }),
  "tenants within tenants": entities({
    Tenant: ["TENANT#{t}", "ORG#PROFILE"],
    User: ["TENANT#{t}#USER#{u}", "USER#PROFILE"],
    Course: ["TENANT#{t}#COURSE#{c}", "COURSE#DETAILS"],
    Lesson: ["TENANT#{t}#COURSE#{c}", "LESSON#{order}#{lesson}"],
    Enrollment: ["TENANT#{t}#USER#{u}", "ENROLLMENT#{c}#{at}"],
    Certificate: ["TENANT#{t}#USER#{u}", "CERT#{c}#{at}"],
    Progress: ["TENANT#{t}#USER#{u}#COURSE#{c}", "PROGRESS#{lesson}#{at}"],
  }),
  "tenants told by the partition key alone": entities({
    Tenant: ["TENANT#{t}", "{any}"],
    User: ["TENANT#{t}#USER#{u}", "{any}"],
    Course: ["TENANT#{t}#USER#{u}#COURSE#{c}", "{any}"],
  }),
  "a task manager": entities({
    Office: ["$task-manager#country_{country}#state_{state}", "$office_1#city_{city}#zip_{zip}#officename_{name}"],
    Employee: ["$task-manager#employee_{employee}", "$employee_1"],
    Task: ["$task-manager#taskname_{task}", "$task_1#project_{project}#employee_{employee}"],
  }),
  "a social network": entities({
    User: ["u#{user}", '"info"'],
    Counts: ["u#{user}", '"count"'],
    Follower: ["u#{user}#follower", "u#{follower}"],
    Following: ["u#{user}#following", "u#{followed}"],
    Post: ["u#{user}#post", "p#{post}"],
    Like: ["p#{post}#likelist", "u#{user}"],
    LikeCount: ["p#{post}#likecount", '"count"'],
    Timeline: ["u#{user}#timeline", "p#{post}#u#{author}"],
  }),
};

describe("the key families of", () => {
  test.each(Object.entries(FAMILIES))("%s are told apart, and stay in the order declared", (_, family) => {
    expect(findAmbiguities(family)).toEqual({ order: family.map(({ name }) => name), problems: [] });
  });

  test.each<[keyof typeof FAMILIES, string, string, string]>([
    ["a game", "USER#jane", "#METADATA#jane", "User"],
    ["a game", "GAME#7", "#METADATA#7", "Game"],
    ["a game", "GAME#7", "USER#jane", "Player"],
    ["a shop", "c#1", "c#1", "customer"],
    ["a shop", "p#1", "w#1", "warehouseItem"],
    ["a shop", "o#1", "sh#1", "shipment"],
    ["a shop", "o#1", "shp#1", "shipmentItem"],
    ["tenants within tenants", "TENANT#1", "ORG#PROFILE", "Tenant"],
    ["tenants within tenants", "TENANT#1#USER#2", "ENROLLMENT#3#1705305600", "Enrollment"],
    ["tenants within tenants", "TENANT#1#USER#2#COURSE#3", "PROGRESS#4#0", "Progress"],
    ["tenants told by the partition key alone", "TENANT#1#USER#2", "x", "User"],
    ["a task manager", "$task-manager#employee_1", "$employee_1", "Employee"],
    ["a social network", "u#1#timeline", "p#2#u#3", "Timeline"],
  ])("%s: %s / %s is one kind only", (family, pk, sk, name) => {
    expect(matching(FAMILIES[family], pk, sk)).toEqual([name]);
  });

  test("a shop: a key that repeats its id differently is nobody's", () => {
    expect(matching(FAMILIES["a shop"], "c#1", "c#2")).toEqual([]);
  });
});

describe("two kinds of item", () => {
  const problemsOf = (of: Parameters<typeof entities>[0]) => findAmbiguities(entities(of)).problems;

  test("that match one key are reported with such a key", () => {
    const of = { Folder: ["{kind}#{id}", "META"], Any: ["FOLDER#{id}", "{what}"] } satisfies Parameters<
      typeof entities
    >[0];
    expect(problemsOf(of)).toEqual([
      { kind: "ambiguous", first: "Folder", second: "Any", example: { pk: "FOLDER#x", sk: "META" } },
    ]);
  });

  test("with equal templates hide one another, whatever their captures are called", () => {
    const of = entities({ A: ["U#{id}", "{x}"], B: ["U#{user}", "{y}"], C: ["U#{id}", "{z}"] });
    expect(findAmbiguities(of)).toEqual({
      order: ["A", "B", "C"],
      problems: [
        { kind: "unreachable", entity: "B", hiddenBy: "A" },
        { kind: "unreachable", entity: "C", hiddenBy: "A" },
      ],
    });
  });

  test("with equal templates are told apart by a discriminator with two values", () => {
    const of = { A: ["U#{id}", "M", { Type: "a" }], B: ["U#{id}", "M", { Type: "b" }] } satisfies Parameters<
      typeof entities
    >[0];
    expect(problemsOf(of)).toEqual([]);
  });

  test("that ask for different attributes are not told apart by them", () => {
    const of = { A: ["U#{id}", "M", { Type: "a" }], B: ["U#{id}", "M", { kind: "b" }] } satisfies Parameters<
      typeof entities
    >[0];
    expect(problemsOf(of)).toEqual([{ kind: "ambiguous", first: "A", second: "B", example: { pk: "U#x", sk: "M" } }]);
  });

  test("of which one has the narrower key and the other the discriminator are ambiguous", () => {
    const of = { A: ["U#root", "M"], B: ["U#{id}", "M", { Type: "b" }] } satisfies Parameters<typeof entities>[0];
    expect(problemsOf(of)).toEqual([
      { kind: "ambiguous", first: "A", second: "B", example: { pk: "U#root", sk: "M" } },
    ]);
  });

  test("in a table without sort keys are compared by the partition key alone", () => {
    const of = ["{id}", "{id:rest}", "U#{id}"].map((pk) => ({ name: pk, pattern: { pk: template(pk) } }));
    expect(findAmbiguities(of)).toEqual({ order: ["{id}", "U#{id}", "{id:rest}"], problems: [] });
    expect(overlap({ pk: template("A#{id}") }, { pk: template("{id:rest}") })).toEqual({ pk: "A#x" });
  });

  test("are tried the most specific first, and otherwise as declared", () => {
    const of = entities({
      Any: ["{pk:rest}", "{sk:rest}"],
      User: ["USER#{id}", "{part}"],
      Game: ["GAME#{id}", "{part}"],
      Typed: ["USER#{id}", "META", { Type: "user" }],
      Root: ["USER#root", "META", { Type: "user" }],
      UserMeta: ["USER#{id}", "META"],
    });
    expect(findAmbiguities(of)).toEqual({ order: ["Game", "Root", "Typed", "UserMeta", "User", "Any"], problems: [] });
  });

  test("a discriminator named like an object's own machinery is like any other", () => {
    const plain = pattern("U#{id}", "M");
    const odd = pattern("U#{id}", "M", { constructor: "x" });
    expect([contains(odd, plain), contains(plain, odd)]).toEqual([true, false]);
    expect(overlap(plain, odd)).toEqual({ pk: "U#x", sk: "M" });
  });
});

describe("a capture that repeats in both keys", () => {
  test("keeps apart what its keys alone would not", () => {
    expect(overlap(pattern("c#{id}", "{id}"), pattern("c#{x}", "p#{y}"))).toBeUndefined();
    expect(overlap(pattern("{id:rest}", "{id:rest}"), pattern("a#{x}", "b#{y}"))).toBeUndefined();
    expect(overlap(pattern("USER#{u}", "META#{u}"), pattern("USER#root", "META#admin"))).toBeUndefined();
  });

  test.each<[KeyPattern, KeyPattern, string, string]>([
    [pattern("USER#{u}", "META#{u}"), pattern("USER#{x}", "META#{y}"), "USER#x", "META#x"],
    [pattern("USER#{u}", "META#{u}"), pattern("USER#{x}", "META#root"), "USER#root", "META#root"],
    [pattern("USER#{u}", "META#{u}"), pattern("USER#root", "META#{y}"), "USER#root", "META#root"],
    [pattern("{t}#{u}", "{t}#{u}"), pattern("{x}#root", "acme#{y}"), "acme#root", "acme#root"],
    [pattern("{t}#{u}", "{t}"), pattern("{x}#{y}", "{y}"), "x#x", "x"],
    [pattern("{id:rest}", "{id:rest}"), pattern("a#{x}", "{y:rest}"), "a#x", "a#x"],
  ])("has the same value in the example (%#)", (a, b, pk, sk) => {
    expect(overlap(a, b)).toEqual({ pk, sk });
    expect(overlap(b, a)).toEqual({ pk, sk });
  });

  test.each<[KeyPattern, KeyPattern]>([
    [pattern("c#{id}", "c#{id}", { Type: "c" }), pattern("c#{x}", "c#{x}")],
    [pattern("USER#root", "META#root"), pattern("USER#{u}", "META#{u}")],
    [pattern("USER#{u}#X", "META#{u}"), pattern("USER#{u:rest}", "META#{v:rest}")],
    [pattern("c#{id}", "c#{id}"), pattern("{k:rest}", "{k:rest}")],
    [pattern("T#{t}#U#{u}", "{t}/{u}"), pattern("T#{a}#U#{b}", "{a}/{b:rest}")],
    [pattern("A#one#B", "one"), pattern("A#{x}#B", "{x}")],
  ])("is no obstacle to being the more general where the other is sure to repeat it (%#)", (specific, general) => {
    expect([contains(specific, general), contains(general, specific)]).toEqual([true, false]);
  });

  test.each<[KeyPattern, KeyPattern]>([
    [pattern("USER#{x}", "META#{y}"), pattern("USER#{u}", "META#{u}")],
    [pattern("USER#root", "META#admin"), pattern("USER#{u}", "META#{u}")],
    [pattern("A#{x}-B{y:rest}", "{x}"), pattern("{p}#{c}-{d:rest}", "{c}")],
  ])("is not taken to be repeated by keys that need not do so (%#)", (specific, general) => {
    expect(contains(specific, general)).toBe(false);
  });
});

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
  where: fc.constantFrom<Where>({}, {}, {}, { T: "1" }, { T: "2" }),
});

/** The same pattern, with the end of its keys left open: often one that holds all of its keys. */
const widened = ({ pk, sk, where }: KeyPattern): fc.Arbitrary<KeyPattern> => {
  const open = ({ parts, text }: Template): fc.Arbitrary<Template> =>
    fc.record({ kept: fc.nat({ max: parts.length }), name: fc.constantFrom("v", "w") }).map(({ kept, name }) => {
      const texts = parts.map((part) => (part.kind === "literal" ? part.text : `{${part.name}}`));
      const parsed = parseTemplate(`${texts.slice(0, kept).join("")}{${name}:rest}`, "#");
      return kept === parts.length || isTemplateProblem(parsed) ? template(text) : parsed;
    });
  return fc.record({ pk: open(pk), sk: open(sk ?? pk), where: fc.constantFrom(where ?? {}, {}) });
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
            const item = (of: KeyPattern) =>
              matchKey(of, ...key) &&
              Object.entries(of.where ?? {}).every(([name, text]) => from.where?.[name] === text);
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
          const planted = side === "pk" ? { pk: wide, sk, where: { T: "1" } } : { pk, sk: wide, where: { T: "1" } };
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
