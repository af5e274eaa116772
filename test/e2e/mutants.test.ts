/** Faults planted between the pipeline and Postgres: each is a bug somebody has shipped, and each must end in exit status 1. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { EXIT } from "../../bin/terminal/exit.ts";
import { type Cell, canonicalOf, inputOf } from "../../lambda/domain/decode/cell.ts";
import { Contribution, type Decoded } from "../../lambda/domain/decode/decode.ts";
import { must } from "../../lambda/domain/must.ts";
import type { Target } from "../../lambda/pipeline/conclude.ts";
import type { PageWrite } from "../../lambda/ports/units.ts";
import { items } from "../../schema/items.ts";
import { tables } from "../../schema/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { migrateTrial } from "../support/migration.ts";

const sample = [...sampleItems({ items: 100, seed: 7, now: new Date("2026-01-01T00:00:00Z") })];
const trial = { schema: { tables, items }, items: sample, options: { units: 2, concurrency: 2 } };

/** Changes pages on their way to the target. */
function mutate(change: (page: PageWrite) => PageWrite) {
  return (target: Target): Target => ({
    ...target,
    queue: {
      ...target.queue,
      claim: async (run) => {
        const claim = await target.queue.claim(run);
        return claim && { ...claim, commit: (page) => claim.commit(change(page)) };
      },
    },
  });
}

const mutateItems = (change: (item: Decoded) => Decoded) =>
  mutate((page) => ({
    ...page,
    items: {
      *[Symbol.iterator]() {
        for (const item of page.items) yield change(item);
      },
      at: (index) => {
        const item = page.items.at(index);
        return item && change(item);
      },
    },
  }));

const mutateRows = (change: (rows: readonly Contribution[]) => readonly Contribution[]) =>
  mutateItems((item) =>
    item.outcome.kind === "rows"
      ? { ...item, outcome: { ...item.outcome, contributions: change([...item.outcome.contributions]) } }
      : item,
  );

/** Changes the text that is sent for one column; the fingerprint was taken before. */
const mutateCells = (change: (input: string, column: { name: string; kind: string; table: string }) => string | null) =>
  mutateRows((rows) =>
    rows.map((row) => {
      const cells = row.cells.map((cell, at): Cell | null => {
        const column = must(row.facet.columns[at], "cells go with columns");
        const [is, canonical] = [inputOf(cell), canonicalOf(cell)];
        if (is === null || canonical === null) return null;
        const input = change(is, { name: column.name, kind: column.type.kind, table: row.table.name });
        return input === null ? null : { input, canonical };
      });
      return new Contribution(row.to, cells, row.fingerprint);
    }),
  );

const swapped = (row: Contribution, a: string, b: string): Contribution => {
  const [x, y] = [a, b].map((name) => row.facet.columns.findIndex((column) => column.name === name));
  if (x === undefined || y === undefined || x < 0 || y < 0) return row;
  const cells = [...row.cells];
  [cells[x], cells[y]] = [must(cells[y], "both are set"), must(cells[x], "both are set")];
  return new Contribution(row.to, cells, row.fingerprint);
};

const isKey = (column: { name: string }) => column.name.endsWith("_id") || column.name === "position";

const MUTANTS: Record<string, (target: Target) => Target> = {
  "a number goes through Number()": mutateCells((input, column) =>
    column.kind === "numeric" ? String(Number(input)) : input,
  ),
  "text is trimmed": mutateCells((input, column) => (column.kind === "text" ? input.trim() : input)),
  "milliseconds are dropped": mutateCells((input, column) =>
    column.kind === "timestamptz" ? input.replace(/\.\d+/, "") : input,
  ),
  "two columns are swapped": mutateRows((rows) => rows.map((row) => swapped(row, SWAP[0], SWAP[1]))),
  "the last element of a list is lost": mutateRows((rows) => {
    const last = rows.findLastIndex(({ table }) => table.name === "file_versions");
    return rows.filter((_, at) => at !== last);
  }),
  "the last page is lost": mutate((page) => (page.next === undefined ? { ...page, items: [] } : page)),
  "one column is forgotten": mutateCells((input, column) =>
    column.table === FORGOTTEN[0] && column.name === FORGOTTEN[1] ? null : input,
  ),
  "an item is written and another's rows go with it": mutateRows((rows) => rows.slice(0, 1)),
  "empty text becomes NULL": mutateCells((input, column) => (input === "" && !isKey(column) ? null : input)),
};

/** Two columns of one kind, and one that may be NULL, in the sample's tables. */
const SWAP = ["created_at", "modified_at"] as const;
const FORGOTTEN = ["files", "description"] as const;

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

describe("I9: a fault between decoding and Postgres ends in exit status 1", () => {
  it("the same data without a fault is verified", async () => {
    const report = await migrateTrial({ ...trial, url: database.url });
    expect(report.discrepancies).toEqual([]);
    expect(EXIT[report.verdict]).toBe(0);
  });

  it.each(Object.entries(MUTANTS))("%s", async (_, around) => {
    await using fresh = await createDatabase();
    const report = await migrateTrial({ ...trial, url: fresh.url, around });
    expect(EXIT[report.verdict]).toBe(1);
    expect(report.discrepancies.length).toBeGreaterThan(0);
  });
});
