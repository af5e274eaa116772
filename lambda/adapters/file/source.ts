export const fileSource = (_: unknown): never => {
  throw new Error("later");
};
