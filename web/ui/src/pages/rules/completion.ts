/** Completion of what is typed in a condition: metrics, functions, states. */

import type { MetricView } from "../../api/types";
import { FUNCTIONS } from "../../api/vocabulary";

/** `insert` replaces what is typed; `caretBack`: how far before its end the caret goes. */
export interface Choice {
  readonly text: string;
  readonly help: string;
  readonly insert: string;
  readonly caretBack: number;
}

/** The word before the caret, and where it begins. */
export interface Word {
  readonly text: string;
  readonly start: number;
}

const MAX_CHOICES = 8;
const LEAST_CHARACTERS = 2;

type Entry = readonly [text: string, insert: string, caretBack: number];

const METRIC = "metric";

const WORDS: readonly Entry[] = [
  ...Object.entries(FUNCTIONS).map(([name, args]) => callOf(`${name}(${args})`)),
  ["host.state", 'host.state == "down"', 0],
  ["host.reason", "host.reason", 0],
  ["poller.cut_off", "poller.cut_off", 0],
  ["tags.", "tags.", 0],
];

/** The word that is being typed at the caret; null where there is none worth completing. */
export function wordAt(expression: string, caret: number): Word | null {
  const match = /[A-Za-z_][\w.]*$/.exec(expression.slice(0, caret));
  if (!match || match[0].length < LEAST_CHARACTERS) return null;
  const isInText = (expression.slice(0, caret).match(/"/g)?.length ?? 0) % 2 === 1;
  return isInText ? null : { text: match[0], start: match.index };
}

/** What a word may become, the nearest first; nothing when it is complete. */
export function choicesFor(word: string, metrics: Iterable<MetricView>): Choice[] {
  const part = word.toLowerCase();
  const all: Choice[] = [
    ...WORDS.map(([text, insert, caretBack]) => ({ text, help: "", insert, caretBack })),
    ...[...metrics].map(({ name, help }) => ({ text: name, help, insert: name, caretBack: 0 })),
  ];
  if (all.some((one) => one.insert === word)) return [];
  const candidates = all.map((choice) => [rank(choice.text, part), choice] as const);
  return candidates
    .filter(([place]) => place < Number.POSITIVE_INFINITY)
    .sort(([one], [other]) => one - other)
    .slice(0, MAX_CHOICES)
    .map(([, choice]) => choice);
}

/** The expression with a choice in the word's place, and where the caret then is. */
export function complete(expression: string, word: Word, choice: Choice): { text: string; caret: number } {
  const end = word.start + word.text.length;
  const text = expression.slice(0, word.start) + choice.insert + expression.slice(end);
  return { text, caret: word.start + choice.insert.length - choice.caretBack };
}

/** A call as it is shown, and as it is inserted: without its metric, and the caret in the metric's place. */
function callOf(text: string): Entry {
  const [before, after] = text.split(METRIC);
  return before === undefined || after === undefined ? [text, text, 0] : [text, before + after, after.length];
}

/** The beginning of the whole, of the field, anywhere. */
function rank(text: string, wanted: string): number {
  if (text.startsWith(wanted)) return 0;
  if (text.includes(`.${wanted}`)) return 1;
  return text.includes(wanted) ? 2 : Number.POSITIVE_INFINITY;
}
