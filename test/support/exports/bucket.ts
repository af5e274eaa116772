/** A folder that stands for a bucket, and the table whose exports stand in it. */
import { createHash } from "node:crypto";

export interface ExportedTable {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  /** Names of its key attributes: the partition key first. */
  readonly keys: readonly string[];
}

export interface ExportBucket {
  /** What a bucket's root is. */
  readonly folder: string;
  /** What the exports were asked to stand under; null where nothing was asked for. */
  readonly prefix: string | null;
  readonly table: ExportedTable;
}

const hex = (text: string): string => createHash("md5").update(text).digest("hex");

/** A table of this name: another name is another table. */
export function exportedTable(name = "test", keys: readonly string[] = ["PK", "SK"]): ExportedTable {
  const id = hex(`table ${name}`).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { name, arn: `arn:aws:dynamodb:eu-north-1:123456789012:table/${name}`, id, keys };
}

export const exportBucket = (
  folder: string,
  table: ExportedTable = exportedTable(),
  prefix: string | null = null,
): ExportBucket => ({ folder, prefix, table });

/** What every key in the bucket begins with. */
export const rootOf = ({ prefix }: ExportBucket): string =>
  `${prefix === null ? "" : `${prefix.replace(/\/$/, "")}/`}AWSDynamoDB`;
