package app.galion.testkit;

import org.jspecify.annotations.Nullable;

/** Reads what a cluster node says of its cluster. */
final class ClusterView {

  private ClusterView() {}

  static boolean stateOk(@Nullable Object clusterInfo) {
    return String.valueOf(clusterInfo).contains("cluster_state:ok");
  }
}
