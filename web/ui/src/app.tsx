/** The whole page: log-in alone, or the shell with one of the pages in it. */

import { useEffect } from "preact/hooks";
import { t } from "./i18n";
import { PageView } from "./pages/PageView";
import { place } from "./router";
import { Shell } from "./shell/Shell";
import { connection, summary } from "./state/fleet";
import { pageTitle } from "./state/pageTitle";
import { session } from "./state/session";
import { Loading } from "./ui/Loading";
import { Toasts } from "./ui/Toasts";

export function App() {
  useTabTitle();
  const { route } = place.value;
  const { status } = session.value;
  return (
    <>
      {status === "unknown" ? (
        <Waiting />
      ) : route === "login" || route === "kiosk" ? (
        <PageView place={place.value} />
      ) : status === "known" ? (
        <Shell>
          <PageView place={place.value} />
        </Shell>
      ) : null}
      <Toasts />
    </>
  );
}

/** monctl did not answer yet. */
function Waiting() {
  return (
    <main class="waiting">
      <p>{t("error.network")}</p>
      <Loading lines={3} />
    </main>
  );
}

/** The tab says how many alerts fire, as it may be the only part of the page that is seen. */
function useTabTitle(): void {
  const { firing } = summary.value;
  const isLost = connection.value === "disconnected" && session.value.status === "known";
  const count = firing > 0 ? `(${firing}) ` : "";
  const title = `${isLost ? "⚠ " : ""}${count}${pageTitle.value ? `${pageTitle.value} · ` : ""}monctl`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
