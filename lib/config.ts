/** The settings of a stack → one checked configuration, with every default. Every problem is told at once. */
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { z } from "zod";
import { conflicts } from "./conflicts.ts";
import { acu, aurora, cidr, cidrs, network, number, securityGroups, text, toggle, zones } from "./settings.ts";

interface Setting<T> {
  /** What it means, with its unit. */
  readonly says: string;
  /** How it is written, for whoever got it wrong. */
  readonly example: unknown;
  readonly is: z.ZodType<T>;
}

const setting = <T>(says: string, example: unknown, is: z.ZodType<T>): Setting<T> => ({ says, example, is });

const RETENTIONS = Object.values(RetentionDays).filter((days) => typeof days === "number" && days < 9999);
const KEY_EXAMPLE = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const KMS_KEY = text(/^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "an ARN of a KMS key");

const roleName = text(
  /^(?!(pg_|rds|migrator$|migrator_maker$|public$|none$|current_|session_user$))[a-z][a-z0-9_]{0,62}$/,
  "a role's name in lower case, and none of the server's or the migrator's own",
);

/** Every key of ours. A default is what a key that is not given means. */
export const SETTINGS = {
  tableName: setting(
    "the DynamoDB table to migrate, in the region of the stack, and in its account where there is no tableRoleArn",
    "legacy",
    text(/^[\w.-]{3,255}$/, "the name of a DynamoDB table, not its ARN"),
  ),
  tableKmsKeyArn: setting(
    "the key of a table that is encrypted with a customer managed key",
    KEY_EXAMPLE,
    KMS_KEY.optional(),
  ),
  tableRoleArn: setting(
    "the role that reads a table of another account; it has to let this stack's MigratorRoleArn assume it",
    "arn:aws:iam::210987654321:role/reader",
    text(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, "an ARN of a role").optional(),
  ),
  exports: setting(
    "on has exports of the table made and reads those: its own items are read for spot checks alone",
    "on",
    toggle("on", "off").default(false),
  ),
  exportRetentionDays: setting(
    "days that exports are kept; point-in-time recovery, from which they follow each other, reaches back 35",
    40,
    number(1, 3_653).default(40),
  ),
  exportKmsKeyArn: setting(
    "the key that exports are encrypted with, where it is not S3's own",
    KEY_EXAMPLE,
    KMS_KEY.optional(),
  ),
  schema: setting("the folder with tables.ts and items.ts", "schema", text(/^.+$/, "a folder").default("schema")),
  database: setting(
    "the database that gets the tables; it is made with a new cluster",
    "app",
    text(/^[a-z][a-z0-9_]{0,62}$/, "a name in lower case").default("app"),
  ),
  owner: setting(
    "the database role that owns what is migrated; made where it is not there, and nobody signs in as it",
    "app_owner",
    roleName.default("app_owner"),
  ),
  appRole: setting(
    "the database role that may use what is migrated, to be granted to whatever the application signs in as; made as `owner` is",
    "app",
    roleName.default("app"),
  ),
  network: setting(
    "an existing VPC, by its attributes: private subnets and their route tables",
    { vpcId: "vpc-…", availabilityZones: ["eu-west-1a", "…"], isolatedSubnetIds: ["subnet-…", "…"] },
    network.optional(),
  ),
  secretKmsKeyArn: setting("the customer managed key of an existing cluster's secret", KEY_EXAMPLE, KMS_KEY.optional()),
  zones: setting(
    "the availability zones of a new VPC; two of the region's where they are not given",
    ["eu-west-1a", "eu-west-1b"],
    zones.optional(),
  ),
  vpcCidr: setting("the addresses of a new VPC", "10.0.0.0/20", cidr(16, 22).default("10.0.0.0/20")),
  cluster: setting(
    "an existing Aurora PostgreSQL cluster with IAM authentication and the Data API, in that VPC",
    {
      identifier: "…",
      resourceId: "cluster-…",
      endpoint: "…",
      port: 5432,
      securityGroupId: "sg-…",
      secretArn: "arn:…",
    },
    aurora.optional(),
  ),
  engineVersion: setting(
    "the version of Aurora PostgreSQL of a new cluster",
    "17.9",
    text(/^1[5-9]\.\d+$/, "a version from 15 on, as text").default("17.9"),
  ),
  instance: setting(
    "of what a new cluster's instances are: serverless, or a class",
    "db.r8g.large",
    text(/^(serverless|db\.[a-z0-9]+\.[a-z0-9]+)$/, "serverless or a class like db.r8g.large").default("serverless"),
  ),
  readers: setting("instances of a new cluster that only read", 1, number(0, 15).default(0)),
  ioOptimized: setting(
    "pay for the storage of a new cluster and not for what is read and written in it",
    true,
    toggle("true", "false").default(false),
  ),
  backupRetentionDays: setting("days a new cluster can be restored to", 7, number(1, 35).default(7)),
  clusterKmsKeyArn: setting(
    "the key a new cluster is encrypted with, where it is not RDS' own",
    KEY_EXAMPLE,
    KMS_KEY.optional(),
  ),
  clientSecurityGroupIds: setting(
    "security groups in the database's network, or one peered with it, from which it is reached",
    ["sg-0123456789abcdef0"],
    securityGroups.default([]),
  ),
  clientCidrs: setting("addresses from which it is reached", ["10.8.0.0/16"], cidrs.default([])),
  wayIn: setting(
    "on makes a small instance through which a person reaches the database, by Systems Manager",
    "on",
    toggle("on", "off").default(false),
  ),
  minAcu: setting(
    "the floor of a new cluster after the migration, in Aurora capacity units of 2 GiB; 0 lets it pause",
    0.5,
    acu(0).default(0.5),
  ),
  minAcuWhileMigrating: setting(
    "its floor while the migrator is deployed, in Aurora capacity units: it need not warm up in the window",
    4,
    acu(0).default(4),
  ),
  maxAcu: setting("its ceiling, in Aurora capacity units", 16, acu(1).default(16)),
  memory: setting(
    "the memory of the function in MiB; 1,769 MiB come with one processor",
    1769,
    number(512, 10_240).default(1_769),
  ),
  workers: setting(
    "functions that copy at the same time; four transactions run in each, and Postgres is busy long before 40",
    4,
    number(1, 40).default(4),
  ),
  logRetentionDays: setting(
    `days that logs are kept: ${RETENTIONS.join(", ")}`,
    90,
    number(1, 3_653)
      .refine((days) => RETENTIONS.includes(days), "has to be one of the numbers of days that CloudWatch knows")
      .default(90),
  ),
  logKmsKeyArn: setting(
    "the key that logs are encrypted with; its policy has to let CloudWatch Logs use it",
    KEY_EXAMPLE,
    KMS_KEY.optional(),
  ),
  logLevel: setting(
    "what the function tells its log: info, or debug with every step of the copy",
    "info",
    z.enum(["debug", "info"], "has to be debug or info: metrics are lines of info").default("info"),
  ),
  logKeys: setting(
    "how a source key stands in the log: as a hash that the ledger resolves, or in clear",
    "hashed",
    z.enum(["hashed", "clear"], "has to be hashed or clear").default("hashed"),
  ),
  alarmEmail: setting(
    "who is told of alarms; the address has to confirm once",
    "team@example.org",
    z.email("has to be an e-mail address").optional(),
  ),
  retain: setting(
    "keep a snapshot of a new cluster when the stack is deleted; false for a rehearsal that is thrown away",
    true,
    toggle("true", "false").default(true),
  ),
  deletionProtection: setting(
    "refuse to delete a new cluster; as `retain` where it is not given",
    true,
    toggle("true", "false").optional(),
  ),
  migrator: setting(
    "off removes the function, the workflow, their logs and the sign-in of the database role; cluster and network stay",
    "on",
    toggle("on", "off").default(true),
  ),
} satisfies Record<string, Setting<unknown>>;

type Name = keyof typeof SETTINGS;
export type Given = { readonly [N in Name]: z.output<(typeof SETTINGS)[N]["is"]> };

export interface Config extends Given {
  readonly deletionProtection: boolean;
}

/** Every problem of a configuration, each with its remedy. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super([`the configuration has ${problems.length} problem(s):`, ...problems.map((each) => `- ${each}`)].join("\n"));
    this.problems = problems;
  }
}

/** Reads the settings of one stack. Throws ConfigError. */
export function readConfig(settings: unknown): Config {
  if (typeof settings !== "object" || settings === null || Array.isArray(settings))
    throw new ConfigError(['these settings are no JSON object: write {"tableName":"legacy"}']);
  const given: Readonly<Record<string, unknown>> = { ...settings };
  const problems = Object.keys(given)
    .filter((key) => !Object.hasOwn(SETTINGS, key))
    .map((key) => `${key} is no setting: one of ${Object.keys(SETTINGS).join(", ")}`);
  const read: Record<string, unknown> = {};
  for (const [name, { is, says, example }] of Object.entries(SETTINGS)) {
    const { success, data, error } = is.safeParse(given[name]);
    if (success) read[name] = data;
    else {
      const remedy = `write "${name}": ${JSON.stringify(example)} (${says})`;
      const all = error.issues.map(({ path, message }) => `${[name, ...path].join(".")} ${message}: ${remedy}`);
      problems.push(...all);
    }
  }
  // What could not be read is missing here, and no rule says more about it.
  problems.push(...conflicts(read, given));
  if (problems.length > 0) throw new ConfigError(problems);
  const { deletionProtection, ...others } = read as Given;
  return { ...others, deletionProtection: deletionProtection ?? others.retain };
}
