// The schema of CycloneDX, as the library of its makers holds it.

import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

/** What is wrong with a JSON document of version 1.5; undefined: nothing. */
export async function schemaProblems(text: string): Promise<unknown> {
  const problems = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text);
  return problems ?? undefined;
}
