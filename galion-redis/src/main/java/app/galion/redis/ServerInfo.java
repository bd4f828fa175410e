package app.galion.redis;

import java.util.HashMap;
import java.util.Map;

/** What a server says about itself in its answer to INFO. */
record ServerInfo(Map<String, String> fields) {

  static ServerInfo parse(String info) {
    Map<String, String> fields = new HashMap<>();
    for (String line : info.lines().toList()) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.charAt(0) != '#') {
        fields.put(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    return new ServerInfo(fields);
  }

  /* For a server whose rules forbid us to ask. */
  static ServerInfo unknown() {
    return new ServerInfo(Map.of());
  }

  private String field(String name) {
    return fields.getOrDefault(name, "");
  }

  boolean loading() {
    return "1".equals(field("loading"));
  }

  boolean cluster() {
    return "1".equals(field("cluster_enabled")) || "cluster".equals(field("redis_mode"));
  }

  boolean replica() {
    return "slave".equals(field("role"));
  }

  /* 0 where the server does not say. */
  int major() {
    String major = field("redis_version").split("\\.", 2)[0];
    return major.matches("\\d{1,4}") ? Integer.parseInt(major) : 0;
  }

  /* Another one after a restart, and after a replica became the primary. */
  String incarnation() {
    return field("run_id") + "/" + field("master_replid");
  }
}
