/** Who wins where both sides changed the same field: nobody before a person has said, Pylon, or the edit. */
export type Policy = 'hold' | 'pylon' | 'local';

/** The policy for a field of a resource; fields as `nameOf` names them. */
export type PolicyFor = (resource: string, field: string) => Policy;
