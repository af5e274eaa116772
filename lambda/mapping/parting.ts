/** Two patterns that match one key → a form for a plain capture of one of them, with which they would match none together. */
import { overlap } from "./overlap.ts";
import { isTemplateProblem, type KeyPattern, parseTemplate, type Template } from "./template.ts";

const capturesOf = ({ parts }: Template) => parts.flatMap((part) => (part.kind === "capture" ? [part] : []));

const templatesOf = ({ pk, sk }: KeyPattern): readonly Template[] => (sk === undefined ? [pk] : [pk, sk]);

/** As it is written in the pattern that wants it, `{name:!int}`: what has not the form of the other's capture. */
export function partingForm(pattern: KeyPattern, other: KeyPattern): string | undefined {
  const forms = new Set(templatesOf(other).flatMap((template) => capturesOf(template).map(({ form }) => form)));
  const plain = templatesOf(pattern).flatMap((template) => capturesOf(template).filter(({ form }) => form === "plain"));
  for (const { name } of plain) {
    for (const form of forms) {
      const written = `{${name}:!${form}}`;
      const parted = rewritten(pattern, `{${name}}`, written);
      if (parted !== undefined && overlap(parted, other) === undefined) return written;
    }
  }
  return undefined;
}

function rewritten({ pk, sk, where }: KeyPattern, from: string, to: string): KeyPattern | undefined {
  const anew = ({ text, delimiter }: Template) => parseTemplate(text.replace(from, to), delimiter);
  const [first, second] = [anew(pk), sk && anew(sk)];
  if (isTemplateProblem(first) || (second !== undefined && isTemplateProblem(second))) return undefined;
  return { pk: first, ...(second === undefined ? {} : { sk: second }), ...(where === undefined ? {} : { where }) };
}
