/** Kinds of settings: what `cdk.json` says of a stack → a checked value. */
import { z } from "zod";

/** Text that has a form; `expected` says which. */
export const text = (form: RegExp, expected: string) => {
  const message = `has to be ${expected}`;
  return z.string({ error: (issue) => (issue.input === undefined ? "is not given" : message) }).regex(form, message);
};

/** A whole number in a range. */
export const number = (least: number, most: number) => {
  const message = `has to be a whole number from ${least} to ${most}`;
  return z.number(message).int(message).min(least, message).max(most, message);
};

/** Aurora capacity units come in halves, up to 256. */
export const acu = (least: number) => {
  const message = `has to be a number from ${least} to 256 in steps of 0.5`;
  return z.number(message).min(least, message).max(256, message).multipleOf(0.5, message);
};

/** What was typed after `-c` is text, and the text "false" is true to JavaScript. */
export const toggle = (yes: string, no: string) => {
  const meaning = new Map<unknown, boolean>([
    [yes, true],
    [no, false],
    [true, true],
    [false, false],
  ]);
  return z.preprocess(
    (value) => (meaning.has(value) ? meaning.get(value) : value),
    z.boolean(`has to be ${yes} or ${no}`),
  );
};

const attributes = <S extends z.ZodRawShape>(shape: S) => {
  const error = ({ code, keys }: { code?: string; keys?: readonly string[] }) =>
    code === "unrecognized_keys" ? `has an attribute nobody reads (${keys?.join(", ")})` : "has to be a JSON object";
  return z.strictObject(shape, { error: (issue) => error(issue as { code?: string }) });
};

const id = (prefix: string) => text(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `an id like ${prefix}-0123456789abcdef0`);
const some = <T>(of: z.ZodType<T>) => z.array(of, "has to be a list").min(1, "is empty");

const ZONE = text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "an availability zone like eu-west-1a");

/** For a network that is made. Subnets are of 256 addresses, and its smallest range holds four. */
export const zones = some(ZONE)
  .min(2, "has to name two zones, Aurora wants as many")
  .max(4, "has to name four zones at most")
  .refine((all) => new Set(all).size === all.length, "names a zone twice")
  .refine((all) => new Set(all.map((zone) => zone.slice(0, -1))).size === 1, "names zones of several regions");

const OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";

/** Addresses, as IPv4 and a number of bits. */
export const cidr = (least: number, most: number) => {
  const bits = Array.from({ length: most - least + 1 }, (_, at) => least + at).join("|");
  const form = new RegExp(`^${OCTET}(\\.${OCTET}){3}/(${bits})$`);
  return text(form, `addresses like 10.0.0.0/20, of /${least} to /${most}`);
};

/** Those of clients. Wider than a network can be is the world. */
export const cidrs = some(cidr(8, 32));
export const securityGroups = some(id("sg"));

/** A VPC that exists. Looking one up needs credentials at synth, so it is described. */
export const network = attributes({
  vpcId: id("vpc"),
  availabilityZones: some(ZONE),
  /** One for each zone, in the same order. */
  isolatedSubnetIds: some(id("subnet")),
  /** Of those subnets. Nothing but an endpoint that is asked for is put into them. */
  routeTableIds: some(id("rtb")).optional(),
  /** `create` leads all that uses these route tables to DynamoDB by a new way; otherwise there has to be one. */
  dynamoDbEndpoint: z.enum(["create", "existing"], "has to be create or existing").default("existing"),
  /** The same to S3, where exports are read. */
  s3Endpoint: z.enum(["create", "existing"], "has to be create or existing").default("existing"),
})
  .refine(
    ({ availabilityZones, isolatedSubnetIds }) => isolatedSubnetIds.length === availabilityZones.length,
    "has to name one subnet for each availability zone, in the same order",
  )
  .refine(
    ({ isolatedSubnetIds, routeTableIds, dynamoDbEndpoint, s3Endpoint }) =>
      (dynamoDbEndpoint === "existing" && s3Endpoint === "existing") ||
      routeTableIds?.length === isolatedSubnetIds.length,
    "has to name the route table of each subnet, in the same order, for the endpoint to be created there",
  );

export type ExistingNetwork = z.output<typeof network>;

/** An Aurora cluster that exists. */
export const aurora = attributes({
  identifier: text(/^[a-z][a-z0-9-]{0,62}$/, "the identifier of a cluster"),
  /** IAM lets a role sign in by this, not by the identifier. */
  resourceId: text(/^cluster-[A-Z0-9]+$/, "the resource id of a cluster, like cluster-ABCDEFGHIJKL"),
  endpoint: text(/^[a-z0-9.-]+$/, "the host name of the writer endpoint"),
  port: number(1, 65_535).default(5_432),
  securityGroupId: id("sg"),
  /** The secret of a user who may create roles, for the one statement that makes the migrator's; without it that is done by hand. */
  secretArn: text(/^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:.+$/, "an ARN of a secret").optional(),
});

export type ExistingCluster = z.output<typeof aurora>;
