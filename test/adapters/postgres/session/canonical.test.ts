/**
 * Both sides of the proof, asked about the same values: what `encode` says a column will hold, and what SQL computes
 * from what it holds. Hand-picked edges first, then thousands of generated values a kind.
 */

import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  canonicalSql,
  fingerprintBits,
  fingerprintSql,
  keySql,
  SESSION_SETTINGS,
  sumFromSql,
  sumSql,
} from "../../../../lambda/adapters/postgres/session/canonical.ts";
import type { AttributeValue } from "../../../../lambda/domain/decode/attribute.ts";
import { type Cell, canonicalOf, encode, inputOf } from "../../../../lambda/domain/decode/cell.ts";
import { emptySum, formatSum, rowFingerprint, uuidOf } from "../../../../lambda/domain/decode/fingerprint.ts";
import { isRefusal } from "../../../../lambda/domain/decode/refusal.ts";
import { RunningSum } from "../../../../lambda/domain/decode/running-sum.ts";
import { type ColumnType, type Conversion, KEY_KINDS, type Kind, sqlType } from "../../../../lambda/mapping/kinds.ts";
import { createDatabase, type TestDatabase } from "../../../support/database.ts";
import { day, epoch, float, instant, local, shortNumber, spelling, VALUES, words } from "../values.ts";

const HOSTILE_SETTINGS = `
  set DateStyle = 'SQL, DMY'; set TimeZone = 'Asia/Kathmandu'; set IntervalStyle = 'sql_standard';
  set extra_float_digits = -5; set bytea_output = 'escape'; set standard_conforming_strings = off; set jit = on;
`;

const seed = 20_260_101;
const sample = <T>(values: fc.Arbitrary<T>, numRuns: number): readonly T[] => fc.sample(values, { numRuns, seed });

const KINDS = Object.keys(VALUES).filter((kind): kind is Kind => kind in VALUES);
const natural = (type: ColumnType, value: AttributeValue): Cell | undefined => cellOf(type, value, "natural");

function cellOf(type: ColumnType, value: AttributeValue, conversion: Conversion): Cell | undefined {
  const cell = encode(type, value, conversion);
  return isRefusal(cell) ? undefined : cell;
}

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(HOSTILE_SETTINGS);
  await client.query(SESSION_SETTINGS);
  // Whether a number's text is still the same number once a column of that type has read and printed it.
  await client.query(`
    create function pg_temp.kept(value text, type text) returns boolean language plpgsql as $$
    declare kept boolean;
    begin
      execute format('select ($1::%s)::text::numeric = $1::numeric', type) into kept using value;
      return kept;
    exception when data_exception then return false;
    end $$;
    create function pg_temp.read_as(value text, type text) returns text language plpgsql as $$
    declare printed text;
    begin
      execute format('select ($1::%s)::text', type) into printed using value;
      return printed;
    exception when data_exception then return null;
    end $$;
  `);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** One answer for each input: `sql` sees it as `v`, cast to the type. */
async function ask(type: ColumnType, inputs: readonly string[], sql: string): Promise<readonly (string | null)[]> {
  const { rows } = await client.query<{ answer: string | null }>(
    `select (${sql})::text as answer from
       (select at, input::${sqlType(type)} as v from unnest($1::text[]) with ordinality as given(input, at) offset 0) as stored
     order by at`,
    [inputs],
  );
  return rows.map(({ answer }) => answer);
}

describe("the canonical text of a value", () => {
  test.each(KINDS)("I6: is the same before and after Postgres held it as %s", async (kind) => {
    const { picked, generated } = VALUES[kind];
    const pickedCells = picked.map((value) => natural({ kind }, value));
    expect(pickedCells).not.toContain(undefined);
    const cells = [...pickedCells, ...sample(generated, 4000).map((value) => natural({ kind }, value))].filter(
      (cell) => cell !== undefined,
    );
    expect(cells.length).toBeGreaterThan(1000);
    const inputs = cells.flatMap((cell) => inputOf(cell) ?? []);
    expect(await ask({ kind }, inputs, canonicalSql({ kind }, "v"))).toEqual(
      cells.flatMap((cell) => canonicalOf(cell) ?? []),
    );
    if (KEY_KINDS.has(kind)) expect(await ask({ kind }, inputs, keySql({ kind }, "v"))).toEqual(inputs);
  });

  test("I6: numeric(38,10) pads and canonical takes the padding off", async () => {
    const type: ColumnType = { kind: "numeric", precision: 38, scale: 10 };
    const numbers = sample(shortNumber, 2000)
      .map((N) => natural(type, { N }))
      .filter((cell) => cell !== undefined);
    expect(numbers.length).toBeGreaterThan(300);
    const inputs = numbers.flatMap((cell) => inputOf(cell) ?? []);
    expect(await ask(type, inputs, canonicalSql(type, "v"))).toEqual(inputs);
    expect(await ask(type, inputs, keySql(type, "v"))).toEqual(inputs);
  });

  test("an epoch number is the moment Postgres makes of it", async () => {
    const type: ColumnType = { kind: "timestamptz" };
    const millis = sample(epoch, 2000).map(String);
    const cells = millis.map((N) => cellOf(type, { N }, "epochMillis"));
    const inputs = cells.flatMap((cell) => inputOf(cell ?? null) ?? []);
    expect(await ask(type, inputs, "trim_scale(extract(epoch from v) * 1000)")).toEqual(millis);
  });

  test("does not survive hostile session settings that are not pinned", async () => {
    await client.query(HOSTILE_SETTINGS);
    const input = "2026-01-02 00:00:00+00";
    expect(await ask({ kind: "timestamptz" }, [input], canonicalSql({ kind: "timestamptz" }, "v"))).not.toEqual([
      input,
    ]);
    await client.query(SESSION_SETTINGS);
    expect(await ask({ kind: "timestamptz" }, [input], canonicalSql({ kind: "timestamptz" }, "v"))).toEqual([input]);
  });
});

describe("a refusal", () => {
  const types: readonly ColumnType[] = [
    ...(["smallint", "integer", "bigint", "real", "double"] as const).map((kind) => ({ kind })),
    { kind: "numeric", precision: 12, scale: 2 },
    { kind: "numeric", precision: 2, scale: 4 },
  ];
  const edges = words(`
    1.005 9999999999.99 9999999999.995 0.0099 0.00999 0.01 32767.5 -9223372036854775809 16777217 33554434 270310000
    1e-46 1e-45 3.5e38 1e23 9.999999999999999e22 9007199254740993 18014398509481990
  `);

  test.each(types.map((type) => [sqlType(type), type] as const))(
    "I6: is what a number gets if and only if Postgres would not keep it as %s",
    async (name, type) => {
      const numbers = [...edges, ...sample(fc.oneof(float, shortNumber, spelling), 4000)].map((N) =>
        cellOf({ kind: "numeric" }, { N }, "natural"),
      );
      const inputs = numbers.flatMap((cell) => inputOf(cell ?? null) ?? []);
      const { rows } = await client.query<{ kept: boolean }>(
        "select pg_temp.kept(v, $2) as kept from unnest($1::text[]) as v",
        [inputs, name],
      );
      const accepted = inputs.filter((N) => natural(type, { N }) !== undefined);
      expect(accepted).toEqual(inputs.filter((_, at) => rows[at]?.kept));
      expect(accepted.length).toBeGreaterThan(0);
      expect(accepted.length).toBeLessThan(inputs.length);
    },
  );

  const LEAP = /:\d\d:60(?!\d)/;
  test.each<[Kind, fc.Arbitrary<string>]>([
    ["timestamptz", instant],
    ["timestamp", local],
    ["date", day],
  ])(
    "is what text gets if and only if Postgres reads no %s there, or makes a leap second another moment; what it reads is the same",
    async (kind, texts) => {
      const given = sample(texts, 4000);
      const { rows } = await client.query<{ printed: string | null }>(
        "select pg_temp.read_as(v, $2) as printed from unnest($1::text[]) as v",
        [given, kind],
      );
      expect(given.map((S) => [S, canonicalOf(natural({ kind }, { S }) ?? null)])).toEqual(
        given.map((S, at) => [S, LEAP.test(S) ? null : rows[at]?.printed]),
      );
    },
  );
});

describe("fingerprints of whole rows", () => {
  const columns: readonly ColumnType[] = KINDS.map((kind) => ({ kind }));
  const sql = columns.map((type, at) => ({ type, expression: `c${at}` }));
  const filled = KINDS.map((kind) =>
    sample(VALUES[kind].generated, 1000).flatMap((value) => natural({ kind }, value) ?? []),
  );
  const rows = Array.from({ length: 600 }, (_, row) =>
    filled.map((cells, column) =>
      row > 0 && (row * 7 + column) % 9 === 0 ? null : (cells[row % cells.length] ?? null),
    ),
  );
  const fingerprints = rows.map((cells) => rowFingerprint(columns, cells));

  async function tableSum() {
    const [high, low] = sumSql("fp");
    const { rows } = await client.query<{ count: string; high: string | null; low: string | null }>(
      `select count(*) as count, ${high} as high, ${low} as low from (select ${fingerprintBits(sql)} as fp from cells offset 0) as rows`,
    );
    return sumFromSql(rows[0]?.count ?? "no row", rows[0]?.high ?? null, rows[0]?.low ?? null);
  }

  beforeAll(async () => {
    await client.query(
      `create temporary table cells (at integer primary key, ${columns.map((type, at) => `c${at} ${sqlType(type)}`).join(", ")})`,
    );
    await client.query(
      `insert into cells select at, ${columns.map((type, at) => `(cells->>${at})::${sqlType(type)}`).join(", ")}
       from jsonb_array_elements($1) with ordinality as given(cells, at)`,
      [JSON.stringify(rows.map((cells) => cells.map(inputOf)))],
    );
  });

  test("agree row by row, NULLs included, and so do their sums", async () => {
    const stored = await client.query<{ fp: string }>(
      `select ${fingerprintSql(sql)}::text as fp from cells order by at`,
    );
    expect(stored.rows.map(({ fp }) => fp)).toEqual(fingerprints.map(uuidOf));
    expect(await tableSum()).toEqual(fingerprints.reduce((sum, print) => sum.add(print), new RunningSum()).sum());
  });

  test("an empty table has the empty sum", async () => {
    await changed("delete from cells", async () => expect(await tableSum()).toEqual(emptySum));
  });

  const ONE_CHANGE: Readonly<Record<Kind, string>> = {
    text: "c || ' '",
    uuid: "overlay(c::text placing case right(c::text, 1) when '0' then '1' else '0' end from 36)::uuid",
    smallint: "(c # 1::smallint)",
    integer: "(c # 1)",
    bigint: "(c # 1::bigint)",
    numeric: "c + 1e-150",
    real: "(c::text::numeric * 1.000001 + 1)::real",
    double: "(c::text::numeric * 1.000000000000001 + 1)::double precision",
    boolean: "not c",
    timestamptz: "c + interval '1 microsecond'",
    timestamp: "c + interval '1 microsecond'",
    date: "c + 1",
    bytea: "c || '\\x00'",
    jsonb: "jsonb_build_array(c)",
    "text[]": "c || ''::text",
    "numeric[]": "c || 0.0000001",
    "bytea[]": "c || '\\x00'::bytea",
  };

  test.each(KINDS.map((kind, column) => [kind, column] as const))(
    "one change in one %s shows in the sum",
    async (kind, column) => {
      const before = formatSum(await tableSum());
      const row = rows.findIndex((cells) => cells[column] !== null) + 1;
      const update = `update cells set c${column} = ${ONE_CHANGE[kind].replace(/\bc\b/g, `c${column}`)} where at = ${row}`;
      await changed(update, async () => expect(formatSum(await tableSum())).not.toBe(before));
      await changed(`update cells set c${column} = null where at = ${row}`, async () =>
        expect(formatSum(await tableSum())).not.toBe(before),
      );
    },
  );

  test("values swapped between two rows, and a row lost while another is doubled, show in the sum", async () => {
    const before = formatSum(await tableSum());
    await changed(
      "update cells set c0 = (select other.c0 from cells other where other.at = 5 - cells.at) where at in (2, 3)",
      async () => expect(formatSum(await tableSum())).not.toBe(before),
    );
    const all = columns.map((_, at) => `c${at}`).join(", ");
    await changed(
      `update cells set (${all}) = (select ${all} from cells other where other.at = 3) where at = 2`,
      async () => expect(formatSum(await tableSum())).not.toBe(before),
    );
  });

  async function changed(statement: string, look: () => Promise<void>) {
    await client.query("begin");
    try {
      expect((await client.query(statement)).rowCount).toBeGreaterThan(0);
      await look();
    } finally {
      await client.query("rollback");
    }
  }
});
