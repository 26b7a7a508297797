/** Stands for a value that could not be parsed. What is wrong with it was reported to the place. */
export const invalid: unique symbol = Symbol('invalid');

export type Parsed<T> = T | typeof invalid;
