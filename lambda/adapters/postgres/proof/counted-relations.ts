/**
 * Rows that break a promise → counted now, by the server on its own account where an earlier invocation could not see the end of it,
 * or as that has counted them, while nothing was written since.
 */
import { createHash } from "node:crypto";
import type { TableModel } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { computingLap, type Lap } from "../ledger/run/laps.ts";
import type { Session } from "../session/connection.ts";
import type { Unattended } from "../session/unattended.ts";
import { firstOfEach, type Orphan, orphansOf } from "./contents.ts";
import type { Counting } from "./relations.ts";
import { versionsNow, versionsSql } from "./versions.ts";

type Kept = ReadonlyMap<string, Lap>;

const whatOf = ({ index }: TableModel, select: string): string =>
  `relation ${index} ${createHash("sha256").update(select).digest("hex").slice(0, 32)}`;

/** Takes what is kept. */
export const countingAnew =
  (session: Session, run: Run, kept: Kept): Counting =>
  async (table, select, others) => {
    const lap = kept.get(whatOf(table, select));
    if (lap === undefined || lap.versions !== (await versionsNow(session, versionsSql(run, table, others))))
      return orphansOf(table, (await session.query<Orphan>(firstOfEach(select))).rows);
    const found: Orphan[] = JSON.parse(lap.content);
    return orphansOf(table, found);
  };

/** Has the server count and keep what is not kept, or was written to since. What it counts is of no interest here. */
export const countingInServer =
  (session: Session, server: Unattended, run: Run, kept: Kept): Counting =>
  async (table, select, others) => {
    const versions = versionsSql(run, table, others);
    const what = whatOf(table, select);
    if (kept.get(what)?.versions !== (await versionsNow(session, versions))) {
      const content = `(select coalesce(json_agg(f order by f.n, f.siblings desc, f.key, f.source), '[]')::text from (${firstOfEach(select)}) f)`;
      await server.run(computingLap(run, what, { content, versions }));
    }
    return orphansOf(table, []);
  };
