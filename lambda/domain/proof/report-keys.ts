/** A report → the same report without a key of an item or a row, for whoever may not see them: `nameOf` gives what may stand for a source. */
import type { Example } from "./evidence.ts";
import type { Report } from "./report.ts";

export function withoutKeys(report: Report, nameOf: (source: string) => string): Report {
  const example = <E extends Example>({ key: _, parent: __, source, holder, ...rest }: E) => ({
    ...rest,
    ...(source === undefined ? {} : { source: nameOf(source) }),
    ...(holder == null ? {} : { holder: nameOf(holder) }),
  });
  const examples = <E extends Example>(list: readonly E[]) => list.map(example);
  const named = <E extends { readonly example: string }>(each: E) => ({ ...each, example: nameOf(each.example) });
  return {
    ...report,
    foreignKeys: report.foreignKeys.map(({ missing: { count, first }, ...each }) => ({
      ...each,
      examples: examples(each.examples),
      missing: { count, first: first.map((row) => ({ ...row, key: [], examples: examples(row.examples) })) },
    })),
    causes: report.causes.map((cause) => ({
      ...cause,
      missing: cause.missing.map(({ source, pointing, ...row }) => ({
        ...{ ...row, key: [] },
        ...(source === undefined ? {} : { source: nameOf(source) }),
        pointing: pointing.map((each) => ({ ...each, examples: examples(each.examples) })),
      })),
    })),
    quarantine: report.quarantine.map((group) => ({
      ...group,
      examples: (group.examples ?? []).map((each) => ({ ...each, source: nameOf(each.source) })),
    })),
    unmapped: report.unmapped.map(named),
    collapsed: (report.collapsed ?? []).map(named),
    furtherUnmapped: (report.furtherUnmapped ?? []).map(named),
    ...(report.letGo === undefined
      ? {}
      : {
          letGo: report.letGo.map((group) => ({
            ...group,
            items: group.items.map(({ source, holder, ...item }) => ({
              ...item,
              source: nameOf(source),
              key: null,
              holder: holder === null ? null : nameOf(holder),
            })),
          })),
        }),
    discrepancies: report.discrepancies.map((each) => ({ ...each, examples: examples(each.examples) })),
    spotChecks: {
      ...report.spotChecks,
      examples: report.spotChecks.examples.map((each) => ({ ...example(each), kind: each.kind, detail: each.detail })),
    },
  };
}
