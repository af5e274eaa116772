/** The migrated sample → three changes made to it behind the migration's back, each small enough to be overlooked, each undone again. */
import type pg from "pg";
import { must } from "../../lambda/domain/must.ts";

/** A change that has been made. */
export interface Tampered {
  /** A sentence, on one or several lines. */
  readonly done: string;
  /** The row that was touched. */
  readonly table: string;
  readonly key: readonly string[];
  undo(): Promise<void>;
}

export interface Tampering {
  readonly title: string;
  tamper(client: pg.Client): Promise<Tampered>;
}

type Row = Readonly<Record<string, string>>;

/** The first row of a query, every column as text. */
async function one(client: pg.Client, sql: string, values: readonly string[] = []): Promise<Row> {
  const { rows } = await client.query<Row>(sql, [...values]);
  return must(rows[0], "from 60 items on every table of the sample has rows");
}

const keyOf = (row: Row, ...columns: readonly string[]): string[] =>
  columns.map((column) => must(row[column], "the query returns its key"));

const nextDigit = (number: string): string => number.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));

export const TAMPERINGS: readonly Tampering[] = [
  {
    title: "One digit of one number changed",
    tamper: async (client) => {
      // A long number with a last digit that means something, but no line full of zeros.
      const row = await one(
        client,
        `select file_id::text, score::text from files
         order by score::text like '%.%' desc, abs(length(score::text) - 38), file_id limit 1`,
      );
      const [id = "", score = ""] = keyOf(row, "file_id", "score");
      const set = (value: string) => client.query("update files set score = $2 where file_id = $1", [id, value]);
      await set(nextDigit(score));
      return {
        done: `the score of one file\nwas ${score}\nis  ${nextDigit(score)}`,
        table: "files",
        key: [id],
        undo: async () => void (await set(score)),
      };
    },
  },
  {
    title: "One row deleted",
    tamper: async (client) => {
      const row = await one(
        client,
        "select user_id, file_id::text, s::text as whole from file_shares s order by user_id, file_id limit 1",
      );
      const key = keyOf(row, "user_id", "file_id");
      await client.query("delete from file_shares where user_id = $1 and file_id = $2", key);
      return {
        done: `${key[0]} can no longer open a file that was shared with them`,
        table: "file_shares",
        key,
        undo: async () => void (await client.query("insert into file_shares select ($1::file_shares).*", [row.whole])),
      };
    },
  },
  {
    title: "One row added",
    tamper: async (client) => {
      const row = await one(
        client,
        `insert into file_shares (user_id, file_id, permission, shared_at)
         select user_id, file_id, 'write', now() from users cross join files
         where not exists (select from file_shares s where s.user_id = users.user_id and s.file_id = files.file_id)
         order by user_id desc, file_id limit 1 returning user_id, file_id::text`,
      );
      const key = keyOf(row, "user_id", "file_id");
      return {
        done: `${key[0]} can write to a file that nobody has shared with them`,
        table: "file_shares",
        key,
        undo: async () => void (await client.query("delete from file_shares where user_id = $1 and file_id = $2", key)),
      };
    },
  },
];
