package app.galion.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Which primary serves which hash slots, as one server of a cluster sees it. */
record Layout(boolean sound, List<Range> ranges) {

  private static final Duration DEADLINE = Duration.ofSeconds(1);

  /* Slots from first to last, their primary, and the addresses of its replicas. */
  record Range(int first, int last, Address primary, List<Address> replicas) {}

  record Address(String host, int port) {}

  static CompletableFuture<Layout> ask(Line line) {
    CompletableFuture<Reply> info = line.ask("CLUSTER", args("INFO"), DEADLINE);
    CompletableFuture<Reply> slots = line.ask("CLUSTER", args("SLOTS"), DEADLINE);
    String host = line.node().uri().getHost();
    return info.thenCombine(slots, (state, ranges) -> parse(state.text(0), ranges, host));
  }

  private static List<byte[]> args(String word) {
    return List.of(RedisLink.bytes(word));
  }

  static Layout parse(String info, Reply slots, String answeredBy) {
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      Reply range = slots.list(i);
      List<Address> addresses = new ArrayList<>();
      for (int j = 2; j < range.size(); j++) {
        addresses.add(address(range.list(j), answeredBy));
      }
      if (!addresses.isEmpty()) {
        int first = Math.toIntExact(range.integer(0));
        int last = Math.toIntExact(range.integer(1));
        ranges.add(
            new Range(first, last, addresses.get(0), addresses.subList(1, addresses.size())));
      }
    }
    return new Layout(info.contains("cluster_state:ok"), List.copyOf(ranges));
  }

  private static Address address(Reply node, String answeredBy) {
    String host = node.has(0) ? node.text(0) : "";
    boolean named = !host.isEmpty() && !"?".equals(host);
    return new Address(named ? host : answeredBy, Math.toIntExact(node.integer(1)));
  }
}
