/** A template and values → the key they were read from: the way back, which no migration goes. */
import { type Captured, matchTemplate, type Template } from "../../lambda/mapping/template.ts";

/**
 * The key text that `matchTemplate` reads these values from; values of no capture are left out. RangeError where there
 * is no such key: a value is missing, or holds what its capture cannot take.
 */
export function renderTemplate(template: Template, values: Captured): string {
  const key = template.parts
    .map((part) => (part.kind === "literal" ? part.text : (values.get(part.name) ?? "")))
    .join("");
  const read = matchTemplate(template, key);
  for (const name of template.values.keys()) {
    if (read === undefined || read.get(name) !== values.get(name)) {
      throw new RangeError(`"${template.text}" cannot be read back from the values given for its captures`);
    }
  }
  return key;
}
