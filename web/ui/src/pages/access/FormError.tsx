/** Why a form was refused, where no field is to blame. */

import type { FieldErrors } from "./fieldErrors";

export function FormError({ errors }: { errors: FieldErrors }) {
  if (!errors[""]) return null;
  return (
    <p class="notice notice-critical" role="alert">
      {errors[""]}
    </p>
  );
}
