/** A name for a DynamoDB table that no other test and no other run has; the table goes when this run ends. */
import { randomBytes } from "node:crypto";
import { inject } from "vitest";

export const tableName = (purpose: string): string =>
  `${inject("runName")}-${purpose}-${randomBytes(4).toString("hex")}`;
