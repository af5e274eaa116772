/** Names on a list of what to ignore → those that stand in no item: a misspelt one hides nothing, and may be meant to. */
import { ignoredName, ignoredText } from "../../mapping/attribute-path.ts";
import type { IgnoredPath, Mapping } from "../../mapping/model.ts";
import type { Finding } from "../migration-error.ts";

/** `has` says whether an item of an entity had an attribute of that name. */
export function idleIgnores(
  { entities, ignore }: Pick<Mapping, "entities" | "ignore">,
  has: (entity: string, name: string) => boolean,
  none = "no item",
): Finding[] {
  const idle = (where: string, path: IgnoredPath): Finding => {
    const [name = "", ...more] = path;
    // A name is an attribute's whole name, so what looks like a place inside one is told as such.
    const inside = name.split(/[.[\]]+/).filter((each) => each !== "");
    const hint =
      more.length > 0 || inside.length < 2 ? "" : `; one member of a map is left behind as ${ignoredText(inside)}`;
    const problem = `${none} has ${more.length > 0 ? "the member" : "the attribute"} ${ignoredName(path)}, which it ignores`;
    return { where, problem, remedy: `correct the name, or remove it${hint}` };
  };
  const kept = entities.filter(({ ignored }) => ignored === undefined);
  return [
    ...ignore
      .filter((path) => !kept.some((entity) => has(entity.name, ignoredName(path))))
      .map((path) => idle("ignore", path)),
    ...kept.flatMap(({ name: entity, ignore: own }) =>
      own.filter((path) => !has(entity, ignoredName(path))).map((path) => idle(entity, path)),
    ),
  ];
}
