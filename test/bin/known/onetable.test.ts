/** A schema of OneTable → what is known of its table, told by items OneTable itself has made. */
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Table } from "dynamodb-onetable";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readKnownModel } from "../../../bin/known/known-file.ts";
import { oneTableModel } from "../../../bin/known/onetable.ts";
import { fromSdk } from "../../../bin/rehearse/wire.ts";
import type { KnownModel } from "../../../lambda/domain/draft/known-model.ts";
import { schema } from "./models/accounts.ts";
import { known, recognized } from "./recognized.ts";

const SHOWN = { execute: false, log: false };
const putSchema = z.looseObject({ Item: z.custom<Parameters<typeof fromSdk>[0]>() });
const itemOf = (command: unknown) => fromSdk(putSchema.parse(command).Item);

let model: KnownModel;
let table: Table<typeof schema>;
beforeAll(async () => {
  model = await readKnownModel(join(import.meta.dirname, "models/accounts.ts"));
  table = new Table({ name: "t", schema, client: new DynamoDBClient({ region: "local" }), partial: true });
});

describe("a schema of OneTable", () => {
  it("recognizes every item it makes, captures what stands in its keys, and knows all of its attributes", async () => {
    expect(model).toMatchObject({ origin: "OneTable schema", keys: { pk: "pk", sk: "sk" } });
    const user = await table.getModel("User").create(
      {
        ...{ accountId: "A1", email: "ann@example.org", role: "admin", invitedBy: "bo@example.org", renamed: "r" },
        ...{ address: { street: "Main" }, joined: new Date(), lastSeen: new Date(), until: new Date() },
        ...{ pins: new Set(["a"]), packed: "p" },
      },
      SHOWN,
    );
    expect(recognized(model, itemOf(user))).toEqual([
      { entity: "User", captured: { accountId: "A1", email: "ann@example.org".padStart(30) }, unknown: [] },
    ]);
    const invoice = await table.getModel("Invoice").create({ accountId: "A1", id: "I1", total: 2 }, SHOWN);
    expect(recognized(model, itemOf(invoice))).toEqual([
      { entity: "Invoice", captured: { accountId: "A1", id: "I1" }, unknown: [] },
    ]);
  });

  it("tells what OneTable stores for its own use from what is the team's", async () => {
    const transaction: { TransactItems?: { Put: unknown }[] } = {};
    await table.getModel("Account").create({ id: "A1", name: "n" }, { transaction });
    const made = transaction.TransactItems?.map(({ Put }) => recognized(model, itemOf(Put)));
    expect(made).toEqual([
      [{ entity: "_Unique", captured: { value: "Account#name#n" }, unknown: [] }],
      [{ entity: "Account", captured: { id: "A1" }, unknown: [] }],
    ]);
    const technical = model.entities.filter((entity) => entity.technical !== undefined);
    expect(technical.map(({ name }) => name)).toEqual(["_Unique", "_Schema", "_Migration"]);
    expect(technical[0]?.technical).toContain("Account.name");
  });

  it("says types, values, times, what is needed, and what leads to another entity", () => {
    const of = (...path: readonly string[]) => known(model, "User", ...path);
    expect(of("role")).toEqual({ path: ["role"], type: "text", required: false, oneOf: ["admin", "user"] });
    expect(of("accountId")).toMatchObject({ required: true, references: "Account" });
    expect(of("invitedBy")).toMatchObject({ references: "User" });
    expect(known(model, "Account", "id")).not.toHaveProperty("references");
    expect(of("joined")).toEqual({ path: ["joined"], type: "time", required: false });
    expect([of("lastSeen")?.epoch, of("until")?.epoch]).toEqual(["millis", "seconds"]);
    expect(of("rn")).toMatchObject({ name: "renamed" });
    expect(of("data", "packed")).toMatchObject({ type: "text" });
    expect(of("address", "street")).toMatchObject({ required: true });
    expect(of("created")).toMatchObject({ type: "time", epoch: "millis", required: true });
    expect([of("picture")?.type, of("pins")?.type]).toEqual(["text", "set"]);
    expect([of("localPart"), of("pk"), of("gs1sk")]).toEqual([undefined, undefined, undefined]);
  });

  it("is the same as a Table that was made of it", () => {
    expect(oneTableModel([table])).toEqual(model);
    expect(oneTableModel([{ ...schema, indexes: { gs1: schema.indexes.gs1 } }])).toBeUndefined();
  });
});
