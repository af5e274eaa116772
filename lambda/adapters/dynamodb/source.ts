export const dynamoDbSource = (_: unknown): never => {
  throw new Error("later");
};
