/**
 * What a pass has written in the target's own tables: rows, as Postgres counts them; bytes by which their files have grown; and
 * pages whose log sequence number is newer than its beginning, as that of every page is that WAL was written for.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../../lambda/domain/must.ts";
import { ask, type Engine } from "./engine.ts";

export interface Written {
  readonly rows: number;
  readonly bytes: number;
  /** Of tables, what is kept beside them for long values included; and of their indexes. */
  readonly heapPages: number;
  readonly indexPages: number;
  /** Megabytes of WAL for all that the pass wrote anywhere, its ledger included. */
  readonly wal: number;
  /** Tables that autovacuum went through meanwhile: what it wrote is among the pages. */
  readonly vacuumed: number;
}

const PAGE = 8_192;
const SEGMENT_PAGES = 131_072;

interface RelationFile {
  readonly path: string;
  readonly bytes: number;
  readonly isIndex: boolean;
}

interface State {
  readonly lsn: string;
  readonly rows: number;
  readonly vacuumed: number;
  readonly files: readonly RelationFile[];
}

const STATE = `
  select pg_current_wal_insert_lsn()::text as lsn,
    (select sum(n_tup_ins + n_tup_upd + n_tup_del)::float8 from pg_stat_user_tables where schemaname = 'public') as rows,
    (select sum(autovacuum_count)::float8 from pg_stat_user_tables where schemaname = 'public') as vacuumed,
    (select json_agg(json_build_object('path', pg_relation_filepath(oid), 'bytes', pg_relation_size(oid), 'isIndex', relkind = 'i'))
      from pg_class where relkind in ('r', 'i') and relnamespace = 'public'::regnamespace
        or oid in (select reltoastrelid from pg_class where relnamespace = 'public'::regnamespace)) as files`;

async function stateOf({ url }: Engine): Promise<State> {
  // What a backend has counted is told when it ends; what is dirty is not in the files yet.
  await ask(url, "checkpoint");
  const [state] = await ask<State>(url, STATE);
  return must(state, "a server has a state");
}

/** `A/B` in hexadecimal: the two halves of a position in the log. */
function position(lsn: string): bigint {
  const [high = "", low = ""] = lsn.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** A page begins with its position, each half in the machine's own order (PostgreSQL, "Database Page Layout"). */
async function newerPages(path: string, bytes: number, since: bigint): Promise<number> {
  let newer = 0;
  for (let segment = 0; segment * SEGMENT_PAGES * PAGE < bytes; segment += 1) {
    const content = await readFile(segment === 0 ? path : `${path}.${segment}`);
    for (let at = 0; at < content.length; at += PAGE) {
      const lsn = (BigInt(content.readUInt32LE(at)) << 32n) + BigInt(content.readUInt32LE(at + 4));
      if (lsn > since) newer += 1;
    }
  }
  return newer;
}

const bytesOf = ({ files }: State): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** To be called before the pass; what it returns, after it. */
export async function writtenFrom(engine: Engine): Promise<() => Promise<Written>> {
  const before = await stateOf(engine);
  const since = position(before.lsn);
  return async () => {
    const after = await stateOf(engine);
    const newer = { heap: 0, index: 0 };
    for (const { path, bytes, isIndex } of after.files) {
      newer[isIndex ? "index" : "heap"] += await newerPages(join(engine.dataFolder, path), bytes, since);
    }
    return {
      rows: after.rows - before.rows,
      bytes: bytesOf(after) - bytesOf(before),
      heapPages: newer.heap,
      indexPages: newer.index,
      wal: Number(position(after.lsn) - since) / 1e6,
      vacuumed: after.vacuumed - before.vacuumed,
    };
  };
}
