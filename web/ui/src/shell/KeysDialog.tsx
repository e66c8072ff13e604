/** Which keys do what. */

import { t } from "../i18n";
import { GO_KEYS } from "../keyboard";
import { Dialog } from "../ui/Dialog";

export function KeysDialog({ onClose }: { onClose(): void }) {
  const rows: (readonly [keys: readonly string[], text: string])[] = [
    [["/"], t("keys.search")],
    [["j"], t("keys.down")],
    [["k"], t("keys.up")],
    [["Enter"], t("keys.open")],
    [["Esc"], t("keys.escape")],
    [["[", "]"], t("keys.range")],
    [["l"], t("keys.live")],
    [["?"], t("keys.help")],
    ...Object.entries(GO_KEYS).map(
      ([key, page]) => [["g", key], t("keys.go", { page: t(`nav.${page}`) })] as const,
    ),
  ];
  return (
    <Dialog title={t("keys.title")} onClose={onClose}>
      <dl class="keys">
        {rows.map(([keys, text]) => (
          <div key={keys.join(" ")}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
