/** A count → how it is written for a person: `1,200`. */
export const figure = (count: number): string => count.toLocaleString("en-US");
