/** Who did something, as people call them: the API says `user:admin` and `key:grafana`. */

const KINDS = /^(user|key|cli):/;

/** The name without what kind of account it is. */
export function actorName(actor: string): string {
  return actor.replace(KINDS, "");
}
