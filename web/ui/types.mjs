// Makes src/api/schema.d.ts, the types of the API's documents, of schemas.json, which comes from the API itself.
//
// What is built for users has no types in it, and is built without the packages of developers: there it does nothing.

import { readFileSync, writeFileSync } from "node:fs";

const SOURCE = new URL("schemas.json", import.meta.url);
const OUTPUT = new URL("src/api/schema.d.ts", import.meta.url);
const OPTIONS = { immutable: true, rootTypes: true, rootTypesNoSchemaPrefix: true };

async function generator() {
  try {
    return await import("openapi-typescript");
  } catch (error) {
    if (error.code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}

function current() {
  try {
    return readFileSync(OUTPUT, "utf8");
  } catch {
    return "";
  }
}

const made = await generator();
if (made) {
  const { astToString, default: openapiTS } = made;
  const types = astToString(await openapiTS(SOURCE, OPTIONS));
  // a check that runs at the same time must not meet half a file
  if (types !== current()) writeFileSync(OUTPUT, types);
}
