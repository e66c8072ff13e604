/** The metrics' catalogue, asked for once. */

import { get } from "./http";
import type { MetricView, Page } from "./types";

let catalog: Promise<ReadonlyMap<string, MetricView>> | null = null;

/** Every metric by its name (`cpu.usage_active`); throws ApiProblem, and asks again after that. */
export function metricCatalog(): Promise<ReadonlyMap<string, MetricView>> {
  catalog ??= fetchCatalog().catch((error: unknown) => {
    catalog = null;
    throw error;
  });
  return catalog;
}

async function fetchCatalog(): Promise<ReadonlyMap<string, MetricView>> {
  const page = await get<Page<MetricView>>("/metrics/catalog");
  return new Map(page.items.map((metric) => [metric.name, metric]));
}
