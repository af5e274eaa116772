/** What readers share, kept in the ledger for all processes or in memory for one: the same turns, whoever keeps them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ofThisProcess, ReadBudget } from "../../lambda/adapters/dynamodb/read-budget.ts";
import { allowances } from "../../lambda/adapters/postgres/front/allowance.ts";
import { migrateLedger } from "../../lambda/adapters/postgres/ledger/ledger.ts";
import { openSessions, type Sessions } from "../../lambda/adapters/postgres/session/sessions.ts";
import type { Allowance } from "../../lambda/ports/allowance.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { linesOf, SPOILED } from "../support/ledger.ts";
import { query } from "../support/migration.ts";

let database: TestDatabase;
/** Of two processes. */
let [one, other]: Sessions[] = [];
beforeAll(async () => {
  database = await createDatabase();
  [one, other] = [openSessions(database.url, "one"), openSessions(database.url, "other")];
  await migrateLedger(one);
});
afterAll(async () => {
  await one?.[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
  await database.drop();
});

const inLedger = (sessions: Sessions | undefined, source: string): Allowance =>
  sessions === undefined ? expect.unreachable() : allowances(sessions)(source);

const shareOf = async (source: string): Promise<number> => {
  const all = await linesOf<{ source: string; share: number }>(database.url, "allowances");
  return all.find((each) => each.source === source)?.share ?? expect.fail("it was taken from");
};

describe.each<[string, (name: string) => Allowance]>([
  ["in memory", () => ofThisProcess()],
  ["in the ledger", (name) => inLedger(one, `memory:${name}`)],
])("an allowance %s", (_, make) => {
  it("gives a second's worth at once, and then each its own turn", async () => {
    const allowance = make("turns");
    expect(await allowance.take(100, 100)).toBe(0);
    const waits = [await allowance.take(1_000, 100), await allowance.take(1_000, 100), await allowance.take(1, 100)];
    for (const [at, wait] of waits.entries()) {
      expect(wait).toBeGreaterThan(at * 10_000 - 2_000);
      expect(wait).toBeLessThanOrEqual(at * 10_000 + 1);
    }
  });

  it("takes back what was taken and not consumed", async () => {
    const allowance = make("back");
    await allowance.take(5_000, 100);
    expect(await allowance.take(-4_000, 100)).toBeGreaterThan(30_000);
    expect(await allowance.take(1, 100)).toBeLessThan(10_001);
  });

  it("gives half after a refusal, and never nothing", async () => {
    const allowance = make("refused");
    await allowance.take(1_100, 100);
    await allowance.giveWay();
    const halved = await allowance.take(0, 100);
    expect(halved).toBeGreaterThan(16_000);
    expect(halved).toBeLessThan(20_001);
  });

  it("does nothing for whoever gives way before anything was taken", async () => {
    await make("before").giveWay();
    expect(await make("before").take(10, 100)).toBe(0);
  });
});

describe("in the ledger", () => {
  it("what one process takes another one has not", async () => {
    expect(await inLedger(one, "shared").take(2_100, 100)).toBe(0);
    expect(await inLedger(other, "shared").take(1, 100)).toBeGreaterThan(15_000);
    expect(await inLedger(other, "not shared").take(1, 100)).toBe(0);
  });

  it("one process is refused, and all give way; many that are refused at once count once", async () => {
    await inLedger(one, "throttled").take(1_100, 100);
    for (const sessions of [one, other, one, other]) await inLedger(sessions, "throttled").giveWay();
    const wait = await inLedger(other, "throttled").take(0, 100);
    expect(wait).toBeGreaterThan(16_000);
    expect(wait).toBeLessThan(20_001);
    const share = await shareOf("throttled");
    expect(share).toBeGreaterThanOrEqual(0.5);
    expect(share).toBeLessThan(0.7);
  });

  it("fills by so many a second, by the server's clock", async () => {
    await inLedger(one, "filled").take(5_100, 100);
    await query(database.url, SPOILED.allowanceEarlier("filled"));
    const wait = await inLedger(one, "filled").take(0, 100);
    expect(wait).toBeGreaterThan(37_000);
    expect(wait).toBeLessThan(40_001);
  });

  it("what gave way comes back little by little", async () => {
    await inLedger(one, "rested").take(100, 100);
    await inLedger(one, "rested").giveWay();
    await query(database.url, SPOILED.allowanceEarlier("rested"));
    await inLedger(one, "rested").take(0, 100);
    const share = await shareOf("rested");
    expect(share).toBeGreaterThanOrEqual(0.7);
    expect(share).toBeLessThan(0.8);
  });
});

describe("a reader's budget", () => {
  /** An allowance that never makes wait, and what was taken of it. */
  function noted() {
    const taken: number[] = [];
    let ways = 0;
    const allowance: Allowance = {
      take: async (units) => {
        taken.push(units);
        return 0;
      },
      giveWay: async () => {
        ways += 1;
      },
    };
    return { taken, allowance, ways: () => ways };
  }

  it("guesses what a request takes by the one before, and sets right what it did not", async () => {
    const { taken, allowance } = noted();
    const budget = new ReadBudget(async () => 1_000, allowance);
    budget.spend(await budget.turn(), 300, 10);
    budget.spend(await budget.turn(), 100, 10);
    budget.spend(await budget.turn(), 100, 10);
    await budget.turn();
    // 256 guessed; 300 and the 44 of before; 100 less the 200 too many; 100.
    expect(taken).toEqual([256, 344, -100, 100]);
    expect(budget.spent.units).toBe(500);
  });

  it("keeps to its guess where a server does not say what was consumed", async () => {
    const { taken, allowance } = noted();
    const budget = new ReadBudget(async () => 50, allowance);
    budget.spend(await budget.turn(), 0, 10);
    expect([(await budget.turn()).limit, taken]).toEqual([50, [50, 50]]);
  });

  it("gives its turn back where it stops before", async () => {
    const { taken, allowance } = noted();
    const budget = new ReadBudget(async () => 1_000, {
      ...allowance,
      take: (units) => allowance.take(units, 1).then(() => 60_000),
    });
    await budget.turn(AbortSignal.timeout(20));
    expect(taken).toEqual([256, -256]);
    await budget.turn(AbortSignal.abort());
    expect(taken).toEqual([256, -256]);
  });

  it("asks for no more items at once than a second's worth", async () => {
    const { allowance } = noted();
    const budget = new ReadBudget(async () => 50, allowance);
    const first = await budget.turn();
    expect(first.limit).toBe(50);
    budget.spend(first, 50, 10);
    expect((await budget.turn()).limit).toBe(10);
    expect(await new ReadBudget(async () => 256, allowance).turn()).not.toHaveProperty("limit");
  });

  it("without a limit takes no turns and gives way to nobody; what it reads is counted", async () => {
    const { taken, allowance, ways } = noted();
    const budget = new ReadBudget(async () => undefined, allowance);
    budget.spend(await budget.turn(), 7, 1);
    budget.again(true);
    await budget.turn();
    expect([taken, ways(), budget.spent]).toEqual([[], 0, { units: 7, retries: 1, throttled: 1 }]);
  });

  it("gives way when it is throttled, and not when a request is only sent again", async () => {
    const { allowance, ways } = noted();
    const budget = new ReadBudget(async () => 10, allowance);
    await budget.turn();
    budget.again(false);
    budget.again(true);
    await budget.turn();
    expect([ways(), budget.spent.retries]).toEqual([1, 2]);
  });

  it("asks again for its limit where the first time it could not be told", async () => {
    const { taken, allowance } = noted();
    let asked = 0;
    const budget = new ReadBudget(async () => {
      asked += 1;
      if (asked === 1) throw new Error("not now");
      return 10;
    }, allowance);
    await expect(budget.turn()).rejects.toThrow("not now");
    await budget.turn();
    await budget.turn();
    expect([asked, taken]).toEqual([2, [10, 10]]);
  });
});
