/** A report → one file that a browser shows and a printer prints: nothing is fetched, and no script is needed to read it. The words are those of the terminal. */
import { whereAndWhen } from "../../lambda/adapters/report/sections.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { headOf, verdictOf } from "../../lambda/domain/proof/summary.ts";
import { allSections, findings, spots } from "./evidence.ts";
import { flow } from "./flow.ts";
import { html, type Markup, words } from "./markup.ts";
import { schemaPicture } from "./schema-picture.ts";
import { STYLE } from "./style.ts";
import { tables } from "./tables.ts";
import { timeline } from "./timeline.ts";
import { told } from "./told.ts";

/** Nothing can be fetched by it, whatever a name in it says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export async function pageOf(report: Report): Promise<string> {
  const picture = await schemaPicture(report);
  const all = allSections(report);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>${verdictOf(report).word}: run ${report.run}, pass ${report.pass}, ${report.target}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${verdict(report)}
${told(all.repair)}
${told(all.problems)}
${told(all.differing)}
${told(all.broken)}
${told(all.letGo)}
${told(all.findings)}
${picture}
${flow(report)}
${timeline(report)}
${told(all.entities)}
${told(all.tables)}
${told(all.checks)}
${told(findings(report))}
${told(spots(report))}
${told(all.exports)}
${told(all.leftBehind)}
${told(all.collapsed)}
${tables(report)}
</main>
<footer><p>Made by ddb2pg ${report.toolVersion} from what the run's ledger keeps. No value of an attribute is in it.</p></footer>
</body>
</html>
`;
  return page.toString();
}

function verdict(report: Report): Markup {
  const { word, means } = verdictOf(report);
  const [, run, counts] = headOf(report);
  return html`<p class="faint">From DynamoDB to Postgres</p>
<div class="verdict ${report.verdict}">
<h1>${word}</h1>
<p class="means">${words(means)}</p>
<p>${words(run)}</p>
<p>${counts}</p>
<p class="faint">${words(whereAndWhen(report))}</p>
</div>`;
}
