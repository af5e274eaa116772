/** Names on a list of what to ignore → those that are no attribute of any item: a misspelt one hides nothing, and may be meant to. */
import type { Mapping } from "../../mapping/model.ts";
import type { Finding } from "../migration-error.ts";

/** `has` says whether an item of an entity had an attribute of that name. */
export function idleIgnores(
  { entities, ignore }: Pick<Mapping, "entities" | "ignore">,
  has: (entity: string, name: string) => boolean,
  none = "no item",
): Finding[] {
  const idle = (where: string, name: string): Finding => {
    // A name is an attribute's whole name, so what looks like a place inside one is told as such.
    const [head = ""] = name.split(/[.[]/, 1);
    const inside =
      head === name || head === "" ? "" : `; of a map it ignores all or nothing, as ${JSON.stringify(head)}`;
    const problem = `${none} has the attribute ${name}, which it ignores`;
    return { where, problem, remedy: `correct the name, or remove it${inside}` };
  };
  const kept = entities.filter(({ ignored }) => ignored === undefined);
  return [
    ...ignore.filter((name) => !kept.some((entity) => has(entity.name, name))).map((name) => idle("ignore", name)),
    ...kept.flatMap(({ name: entity, ignore: own }) =>
      own.filter((name) => !has(entity, name)).map((name) => idle(entity, name)),
    ),
  ];
}
