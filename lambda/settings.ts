/** What an operator or an event says → checked settings, or every problem at once with its remedy. */
import type { z } from "zod";
import { type Finding, MigrationError } from "./domain/migration-error.ts";
import { shell } from "./domain/typed.ts";

/** Where items come from. */
export type SourceSetting =
  | { readonly kind: "dynamodb"; readonly table: string; readonly endpoint?: string; readonly region?: string }
  | { readonly kind: "file"; readonly path: string };

const SPELLING = "write dynamodb:TABLE[?region=REGION&endpoint=URL] or file:ITEMS.jsonl[.gz]";
const TABLE_NAME = /^(?:[A-Za-z0-9_.-]{3,255}|arn:[^?\s]+)$/;

const wrong = (problem: string, remedy = SPELLING): MigrationError => new MigrationError("settings", problem, remedy);

/** Reads `dynamodb:TABLE?region=R&endpoint=URL` or `file:PATH`. Throws MigrationError `settings`. */
export function parseSource(text: string): SourceSetting {
  const [, kind, rest = ""] = /^(dynamodb|file):(.*)$/s.exec(text) ?? [];
  if (kind === "file") {
    if (rest === "") throw wrong("the source names no file");
    return { kind: "file", path: rest };
  }
  if (kind !== "dynamodb") throw wrong("the source is neither dynamodb: nor file:");
  const [table = "", query = ""] = rest.split("?", 2);
  if (!TABLE_NAME.test(table)) throw wrong("the source names no table DynamoDB could have");
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].filter((name) => name !== "endpoint" && name !== "region");
  if (unknown.length > 0) throw wrong(`the source has an unknown parameter: ${unknown.join(", ")}`);
  const [endpoint, region] = [parameters.get("endpoint"), parameters.get("region")];
  if (endpoint !== null && !/^https?:\/\/[^/]/i.test(endpoint)) {
    // A host with a port is a URL, too, whose scheme is the host.
    const url = /^[\w.-]+(?::\d+)?(?:\/.*)?$/.test(endpoint) ? `http://${endpoint}` : "http://HOST:PORT";
    const all = `dynamodb:${table}?${region === null ? "" : `region=${region}&`}endpoint=${url}`;
    throw wrong("the source's endpoint does not begin with http:// or https://", `write ${shell("--source", all)}`);
  }
  if (endpoint !== null && !URL.canParse(endpoint)) throw wrong("the source's endpoint is not a URL");
  return {
    kind: "dynamodb",
    table,
    ...(endpoint === null ? {} : { endpoint }),
    ...(region === null ? {} : { region }),
  };
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
