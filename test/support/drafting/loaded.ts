/** The two texts of a draft → what they declare, as if their files had been imported; hundreds of them in a second. */
import { stripTypeScriptTypes } from "node:module";
import type { Schema } from "../../../lambda/compose.ts";
import * as language from "../../../lambda/mapping/index.ts";

/** Throws where a text is no module of a schema folder. */
export function loadedFrom(texts: { readonly tables: string; readonly items: string }): Schema {
  const { tables } = exported(texts.tables, { language });
  const { items } = exported(texts.items, { language, tables: { tables } });
  // What a module exports is checked when the mapping is loaded.
  return { tables, items } as Schema;
}

const IMPORT = /^import (?:\* as (?<all>\w+)|\{(?<names>[^}]*)\}) from (?<from>"[^"]*");$/gm;
const EXPORT = /^export (const|function) (\w+)/gm;

function exported(text: string, modules: Readonly<Record<string, object>>): Record<string, unknown> {
  const names = [...text.matchAll(EXPORT)].map(([, , name]) => name ?? "");
  const body = stripTypeScriptTypes(text)
    .replace(
      IMPORT,
      (_, _all, names: string, from: string) =>
        `const {${names}} = modules.${from.includes("tables.ts") ? "tables" : "language"};`,
    )
    .replace(EXPORT, "$1 $2");
  return new Function("modules", `"use strict";\n${body}\nreturn { ${names.join(", ")} };`)(modules);
}
