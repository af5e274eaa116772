/** Source files → what they import, and which of those imports the architecture does not allow. The rules are a table. */
import { dirname, join, normalize } from "node:path/posix";

/** Path from the project's root → text. */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  readonly from: string;
  /** A path from the root, or the name of a package. */
  readonly to: string;
}

/** A layer: the files it is, and what they may import. Arrows point one way only. */
interface Layer {
  readonly name: string;
  readonly files: RegExp;
  readonly may: readonly RegExp[];
}

const MAPPING = /^lambda\/mapping\//;
const DOMAIN = /^lambda\/domain\//;
const PORTS = /^lambda\/ports\//;
/** What is said, set and answered, without what is done. */
const WORDS = /^lambda\/(contract|options|settings)\.ts$/;
const PACKAGE = /^(?!lambda\/|bin\/|lib\/|schema\/|test\/)/;
const ADAPTERS = ["dynamodb", "report", "s3"];

/** Rooms of a folder, each with what it may import beside what stands before it: arrows point back to the first. */
const rooms = (folder: string, names: readonly string[], others: readonly RegExp[]): Layer[] =>
  names.map((name, at) => ({
    name: `${folder}/${name}`,
    files: new RegExp(`^lambda/${folder}/${name}/`),
    may: [...names.slice(0, at + 1).map((before) => new RegExp(`^lambda/${folder}/${before}/`)), ...others],
  }));

const SESSION_ROOM = /^lambda\/adapters\/postgres\/session\//;
/** The ledger's tables: below all that reads and writes them. */
const LEDGER_FLOOR = /^lambda\/adapters\/postgres\/ledger\/[^/]+\.ts$/;

const COMPOSE = /^lambda\/(compose|sources)\.ts$/;
const VERB_FLOOR = /^lambda\/(verb|runs|opening|item-name)\.ts$/;
const VERB_TABLE = /^lambda\/verbs\.ts$/;
const BELOW_VERBS = [COMPOSE, WORDS, /^lambda\/pipeline\//, PORTS, DOMAIN, MAPPING, /^zod$/];

/** What every room of the domain knows stands in no room. */
const DOMAIN_FLOOR = /^lambda\/domain\/[^/]+\.ts$/;

/** What a draft is, and what is known of it before: below all that makes one. */
const DRAFT_FLOOR = /^lambda\/domain\/draft\/[^/]+\.ts$/;
const BELOW_DRAFT = [/^lambda\/domain\/(decode|discover|profile)\//, DOMAIN_FLOOR, MAPPING];

export const LAYERS: readonly Layer[] = [
  { name: "mapping", files: MAPPING, may: [MAPPING] },
  { name: "domain", files: DOMAIN_FLOOR, may: [DOMAIN_FLOOR, MAPPING] },
  ...rooms("domain", ["decode", "proof", "discover", "estimate", "profile"], [DOMAIN_FLOOR, MAPPING, /^node:crypto$/]),
  { name: "domain/draft", files: DRAFT_FLOOR, may: [DRAFT_FLOOR, ...BELOW_DRAFT] },
  ...rooms("domain/draft", ["kinds", "columns", "tables", "text"], [DRAFT_FLOOR, ...BELOW_DRAFT]),
  { name: "ports", files: PORTS, may: [PORTS, DOMAIN, MAPPING] },
  {
    name: "pipeline",
    files: /^lambda\/pipeline\//,
    may: [/^lambda\/pipeline\//, PORTS, DOMAIN, MAPPING, /^node:timers\/promises$/],
  },
  ...ADAPTERS.map((name) => ({
    name: `adapters/${name}`,
    files: new RegExp(`^lambda/adapters/${name}/`),
    may: [new RegExp(`^lambda/adapters/${name}/`), PORTS, DOMAIN, MAPPING, PACKAGE],
  })),
  ...rooms("adapters/file", ["lines", "plain", "folder", "export"], [PORTS, DOMAIN, MAPPING, PACKAGE]),
  {
    name: "adapters/postgres/ledger",
    files: LEDGER_FLOOR,
    may: [LEDGER_FLOOR, SESSION_ROOM, PORTS, DOMAIN, MAPPING, PACKAGE],
  },
  ...rooms(
    "adapters/postgres/ledger",
    ["run", "items", "passes"],
    [LEDGER_FLOOR, SESSION_ROOM, PORTS, DOMAIN, MAPPING, PACKAGE],
  ),
  ...rooms(
    "adapters/postgres",
    ["session", "ledger", "tables", "proof", "rows", "front"],
    [PORTS, DOMAIN, MAPPING, PACKAGE],
  ),
  { name: "contract and settings", files: WORDS, may: [WORDS, DOMAIN, /^zod$/] },
  {
    name: "compose",
    files: COMPOSE,
    may: [
      COMPOSE,
      /^lambda\/adapters\//,
      WORDS,
      /^lambda\/pipeline\//,
      PORTS,
      DOMAIN,
      MAPPING,
      /^node:crypto$/,
      /^package\.json$/,
    ],
  },
  { name: "what verbs share", files: VERB_FLOOR, may: [VERB_FLOOR, ...BELOW_VERBS] },
  // A verb knows no other one: what two of them need stands below.
  { name: "verbs", files: /^lambda\/(verbs|workflow)\//, may: [VERB_FLOOR, ...BELOW_VERBS] },
  {
    name: "the table of verbs",
    files: VERB_TABLE,
    may: [/^lambda\/(verbs|workflow)\//, /^lambda\/verb\.ts$/],
  },
  {
    name: "event",
    files: /^lambda\/event\.ts$/,
    may: [VERB_TABLE, /^lambda\/(verb|compose)\.ts$/, WORDS, DOMAIN_FLOOR, /^zod$/],
  },
  { name: "handler", files: /^lambda\/handler\.ts$/, may: [/^lambda\/(compose|event)\.ts$/, WORDS, /^schema\//] },
  { name: "schema", files: /^schema\//, may: [/^schema\//, /^lambda\/mapping\/index\.ts$/, /^kysely(\/migration)?$/] },
  { name: "bin", files: /^bin\//, may: [/^bin\//, /^lambda\//, /^lib\//, /^schema\//, PACKAGE] },
  {
    name: "lib",
    files: /^lib\//,
    may: [/^lib\//, /^lambda\/contract\.ts$/, /^lambda\/domain\/decode\/json-names\.ts$/, PACKAGE],
  },
];

const LONGEST_FILE = 300;
const NO_ROOM = /(^|\/)(utils|helpers|common)\/|(^|\/)types\.ts$/;

// Statements only: a specifier in a comment or a template is preceded by neither `from` nor `import(`.
const SPECIFIER =
  /(?:^|\n)\s*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;

export function importsOf(sources: Sources): Import[] {
  return [...sources].flatMap(([from, text]) =>
    [...text.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(SPECIFIER)].map((match) => {
      const specifier = match[1] ?? match[2] ?? match[3] ?? "";
      return { from, to: specifier.startsWith(".") ? normalize(join(dirname(from), specifier)) : specifier };
    }),
  );
}

/** Only the ledger knows its tables; of its schema's name the session knows, too, for what goes wrong there, and the hand-over, which leaves it out. */
const LEDGER_ROOM = /^lambda\/adapters\/postgres\/ledger\//;
const KNOWS_THE_SCHEMA = /^(lambda\/adapters\/postgres\/session\/|lib\/role-statement\.ts$)/;

function namesLedger([file, text]: [string, string]): boolean {
  if (LEDGER_ROOM.test(file)) return false;
  return (KNOWS_THE_SCHEMA.test(file) ? /\bmigration_ledger\.|\bLEDGER\}?\./ : /\bmigration_ledger\b|\bLEDGER\b/).test(
    text,
  );
}

/** Tests ask its views, and `test/support/ledger.ts` for all else; those of the ledger's own room know what they test. */
const LEDGER_TESTS =
  /^test\/(support\/(ledger|imports)\.ts|adapters\/postgres\/ledger\/|architecture\.test\.ts|bench\/bench\.test\.ts)/;
const NO_VIEW = /\bmigration_ledger\.(?!(?:contribution|audit)\b)[a-z]/;

export const testsThatNameTheLedger = (tests: Sources): string[] =>
  [...tests].filter(([file, text]) => !LEDGER_TESTS.test(file) && NO_VIEW.test(text)).map(([file]) => file);

/** A test is read as any other file is. */
export const longFiles = (sources: Sources): string[] =>
  [...sources]
    .filter(([, text]) => text.split("\n").length > LONGEST_FILE)
    .map(([file]) => `${file} is past ${LONGEST_FILE} lines`);

export function violations(sources: Sources): string[] {
  const imports = importsOf(sources);
  return [
    ...[...sources].filter(namesLedger).map(([file]) => `${file} names what only the ledger knows`),
    ...[...sources.keys()]
      .filter((file) => !LAYERS.some(({ files }) => files.test(file)))
      .map((file) => `${file} is in no layer`),
    ...imports.flatMap(({ from, to }) => {
      const layer = LAYERS.find(({ files }) => files.test(from));
      return layer === undefined || layer.may.some((allowed) => allowed.test(to))
        ? []
        : [`${from} (${layer.name}) may not import ${to}`];
    }),
    // Node runs the sources as they are: a file is named as it is called, with its extension.
    ...imports
      .filter(({ to }) => !PACKAGE.test(to) && !/\.(ts|json)$/.test(to))
      .map(({ from, to }) => `${from} imports ${to} without its extension`),
    ...cycles(imports).map((cycle) => `a cycle: ${cycle.join(" → ")}`),
    ...longFiles(sources),
    ...[...sources.keys()].filter((file) => NO_ROOM.test(file)).map((file) => `${file}: name it after what it holds`),
  ];
}

/** Every cycle once, from a depth-first walk. Imports of types count too: a cycle of meanings is one as well. */
function cycles(imports: readonly Import[]): string[][] {
  const edges = Map.groupBy(imports, ({ from }) => from);
  const done = new Set<string>();
  const found: string[][] = [];
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    for (const { to } of edges.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return found;
}

/** Packages that a file reaches through any number of imports. */
export function packagesReached(sources: Sources, start: string): Set<string> {
  const edges = Map.groupBy(importsOf(sources), ({ from }) => from);
  const reached = new Set<string>();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const { to } of edges.get(file) ?? []) {
      if (reached.has(to)) continue;
      reached.add(to);
      open.push(to);
    }
  }
  return new Set(
    [...reached].filter((name) => !sources.has(name)).map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name),
  );
}
