/** The phases of a pass → a bar each, from its beginning to its end, with how much went through it a second. */
import { phaseText } from "../../lambda/adapters/report/sections.ts";
import { between, momentText } from "../../lambda/adapters/report/time-text.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { html, type Markup } from "./markup.ts";

export function timeline({ phases, startedAt, finishedAt }: Report): Markup | undefined {
  if (phases.length === 0) return undefined;
  const ends = [finishedAt, ...phases.map((phase) => phase.finishedAt)].map((end) => between(startedAt, end));
  const whole = Math.max(1, ...ends);
  const share = (milliseconds: number): string => `${((milliseconds / whole) * 100).toFixed(2)}%`;
  return html`<section>
<h2>Time</h2>
<ul class="timeline">
${phases.map(
  (phase) => html`<li>
<p>${phaseText(phase)} <span class="faint">from ${momentText(phase.startedAt)} to ${momentText(phase.finishedAt)} UTC</span></p>
<svg aria-hidden="true" width="100%" height="10"><rect class="all" width="100%" height="10"/><rect class="phase" x="${share(between(startedAt, phase.startedAt))}" width="${share(between(phase.startedAt, phase.finishedAt))}" height="10"/></svg>
</li>`,
)}
</ul>
</section>`;
}
