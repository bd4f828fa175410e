package app.galion.circuit;

/* How long each stage of an exchange may take, in nanoseconds; 0 is no limit. */
record Limits(long connect, long firstByte, long gap, long total, long deadline) {}
