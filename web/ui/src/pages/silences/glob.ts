/** Shell patterns as monctl matches them: `*`, `?`, `[abc]`, `[!abc]`; upper and lower case differ. */

const SPECIAL = /[.*+?^${}()|[\]\\/]/g;

/** Whether the whole text is like the pattern. */
export function globMatches(text: string, pattern: string): boolean {
  return expressionOf(pattern).test(text);
}

/** A pattern that this text alone matches. */
export function globEscape(text: string): string {
  return text.replace(/[*?[]/g, "[$&]");
}

const known = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  let found = known.get(pattern);
  if (!found) {
    found = compiled(pattern);
    if (known.size > 500) known.clear();
    known.set(pattern, found);
  }
  return found;
}

function compiled(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? "";
    const end = character === "[" ? pattern.indexOf("]", at + (pattern[at + 1] === "!" ? 3 : 2)) : -1;
    if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else if (end > 0) {
      source += classOf(pattern.slice(at + 1, end));
      at = end;
    } else source += character.replace(SPECIAL, "\\$&");
  }
  try {
    return new RegExp(`^(?:${source})$`, "su");
  } catch {
    return /^(?!)/; // a range the wrong way round, which nothing is in
  }
}

function classOf(inside: string): string {
  const isNegated = inside.startsWith("!");
  const members = (isNegated ? inside.slice(1) : inside).replace(/[\\\]^[]/g, "\\$&");
  return `[${isNegated ? "^" : ""}${members}]`;
}
