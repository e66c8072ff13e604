/** A wall to look at from afar: the fleet, open alerts, the time. Nothing can be done here. */

import { useEffect, useErrorBoundary } from "preact/hooks";
import { t } from "../../i18n";
import type { PageProps } from "../../router";
import { connection, isLoaded, revision } from "../../state/fleet";
import { pageTitle } from "../../state/pageTitle";
import { classes } from "../../ui/classes";
import { AlertList } from "./AlertList";
import { KioskHead } from "./KioskHead";
import { LostBanner } from "./LostBanner";
import { useAddressSettings } from "./useAddressSettings";
import { useNewVersion } from "./useNewVersion";
import { useSize } from "./useSize";
import { Wall } from "./Wall";

const CRASH_MILLISECONDS = 60_000;
const NARROW_PIXELS = 760;

export default function KioskPage({ place }: PageProps) {
  const [crash] = useErrorBoundary();
  const title = t("kiosk.title");
  useAddressSettings(place.query);
  useNewVersion();
  useEffect(() => {
    pageTitle.value = title;
  }, [title]);
  useEffect(() => {
    if (!crash) return;
    const timer = setTimeout(() => location.reload(), CRASH_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [crash]);
  if (crash) return <p class="kiosk-wait">{t("kiosk.crash")}</p>;
  return <Kiosk />;
}

function Kiosk() {
  const [body, size] = useSize<HTMLDivElement>();
  const isNarrow = size.width < NARROW_PIXELS;
  const { value } = revision;
  return (
    <main class={classes("kiosk", connection.value === "disconnected" && "kiosk-lost")}>
      <KioskHead />
      <LostBanner />
      {isLoaded.value ? (
        <div class={classes("kiosk-body", isNarrow && "kiosk-narrow")} ref={body}>
          <Wall isNarrow={isNarrow} revision={value} />
          <AlertList isNarrow={isNarrow} revision={value} />
        </div>
      ) : (
        <p class="kiosk-wait" role="status">
          {t("kiosk.connecting")}
        </p>
      )}
    </main>
  );
}
