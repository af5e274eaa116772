/**
 * The script a careful engineer writes by hand: lines → `unmarshall` → `INSERT … VALUES … ON CONFLICT DO UPDATE`, some rows a
 * statement over some connections. No ledger, no proof, no resuming, and numbers inside JSON lose digits.
 * node upsert.ts URL FILE ROWS CONNECTIONS: 500 rows and 4 connections are what it is at its best with; 1 and 1 a row at a time.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import pg from "pg";
import { loneAccounts, type Row, rowsOf, TABLES, type TableName, type TableShape } from "./sample-rows.ts";

const [url = "", file = "", rows = "500", connections = "4"] = process.argv.slice(2);
const BATCH = Number(rows);
const CONNECTIONS = Number(connections);

const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
const batches = new Map<TableName, Row[]>();
const open = new Set<Promise<unknown>>();

/** Of rows with one key the last, as Postgres refuses to touch a row twice in one statement. */
const distinct = (given: readonly Row[], { columns, key }: TableShape): Row[] => {
  const places = key.map((column) => columns.indexOf(column));
  return [...new Map(given.map((row) => [places.map((at) => row[at]).join("\0"), row])).values()];
};

const statements = new Map<string, string>();

function statement(table: TableName, { columns, key }: TableShape, count: number): string {
  const known = statements.get(`${table} ${count}`);
  if (known !== undefined) return known;
  const width = columns.length;
  const values = Array.from(
    { length: count },
    (_, row) => `(${columns.map((_, at) => `$${row * width + at + 1}`).join(",")})`,
  );
  const set = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  const update = set.length === 0 ? "nothing" : `update set ${set.join(", ")}`;
  const text = `insert into ${table} (${columns.join(",")}) values ${values.join(",")} on conflict (${key.join(",")}) do ${update}`;
  statements.set(`${table} ${count}`, text);
  return text;
}

async function flush(table: TableName): Promise<void> {
  const batch = distinct(batches.get(table) ?? [], TABLES[table]);
  batches.delete(table);
  const query = pool.query(statement(table, TABLES[table], batch.length), batch.flat());
  open.add(query);
  query.finally(() => open.delete(query)).catch(() => undefined);
  while (open.size >= CONNECTIONS * 2 - 1) await Promise.race(open);
}

/** Something to wait for only where a batch is full: a promise a row would cost what it measures. */
function add(table: TableName, row: Row): Promise<void> | undefined {
  const batch = batches.get(table) ?? [];
  batches.set(table, batch);
  batch.push(row);
  return batch.length >= BATCH ? flush(table) : undefined;
}

const now = Date.now();
for await (const line of createInterface({ input: createReadStream(file) })) {
  for (const [table, row] of rowsOf(line, now)) {
    const flushed = add(table, row);
    if (flushed !== undefined) await flushed;
  }
}
for (const [table, row] of loneAccounts()) await add(table, row);
for (const table of [...batches.keys()]) await flush(table);
await Promise.all(open);
await pool.end();
