/**
 * An error of the driver → what may be told of it (I10). Code of a user's own (a trigger, a policy, a function) can raise any
 * SQLSTATE with any text and any name, and Postgres quotes values in messages of every class. So nothing is told for its
 * class: a message only where Postgres' own files show that it is about the text of a statement, and every other error in a
 * sentence of this project's own.
 */
import pg from "pg";
import { retold } from "../../../domain/retold.ts";

/**
 * Files of the server that read or carry out definitions. Their messages name tables, columns, types and roles, and no
 * expression over a row gets there without leaving a context.
 */
const ABOUT_DEFINITIONS = new Set([
  ...[
    "aclchk.c",
    "analyze.c",
    "dependency.c",
    "execIndexing.c",
    "gram.y",
    "heap.c",
    "index.c",
    "indexcmds.c",
    "parse_agg.c",
  ],
  ...["parse_clause.c", "parse_coerce.c", "parse_collate.c", "parse_expr.c", "parse_func.c", "parse_oper.c"],
  ...["parse_relation.c", "parse_target.c", "parse_utilcmd.c", "rewriteHandler.c", "rls.c", "scan.l", "tablecmds.c"],
  "typecmds.c",
]);

/** Data exceptions and violated rules: what they are about is a row, wherever they were raised. */
const ABOUT_ROWS = /^(21|22|23|44)/;

/** The longest prefix of a SQLSTATE that stands here says what happened. */
const SENTENCES: Readonly<Record<string, string>> = {
  "08": "the connection failed",
  "0A": "Postgres does not support what was asked of it",
  "22": "Postgres refused a value",
  "23": "a row breaks a rule of its table",
  "25": "the state of the transaction does not allow it",
  "25006": "the server is read-only",
  "28": "this user may not connect",
  "2BP01": "something else depends on it",
  "3D": "the database is not there",
  "3F": "a schema is not there",
  "40": "another transaction stood in the way",
  "42": "a statement does not fit what is in the database",
  "42501": "a privilege is missing",
  "42703": "a column is not there",
  "42704": "something it names is not there",
  "42883": "a function is not there",
  "42P01": "a table is not there",
  "42P07": "a table of that name is there already",
  "42710": "something of that name is there already",
  "428C9": "a column takes no value, because Postgres makes its values",
  "44": "a row breaks the condition of a view",
  "53": "the server lacks a resource",
  "54": "a limit of Postgres' own was reached",
  "55": "an object is not in a state that allows it",
  "55P03": "a lock could not be had in time",
  "57": "an operator interfered",
  "57014": "the statement was cancelled",
  "58": "the server could not read or write a file",
  P0: "a function or trigger of the database's own raised it",
  XX: "the server found something broken in itself",
};

/** What COPY itself leaves, below whatever was called for the line. */
const OF_COPY = /(?:^|\n)COPY [^\n]*, line \d+.*$/;

function sentenceOf(code: string): string {
  for (let length = code.length; length >= 2; length -= 1) {
    const sentence = SENTENCES[code.slice(0, length)];
    if (sentence !== undefined) return sentence;
  }
  return "a function or trigger of the database's own raised it";
}

/** Where an error comes from, as far as deciding what to do needs it. */
export interface Origin {
  readonly code: string;
  /** In the midst of a function or trigger, whoever raised it there. */
  readonly isInside: boolean;
  readonly routine?: string;
  /** The schema it names; RAISE could name anything. */
  readonly schema?: string;
}

/** Raised by code of a user's own: `exec_stmt_raise` is PL/pgSQL's RAISE. */
export const isRaised = ({ routine }: Origin): boolean => routine === "exec_stmt_raise";

/** The driver's own error of a statement, without what it may quote; anything else as it is. */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return error;
  const { code, file, routine, where, internalQuery, position } = error;
  // A context is what functions, triggers and queries inside others leave. RAISE can set every name, too.
  const context = where?.replace(OF_COPY, "") ?? "";
  const isInside = context !== "" || internalQuery !== undefined || routine === "exec_stmt_raise";
  const isAboutText = position !== undefined || ABOUT_DEFINITIONS.has(file ?? "");
  const message = isInside || !isAboutText || ABOUT_ROWS.test(code) ? sentenceOf(code) : error.message;
  const inside = isInside ? ["inside a function or trigger"] : [];
  const names = isInside ? [] : namesIn(error);
  const clean = retold(error, [message, `SQLSTATE ${code}`, ...inside, ...names].join(", "));
  const origin: Origin = {
    ...{ code, isInside },
    ...(routine === undefined ? {} : { routine }),
    ...(isInside || error.schema === undefined ? {} : { schema: error.schema }),
  };
  return Object.assign(clean, origin);
}

const namesIn = (error: pg.DatabaseError): string[] =>
  (["schema", "table", "column", "constraint"] as const).flatMap((field) =>
    error[field] === undefined ? [] : [`${field} ${error[field]}`],
  );

/** The origin of an error of Postgres', before or after it was cleaned. */
export function originOf(error: unknown): Origin | undefined {
  const cleaned = error instanceof pg.DatabaseError ? withoutValues(error) : error;
  return isOrigin(cleaned) ? cleaned : undefined;
}

const isOrigin = (value: unknown): value is Origin => value instanceof Error && "code" in value && "isInside" in value;
