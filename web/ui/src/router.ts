/** Which page an address means, and going from one to another without loading anew. */

import { signal } from "@preact/signals";

/** Every page; `web/routes/dashboard.py` answers the same paths. A `:word` stands for one part. */
export const ROUTES = {
  fleet: "/",
  host: "/hosts/:name",
  alerts: "/alerts",
  alert: "/alerts/:id",
  rules: "/rules",
  newRule: "/rules/new",
  rule: "/rules/:name",
  silences: "/silences",
  channels: "/channels",
  inventory: "/inventory",
  addHost: "/inventory/add",
  access: "/access",
  login: "/login",
  kiosk: "/kiosk",
} as const;

export type RouteName = keyof typeof ROUTES;

type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamsOf<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

type HrefParams<Name extends RouteName> = [ParamsOf<(typeof ROUTES)[Name]>] extends [never]
  ? []
  : [params: Readonly<Record<ParamsOf<(typeof ROUTES)[Name]>, string | number>>];

/** Where the browser is. `route` is null for an address that no page has. */
export interface Place {
  readonly route: RouteName | null;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** What every page is given. */
export interface PageProps {
  readonly place: Place;
}

const BY_PRECISION = (Object.keys(ROUTES) as RouteName[]).sort(
  (one, other) => Number(ROUTES[one].includes(":")) - Number(ROUTES[other].includes(":")),
);

/** Where the browser is now. */
export const place = signal<Place>(placeOf("/", ""));

/** The address of a page: `href("host", { name })`. */
export function href<Name extends RouteName>(name: Name, ...params: HrefParams<Name>): string {
  const values: Readonly<Record<string, string | number>> = params[0] ?? {};
  return ROUTES[name].replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(values[key] ?? ""));
}

/** What an address means. A path without parameters goes before one with them. */
export function placeOf(path: string, search: string): Place {
  const query = new URLSearchParams(search);
  const parts = partsOf(path);
  for (const name of BY_PRECISION) {
    const params = matchParts(partsOf(ROUTES[name]), parts);
    if (params) return { route: name, params, query };
  }
  return { route: null, params: {}, query };
}

/** `replace` leaves no step back; `keepsScroll` stays where the page is scrolled to. */
export interface StepOptions {
  readonly replace?: boolean;
  readonly keepsScroll?: boolean;
}

/** Goes to an address of this dashboard. */
export function navigate(to: string, options: StepOptions = {}): void {
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  readPlace();
  if (!options.replace && !options.keepsScroll) scrollTo(0, 0);
}

/** What to make of parts of a query: null takes one away, a list repeats its name. */
export type QueryChanges = Readonly<Record<string, string | readonly string[] | null>>;

/** Changes parts of the query in place. The view's state lives there, to be linked. */
export function setQuery(changes: QueryChanges, options: StepOptions = { replace: true }): void {
  const query = new URLSearchParams(place.peek().query);
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    for (const one of typeof value === "string" ? [value] : (value ?? []))
      if (one !== "") query.append(name, one);
  }
  const text = query.toString();
  navigate(location.pathname + (text && `?${text}`), options);
}

/** Follows links, back and forward from now on. */
export function startRouter(): void {
  readPlace();
  addEventListener("popstate", readPlace);
  document.addEventListener("click", followLink);
}

function readPlace(): void {
  place.value = placeOf(location.pathname, location.search);
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function matchParts(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = decode(parts[index] ?? "");
    if (wanted.startsWith(":") && part !== null) params[wanted.slice(1)] = part;
    else if (wanted !== part) return null;
  }
  return params;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** A plain click on a link to one of our pages goes there without loading; all others are the browser's. */
function followLink(event: MouseEvent): void {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (event.defaultPrevented || !isPlain) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (placeOf(link.pathname, link.search).route === null || link.hash) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
