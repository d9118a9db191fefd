/** The keys of `T` that may hold `undefined`. */
type MayBeUndefined<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** `T` without the value `undefined`: a key that might hold it may be absent instead. */
export type Defined<T> = Omit<T, MayBeUndefined<T>> & {
  [K in MayBeUndefined<T>]?: Exclude<T[K], undefined>;
};

/** Leaves out the keys whose value is `undefined`: under `exactOptionalPropertyTypes` absent and undefined differ. */
export function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}
