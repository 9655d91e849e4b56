/** The hint of errors about values that the mirror takes for impossible. */
export const SEND_ANYWAY = 'SET pylon_sync.validate = off sends it all the same.';
