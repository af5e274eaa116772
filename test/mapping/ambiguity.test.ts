/** Which kinds of item can be told apart by their keys, in what order, and what is said of those that cannot. */

import { describe, expect, test } from "vitest";
import { type AmbiguityInput, findAmbiguities } from "../../lambda/mapping/ambiguity.ts";
import { contains, overlap } from "../../lambda/mapping/overlap.ts";
import { type KeyPattern, matchKey } from "../../lambda/mapping/template.ts";
import { entities, FAMILIES, pattern, template } from "./key-families.ts";

/** The names of the entities that match, in the order they are tried. */
function matching(of: readonly AmbiguityInput[], pk: string, sk: string): string[] {
  const { order } = findAmbiguities(of);
  return order.filter((name) => of.some((entity) => entity.name === name && matchKey(entity.pattern, pk, sk)));
}

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
