/** A service of ElectroDB → what is known of its table, told by items ElectroDB itself has made. */
import { join } from "node:path";
import { marshall } from "@aws-sdk/util-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { readKnownModel } from "../../../bin/known/known-file.ts";
import { fromSdk } from "../../../bin/rehearse/wire.ts";
import type { KnownModel } from "../../../lambda/domain/draft/known-model.ts";
import { employees, offices, taskManager, tasks } from "./models/task-manager.ts";
import { known, recognized } from "./recognized.ts";

const itemOf = ({ Item }: { Item?: Record<string, unknown> }) =>
  fromSdk(marshall(Item ?? {}, { removeUndefinedValues: true, convertClassInstanceToMap: true }));

let model: KnownModel;
beforeAll(async () => {
  model = await readKnownModel(join(import.meta.dirname, "models/task-manager.ts"));
});

describe("a service of ElectroDB", () => {
  it("is told by its name, with the keys of its table, and each entity once", () => {
    expect(model).toMatchObject({ origin: "ElectroDB service task-manager", keys: { pk: "pk", sk: "sk" } });
    expect(model.entities.map(({ name }) => name).toSorted()).toEqual(["employee", "office", "task"]);
    expect(Object.keys(taskManager.entities)).toHaveLength(3);
  });

  it("recognizes every item it makes, captures what stands in its keys, and knows all of its attributes", () => {
    const office = { office: "Tampa Branch", country: "USA", city: "Tampa", address: { street: "Main", zip: "1" } };
    expect(recognized(model, itemOf(offices.put(office).params()))).toEqual([
      { entity: "office", captured: { country: "usa", city: "tampa", office: "tampa branch" }, unknown: [] },
    ]);
    const employee = { employee: "E7", firstName: "Ann", office: "Tampa Branch", team: "finance", salary: 12 } as const;
    const more = { manager: "E1", skills: ["a"], notes: [{ text: "x" }], remote: true, more: { any: 1 } };
    expect(recognized(model, itemOf(employees.put({ ...employee, ...more }).params()))).toEqual([
      { entity: "employee", captured: { employee: "e7" }, unknown: [] },
    ]);
    const task = { task: "T1", project: "p", employee: "e", points: 3 };
    expect(recognized(model, itemOf(tasks.put(task).params()))).toEqual([
      { entity: "task", captured: { task: "T1", project: "P", employee: "E" }, unknown: [] },
    ]);
  });

  it("says types, values, what is needed, and what leads to another entity", () => {
    expect(known(model, "employee", "officeName")).toEqual({
      ...{ path: ["officeName"], name: "office", type: "text", required: true },
    });
    expect(known(model, "employee", "team")).toMatchObject({ oneOf: ["development", "marketing", "finance"] });
    expect(known(model, "employee", "employee")).toMatchObject({ required: true });
    expect(known(model, "employee", "manager")).toMatchObject({ required: false });
    expect(known(model, "task", "employee")).toMatchObject({ references: "employee" });
    expect(known(model, "office", "address", "street")).toMatchObject({ type: "text", required: true });
    const types = ["salary", "skills", "notes", "remote", "more"].map((name) => known(model, "employee", name)?.type);
    expect(types).toEqual(["number", "set", "list", "boolean", "any"]);
  });

  it("leaves keys of secondary indexes behind with what they are made of, but none that is an attribute itself", () => {
    const ignored = model.entities.find(({ name }) => name === "employee")?.ignore;
    expect(ignored).toEqual([
      { attribute: "__edb_v__", why: "ElectroDB's version of the model" },
      { attribute: "gsi1pk", why: "key of the index gsi1pk-gsi1sk-index, made of office", isMade: true },
      { attribute: "gsi1sk", why: "key of the index gsi1pk-gsi1sk-index, made of team, employee", isMade: true },
      { attribute: "gsi2pk", why: "key of the index gsi2pk-salary-index, made of team", isMade: true },
    ]);
  });
});
