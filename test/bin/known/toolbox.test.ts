/** Entities of DynamoDB-Toolbox → what is known of their table, told by items DynamoDB-Toolbox itself has made. */
import { join } from "node:path";
import { marshall } from "@aws-sdk/util-dynamodb";
import { PutItemCommand } from "dynamodb-toolbox";
import { beforeAll, describe, expect, it } from "vitest";
import { readKnownModel } from "../../../bin/known/known-file.ts";
import { fromSdk } from "../../../bin/rehearse/wire.ts";
import type { KnownModel } from "../../../lambda/domain/draft/known-model.ts";
import { pokemons, trainers } from "./models/trainers.ts";
import { known, recognized } from "./recognized.ts";

const itemOf = ({ Item }: { Item?: unknown }) => fromSdk(marshall(Item, { removeUndefinedValues: true }));

let model: KnownModel;
beforeAll(async () => {
  model = await readKnownModel(join(import.meta.dirname, "models/trainers.ts"));
});

describe("entities of DynamoDB-Toolbox", () => {
  it("recognize every item they make, capture what stands in its keys, and know all of its attributes", () => {
    expect(model.keys).toEqual({ pk: "PK", sk: "SK" });
    const needed = { trainerId: "ash", pokemonId: "p", number: 25, level: 3, form: "fire", weakTo: "water" } as const;
    const more = {
      ...{ home: { city: "Pallet", zip: "1" }, tags: new Set(["a"]), moves: [{ name: "m" }], counts: { a: 1 } },
      ...{ picture: new Uint8Array([1]), more: { any: 1 } },
    };
    const made = pokemons
      .build(PutItemCommand)
      .item({ ...needed, ...more })
      .params();
    expect(recognized(model, itemOf(made))).toEqual([
      { entity: "POKEMON", captured: { trainerId: "ash", number: "25", pokemonId: "P" }, unknown: [] },
    ]);
    const trainer = trainers.build(PutItemCommand).item({ trainerId: "ash", name: "Ash" }).params();
    expect(recognized(model, itemOf(trainer))).toEqual([
      { entity: "TRAINER", captured: { trainerId: "ash" }, unknown: [] },
    ]);
  });

  it("have no template where a key is computed by more than putting texts together", () => {
    for (const name of ["BOX", "VISIT"]) {
      const entity = model.entities.find((each) => each.name === name);
      expect(entity).toMatchObject({ where: name === "BOX" ? {} : { _et: name }, ignore: [] });
      expect(Object.keys(entity ?? {})).not.toContain("pk");
      expect(Object.keys(entity ?? {})).not.toContain("sk");
    }
  });

  it("say types, values, what is needed, and what leads to another entity", () => {
    const of = (...path: readonly string[]) => known(model, "POKEMON", ...path);
    expect(of("pid")).toEqual({ path: ["pid"], name: "pokemonId", type: "text", required: true });
    expect(of("trainerId")).toMatchObject({ references: "TRAINER" });
    expect(of("form")).toMatchObject({ oneOf: ["fire", "water"] });
    expect(of("weakTo")).toEqual({ path: ["weakTo"], type: "text", required: false });
    expect(of("home", "z")).toEqual({ path: ["home", "z"], name: "zip", type: "text", required: false });
    expect(of("_caught")).toMatchObject({ name: "caughtAt", type: "time" });
    const types = ["number", "tags", "moves", "counts", "shiny", "picture", "more"].map((name) => of(name)?.type);
    expect(types).toEqual(["number", "set", "list", "map", "boolean", "binary", "any"]);
    expect(model.entities.find(({ name }) => name === "POKEMON")?.ignore).toEqual([
      { attribute: "GSI1PK", why: "key of the index byLevel, made of other attributes", isMade: true },
    ]);
  });
});
