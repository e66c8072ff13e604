/** Log-in, with help for the first time. */

import { useEffect, useState } from "preact/hooks";
import { ApiProblem, messageOf } from "../../api/problem";
import { t } from "../../i18n";
import { LanguageMenu, ThemeMenu } from "../../shell/menus";
import { pageTitle } from "../../state/pageTitle";
import { logIn } from "../../state/session";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";

export default function LoginPage() {
  useEffect(() => {
    pageTitle.value = t("login.title");
  }, []);
  return (
    <main class="login">
      <div class="login-card">
        <h1 class="brand">
          <img src="/favicon.svg" alt="" width="32" height="32" />
          monctl
        </h1>
        <LoginForm />
        <FirstStartHint />
      </div>
      <div class="login-menus">
        <ThemeMenu isAbove={false} />
        <LanguageMenu isAbove={false} />
      </div>
    </main>
  );
}

function LoginForm() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await logIn(name, password);
    } catch (problem) {
      setError(
        problem instanceof ApiProblem && problem.status === 401 ? t("login.wrong") : messageOf(problem),
      );
      setBusy(false);
    }
  };
  return (
    <form class="login-form stack-14" onSubmit={submit}>
      <TextField
        label={t("login.name")}
        name="username"
        autocomplete="username"
        autofocus
        required
        value={name}
        onInput={setName}
      />
      <TextField
        label={t("login.password")}
        name="password"
        type="password"
        autocomplete="current-password"
        required
        error={error}
        value={password}
        onInput={setPassword}
      />
      <Button kind="primary" type="submit" isBusy={isBusy}>
        {t("login.submit")}
      </Button>
    </form>
  );
}

function FirstStartHint() {
  return (
    <details class="login-hint note">
      <summary>{t("login.hint.title")}</summary>
      <p>{t("login.hint.first", { user: "admin" })}</p>
      <p>{t("login.hint.lost")}</p>
      <pre>monctl user password admin</pre>
    </details>
  );
}
