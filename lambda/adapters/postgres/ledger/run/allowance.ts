/**
 * What is left of what all readers of a source may consume, in the ledger: the one place that all of them see. One statement a
 * request, by the server's clock, so that no reader that vanishes holds up another; the arithmetic is that of `domain/budget.ts`.
 */
import { GIVING_WAY } from "../../../../domain/budget.ts";
import { must } from "../../../../domain/must.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";

/** Takes units, and tells how many milliseconds from now they may be consumed. */
export async function takeUnits(session: Session, source: string, units: number, perSecond: number): Promise<number> {
  const { rows } = await session.query<{ missing: number }>(
    `insert into ${LEDGER}.allowance as a (source, balance) values ($1, $3::float8 - $2::float8)
     on conflict (source) do update set (balance, share, at) = (
       select least(rate, a.balance + seconds * rate) - $2::float8, part, clock_timestamp()
       from (select greatest(0, extract(epoch from clock_timestamp() - a.at))::float8 as seconds) elapsed,
         lateral (select least(1, a.share + seconds * ${GIVING_WAY.backEachSecond}) as part) grown,
         lateral (select $3::float8 * part as rate) filling)
     returning greatest(0, -(a.balance + $2::float8) / ($3::float8 * a.share) * 1000) as missing`,
    [source, units, perSecond],
  );
  return Number(must(rows[0], "a row was written").missing);
}

/** Halves what there is a second. Many readers are refused at once, by one and the same shortage: that counts once. */
export const halveShare = (session: Session, source: string) =>
  session.query(
    `update ${LEDGER}.allowance set share = greatest(${GIVING_WAY.least}, share * ${GIVING_WAY.left}), gave_way_at = clock_timestamp()
     where source = $1 and gave_way_at < clock_timestamp() - interval '1 second'`,
    [source],
  );
