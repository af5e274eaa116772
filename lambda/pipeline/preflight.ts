/** Source, mapping and target → everything that stands in the way of a run, found before anything is written. */
import { type Finding, MigrationError } from "../domain/migration-error.ts";
import type { Mapping } from "../mapping/model.ts";
import type { ItemSource, SourceFacts } from "../ports/source.ts";
import type { TargetTables } from "../ports/tables.ts";

/** Throws MigrationError `preflight` with every finding at once; where there is none, returns what is worth a look, and what the source says of its size. */
export async function preflight(
  source: ItemSource,
  target: TargetTables,
  mapping: Mapping,
): Promise<{ readonly warnings: readonly Finding[] } & Pick<SourceFacts, "size">> {
  const [ofTarget, facts] = await Promise.all([target.check(source.name), source.inspect()]);
  refuse([...ofTarget.findings, ...findingsOf(source, facts, mapping)]);
  const warnings = [...ofTarget.warnings, ...(facts.warnings ?? [])];
  return facts.size === undefined ? { warnings } : { warnings, size: facts.size };
}

/** Where a source is not what the mapping was written for. */
export const sourceFindings = async (source: ItemSource, mapping: Mapping): Promise<Finding[]> =>
  findingsOf(source, await source.inspect(), mapping);

function findingsOf(source: ItemSource, facts: SourceFacts, mapping: Mapping): Finding[] {
  const all: Finding[] = [];
  const { keys } = facts;
  if (keys !== undefined && (keys.pk !== mapping.keys.pk || keys.sk !== mapping.keys.sk)) {
    const spell = ({ pk, sk }: Mapping["keys"]) => (sk === undefined ? pk : `${pk}, ${sk}`);
    all.push({
      where: source.name,
      problem: `its key is (${spell(keys)}), the schema says (${spell(mapping.keys)})`,
      remedy: "correct `keys` in items.ts, or the table's name",
    });
  }
  if (facts.ttlAttribute !== undefined && mapping.ttl?.attribute !== facts.ttlAttribute) {
    all.push({
      where: source.name,
      problem: `time-to-live is on (${facts.ttlAttribute}) and the schema does not say what becomes of expired items`,
      remedy: `add ttl: { attribute: "${facts.ttlAttribute}", expired: "skip" } (or "migrate") in items.ts`,
    });
  }
  return all;
}

export function refuse(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const problems = findings.length === 1 ? "1 problem" : `${findings.length} problems`;
  throw new MigrationError("preflight", `preflight found ${problems}`, "see each finding", { findings });
}
