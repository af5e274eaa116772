/**
 * Where exports of the table stand: a bucket of their own. DynamoDB writes it in the function's name, without passing through
 * the network, and the function reads it. What is in it is the whole table, so it is as private as that, and goes by itself.
 */
import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { Effect, PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { acknowledgeExports } from "./acknowledgements.ts";
import type { Config } from "./config.ts";
import { allow } from "./function-role.ts";
import type { Passing } from "./network.ts";
import { READ_ITEMS } from "./table.ts";

export interface ExportsProps {
  readonly config: Pick<
    Config,
    "tableName" | "exportRetentionDays" | "exportKmsKeyArn" | "logRetentionDays" | "retain"
  >;
  readonly tableArn: string;
}

/** Asking for exports, of the table; ListExports is documented with the one resource and used with the other. */
const OF_TABLE = ["dynamodb:ExportTableToPointInTime", "dynamodb:ListExports"];
const OF_EXPORTS = ["dynamodb:DescribeExport", "dynamodb:ListExports"];
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html */
const WRITE = ["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"];
/** An upload that was left is of no use, and is paid for. */
const ABORT_AFTER = Duration.days(2);

export class Exports extends Construct {
  readonly bucket: Bucket;
  /** In the words a source takes. */
  readonly place: string;
  readonly #props: ExportsProps;

  constructor(scope: Construct, id: string, props: ExportsProps) {
    super(scope, id);
    this.#props = props;
    const { tableName, exportRetentionDays, exportKmsKeyArn, logRetentionDays, retain } = props.config;
    const common: BucketProps = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      // Without versions: an object is written once, and one that has expired is to be gone.
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      autoDeleteObjects: !retain,
    };
    const asked = new Bucket(this, "Asked", {
      ...common,
      // What writes these logs knows no other key.
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(logRetentionDays) }],
    });
    this.bucket = new Bucket(this, "Bucket", {
      ...common,
      ...(exportKmsKeyArn === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : {
            encryption: BucketEncryption.KMS,
            encryptionKey: Key.fromKeyArn(this, "Key", exportKmsKeyArn),
            bucketKeyEnabled: true,
          }),
      serverAccessLogsBucket: asked,
      lifecycleRules: [
        { expiration: Duration.days(exportRetentionDays), abortIncompleteMultipartUploadAfter: ABORT_AFTER },
      ],
    });
    this.place = `s3://${this.bucket.bucketName}/${tableName}?region=${Aws.REGION}`;
  }

  /** What passes to DynamoDB, and to S3. */
  get leading(): readonly Passing[] {
    const { tableArn } = this.#props;
    return [
      { actions: [...READ_ITEMS, ...OF_TABLE], resources: [tableArn] },
      { actions: OF_EXPORTS, resources: [`${tableArn}/export/*`] },
    ];
  }

  get read(): readonly Passing[] {
    return [
      { actions: ["s3:GetObject"], resources: [this.#files] },
      { actions: ["s3:ListBucket"], resources: [this.bucket.bucketArn] },
    ];
  }

  get #files(): string {
    return this.bucket.arnForObjects(`${this.#props.config.tableName}/*`);
  }

  /** To a role that asks for exports and reads them. */
  permit(role: Role): void {
    const { tableArn, config } = this.#props;
    allow(role, OF_TABLE, tableArn);
    allow(role, OF_EXPORTS, `${tableArn}/export/*`);
    allow(role, [...WRITE, "s3:GetObject"], this.#files);
    allow(role, ["s3:ListBucket"], this.bucket.bucketArn);
    if (config.exportKmsKeyArn !== undefined)
      role.addToPrincipalPolicy(
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: ["kms:Decrypt", "kms:GenerateDataKey"],
          resources: [config.exportKmsKeyArn],
          conditions: { StringEquals: { "kms:ViaService": `s3.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
        }),
      );
    acknowledgeExports(role, [`${tableArn}/export/*`, this.#files]);
  }
}
