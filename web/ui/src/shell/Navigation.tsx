/** The pages to go to. */

import { t } from "../i18n";
import { place, ROUTES, type RouteName } from "../router";
import { summary } from "../state/fleet";
import { may } from "../state/session";
import { Icon } from "../ui/Icon";

const PAGES = ["fleet", "alerts", "rules", "silences", "channels", "inventory", "access"] as const;

type PageName = (typeof PAGES)[number];

/** Which entry a page belongs to. */
const BELONGS_TO: Readonly<Partial<Record<RouteName, PageName>>> = {
  host: "fleet",
  alert: "alerts",
  rule: "rules",
  newRule: "rules",
  addHost: "inventory",
};

export function Navigation() {
  const { route } = place.value;
  const current = route === null ? null : (BELONGS_TO[route] ?? route);
  const pages = PAGES.filter((name) => name !== "access" || may("admin"));
  return (
    <nav aria-label={t("shell.navigation")}>
      <ul class="nav">
        {pages.map((name) => (
          <li key={name}>
            <a href={ROUTES[name]} class="nav-link" aria-current={name === current ? "page" : undefined}>
              <Icon name={name} />
              <span>{t(`nav.${name}`)}</span>
              {name === "alerts" ? <Firing /> : null}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Firing() {
  const { firing } = summary.value;
  if (firing === 0) return null;
  return (
    <span class="nav-count">
      <span aria-hidden="true">{firing}</span>
      <span class="visually-hidden">{t("nav.firing", { count: firing })}</span>
    </span>
  );
}
