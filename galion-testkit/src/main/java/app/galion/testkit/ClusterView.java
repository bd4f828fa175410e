package app.galion.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one cluster node says of its cluster. */
record ClusterView(List<Node> nodes) {

  private static final int FIRST_SLOT_FIELD = 8;

  /** One line of {@code CLUSTER NODES}. */
  record Node(String id, int port, Set<String> flags, String primaryId, List<String> slots) {

    boolean primaryOf(int slot) {
      return flags.contains("master")
          && !flags.contains("fail")
          && slots.stream().anyMatch(range -> holds(range, slot));
    }

    private static boolean holds(String range, int slot) {
      int dash = range.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
      int last = Integer.parseInt(range.substring(dash + 1));
      return first <= slot && slot <= last;
    }
  }

  static ClusterView of(@Nullable Object clusterNodes) {
    return new ClusterView(String.valueOf(clusterNodes).lines().map(ClusterView::node).toList());
  }

  private static Node node(String line) {
    String[] fields = line.split(" ");
    String address = fields[1];
    return new Node(
        fields[0],
        Integer.parseInt(address.substring(address.lastIndexOf(':') + 1, address.indexOf('@'))),
        Set.of(fields[2].split(",")),
        fields[3],
        Arrays.stream(fields)
            .skip(FIRST_SLOT_FIELD)
            .filter(slot -> !slot.startsWith("[")) // a slot on its way
            .toList());
  }

  long replicas() {
    return nodes.stream().filter(node -> node.flags().contains("slave")).count();
  }

  static boolean stateOk(@Nullable Object clusterInfo) {
    return String.valueOf(clusterInfo).contains("cluster_state:ok");
  }
}
