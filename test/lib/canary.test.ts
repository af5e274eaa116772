/** I10 of the function as it is deployed: what a table holds is in nothing it writes and in nothing it answers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planted } from "../../bin/rehearse/dirt.ts";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { ENVIRONMENT } from "../../lambda/contract.ts";
import type { AttributeValue, Item } from "../../lambda/domain/decode/attribute.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import type { Answer } from "../support/lambda-service.ts";
import { keysBehind, SPOILED } from "../support/ledger.ts";
import { query } from "../support/migration.ts";
import { AMPLE, environmentOf, fill, resultOf, tableOf, withFunction } from "./functions.ts";

describe("I10: whatever a table holds", () => {
  const CANARY = "canary-9d41";
  const DIGITS = "73164209571";
  const seen = (texts: readonly string[]) => texts.filter((text) => text.includes(CANARY) || text.includes(DIGITS));

  /** The value with a canary in it, of the same type and still fit for the column it goes to. */
  function marked(value: AttributeValue): AttributeValue {
    const mark = (text: string): string => (/^\d{4}-|^[0-9a-f]{8}-|#[0-9a-f]{8}-/.test(text) ? text : text + CANARY);
    if ("S" in value) return { S: value.S === "METADATA" || value.S === "PROFILE" ? value.S : mark(value.S) };
    if ("N" in value) return { N: /^\d{19}$/.test(value.N) ? value.N + DIGITS : DIGITS };
    if ("SS" in value) return { SS: value.SS.map(mark) };
    if ("L" in value) return { L: value.L.map(marked) };
    if ("M" in value) return { M: Object.fromEntries(Object.entries(value.M).map(([k, v]) => [k, marked(v)])) };
    return value;
  }
  const markedItem = (item: Item): Item =>
    Object.fromEntries(Object.entries(item).map(([name, value]) => [name, marked(value)]));
  const user = (id: string): Item => ({
    PK: { S: `USER#${id}-${CANARY}` },
    SK: { S: "METADATA" },
    UserName: { S: CANARY },
    Email: { S: `${id}-${CANARY}` },
    QuotaBytes: { N: DIGITS },
    CreatedAt: { S: "2024-01-01T00:00:00Z" },
  });

  let table: string;
  let database: TestDatabase;
  beforeAll(async () => {
    const strange: Item = { PK: { S: CANARY }, SK: { S: CANARY }, [CANARY]: { S: CANARY } };
    const unread: Item = { ...user("unread"), [CANARY]: { M: { [CANARY]: { S: CANARY } } } };
    const sample = [...sampleItems({ items: 200, seed: 6, now: new Date() }), ...planted].map(markedItem);
    table = await tableOf([...sample, strange, unread]);
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  /** All that leaves the function in one invocation: its lines and its answer. */
  async function said(event: object, more: Readonly<Record<string, string>> = {}) {
    let answer: Answer = { payload: null };
    const lines = await withFunction({ ...environmentOf(table, database), LOG_LEVEL: "trace", ...more }, async (f) => {
      answer = await f.invoke(event, AMPLE);
    });
    return { answer, texts: [...lines, JSON.stringify(answer)] };
  }

  it("none of it is logged or answered, of what is refused neither", async () => {
    const first = await said({});
    const { verdict, items, discrepancies } = resultOf(first.answer);
    expect(verdict).toBe("discrepant");
    expect(items?.migrated).toBeGreaterThan(100);
    expect(items?.quarantined).toBeGreaterThan(5);
    expect(discrepancies).toBeGreaterThan(8);
    expect(seen(first.texts)).toEqual([]);

    await query(database.url, "alter table users add constraint picky check (email not like 'refused%') not valid");
    await fill(table, [user("refused")]);
    const second = await said({});
    expect(resultOf(second.answer).items?.quarantined).toBe((items?.quarantined ?? 0) + 1);
    expect(seen(second.texts)).toEqual([]);
  });

  it("what stands for a key in the log is resolved by the ledger, and by nothing else", async () => {
    const { texts } = await said({ action: "verify" });
    const hashes = new Set(
      texts
        .flatMap((text) => [...text.matchAll(/"sources":\[([^\]]+)\]/g)])
        .flatMap(([, list = ""]) => list.split(",")),
    );
    expect(hashes.size).toBeGreaterThan(5);
    const found = await keysBehind(
      database.url,
      [...hashes].map((text) => String(JSON.parse(text)).replace(/^#/, "")),
    );
    expect(found.length).toBe(hashes.size);
  });

  it("but a key that is logged on purpose would be seen", async () => {
    const { answer, texts } = await said({ action: "verify" }, { [ENVIRONMENT.logKeys]: "clear" });
    expect(resultOf(answer).verdict).toBe("discrepant");
    expect(seen(texts)).not.toEqual([]);
    expect(seen([DIGITS, "digits"])).toEqual([DIGITS]);
  });

  it("what a trigger raises is not told, and costs one item, under a SQLSTATE of which nothing is known", async () => {
    await query(
      database.url,
      `create function blurt() returns trigger language plpgsql as
        $$ begin raise exception 'met %', new.user_id using errcode = 'XX999', detail = new.user_id, hint = new.user_id; end $$`,
    );
    await query(database.url, "create trigger blurt before insert on users for each row execute function blurt()");
    await fill(table, [user("blurted")]);
    const before = resultOf((await said({ action: "verify" })).answer).items?.quarantined ?? 0;
    const { answer, texts } = await said({});
    expect(resultOf(answer).items?.quarantined).toBe(before + 1);
    expect(seen(texts)).toEqual([]);
  });

  it("a bug tells where it happened and not what it met", async () => {
    // The parser's own message quotes the text it stumbled over.
    await query(database.url, SPOILED.run(`parts = '${CANARY}'`));
    const { answer, texts } = await said({});
    expect(answer.error).toBe("Unhandled");
    expect(texts.join("\n")).toMatch(/a bug.* at .*\.ts:\d+/s);
    expect(seen(texts)).toEqual([]);
  });
});
