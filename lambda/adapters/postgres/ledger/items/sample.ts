/** Items of one kind in the order of their hashes, which are as good as random. */
import type { SampledItem } from "../../../../domain/proof/spot-check.ts";
import type { Run } from "../../../../ports/runs.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER } from "../../session/sql.ts";
import { refusedVersions } from "./quarantine.ts";

/** From a hash on, or before it; with the versions of each that Postgres has refused. */
export async function itemsFrom(
  session: Session,
  run: Run,
  entity: number,
  where: { readonly limit: number } & ({ readonly start: string } | { readonly end: string }),
): Promise<Omit<SampledItem, "entity">[]> {
  const [bound, hash] = "start" in where ? [">=", where.start] : ["<", where.end];
  const { rows } = await session.query<Omit<SampledItem, "entity">>(
    `select i.hash as item, i.source, replace(i.fp::text, '-', '') as fingerprint, ${refusedVersions(run, "i.hash")} as refused
     from ${LEDGER}.item i where i.run = ${run.id} and i.entity = ${entity} and i.hash ${bound} $1::uuid order by i.hash limit ${where.limit}`,
    [hash],
  );
  return rows;
}
