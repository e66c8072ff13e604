/** Choosing a role, with what it may do. */

import type { Role } from "../../api/types";
import { t } from "../../i18n";
import { SelectField } from "../../ui/Field";

interface RoleFieldProps<Chosen extends Role> {
  readonly roles: readonly Chosen[];
  readonly value: Chosen;
  readonly error?: string | undefined;
  onInput(role: Chosen): void;
}

export function RoleField<Chosen extends Role>({ roles, value, error, onInput }: RoleFieldProps<Chosen>) {
  return (
    <SelectField
      label={t("access.role")}
      value={value}
      error={error}
      hint={t(`access.role.hint.${value as Role}`)}
      options={roles.map((one) => [one, t(`role.${one as Role}`)] as const)}
      onInput={(chosen) => {
        const role = roles.find((one) => one === chosen);
        if (role) onInput(role);
      }}
    />
  );
}
