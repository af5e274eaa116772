/** What the page says of a deployment is what a deployment has: outputs, settings, commands. */
import { expect, it } from "vitest";
import { readPage } from "../support/pages.ts";
import { CLUSTER, NETWORK, resolved, synthesize } from "./synthesized.ts";

const page = await readPage("lib/README.md");
const { secretArn: _, ...cluster } = CLUSTER;
const outputs = {
  ...synthesize({ network: NETWORK, cluster }).outputs,
  ...synthesize({ alarmEmail: "team@example.org", wayIn: "on", exports: "on" }).outputs,
};

it("every output it names is there, and it names every command", () => {
  const named = new Set([...page.matchAll(/`([A-Z][A-Za-z]+(?:Command|Url|Arn|Sql))`/g)].map(([, name = ""]) => name));
  expect(named.size).toBeGreaterThan(5);
  expect([...named].filter((name) => outputs[name] === undefined)).toEqual([]);
  const commands = Object.keys(outputs).filter((name) => /(Command|Sql)$/.test(name));
  expect(commands.filter((name) => !named.has(name))).toEqual([]);
});

it("every event it shows is of an action the outputs or the function know", () => {
  const shown = [...page.matchAll(/`(\{"action":[^`]+\})`/g)].map(([, text = ""]) => JSON.parse(text).action);
  expect(shown).toContain("status");
  const status = String(resolved(outputs.StatusCommand?.Value));
  expect(status).toContain('{"action":"status"}');
});
