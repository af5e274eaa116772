/** A data file of a real export to S3, gzipped as AWS wrote it: a value of every type arrives as it was. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileSource } from "../../lambda/adapters/file/plain/source.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { isThere, itemsOf } from "../bench/draft/cases.ts";
import { items } from "../cases/s3-full-export/items.ts";
import { tables } from "../cases/s3-full-export/tables.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { migrateTrial, query } from "../support/migration.ts";

const NOTHING = { a: null, b: null, c: null, d: null, e: null, f: null, j: null, k: null };

describe.skipIf(!isThere("s3-full-export"))("the public table s3-full-export", () => {
  let database: TestDatabase;
  let report: Report;
  beforeAll(async () => {
    database = await createDatabase();
    const source = fileSource({ path: itemsOf("s3-full-export") });
    report = await migrateTrial({ url: database.url, schema: { tables, items }, source });
  });
  afterAll(() => database.drop());

  it("is verified", () => {
    expect([report.verdict, report.items.read, report.items.migrated]).toEqual(["verified", 3, 3]);
  });

  it("holds every value in the type that suits it", async () => {
    expect(await query(database.url, 'select * from records order by id collate "C"')).toEqual([
      {
        id: "K3TXQk84Si",
        ...{ bar: null, baz: null, a: false, b: null },
        c: ["8gfX8dh0xa", "fRjHZJ2Ce9"],
        d: [2, 3],
        e: [1, "Dsb87qc6Es"],
        f: { g: 9, h: null, i: true },
        j: Buffer.from("hello"),
        k: [Buffer.from("is fast"), Buffer.from("scylladb")],
      },
      { ...NOTHING, id: "bar", bar: null, baz: "0" },
      { ...NOTHING, id: "foo", bar: "42", baz: null },
    ]);
  });
});

if (!isThere("s3-full-export"))
  it.skip("the exported table was not migrated: there is no folder ../shared/cases", () => undefined);
