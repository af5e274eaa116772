/** A source, by its words on the command line → its census. */
import { runCheck } from "../../lambda/verbs/check.ts";

export const takeCensus = (source: string, more: Partial<Parameters<typeof runCheck>[0]> = {}) =>
  runCheck(
    { source, schema: undefined, keys: undefined, options: {}, ...more },
    { onProgress: () => undefined, signal: new AbortController().signal },
  );
