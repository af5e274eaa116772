/** What is said of values, looked at once for the whole mapping: words that could never mean anything, and functions that share a name. */
import type { ItemsSpec } from "./items.ts";
import { plansOf } from "./load-items.ts";
import type { MappingProblem } from "./model.ts";
import type { ReadPlan, Step } from "./readers.ts";

/** Functions met so far, by the id that stands for them. */
type Functions = Map<string, Extract<Step, { kind: "function" }>["apply"]>;

export function checkSteps(items: ItemsSpec, problems: MappingProblem[]): void {
  const functions: Functions = new Map();
  for (const entity of items.entities) {
    const say = (problem: string, remedy: string) => problems.push({ where: `item ${entity.name}`, problem, remedy });
    for (const plan of plansOf(entity.writes)) {
      checkSurrogate(plan, say);
      for (const step of plan.steps) checkStep(step, functions, say);
    }
  }
}

type Say = (problem: string, remedy: string) => void;

function checkSurrogate({ from }: ReadPlan, say: Say): void {
  if (from.kind !== "surrogate" || (from.of !== "" && from.parts.length > 0)) return;
  say("a surrogate has no name or no parts: every row would have the same id", 'write surrogate("user", key.userId)');
}

function checkStep(step: Step, functions: Functions, say: Say): void {
  if (step.kind === "split" && step.delimiter === "")
    say("it splits at nothing", 'name what parts the pieces: .split(",")');
  if (step.kind === "one of" && step.texts.length === 0) say(".oneOf() allows nothing", "name the values it may have");
  if (step.kind === "without prefix" && step.prefix === "")
    say("it takes away an empty prefix", "name the prefix, or leave it out");
  if (step.kind !== "function") return;
  if (step.id.trim() === "")
    say("a function has no name", 'give it one that changes when it does: .convert("cents v1", …)');
  const known = functions.get(step.id);
  if (known !== undefined && known !== step.apply) {
    say(`two functions are called "${step.id}"`, "give each its own name, or use one function for both");
  }
  functions.set(step.id, step.apply);
}
