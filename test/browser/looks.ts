/** An open page → what is wrong with how it looks: what reaches past its side, and what axe finds of contrast, headings and all else. */
import axe from "axe-core";
import type { Page } from "puppeteer-core";
import { z } from "zod";

/** Run in the page. Wider than it is what is not looked at sideways in a place of its own. */
const WIDER = `(() => {
  const { clientWidth: width, scrollWidth } = document.documentElement;
  if (scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > width + 1);
  return [scrollWidth + " of " + width + " pixels", ...wide.slice(0, 5).map((each) => each.outerHTML.slice(0, 120))];
})()`;

export const overflows = async (page: Page): Promise<string[]> => z.array(z.string()).parse(await page.evaluate(WIDER));

const foundSchema = z.object({
  violations: z.array(z.object({ id: z.string(), help: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = foundSchema.parse(await page.evaluate("axe.run(document, { resultTypes: ['violations'] })"));
  return found.violations.map(({ id, help, nodes }) => {
    const first = nodes.slice(0, 3).map(({ html }) => html.slice(0, 160));
    return `${id}: ${help}: ${first.join(" ")}`;
  });
}
