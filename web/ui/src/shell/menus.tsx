/** Theme, language and account. */

import { showLanguage, t } from "../i18n";
import { LANGUAGE_NAMES, LANGUAGES, language } from "../i18n/language";
import { href } from "../router";
import { logOut, session } from "../state/session";
import { chooseTheme, THEMES, theme } from "../state/theme";
import { Menu, type MenuItem } from "../ui/Menu";
import { tellError } from "../ui/toasts";

export function ThemeMenu({ isAbove = true }: { isAbove?: boolean }) {
  const items = THEMES.map((one) => ({
    text: t(`shell.theme.${one}`),
    isChosen: one === theme.value,
    onSelect: () => chooseTheme(one),
  }));
  return <Menu label={t("shell.theme")} icon="theme" items={items} isAbove={isAbove} />;
}

export function LanguageMenu({ isAbove = true }: { isAbove?: boolean }) {
  const items = LANGUAGES.map((one) => ({
    text: LANGUAGE_NAMES[one],
    isChosen: one === language.value,
    onSelect: () => void showLanguage(one, { isChosen: true }).catch(tellError),
  }));
  return <Menu label={t("shell.language")} icon="language" items={items} isAbove={isAbove} />;
}

export function AccountMenu({ onShowKeys }: { onShowKeys(): void }) {
  const who = session.value;
  if (who.status !== "known") return null;
  const items: MenuItem[] = [
    { text: t("shell.keys"), onSelect: onShowKeys },
    { text: t("shell.api"), href: "/docs", icon: "external" },
    { text: t("access.password.menu"), href: `${href("access")}?tab=account` },
    { text: t("shell.logOut"), onSelect: () => void logOut().catch(tellError) },
  ];
  const text = (
    <span class="account">
      <span class="account-name">{who.name}</span> <span class="account-role">{t(`role.${who.role}`)}</span>
    </span>
  );
  return (
    <Menu
      label={`${t("shell.account", { name: who.name })} ${t(`role.${who.role}`)}`}
      icon="user"
      text={text}
      items={items}
      isAbove
    />
  );
}
