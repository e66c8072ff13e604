/** Each page's code, fetched when it is first wanted. */

import type { ComponentType } from "preact";
import type { PageProps, RouteName } from "../router";

type PageModule = { readonly default: ComponentType<PageProps> };

/** What fetches the page of a route. */
export const PAGES: Readonly<Record<RouteName, () => Promise<PageModule>>> = {
  fleet: () => import("./fleet"),
  host: () => import("./host"),
  alerts: () => import("./alerts"),
  alert: () => import("./alerts"),
  rules: () => import("./rules"),
  newRule: () => import("./rules"),
  rule: () => import("./rules"),
  silences: () => import("./silences"),
  channels: () => import("./channels"),
  inventory: () => import("./inventory"),
  addHost: () => import("./inventory"),
  access: () => import("./access"),
  login: () => import("./login"),
  kiosk: () => import("./kiosk"),
};

const components = new Map<unknown, ComponentType<PageProps>>();

/** A page that was fetched before. */
export function fetchedPage(route: RouteName): ComponentType<PageProps> | undefined {
  return components.get(route);
}

/** Fetches a page. Rejects where monctl cannot be reached, or has a newer dashboard. */
export async function fetchPage(route: RouteName): Promise<ComponentType<PageProps>> {
  const page = (await PAGES[route]()).default;
  components.set(route, page);
  return page;
}
