/** All of a kind is let go at once; a decision and whatever else goes on with the run; and who sees what of it. */
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { logReport, openLog } from "../../lambda/adapters/report/log.ts";
import { reportText } from "../../lambda/adapters/report/text.ts";
import { must } from "../../lambda/domain/must.ts";
import { withoutKeys } from "../../lambda/domain/proof/report-keys.ts";
import { runSeal } from "../../lambda/verbs/seal.ts";
import { bill, FOLDER, file, operator, schema } from "../support/bills.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { SPOILED } from "../support/ledger.ts";
import { memorySource } from "../support/memory-source.ts";
import { beforePages, migrateTrial, query, repairTrial } from "../support/migration.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const { migrate, place, verify, accept, acceptAll, refusal } = operator(() => database.url);

describe("all of a kind at once", () => {
  const bills = ["a", "b", "c"].flatMap((id) => [bill(id, "me"), bill(id, "you", 2)]);
  const rotten = ["d", "e"].map((id) => bill(id, "me", "1.5"));
  const files = [FOLDER, file("b", "IN"), file("b", "COPY", "1", 2)];
  const items = [...bills, ...rotten, ...files];

  it("I9: by reason, by entity, by both: exactly those, and again without any more", async () => {
    await migrate(items);
    expect(await acceptAll("collision", "Bill")).toMatchObject({ items: 3, groups: [{ count: 3, accepted: 0 }] });
    expect(await acceptAll("collision", "Bill")).toMatchObject({ items: 3, groups: [{ count: 3, accepted: 3 }] });
    expect(await verify(items)).toMatchObject({ verdict: "discrepant", accepted: 3 });
    expect(await acceptAll(undefined, "Bill")).toMatchObject({ items: 5 });
    expect(await acceptAll("conflict")).toMatchObject({ items: 1 });
    const report = await verify(items);
    expect(report).toMatchObject({ verdict: "verified", accepted: 6 });
    expect(report.letGo?.map(({ reason, entity, table: of, count }) => [reason, entity, of, count])).toEqual([
      ["would-round", "Bill", null, 2],
      ["collision", "Bill", "bills", 3],
      ["conflict", "File", "files", 1],
    ]);
    const text = reportText(report);
    expect(text).toContain("2 would-round (Bill), 3 collision (bills), 1 conflict (files).");
    expect(text).toMatch(
      /Let go, by an operator's decision\n {2}Bill: would-round, 2\n {6}BILL#d \/ me\n {8}known \(\d{4}-/,
    );
    expect(await runSeal({ target: database.url, run: undefined, force: false })).toMatchObject({
      letGo: [{ count: 2 }, { count: 3 }, { count: 1 }],
    });
    await expect(acceptAll("collision")).rejects.toMatchObject({ code: "sealed" });
  });

  it("another reason is the newer one, the same reason keeps its time", async () => {
    await migrate(items);
    const told = async () =>
      (await verify(items)).letGo?.flatMap(({ items: of }) =>
        of.map(({ accepted, acceptedAt }) => [accepted, acceptedAt]),
      );
    await acceptAll("conflict");
    const first = await told();
    await query(database.url, SPOILED.acceptedEarlier);
    const earlier = await told();
    await acceptAll("conflict");
    expect(await told()).toEqual(earlier);
    await accept({ all: true, reasonCode: "conflict", reason: "somebody else's words" });
    expect(await told()).toEqual([["somebody else's words", expect.stringMatching(/Z$/)]]);
    expect(first).not.toEqual(earlier);
  });

  it("is refused where nothing of the kind waits, with what does", async () => {
    await migrate(items);
    const { told } = await refusal({ all: true, reasonCode: "wrong-type", entity: "Bill" });
    expect(told).toMatch(
      /nothing waits .* as wrong-type of the entity Bill → .* 2 would-round \(Bill\), 3 collision \(Bill\), 1 conflict \(File\)/,
    );
  });

  it.each([
    ["nothing named", {}, /nothing is named/],
    ["all, and of what nobody says", { all: true }, /nothing is named/],
    ["a kind without --all", { reasonCode: "conflict" }, /every item of that kind/],
    ["a key and a kind", { key: ["FILE#b"], entity: "File" }, /an item is named, and all/],
    ["three words", { key: ["a", "b", "c"] }, /3 words are no key/],
  ])("%s is refused before anything is asked", async (_, choice, problem) => {
    const { code, told } = await refusal(choice);
    expect([code, told]).toEqual(["settings", expect.stringMatching(problem)]);
  });
});

describe("a decision and whatever else goes on", () => {
  const items = [bill("a", "me", "1.5"), bill("b", "me")];

  it("waits for the end of a copy, whose conflicts are not settled", async () => {
    await migrate(items);
    const during: unknown[] = [];
    const around = beforePages(async () => void during.push(await refusal({ key: ["BILL#a", "me"] })));
    await migrateTrial({ url: database.url, schema, items, options: { units: 1, concurrency: 1 }, around });
    expect(during).toMatchObject([{ code: "not-accepted", told: expect.stringMatching(/in phase copy/) }]);
  });

  it.each(["repair", "build", "rollback"])("is refused in phase %s, with the way on", async (phase) => {
    await migrate(items);
    await query(database.url, SPOILED.run(`phase = '${phase}'`));
    expect((await refusal({ key: ["BILL#a", "me"] })).told).toMatch(
      new RegExp(`in phase ${phase}.* → run the same command`),
    );
  });

  it("I9: survives a repair that finds the item as it was", async () => {
    await migrate(items);
    await accept({ key: ["BILL#a", "me"] });
    const report = await repairTrial({ ...place(), options: {}, force: false }, memorySource(items));
    expect(report).toMatchObject({ verdict: "verified", accepted: 1, repaired: { refused: 1 } });
  });
});

it("I10: of what was let go the outside sees no key of an item or a row, and the log no word of an operator", async () => {
  const items = [FOLDER, file("secret", "IN"), file("secret", "COPY", "1", 2)];
  await migrate(items);
  await acceptAll("conflict");
  await accept({ all: true, reasonCode: "conflict", reason: "a secret wish" });
  const report = await verify(items);
  expect(JSON.stringify(report.letGo)).toContain("secret wish");
  const lines: string[] = [];
  const write = (chunk: Buffer, _: string, done: () => void) => {
    lines.push(chunk.toString());
    done();
  };
  logReport(openLog("info", new Writable({ write })), report, () => "#0123456789abcdef");
  const { letGo, acceptances } = JSON.parse(
    must(
      lines.find((line) => line.includes("letGo")),
      "it is logged",
    ),
  ).report;
  expect(letGo).toEqual([{ reason: "conflict", entity: "File", table: "files", count: 1 }]);
  expect(acceptances).toMatchObject([
    { source: "#0123456789abcdef", reason: "conflict", acceptedAt: expect.stringMatching(/Z$/) },
  ]);
  expect(lines.join("")).not.toContain("secret");
  const outside = JSON.stringify(withoutKeys(report, () => "#0123456789abcdef").letGo);
  expect(outside.replace("a secret wish", "")).not.toContain("secret");
  expect(outside).toContain("#0123456789abcdef");
});
