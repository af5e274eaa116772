/**
 * A raw file of DynamoDB-JSON lines and a migrated database → every difference between five columns of each case. It
 * imports nothing of the product: it parses the lines itself and asks Postgres in its own words, so that an error both
 * sides of the proof share shows here.
 */
import { readFile } from "node:fs/promises";
import type { Client } from "pg";

export type CaseName = "battle-royale" | "online-shop";

interface RawValue {
  readonly S?: string;
  readonly N?: string;
  readonly M?: Readonly<Record<string, RawValue>>;
  readonly L?: readonly RawValue[];
}
type RawItem = Readonly<Record<string, RawValue>>;

/** A row's key as text, and the column's value as text; `null` is NULL. */
type Cell = readonly [key: string, value: string | null];

interface Probe {
  readonly column: string;
  /** What the raw items say the column holds. */
  readonly raw: (item: RawItem) => readonly Cell[];
  /** Gives `key` and `value`, both as text. */
  readonly sql: string;
}

const text = (item: RawItem, name: string): string | null => item[name]?.S ?? null;
const pk = (item: RawItem): string => item.PK?.S ?? "";
const sk = (item: RawItem): string => item.SK?.S ?? "";
const afterHash = (key: string | null): string | null => key?.slice(key.indexOf("#") + 1) ?? null;
const isUser = (item: RawItem): boolean => pk(item).startsWith("USER#");
const isGame = (item: RawItem): boolean => pk(item).startsWith("GAME#") && sk(item).startsWith("#METADATA#");
const isPlayer = (item: RawItem): boolean => pk(item).startsWith("GAME#") && sk(item).startsWith("USER#");
const isA = (type: string) => (item: RawItem) => text(item, "EntityType") === type;

/** One cell for each item of a kind. */
const each =
  (kind: (item: RawItem) => boolean, key: (item: RawItem) => string | null, value: (item: RawItem) => string | null) =>
  (item: RawItem): readonly Cell[] =>
    kind(item) ? [[key(item) ?? "", value(item)]] : [];

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS'`;

const PROBES: Readonly<Record<CaseName, readonly Probe[]>> = {
  "battle-royale": [
    {
      column: "users.address",
      raw: each(
        isUser,
        (item) => afterHash(pk(item)),
        (item) => text(item, "address"),
      ),
      sql: "select username as key, address as value from users",
    },
    {
      column: "users.birthdate",
      raw: each(
        isUser,
        (item) => afterHash(pk(item)),
        (item) => text(item, "birthdate"),
      ),
      sql: "select username as key, to_char(birthdate, 'YYYY-MM-DD') as value from users",
    },
    {
      column: "games.people",
      raw: each(
        isGame,
        (item) => afterHash(pk(item)),
        (item) => item.people?.N ?? null,
      ),
      sql: "select game_id::text as key, people::text as value from games",
    },
    {
      column: "games.start_time",
      raw: each(
        isGame,
        (item) => afterHash(pk(item)),
        (item) => text(item, "start_time"),
      ),
      sql: `select game_id::text as key, to_char(start_time, ${ISO}) as value from games`,
    },
    {
      column: "game_players.place",
      raw: each(
        isPlayer,
        (item) => `${afterHash(pk(item))} ${afterHash(sk(item))}`,
        (item) => text(item, "place"),
      ),
      sql: "select game_id::text || ' ' || username as key, place as value from game_players",
    },
  ],

  "online-shop": [
    {
      column: "products.price",
      raw: each(
        isA("product"),
        (item) => afterHash(pk(item)),
        (item) => text(item, "Price"),
      ),
      sql: "select product_id as key, trim_scale(price)::text as value from products",
    },
    {
      column: "orders.ordered_at",
      raw: each(
        isA("order"),
        (item) => afterHash(pk(item)),
        (item) => text(item, "Date"),
      ),
      sql: `select order_id as key, to_char(ordered_at, ${ISO}) as value from orders`,
    },
    {
      column: "payments.amount",
      raw: (item) =>
        (item.Detail?.M?.Payments?.L ?? []).map((payment, position) => [
          `${afterHash(sk(item))} ${position}`,
          payment.M?.Amount?.N ?? null,
        ]),
      sql: "select invoice_id || ' ' || position as key, trim_scale(amount)::text as value from payments",
    },
    {
      column: "shipments.address",
      raw: each(
        isA("shipment"),
        (item) => afterHash(sk(item)),
        (item) =>
          Object.entries(item.Address?.M ?? {})
            .map(([name, value]) => `${name}=${value.S}`)
            .sort()
            .join(","),
      ),
      sql: `select shipment_id as key, (
              select string_agg(name || '=' || member, ',' order by name collate "C") from jsonb_each_text(address) as members (name, member)
            ) as value from shipments`,
    },
    {
      column: "shipment_items.product_id",
      raw: each(
        isA("shipmentItem"),
        (item) => afterHash(sk(item)),
        (item) => afterHash(text(item, "GSI1-SK")),
      ),
      sql: "select shipment_item_id as key, product_id as value from shipment_items",
    },
  ],
};

/** Every difference, as a sentence. Empty where the five columns agree in every row. */
export async function compareWithRawFile(caseName: CaseName, client: Client, path: string): Promise<readonly string[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  const items = lines.map((line): RawItem => JSON.parse(line).Item);
  const differences: string[] = [];
  for (const { column, raw, sql } of PROBES[caseName]) {
    const { rows } = await client.query<{ key: string; value: string | null }>(sql);
    const stored = new Map(rows.map(({ key, value }) => [key, value]));
    const cells = items.flatMap(raw);
    if (cells.length === 0) differences.push(`${column}: the file has no such value, so nothing was compared`);
    for (const [key, value] of cells) {
      if (!stored.has(key)) differences.push(`${column}: no row ${key}`);
      else if (stored.get(key) !== value) {
        differences.push(`${column} of ${key}: the file has ${shown(value)}, Postgres ${shown(stored.get(key))}`);
      }
      stored.delete(key);
    }
    for (const key of stored.keys()) differences.push(`${column}: row ${key} has no item`);
  }
  return differences;
}

const shown = (value: string | null | undefined): string => (value === null ? "NULL" : JSON.stringify(value));
