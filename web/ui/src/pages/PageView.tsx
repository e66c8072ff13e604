/** The page of a place, and what is shown when it cannot be. */

import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { t } from "../i18n";
import { href, type Place, type RouteName } from "../router";
import { Button, LinkButton } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { Loading } from "../ui/Loading";
import { fetchedPage, fetchPage } from "./pages";

export function PageView({ place }: { place: Place }) {
  if (place.route === null) return <NotFound />;
  return <KnownPage key={place.route} place={place} route={place.route} />;
}

function KnownPage({ place, route }: { place: Place; route: RouteName }) {
  const [crash, resetCrash] = useErrorBoundary();
  const [hasFailed, setFailed] = useState(false);
  const [, setFetched] = useState(false);
  const Page = fetchedPage(route);
  useEffect(() => {
    if (Page) return;
    fetchPage(route).then(
      () => setFetched(true),
      () => setFailed(true),
    );
  }, [route, Page]);
  useEffect(() => {
    // so that it is there when somebody has logged in
    if (route === "login" && Page) void fetchPage("fleet").catch(() => undefined);
  }, [route, Page]);
  if (crash) return <Crashed onRetry={resetCrash} />;
  if (Page) return <Page place={place} />;
  return hasFailed ? <Outdated /> : <Loading />;
}

function NotFound() {
  return (
    <EmptyState
      title={t("error.notFound.title")}
      actions={<LinkButton href={href("fleet")}>{t("nav.fleet")}</LinkButton>}
    >
      {t("error.notFound.text")}
    </EmptyState>
  );
}

function Crashed({ onRetry }: { onRetry(): void }) {
  return (
    <EmptyState title={t("error.crash")} actions={<Button onClick={onRetry}>{t("common.retry")}</Button>} />
  );
}

/** A page's file is not there any more: monctl was updated under an open page. */
function Outdated() {
  const reload = <Button onClick={() => location.reload()}>{t("shell.reload")}</Button>;
  return <EmptyState title={t("shell.newer")} actions={reload} />;
}
