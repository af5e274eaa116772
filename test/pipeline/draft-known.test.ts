/** A draft of items with a model of them: the model's words where the items bear them out, and a doubt where they do not. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { Table } from "dynamodb-onetable";
import { PutItemCommand } from "dynamodb-toolbox";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readKnownModel } from "../../bin/known/known-file.ts";
import { fromSdk } from "../../bin/rehearse/wire.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import type { KnownModel } from "../../lambda/domain/draft/known-model.ts";
import { doubtsOf } from "../../lambda/domain/draft/told.ts";
import { schema } from "../bin/known/models/accounts.ts";
import { employees, offices, tasks } from "../bin/known/models/task-manager.ts";
import { pokemons, trainers } from "../bin/known/models/trainers.ts";
import { type DraftTrial, type Tried, tryDraft } from "../support/drafting/trial.ts";

const MODELS = resolve(import.meta.dirname, "../bin/known/models");
const draftWith = async (file: string, items: readonly Item[], keys: DraftTrial["keys"]): Promise<Tried> =>
  tryDraft({ keys, items, known: await readKnownModel(join(MODELS, file)) });
const made = ({ Item }: { Item?: unknown }): Item =>
  fromSdk(marshall(Item, { removeUndefinedValues: true, convertClassInstanceToMap: true }));
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

const columnOf = ({ model }: Tried, table: string, column: string) =>
  model.tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column);
const keysOf = ({ model }: Tried, table: string): string[] =>
  (model.tables.find(({ name }) => name === table)?.foreignKeys ?? []).map(
    ({ columns, references }) => `${columns.join("+")} → ${references}`,
  );
const doubts = ({ model }: Tried): string[] => doubtsOf(model).map(({ where, doubt }) => `${where}: ${doubt}`);

const TEAMS = ["finance", "marketing"] as const;
const office = (at: number): Item =>
  made(
    offices
      .put({ office: `Branch ${at}`, country: "USA", city: `City ${at % 3}`, address: { street: "Main" } })
      .params(),
  );
const employee = (at: number): Item =>
  made(
    employees
      .put({
        ...{ employee: `E-${at}`, firstName: `Ann ${at}`, office: `Branch ${at % 5}`, salary: 1000 + at },
        team: TEAMS[at % 2] ?? "finance",
      })
      .params(),
  );
const task = (at: number): Item =>
  made(tasks.put({ task: `T${at}`, project: `P${at % 4}`, employee: `E-${at}`, points: at }).params());
const pkSk = { pk: "pk", sk: "sk" };

describe("with a service of ElectroDB", () => {
  let drafted: Tried;
  beforeAll(async () => {
    const items = [...many(5, office), ...many(40, employee), ...many(30, task)];
    drafted = await draftWith("task-manager.ts", items, pkSk);
  });

  it("all items become rows of tables that are called and typed as the model says", () => {
    expect(drafted.faults).toEqual([]);
    expect(drafted.model.tables.map(({ name }) => name).toSorted()).toEqual(["employees", "offices", "tasks"]);
    expect(drafted.model.known).toEqual({ origin: "ElectroDB service task-manager", unseen: [] });
    // Stored as `officeName`, and called `office`.
    expect(columnOf(drafted, "employees", "office")).toMatchObject({ nullable: false });
    expect(drafted.texts.items).toContain('team: attr("team").oneOf("development", "marketing", "finance")');
    expect(drafted.texts.items).toContain("// key of the index gsi2pk-salary-index, made of team");
    expect(keysOf(drafted, "tasks")).toContain("employee → employees");
  });

  it("what all items have and the model does not ask for may be absent in the next one", () => {
    expect(columnOf(drafted, "tasks", "points")).toMatchObject({ nullable: true });
    expect(columnOf(drafted, "employees", "first_name")).toMatchObject({ nullable: false });
  });

  it("what the model speaks of and no item has is told", () => {
    expect(doubts(drafted)).toContain(
      "item Employee: in the model, and in none of 40: manager, skills, notes, remote, more",
    );
  });
});

describe("where items and model differ", () => {
  let drafted: Tried;
  beforeAll(async () => {
    const items = many(40, (at): Item => {
      const { firstName, ...others } = employee(at);
      if (at < 3 || firstName === undefined) return others;
      if (at === 5) return { ...others, firstName, team: { S: "sales" } };
      if (at === 6) return { ...others, firstName, salary: { S: "1,006" }, nick: { S: "Annie" } };
      return { ...others, firstName };
    });
    drafted = await draftWith("task-manager.ts", items, pkSk);
  });

  it("the items are drafted as they are, and each difference is a doubt with its numbers", () => {
    expect(drafted.faults).toEqual([]);
    expect(drafted.model.known?.unseen.toSorted()).toEqual(["office", "task"]);
    expect(doubts(drafted)).toEqual(
      expect.arrayContaining([
        "employees.first_name: the model says it is required; absent in 3 of 40",
        'employees.team: 1 of 40 are none of the model\'s: "sales"',
        "employees.salary: the model says number; S in 1 of 40",
        "item Employee: not in the model: nick",
      ]),
    );
    expect(columnOf(drafted, "employees", "first_name")).toMatchObject({ nullable: true });
    expect(drafted.texts.items).not.toContain(".oneOf(");
  });

  it("what it says of a key, of a name that is taken, and of what may be absent costs nothing", async () => {
    const text = { type: "text", required: false } as const;
    const known: KnownModel = {
      origin: "a model",
      entities: [
        {
          ...{ name: "Thing", pk: "THING#{id}", where: {} },
          attributes: [
            { path: ["id"], ...text },
            { path: ["n"], name: "label", ...text },
            { path: ["label"], ...text },
            { path: ["notes"], type: "list", required: false },
          ],
          ignore: [{ attribute: "id", why: "it stands in the key" }],
        },
      ],
    };
    const items = many(30, (at): Item => {
      const more: Item = at > 3 ? { label: { S: `l${at}` } } : {};
      return { pk: { S: `THING#${at}` }, id: { S: `${at}` }, n: { S: `n${at}` }, notes: { L: [{ S: "x" }] }, ...more };
    });
    const thing = await tryDraft({ keys: { pk: "pk" }, items, known });
    expect(thing.faults).toEqual([]);
    expect(thing.texts.items).toContain('each(attr("notes").optional(), ');
    expect(columnOf(thing, "things", "id")).toMatchObject({ key: true, nullable: false });
    expect(thing.texts.items).toContain('attr("id").agreesWith(key.id)');
    expect(thing.texts.items).not.toContain("it stands in the key");
    expect(["n", "label"].map((name) => columnOf(thing, "things", name)?.doubts)).toEqual([[], []]);
  });

  it("what it puts together of others is kept where items hold something else in it", async () => {
    const items = many(40, (at): Item => ({ ...employee(at), gsi2pk: { S: `$task-manager#team_unit ${at * 7}` } }));
    const kept = await draftWith("task-manager.ts", items, pkSk);
    expect(kept.faults).toEqual([]);
    expect(kept.texts.items).toContain('attr("gsi2pk")');
    const told =
      "gsi2pk holds what stands nowhere else; the model says: key of the index gsi2pk-salary-index, made of team";
    expect(doubts(kept)).toContain(`item Employee: ${told}`);
    expect(kept.texts.items).toContain("// key of the index gsi1pk-gsi1sk-index, made of office");
  });

  it("a template that items do not follow takes nothing from them", async () => {
    const items = many(12, (at): Item => ({ ...employee(at), sk: { S: `EMPLOYEE#${at}` } }));
    const other = await draftWith("task-manager.ts", items, pkSk);
    expect(other.faults).toEqual([]);
    expect(other.model.kinds.map(({ name, items: count }) => [name, count])).toEqual([["Employee", 12]]);
    expect(columnOf(other, "employees", "first_name")).toMatchObject({ nullable: false });
  });
});

describe("with a schema of OneTable", () => {
  const SHOWN = { execute: false, log: false };
  const put = z.looseObject({ Item: z.custom<Parameters<typeof fromSdk>[0]>() });
  let drafted: Tried;
  beforeAll(async () => {
    const table = new Table({ name: "t", schema, client: new DynamoDBClient({ region: "local" }), partial: true });
    const transaction: { TransactItems?: { Put: unknown }[] } = {};
    for (const at of [1, 2, 3])
      await table.getModel("Account").create({ id: `A${at}`, name: `n${at}` }, { transaction });
    const users = many(9, (at) =>
      table.getModel("User").create(
        {
          ...{ accountId: `A${(at % 3) + 1}`, email: `u${at}@example.org`, role: "user", address: { street: "Main" } },
          ...{ lastSeen: new Date(1.7e12 + at), joined: new Date(1.7e12), until: new Date(1.8e12) },
        },
        SHOWN,
      ),
    );
    const puts = [...(transaction.TransactItems ?? []).map(({ Put }) => Put), ...(await Promise.all(users))];
    drafted = await draftWith(
      "accounts.ts",
      puts.map((each) => fromSdk(put.parse(each).Item)),
      pkSk,
    );
  });

  it("times are times in the unit it counts in, and users belong to accounts", () => {
    expect(drafted.faults).toEqual([]);
    for (const time of ["last_seen", "joined", "until", "created"])
      expect(columnOf(drafted, "users", time)).toMatchObject({ type: { kind: "timestamptz" }, doubts: [] });
    expect(drafted.texts.items).toContain('attr("lastSeen").optional().epochMillis()');
    expect(drafted.texts.items).toContain('attr("until").optional().epochSeconds()');
    expect(drafted.model.ttl).toBe("until");
    expect(keysOf(drafted, "users")).toEqual(["account_id → accounts"]);
  });

  it("what it stores for its own use is left behind with the reason, and has no table", () => {
    expect(drafted.model.tables.map(({ name }) => name).toSorted()).toEqual(["accounts", "users"]);
    const left = drafted.model.kinds.filter(({ leftBehind }) => leftBehind !== undefined);
    expect(left.map(({ name, items }) => [name, items])).toEqual([["_Unique", 3]]);
    expect(drafted.texts.items).toContain("it keeps Account.name unique");
  });
});

it("with entities of DynamoDB-Toolbox all items become rows, and attributes have the names they have in code", async () => {
  const items = [
    ...many(4, (at) =>
      made(
        trainers
          .build(PutItemCommand)
          .item({ trainerId: `t${at}`, name: `n${at}` })
          .params(),
      ),
    ),
    ...many(12, (at) => {
      const pokemon = {
        trainerId: `t${at % 4}`,
        pokemonId: `P${at}`,
        number: at,
        level: at % 5,
        form: "fire",
      } as const;
      return made(pokemons.build(PutItemCommand).item(pokemon).params());
    }),
  ];
  const drafted = await draftWith("trainers.ts", items, { pk: "PK", sk: "SK" });
  expect(drafted.faults).toEqual([]);
  expect(columnOf(drafted, "pokemons", "caught_at")).toMatchObject({ type: { kind: "timestamptz" } });
  expect(columnOf(drafted, "pokemons", "pokemon_id")).toMatchObject({ key: true });
  expect(keysOf(drafted, "pokemons")).toContain("trainer_id → trainers");
  expect(drafted.model.known?.unseen.toSorted()).toEqual(["BOX", "VISIT"]);
});

it("with a model of NoSQL Workbench kinds are called as its facets", async () => {
  const { DataModel } = JSON.parse(await readFile(join(MODELS, "online-shop.json"), "utf8"));
  const facets: { readonly FacetName: string; readonly TableData: readonly Item[] }[] = DataModel[0].TableFacets;
  const items = facets.flatMap(({ TableData }) => TableData);
  const drafted = await draftWith("online-shop.json", items, { pk: "PK", sk: "SK" });
  expect(drafted.faults).toEqual([]);
  expect(drafted.model.kinds.map(({ name }) => name.toLowerCase()).toSorted()).toEqual([
    "customer",
    "order",
    "setting",
  ]);
  expect(keysOf(drafted, "orders")).toContain("customer_id → customers");
});
