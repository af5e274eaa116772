/**
 * The forms a capture can have → the values each takes. A form is one entry here: matching, rendering and the search for
 * ambiguities all work from its automaton.
 */
import { type Automaton, anything, without } from "./automaton.ts";

interface Form {
  /** The values of this form. Never the empty text: an empty key part is not a value. */
  values(delimiter: string): Automaton;
  /** Whether nothing may follow it, since its values can hold anything. */
  readonly last: boolean;
}

const FORMS = {
  plain: { values: without, last: false },
  rest: { values: () => anything, last: true },
} satisfies Readonly<Record<string, Form>>;

/** How a capture is written: `{name}` is plain, any other is `{name:form}`. */
export type CaptureForm = keyof typeof FORMS;

export function isCaptureForm(name: string): name is CaptureForm {
  return Object.hasOwn(FORMS, name);
}

/** The forms as a sentence would list them. */
export const formNames: string = Object.keys(FORMS).join(", ");

export function formOf(form: CaptureForm): Form {
  return FORMS[form];
}
