/** A function that computes a key → the template of what it computes, where trying it shows one. */
import { type Piece, templateOf } from "./key-template.ts";

type Keys = { readonly pk?: string; readonly sk?: string };

interface KeyAttribute {
  readonly type: string;
  readonly props: {
    readonly savedAs?: string | undefined;
    readonly keyLink?: ((item: object) => unknown) | undefined;
    readonly keyDefault?: unknown;
    readonly transform?: unknown;
  };
}

export interface Keyed {
  readonly schema: { readonly attributes: Readonly<Record<string, KeyAttribute>> };
  readonly computeKey?: ((key: object) => unknown) | undefined;
  readonly table: {
    readonly partitionKey: { readonly name: string };
    readonly sortKey?: { readonly name: string } | undefined;
  };
}

/** Words that neither case nor trimming changes, each for one attribute; those of the second trial begin and count otherwise. */
const PROBES = ["7100", "82000"] as const;
const NUMBER = /^\d+$/;

/** Absent where a function does something else than put texts around values, or fails. */
export function keyTemplates({ schema, computeKey, table }: Keyed): Keys {
  const stored = Object.entries(schema.attributes);
  const tried = PROBES.map((start) => {
    const probes = new Map(
      stored.map(([name, { type }], at) => [name, probeOf(type, `${start}${String(at).padStart(4, "0")}`)]),
    );
    return { made: computed(stored, Object.fromEntries(probes), computeKey), probes };
  });
  const template = (key: string | undefined): string | undefined => {
    const [one, other] = tried.map(({ made, probes }) => (key === undefined ? undefined : piecesIn(made[key], probes)));
    const [first, second] = [one, other].map((pieces) => (pieces === undefined ? undefined : templateOf(pieces)));
    return first === second ? first : undefined;
  };
  const [pk, sk] = [template(table.partitionKey.name), template(table.sortKey?.name)];
  return { ...(pk === undefined ? {} : { pk }), ...(sk === undefined ? {} : { sk }) };
}

const probeOf = (type: string, digits: string): string | number => (type === "number" ? Number(digits) : digits);

type Stored = readonly (readonly [name: string, attribute: KeyAttribute])[];

/** The key attributes as they would be stored, by the names they are stored under. */
function computed(
  stored: Stored,
  probes: Readonly<Record<string, unknown>>,
  computeKey: Keyed["computeKey"],
): Readonly<Record<string, unknown>> {
  const of = (name: string, { props }: KeyAttribute): unknown => {
    const value = attempt(() =>
      props.keyLink !== undefined
        ? props.keyLink(probes)
        : typeof props.keyDefault === "string"
          ? props.keyDefault
          : probes[name],
    );
    return encoded(props.transform, value);
  };
  if (computeKey !== undefined) {
    const made = attempt(() => computeKey(probes));
    return typeof made === "object" && made !== null ? { ...made } : {};
  }
  return Object.fromEntries(stored.map(([name, attribute]) => [attribute.props.savedAs ?? name, of(name, attribute)]));
}

function encoded(transform: unknown, value: unknown): unknown {
  if (typeof transform !== "object" || transform === null || !("encode" in transform)) return value;
  const { encode } = transform;
  return typeof encode === "function" ? attempt(() => Reflect.apply(encode, transform, [value])) : undefined;
}

/** A user's function may do anything with a value it never was to see. */
function attempt(make: () => unknown): unknown {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function piecesIn(made: unknown, probes: ReadonlyMap<string, string | number>): Piece[] | undefined {
  if (typeof made !== "string" && typeof made !== "number") return undefined;
  const names = new Map([...probes].map(([name, probe]) => [String(probe), name]));
  const parts = String(made).split(new RegExp(`(${[...names.keys()].join("|")})`));
  return parts.map((part) => {
    const capture = NUMBER.test(part) ? names.get(part) : undefined;
    return capture === undefined ? { literal: part } : { capture };
  });
}
