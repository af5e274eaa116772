/** What an operator or an event says → checked settings, or every problem at once with its remedy. */
import type { z } from "zod";
import { type Finding, MigrationError } from "./domain/migration-error.ts";
import { shell } from "./domain/typed.ts";

/** Where items come from. */
export type SourceSetting =
  | ({ readonly kind: "dynamodb"; readonly table: string } & Endpoint)
  | { readonly kind: "file"; readonly path: string }
  | ExportSetting;

/** Exports, in a folder or a bucket: one of them, or what holds any number of one table. `words` are those of a source. */
export type ExportSetting =
  | { readonly kind: "export"; readonly words: string; readonly folder: string }
  | ({ readonly kind: "s3"; readonly words: string; readonly bucket: string; readonly prefix: string } & Endpoint);

interface Endpoint {
  readonly endpoint?: string;
  readonly region?: string;
}

const SPELLING =
  "write dynamodb:TABLE[?region=REGION&endpoint=URL], file:ITEMS.jsonl[.gz], file:DIR, export:DIR or s3://BUCKET/PREFIX[?region=REGION&endpoint=URL]";
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const TABLE_NAME = /^(?:[A-Za-z0-9_.-]{3,255}|arn:[^?\s]+)$/;

const wrong = (problem: string, remedy = SPELLING): MigrationError => new MigrationError("settings", problem, remedy);

/** Reads the words of a source. Throws MigrationError `settings`. */
export function parseSource(text: string): SourceSetting {
  const [, kind, rest = ""] = /^(dynamodb|file|export|s3):(.*)$/s.exec(text) ?? [];
  if (kind === "file") {
    if (rest === "") throw wrong("the source names no file");
    return { kind: "file", path: rest };
  }
  if (kind === "export") {
    if (rest === "") throw wrong("the source names no folder of exports");
    return { kind: "export", words: text, folder: rest };
  }
  if (kind === undefined) throw wrong("the source is none of dynamodb:, file:, export: and s3:");
  const [place = "", query = ""] = rest.split("?", 2);
  const settings = () => endpointIn(query, (more) => `${kind}:${place}?${more}`);
  if (kind === "dynamodb") {
    if (!TABLE_NAME.test(place)) throw wrong("the source names no table DynamoDB could have");
    return { kind: "dynamodb", table: place, ...settings() };
  }
  const [, bucket = "", prefix = ""] = /^\/\/([^/]*)\/?(.*)$/s.exec(place) ?? [];
  if (!BUCKET_NAME.test(bucket)) throw wrong("the source names no bucket S3 could have");
  return { kind: "s3", words: text, bucket, prefix, ...settings() };
}

/** What stands behind a question mark; `all` is the source with other words there. */
function endpointIn(query: string, all: (more: string) => string): Endpoint {
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].filter((name) => name !== "endpoint" && name !== "region");
  if (unknown.length > 0) throw wrong(`the source has an unknown parameter: ${unknown.join(", ")}`);
  const [endpoint, region] = [parameters.get("endpoint"), parameters.get("region")];
  if (endpoint !== null && !/^https?:\/\/[^/]/i.test(endpoint)) {
    // A host with a port is a URL, too, whose scheme is the host.
    const url = /^[\w.-]+(?::\d+)?(?:\/.*)?$/.test(endpoint) ? `http://${endpoint}` : "http://HOST:PORT";
    const words = all(`${region === null ? "" : `region=${region}&`}endpoint=${url}`);
    throw wrong("the source's endpoint does not begin with http:// or https://", `write ${shell("--source", words)}`);
  }
  if (endpoint !== null && !URL.canParse(endpoint)) throw wrong("the source's endpoint is not a URL");
  return { ...(endpoint === null ? {} : { endpoint }), ...(region === null ? {} : { region }) };
}

/** Checks a value against a schema. Throws MigrationError `settings` with every problem; values are not repeated. */
export function parse<S extends z.ZodType>(schema: S, value: unknown, where: string): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const findings = result.error.issues.map((issue): Finding => {
    const at = issue.path.map(String).join(".");
    return {
      where: at === "" ? where : `${where}, ${at}`,
      problem: issue.message,
      remedy: "correct it; what is optional may also be left out",
    };
  });
  throw new MigrationError(
    "settings",
    `${where} has ${findings.length === 1 ? "a problem" : `${findings.length} problems`}`,
    "see each finding",
    {
      findings,
    },
  );
}
