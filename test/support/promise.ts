/** What the product promises of a cluster, whatever happens; the tests from end to end name it where it is broken. */
export const promise = 'Old or new, nothing lost';
