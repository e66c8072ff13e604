/** Who is logged in. */

import { computed, signal } from "@preact/signals";
import { get, post, remove, useCredentials } from "../api/http";
import { ApiProblem } from "../api/problem";
import type { MeView, Role, SessionView } from "../api/types";

export type Session =
  | { readonly status: "unknown" }
  | { readonly status: "anonymous" }
  /** Nobody has logged in, and the settings let anybody look at the kiosk. */
  | { readonly status: "kiosk" }
  | {
      readonly status: "known";
      readonly name: string;
      readonly role: Role;
      readonly csrfToken: string | null;
    };

const ANONYMOUS: Session = { status: "anonymous" };
const KIOSK: Session = { status: "kiosk" };
const INCLUDED: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ["viewer"],
  operator: ["viewer", "operator"],
  admin: ["viewer", "operator", "admin"],
  collector: ["collector"],
};

/** The session as it is known now. */
export const session = signal<Session>({ status: "unknown" });

/** The role of whoever is logged in. */
export const role = computed(() => (session.value.status === "known" ? session.value.role : null));

/** Whether whoever is logged in may do what this role may. */
export function may(least: Role): boolean {
  return role.value !== null && INCLUDED[role.value].includes(least);
}

/** The answers to a browser without a log-in; 421 where it asks a kiosk by a foreign name. */
const NOBODY: readonly number[] = [401, 421];

/** Asks who is logged in; this renews a session that is half over. Throws ApiProblem except for NOBODY. */
export async function loadSession(): Promise<void> {
  try {
    const me = await get<MeView>("/auth/me");
    if (me.kind === "kiosk") {
      if (session.peek().status !== "kiosk") session.value = KIOSK;
      return;
    }
    session.value = { status: "known", name: me.name, role: me.role, csrfToken: me.csrf_token };
  } catch (error) {
    if (!(error instanceof ApiProblem && NOBODY.includes(error.status))) throw error;
    session.value = ANONYMOUS;
  }
}

/** Logs in; throws ApiProblem. */
export async function logIn(username: string, password: string): Promise<void> {
  const answer = await post<SessionView>("/auth/session", { username, password });
  session.value = { status: "known", name: answer.name, role: answer.role, csrfToken: answer.csrf_token };
}

/** Logs out; throws ApiProblem where monctl cannot be reached. */
export async function logOut(): Promise<void> {
  await remove("/auth/session");
  session.value = ANONYMOUS;
}

/** Whether monctl answers and still knows this browser; where it does not know it, the session is over. */
export async function isSessionAlive(): Promise<boolean> {
  try {
    await loadSession();
  } catch {
    return false;
  }
  const { status } = session.peek();
  return status === "known" || status === "kiosk";
}

useCredentials({
  csrfToken: () =>
    session.peek().status === "known" ? (session.peek() as { csrfToken: string }).csrfToken : null,
  expired: () => {
    session.value = ANONYMOUS;
  },
});
