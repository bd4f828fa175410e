package app.galion.redis;

/** How the servers behind a link are arranged. */
public enum Topology {
  /** One server, or an address that always leads to the one primary. */
  STANDALONE,
  /** A primary that Sentinels watch and replace. */
  SENTINEL,
  /** Redis Cluster: keys spread over primaries by hash slot. */
  CLUSTER
}
