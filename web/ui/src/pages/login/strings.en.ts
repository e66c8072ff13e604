/** English: what this page says. */

export const strings = {
  "login.title": "Log in",
  "login.name": "User name",
  "login.password": "Password",
  "login.submit": "Log in",
  "login.wrong": "Name or password is wrong.",
  "login.hint.title": "Here for the first time?",
  "login.hint.first":
    "At its first start, monctl makes the user {user} and prints a password once, in the terminal or the service's log.",
  "login.hint.lost": "Lost it? Set another one on the server:",
} as const;
