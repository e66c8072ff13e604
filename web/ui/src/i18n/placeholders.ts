/** The names of the values that a text needs, read from the text by the type system.
 *
 * `{name}` stands for a value; `{count|host|hosts}` for the first word where `count` is one, else the second.
 */

type NameIn<Inner extends string> = Inner extends `${infer Name}|${string}` ? Name : Inner;

type Placeholder<Text extends string> = Text extends `${string}{${infer Inner}}${infer Rest}`
  ? NameIn<Inner> | Placeholder<Rest>
  : never;

/** The arguments that `t` takes after the key of this text: none, or one object with every value. */
export type TextValues<Text extends string> = [Placeholder<Text>] extends [never]
  ? []
  : [values: Record<Placeholder<Text>, string | number>];

/** A catalogue of another language: the same keys, no more and no fewer. */
export type Translation<Source> = Readonly<Record<keyof Source, string>>;

const PLACEHOLDER = /\{([^{}|]+)(?:\|([^{}|]*)\|([^{}|]*))?\}/g;

/** Puts values into a text; `pluralOf` says which of two words belongs to a number. */
export function fillText(
  text: string,
  values: Readonly<Record<string, string>>,
  pluralOf: (name: string) => "one" | "other",
): string {
  return text.replace(PLACEHOLDER, (_, name: string, one: string | undefined, other: string | undefined) =>
    one === undefined || other === undefined ? (values[name] ?? "") : pluralOf(name) === "one" ? one : other,
  );
}

/** The names of a text's placeholders, sorted, each once. */
export function placeholderNames(text: string): string[] {
  const names = [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? "");
  return [...new Set(names)].sort();
}
