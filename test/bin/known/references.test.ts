/** Which attribute leads to which entity: by its place in a key first, then by its name, and not where two would do. */
import { expect, it } from "vitest";
import { withReferences } from "../../../bin/known/references.ts";
import type { KnownEntity } from "../../../lambda/domain/draft/known-model.ts";

const entity = (name: string, pk: string, ...attributes: readonly string[]): KnownEntity => ({
  ...{ name, pk, where: {}, ignore: [] },
  attributes: attributes.map((attribute) => ({ path: [attribute], type: "text", required: true })),
});
const found = (...entities: readonly KnownEntity[]) =>
  withReferences(entities)
    .at(-1)
    ?.attributes.map(({ references }) => references);

it("an id that stands behind the same words leads there, whatever it is called", () => {
  const order = { ...entity("Order", "USER#{by}", "by"), sk: "ORDER#{no}" };
  expect(found(entity("User", "USER#{id}"), entity("by", "BY#{id}"), order)).toEqual(["User"]);
});

it("a name leads to the entity whose id is called so, and one of an entity and its id to that", () => {
  const owners = [entity("User", "USER#{id}"), entity("Team", "TEAM#{teamCode}"), entity("Shop", "S#{shop}/{at}")];
  expect(found(...owners, entity("Order", "O#{n}", "user_id", "teamCode", "TEAMCODE", "id", "shop"))).toEqual([
    ...["User", "Team", "Team"],
    ...[undefined, undefined],
  ]);
});

it("where two entities would do, none is meant, and none leads to itself", () => {
  const twice = [entity("User", "USER#{email}"), entity("Admin", "ADMIN#{email}")];
  expect(found(...twice, entity("Login", "L#{n}", "email"))).toEqual([undefined]);
  expect(found(entity("User", "USER#{email}", "email"))).toEqual([undefined]);
});

it("an entity of the library's own is nobody's parent, and what the model says stands", () => {
  const technical = { ...entity("_Unique", "_unique#{value}"), technical: "its own" };
  expect(found(technical, entity("A", "A#{n}", "value"))).toEqual([undefined]);
  const said = entity("A", "A#{n}", "email");
  const attributes = said.attributes.map((each) => ({ ...each, references: "Other" }));
  expect(found(entity("User", "USER#{email}"), { ...said, attributes })).toEqual(["Other"]);
});
