/** What is wrong with a password, before it is sent. */

import { t } from "../../i18n";

const LEAST_CHARACTERS = 8;

export function passwordError(password: string): string | undefined {
  return [...password].length < LEAST_CHARACTERS ? t("access.users.password.short") : undefined;
}
