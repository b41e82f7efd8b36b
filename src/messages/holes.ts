// The places in a template that are filled with facts: `{count}`.

/** Names of the places in a template. */
export type Holes<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;

type Translated<T> = {
  readonly [K in keyof T]: K extends string
    ? T[K] extends string
      ? [Holes<K>, Holes<T[K]>] extends [Holes<T[K]>, Holes<K>]
        ? T[K]
        : never
      : never
    : never;
};

/** English templates with their translations; one whose places differ from those of its template does not compile. */
export function translations<const T extends Readonly<Record<string, string>>>(texts: T & Translated<T>): T {
  return texts;
}

/** The same at run time, for tests and for filling. */
export const holePattern = /\{([A-Za-z]+)\}/g;
