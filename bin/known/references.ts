/**
 * Which attribute holds the id of which other entity, as far as keys and names say it. No library here has foreign keys, but an
 * entity whose key has one value in it is known by that value: where another one has it in the same place of its key, or
 * under the same name, it leads there.
 */
import type { KnownAttribute, KnownEntity } from "../../lambda/domain/draft/known-model.ts";
import { isTemplateProblem, parseTemplate } from "../../lambda/mapping/template.ts";

interface Owner {
  readonly entity: string;
  /** The capture its key has. */
  readonly id: string;
  /** What stands before it. */
  readonly before: string;
}

export function withReferences(entities: readonly KnownEntity[]): KnownEntity[] {
  const owners = entities.flatMap((entity): Owner[] => {
    const captures = capturesOf(entity);
    const [first, ...others] = captures;
    if (first === undefined || entity.technical !== undefined) return [];
    return others.every(({ name }) => name === first.name)
      ? [{ entity: entity.name, id: first.name, before: first.before }]
      : [];
  });
  return entities.map((entity) => ({
    ...entity,
    attributes: entity.attributes.map((attribute) => {
      const references = attribute.references ?? ownerOf(attribute, entity, owners);
      return references === undefined ? attribute : { ...attribute, references };
    }),
  }));
}

function ownerOf({ name, path }: KnownAttribute, entity: KnownEntity, owners: readonly Owner[]): string | undefined {
  const others = owners.filter((owner) => owner.entity !== entity.name);
  const called = name ?? path.at(-1) ?? "";
  const inKey = capturesOf(entity).find((capture) => capture.name === called);
  const byKey = others.filter(({ before }) => before === inKey?.before);
  const byName = others.filter(
    ({ entity: owner, id }) => alike(called, `${owner}${id}`) || alike(called, fully(owner, id)),
  );
  const [only, ...more] = byKey.length > 0 ? byKey : byName;
  return more.length === 0 ? only?.entity : undefined;
}

/** An `id` alone says nothing of whose it is. */
const fully = (owner: string, id: string): string => (alike(id, "id") ? `${owner}id` : id);

const alike = (a: string, b: string): boolean => folded(a) === folded(b);
const folded = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();

interface Capture {
  readonly name: string;
  readonly before: string;
}

function capturesOf({ pk, sk }: KnownEntity): Capture[] {
  return [pk, sk].flatMap((text): Capture[] => {
    const template = text === undefined ? undefined : parseTemplate(text, "#");
    if (template === undefined || isTemplateProblem(template)) return [];
    return template.parts.flatMap((part, at) => {
      const before = template.parts[at - 1];
      return part.kind === "capture"
        ? [{ name: part.name, before: before?.kind === "literal" ? before.text : "" }]
        : [];
    });
  });
}
