/** What the network says of a service of AWS, or of a server that speaks like one → one cause, told in a sentence, and what to type. */
import type { Explanation } from "./explanation.ts";
import { REACH_SECONDS } from "./patience.ts";
import { shell } from "./typed.ts";

/** Where a service was looked for. */
export interface Service {
  readonly service: "DynamoDB" | "S3";
  readonly region: string;
  /** Where it is not AWS's own. */
  readonly endpoint?: string | undefined;
  /** The source in the words of the command line, with another region or endpoint. */
  readonly elsewhere: (other: { readonly region?: string; readonly endpoint?: string | undefined }) => string;
}

const hostOf = ({ service, region, endpoint }: Service): string =>
  endpoint === undefined ? `${service.toLowerCase()}.${region}.amazonaws.com` : new URL(endpoint).hostname;
const urlOf = (at: Service): string => at.endpoint ?? `https://${hostOf(at)}`;
const ping = (at: Service): string => shell("curl", "-sv", urlOf(at));
const resolved = (at: Service): string => shell("getent", "hosts", hostOf(at));

/** What an endpoint of one's own looks like. */
const PORTS = { DynamoDB: "http://HOST:8000", S3: "http://HOST:9000" };

const CAUSES = {
  "no host": {
    problem: (at) =>
      at.endpoint === undefined
        ? `nobody knows a region ${at.region} (${hostOf(at)})`
        : `nobody knows a host ${hostOf(at)}`,
    remedy: (at) =>
      at.endpoint === undefined
        ? `correct the region: ${at.elsewhere({ region: "REGION" })}`
        : `correct the endpoint, until this gives an address: ${resolved(at)}`,
  },
  "name server": {
    problem: (at) => `the name server does not answer for ${hostOf(at)}`,
    remedy: (at) => `connect to a network that has one, until this gives an address: ${resolved(at)}`,
    passes: true,
  },
  closed: {
    problem: (at) => `nothing listens at ${at.endpoint ?? hostOf(at)}`,
    remedy: (at) =>
      `start what is to listen there, or correct the endpoint in the source, until this gets an answer: ${ping(at)}`,
    passes: true,
  },
  silent: {
    problem: (at) => `${at.endpoint ?? hostOf(at)} has not answered within ${REACH_SECONDS} s`,
    remedy: (at) =>
      `let the network pass it (a firewall, a proxy, in a VPC its endpoint for ${at.service}), until this gets an answer: ${ping(at)}`,
    passes: true,
  },
  "hung up": {
    problem: (at) => `${at.endpoint ?? hostOf(at)} ends every connection without an answer`,
    remedy: (at) => `look at what stands there, until this gets an answer: ${ping(at)}`,
    passes: true,
  },
  "no way": {
    problem: (at) => `no way of the network leads to ${at.endpoint ?? hostOf(at)}`,
    remedy: (at) => `connect to its network, until this gets an answer: ${ping(at)}`,
    passes: true,
  },
  foreign: {
    problem: (at) => `what answers at ${at.endpoint ?? at.region} is no ${at.service}`,
    remedy: (at) => `correct the endpoint: ${at.elsewhere({ endpoint: PORTS[at.service] })}`,
  },
  "no TLS": {
    problem: (at) => `what listens at ${at.endpoint ?? hostOf(at)} speaks no https`,
    remedy: (at) => `say http: ${at.elsewhere({ endpoint: at.endpoint?.replace(/^https:/i, "http:") })}`,
  },
  "unknown CA": {
    problem: (at) => `the certificate of ${hostOf(at)} is signed by nobody this machine trusts`,
    remedy: () =>
      'have the owner of the endpoint, or of the proxy before it, give you the certificate of who signed it, then: export NODE_EXTRA_CA_CERTS="$PWD/CA.pem"',
  },
} as const satisfies Record<string, Explanation<Service>>;

/** By the system's code, or by the error's name. */
const BY_CODE: Readonly<Record<string, keyof typeof CAUSES>> = {
  ENOTFOUND: "no host",
  EAI_AGAIN: "name server",
  ECONNREFUSED: "closed",
  ECONNRESET: "hung up",
  EPIPE: "hung up",
  ERR_STREAM_PREMATURE_CLOSE: "hung up",
  ETIMEDOUT: "silent",
  TimeoutError: "silent",
  EHOSTUNREACH: "no way",
  ENETUNREACH: "no way",
  EPROTO: "no TLS",
  DEPTH_ZERO_SELF_SIGNED_CERT: "unknown CA",
  SELF_SIGNED_CERT_IN_CHAIN: "unknown CA",
  UNABLE_TO_GET_ISSUER_CERT: "unknown CA",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown CA",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown CA",
};

/** What is answered, and is not what the service would. */
export class Foreign extends Error {}

/** No answer, or half of one. */
const CONNECTION_LOST = new Set(["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "ETIMEDOUT", "TimeoutError"]);

const codeOf = (error: Error): string => ("code" in error && typeof error.code === "string" ? error.code : "");

/** What tells an error from others, and is no value. */
export function toldOf(error: Error): string {
  const [name, code] = [error.name, codeOf(error)];
  return code === "" || code === name ? name : name === "Error" ? code : `${name} ${code}`;
}

export const isLost = (error: Error): boolean => CONNECTION_LOST.has(codeOf(error)) || CONNECTION_LOST.has(error.name);

/** What the SDK has noted beside an error. */
export const numberOf = (of: unknown, name: string): number | undefined => {
  const found: unknown = typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
  return typeof found === "number" ? found : undefined;
};
/** Of what something answered that the SDK could not read. */
export const statusOf = (error: Error): number | undefined => numberOf(Reflect.get(error, "$response"), "statusCode");

/** Every error the service sends says whose fault it is. */
export const isAnswer = (error: Error): boolean => "$fault" in error;

/** Undefined of what is no matter of the network. */
export function networkCause(error: Error): Explanation<Service> | undefined {
  // A parser of HTTP, of JSON or of XML has met something else.
  const isForeign =
    error instanceof Foreign || codeOf(error).startsWith("HPE_") || (statusOf(error) !== undefined && !isAnswer(error));
  const name = BY_CODE[codeOf(error)] ?? BY_CODE[error.name] ?? (isForeign ? "foreign" : undefined);
  return name === undefined ? undefined : CAUSES[name];
}
