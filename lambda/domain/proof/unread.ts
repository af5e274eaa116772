/**
 * A mapping → parts of keys that no column reads, and attributes of which only an id is made. A key is covered by its template,
 * and an attribute by whatever reads it, so nothing else would tell of them (I2).
 */
import type { EntityModel, Mapping, WritePlan } from "../../mapping/model.ts";
import { pathOf, plansIn, type ReadPlan } from "../../mapping/plans.ts";
import type { Template } from "../../mapping/template.ts";
import type { Finding } from "../migration-error.ts";

const plansOf = (writes: readonly WritePlan[]): ReadPlan[] => writes.flatMap(plansOfWrite);

function plansOfWrite(write: WritePlan): ReadPlan[] {
  switch (write.kind) {
    case "row":
      return write.reads.flatMap(plansIn);
    case "each":
      return [...plansIn(write.list), ...plansOf(write.writes)];
    case "when":
      // That something is there is not what it holds.
      return plansOf(write.writes);
    case "agree":
      // What it agrees with has to be read by something else.
      return [write.of];
    case "choose":
      return [...plansIn(write.of), ...write.cases.flatMap(({ writes }) => plansOf(writes))];
  }
}

const capturesOf = ({ parts }: Template): string[] =>
  parts.flatMap((part) => (part.kind === "capture" ? [part.name] : []));

/** `isHeld`: whether it is known that an attribute which is read holds what a part of the key does. */
export function unreadValues(
  { entities, templates }: Mapping,
  isHeld: (entity: EntityModel, capture: string) => boolean = () => false,
): Finding[] {
  return entities
    .filter(({ ignored }) => ignored === undefined)
    .flatMap((entity) => [...unreadIn(entity, templates, isHeld), ...hashedOnly(entity)]);
}

/** Parts of its keys that no column of an entity reads. */
export function unreadCaptures({ pattern: { pk, sk }, writes }: EntityModel): readonly string[] {
  const read = new Set(plansOf(writes).flatMap(({ from }) => (from.kind === "capture" ? [from.name] : [])));
  const all = new Set([pk, ...(sk === undefined ? [] : [sk])].flatMap(capturesOf));
  return [...all].filter((name) => !read.has(name));
}

/** Attributes that stand nowhere but in a `surrogate`: what they hold cannot be read back from it. */
function hashedOnly({ name, writes }: EntityModel): Finding[] {
  const plans = plansOf(writes);
  const within = new Set(plans.flatMap(({ from }) => (from.kind === "surrogate" ? from.parts.flatMap(plansIn) : [])));
  const named = (which: (plan: ReadPlan) => boolean) =>
    plans
      .filter((plan) => which(plan) && plan.from.kind === "value" && plan.from.level.depth === 0)
      .map((plan) => String(pathOf(plan)[0]));
  const stored = new Set(named((plan) => !within.has(plan)));
  const lost = [...new Set(named((plan) => within.has(plan)))].filter((attribute) => !stored.has(attribute));
  if (lost.length === 0) return [];
  const problem = `of ${lost.join(", ")} only an id is made, from which it cannot be read back`;
  return [
    { where: name, problem, remedy: "read it in a column, too, unless something else that is read holds the same" },
  ];
}

function unreadIn(
  entity: EntityModel,
  templates: Mapping["templates"],
  isHeld: (entity: EntityModel, capture: string) => boolean,
): Finding[] {
  const plans = plansOf(entity.writes);
  const lost = unreadCaptures(entity).filter((name) => !isHeld(entity, name));
  const taken = Map.groupBy(
    plans.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === "captures" ? [step] : []))),
    ({ template }) => template,
  );
  const composite = [...taken].flatMap(([text, steps]) => {
    const template = templates.get(text);
    return template === undefined
      ? []
      : capturesOf(template).filter((name) => !steps.some((step) => step.name === name));
  });
  const names = [...new Set([...lost, ...composite])];
  if (names.length === 0) return [];
  return [
    {
      where: entity.name,
      problem: `no column reads ${names.map((name) => `{${name}}`).join(", ")} of its keys`,
      remedy: "read it, unless an attribute that is read holds the same",
    },
  ];
}
