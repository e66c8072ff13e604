/** The names of all channels, to choose from. */

import { getAll } from "../../api/pages";
import type { ChannelView } from "../../api/types";

/** Names in their order; throws ApiProblem. */
export async function channelNames(signal?: AbortSignal): Promise<string[]> {
  const channels = await getAll<ChannelView>("/channels", {}, signal ? { signal } : {});
  return channels.map((channel) => channel.name);
}
