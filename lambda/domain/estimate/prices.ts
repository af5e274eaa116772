/** What AWS asks for what a migration uses, in US dollars, in one region at one time. Whoever pays others gives others. */

/** From the public price pages of the services, not from a bill: discounts, taxes and free tiers are not in it. */
export const PRICES = {
  region: "us-east-1",
  date: "2026-11-20",
  /** DynamoDB, standard table class: https://aws.amazon.com/dynamodb/pricing/ */
  millionReadUnits: 0.125,
  provisionedReadUnitHour: 0.00013,
  exportGigabyte: 0.1,
  recoveryGigabyteMonth: 0.2,
  /** Aurora PostgreSQL Serverless v2, Standard: https://aws.amazon.com/rds/aurora/pricing/ */
  acuHour: 0.12,
  gigabyteMonth: 0.1,
  millionInputsOutputs: 0.2,
  /** https://aws.amazon.com/lambda/pricing/ */
  lambdaGigabyteSecond: 0.0000166667,
  /** https://aws.amazon.com/cloudwatch/pricing/ */
  alarmMonth: 0.1,
  dashboardMonth: 3,
  /** https://aws.amazon.com/secrets-manager/pricing/ */
  secretMonth: 0.4,
} as const;

export type Prices = { readonly [N in keyof typeof PRICES]: (typeof PRICES)[N] extends string ? string : number };
