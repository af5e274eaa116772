/** Whatever a database or a role has for everybody else: the tables, the ledger and what is built are those of a calm database. */
import { expect, it } from "vitest";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import {
  bytea,
  byteaArray,
  date,
  defineItems,
  defineTables,
  double,
  jsonb,
  numeric,
  numericArray,
  table,
  text,
  textArray,
  timestamptz,
} from "../../lambda/mapping/index.ts";
import { createDatabase } from "../support/database.ts";
import { ledgerOf } from "../support/ledger.ts";
import { dump, migrateTrial, queries, query } from "../support/migration.ts";

const tables = defineTables({
  notes: table({
    id: text().primaryKey(),
    words: textArray().nullable(),
    numbers: numericArray().nullable(),
    blobs: byteaArray().nullable(),
    blob: bytea().nullable(),
    real: double().nullable(),
    price: numeric(12, 2).nullable(),
    at: timestamptz().nullable().defaultLater("now()"),
    day: date().nullable(),
    more: jsonb().nullable(),
  })
    .check("no word is bad", "words <> array['bad'] or words is null")
    .indexWhere("price = null", "day"),
});
const items = defineItems(tables, { keys: { pk: "PK" } }, ({ item, into }) => [
  item("Note", { pk: "NOTE#{id}" }, ({ key, attr }) => [
    into("notes", {
      id: key.id,
      words: attr("Words").optional(),
      numbers: attr("Numbers").optional(),
      blobs: attr("Blobs").optional(),
      blob: attr("Blob").optional(),
      real: attr("Real").optional(),
      price: attr("Price").optional(),
      at: attr("At").optional(),
      day: attr("Day").optional(),
      more: attr("More").optional(),
    }),
  ]),
]);
const schema = { tables, items };
const ITEMS: readonly Item[] = [
  { PK: { S: "NOTE#NULL" }, Words: { L: [{ S: "NULL" }, { S: "null" }, { S: "" }, { S: "a\\b\"'{,}" }] } },
  { PK: { S: "NOTE#it's \\ it" }, Numbers: { NS: ["1", "0.5", "1E+30"] }, Real: { N: "0.1" }, Price: { N: "1234.5" } },
  { PK: { S: "NOTE#3" }, Blob: { B: new Uint8Array([0, 92, 39, 255]) }, Blobs: { BS: [new Uint8Array([92, 0])] } },
  {
    PK: { S: "NOTE#4" },
    At: { S: "2024-02-03T04:05:06.789Z" },
    Day: { S: "2024-02-03" },
    More: { M: { x: { NULL: true } } },
  },
];

const HOSTILE: Readonly<Record<string, string>> = {
  array_nulls: "off",
  backslash_quote: "on",
  bytea_output: "escape",
  check_function_bodies: "off",
  datestyle: "SQL, DMY",
  default_transaction_deferrable: "on",
  default_transaction_isolation: "serializable",
  escape_string_warning: "on",
  extra_float_digits: "-10",
  idle_in_transaction_session_timeout: "1",
  intervalstyle: "sql_standard",
  lc_monetary: "C",
  quote_all_identifiers: "on",
  row_security: "on",
  search_path: "pg_catalog",
  standard_conforming_strings: "off",
  statement_timeout: "1",
  timezone: "Asia/Kathmandu",
  transform_null_equals: "on",
  xmlbinary: "hex",
  xmloption: "document",
};

const BUILT = [
  "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'public.notes'::regclass order by 1",
  "select indexdef from pg_indexes where tablename = 'notes' order by 1",
];

async function migrated(settings: Readonly<Record<string, string>>) {
  await using database = await createDatabase();
  const name = new URL(database.url).pathname.slice(1);
  const set = Object.entries(settings).map(([key, value]) =>
    key === "search_path" || key === "datestyle"
      ? `alter database ${name} set ${key} = ${value}`
      : `alter database ${name} set ${key} = '${value}'`,
  );
  if (set.length > 0) await query(database.url, set.join("; "));
  const first = await migrateTrial({ url: database.url, schema, items: ITEMS });
  expect(first).toMatchObject({ verdict: "verified", discrepancies: [], items: { migrated: ITEMS.length } });
  // What is there is known again.
  const second = await migrateTrial({ url: database.url, schema, items: ITEMS });
  expect(second).toMatchObject({ verdict: "verified", items: { unchanged: ITEMS.length } });
  await query(new URL("/postgres", database.url).href, `alter database ${name} reset all`);
  return {
    rows: await dump(database.url, ["notes"]),
    built: await queries(database.url, BUILT),
    ledger: await ledgerOf(database.url, "contributions", "built"),
  };
}

it("no setting of a database's changes what is stored, known or built", async () => {
  const calm = await migrated({});
  expect(calm.rows.notes).toHaveLength(ITEMS.length);
  expect(await migrated(HOSTILE)).toEqual(calm);
});
