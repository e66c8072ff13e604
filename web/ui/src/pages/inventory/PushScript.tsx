/** How a host that sends by itself gets its script. */

import { t } from "../../i18n";
import { CopyButton } from "../../ui/CopyButton";

export function PushScript({ name }: { name: string }) {
  const command = `monctl hosts push-script ${shellWord(name)} --url ${location.origin} > monctl-push.py`;
  return (
    <section class="panel">
      <h2>{t("inventory.push.title", { name })}</h2>
      <p>{t("inventory.push.text", { name })}</p>
      <div class="copyable">
        <code>{command}</code>
        <CopyButton text={command} />
      </div>
    </section>
  );
}

/** A name as a shell takes it. */
function shellWord(name: string): string {
  return /^[\w.@-]+$/.test(name) && !name.startsWith("-") ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
