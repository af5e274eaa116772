/** The tables a target is meant to have → pictures of them, one for all that hang together. Drawn by Graphviz, in this process. */
import type { Report } from "../../lambda/domain/proof/report.ts";
import type { TableShape } from "../../lambda/domain/proof/target-shape.ts";
import { dotOf } from "./dot.ts";
import { html, Markup } from "./markup.ts";

export async function schemaPicture(report: Report): Promise<Markup | undefined> {
  const { schema } = report;
  if (schema.length === 0) return undefined;
  // It is large, and wanted for this alone.
  const { instance } = await import("@viz-js/viz");
  const graphviz = await instance();
  const pictures = together(schema).map((tables, at) =>
    picture(graphviz.renderString(dotOf(tables, report, `p${at}`), { format: "svg" })),
  );
  const keys = schema.reduce((sum, { foreignKeys }) => sum + foreignKeys.length, 0);
  return html`<section>
<h2>The target</h2>
<p>PK primary key · FK foreign key · U unique · ↺ of the table itself · ? may be NULL. Dashed: not in force. <span class="wrong">Red</span>: rows that point to nothing, and tables that do not agree.</p>
<div class="wide" role="group" aria-label="The target" tabindex="0">
<div class="pictures" role="img" aria-label="${schema.length} tables and ${keys} foreign keys">
${pictures}
</div>
</div>
</section>`;
}

/** As wide as it was drawn, in pixels of a page; a little less where that is too much. */
function picture(svg: string): Markup {
  const [, points = "0"] = /width="(\d+)pt"/.exec(svg) ?? [];
  return html`<div style="--natural: ${Math.ceil((Number(points) * 4) / 3)}px">${Markup.drawn(svg)}</div>`;
}

/** Tables by what they hang together with; the largest first, and those that stand alone last. */
export function together(tables: readonly TableShape[]): TableShape[][] {
  const leader = new Map(tables.map(({ name }) => [name, name]));
  const leaderOf = (name: string): string => {
    const next = leader.get(name) ?? name;
    return next === name ? name : leaderOf(next);
  };
  for (const { name, foreignKeys } of tables)
    for (const { references } of foreignKeys)
      if (leader.has(references)) leader.set(leaderOf(name), leaderOf(references));
  return [...Map.groupBy(tables, ({ name }) => leaderOf(name)).values()].sort((a, b) => b.length - a.length);
}
