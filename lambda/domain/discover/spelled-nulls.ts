/** Texts that stand for no value, as people write it → where the mapping takes them for a text like others. */
import type { EntityModel } from "../../mapping/model.ts";
import { pathOf, type ReadPlan } from "../../mapping/plans.ts";
import type { Finding } from "../migration-error.ts";
import type { AttributeCount } from "./attribute-census.ts";
import { rowPlansOf } from "./row-plans.ts";

/** Of one entity: attributes that become text as they stand, and hold such a text. */
export function spelledNulls({ name: where, writes }: EntityModel, attributes: readonly AttributeCount[]): Finding[] {
  const asText = rowPlansOf(writes).flatMap(({ facet, reads }) =>
    reads.filter((_, at) => facet.columns[at]?.type.kind === "text"),
  );
  return attributes.flatMap(({ name, count, nullTexts = [] }) =>
    nullTexts.flatMap(([text, times]) => {
      if (!asText.some((plan) => takes(plan, name, text))) return [];
      const said = JSON.stringify(text);
      const problem = `${times} of ${count} ${name} are the text ${said}, and stay a text`;
      return [{ where, problem, remedy: `say .nullIf(${said}) where it stands for no value` }];
    }),
  );
}

/** Whether a plan lets this text of the attribute through. What any other word makes of it is the word's to say. */
function takes(plan: ReadPlan, attribute: string, text: string): boolean {
  const path = pathOf(plan);
  if (plan.from.kind !== "value" || plan.from.level.depth > 0 || path.length !== 1 || path[0] !== attribute)
    return false;
  return plan.steps.every((step) => PASSING.has(step.kind) || (step.kind === "null if" && step.text !== text));
}

const PASSING: ReadonlySet<string> = new Set(["at", "optional", "nullable", "or else"]);
