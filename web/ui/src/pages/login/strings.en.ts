/** English: what this page says. */

export const strings = {
  "login.title": "Log in",
  "login.name": "User name",
  "login.password": "Password",
  "login.submit": "Log in",
  "login.wrong": "Name or password is wrong.",
  "login.hint.title": "Here for the first time?",
  "login.hint.first":
    "At its first start, monctl makes the user {user}. The password is shown once on the terminal or, for a service, is in first-password.txt in the data directory.",
  "login.hint.lost": "Lost it? Set another one on the server:",
} as const;
