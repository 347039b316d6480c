/** Loopback port on which nginx and HAProxy report their configuration; nothing else may listen there. */
export const generationPort = 18404;
