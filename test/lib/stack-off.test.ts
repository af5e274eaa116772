/** The template of a stack whose migrator is off: what is left, and what of that is as it was. */
import { beforeAll, describe, expect, it } from "vitest";
import { CLUSTER, NETWORK, ofType, type Resource, type Synthesized, synthesize, the } from "./synthesized.ts";

let made: Synthesized;
let off: Synthesized;
beforeAll(() => {
  made = synthesize();
  off = synthesize({ migrator: "off" });
});

describe("with the migrator off", () => {
  const types = (shape: Synthesized, but: Synthesized) =>
    Object.entries(shape.resources)
      .filter(([id]) => but.resources[id] === undefined)
      .map(([, { Type }]) => Type);
  const count = (all: readonly string[]) =>
    Object.fromEntries([...Map.groupBy(all, (type) => type)].map(([type, { length }]) => [type, length]));

  it("only what migrates has gone", () => {
    expect(types(off, made)).toEqual([]);
    expect(count(types(made, off))).toEqual({
      "AWS::CloudWatch::Alarm": 7,
      "AWS::CloudWatch::Dashboard": 1,
      "AWS::EC2::SecurityGroup": 1,
      "AWS::EC2::SecurityGroupEgress": 1,
      "AWS::EC2::SecurityGroupIngress": 1,
      "AWS::EC2::VPCEndpoint": 1,
      "AWS::IAM::ManagedPolicy": 1,
      "AWS::IAM::Policy": 3,
      "AWS::IAM::Role": 3,
      "AWS::Lambda::Alias": 1,
      "AWS::Lambda::EventInvokeConfig": 3,
      "AWS::Lambda::Function": 2,
      "AWS::Lambda::Version": 1,
      "AWS::Logs::LogGroup": 3,
      "AWS::Logs::QueryDefinition": 5,
      "AWS::SNS::Topic": 1,
      "AWS::SNS::TopicPolicy": 1,
      "AWS::StepFunctions::StateMachine": 1,
      "Custom::DatabaseRole": 1,
    });
    const gone = Object.keys(made.resources).filter((id) => off.resources[id] === undefined);
    const [admission] = ofType(made, "AWS::EC2::SecurityGroupIngress").map(([id]) => id);
    expect(
      gone.filter(
        (id) =>
          id !== admission && !/^(Migrator|DatabaseRole|Workflow|Observability|Operator|NetworkVpcDynamoDb)/.test(id),
      ),
    ).toEqual([]);
  });

  it("what stays is the same to the letter, but for the floor of the cluster", () => {
    const changed = Object.entries(off.resources).filter(
      ([id, resource]) => JSON.stringify(resource) !== JSON.stringify(made.resources[id]),
    );
    expect(changed.map(([, { Type }]) => Type)).toEqual(["AWS::RDS::DBCluster"]);
    const floored = structuredClone(the(off, "AWS::RDS::DBCluster")) as Resource;
    expect(floored.Properties.ServerlessV2ScalingConfiguration.MinCapacity).toBe(0.5);
    floored.Properties.ServerlessV2ScalingConfiguration.MinCapacity = 4;
    expect(floored).toEqual(the(made, "AWS::RDS::DBCluster"));
    const same = { minAcu: 2, minAcuWhileMigrating: 2 };
    const [before, after] = [synthesize(same), synthesize({ ...same, migrator: "off" })];
    expect(the(after, "AWS::RDS::DBCluster")).toEqual(the(before, "AWS::RDS::DBCluster"));
  });

  it("nothing is left of a stack that made neither network nor cluster", () => {
    const left = synthesize({ migrator: "off", network: NETWORK, cluster: CLUSTER });
    expect(Object.values(left.resources).map(({ Type }) => Type)).toEqual(["AWS::CloudFormation::WaitConditionHandle"]);
  });
});
