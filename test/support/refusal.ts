/** A refusal with one finding → its remedy. */
import { expect } from "vitest";
import { MigrationError } from "../../lambda/domain/migration-error.ts";
import { must } from "../../lambda/domain/must.ts";

export async function refusal(work: () => Promise<unknown>): Promise<MigrationError> {
  const error: unknown = await work().then(
    () => expect.fail("it was let in"),
    (is: unknown) => is,
  );
  if (!(error instanceof MigrationError)) throw error;
  expect(error.findings).toHaveLength(1);
  return error;
}

export const remedyOf = ({ findings: [finding] }: MigrationError): string => must(finding, "there is one").remedy;
