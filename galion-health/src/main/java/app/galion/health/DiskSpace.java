package app.galion.health;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The size of a file system and what an ordinary user may still write to it, in bytes. */
record DiskSpace(long total, long free) {

  private static final double GIB = 1024.0 * 1024 * 1024;

  /** Measures one. */
  interface Gauge {
    DiskSpace of(Path path) throws IOException;
  }

  static DiskSpace of(Path path) throws IOException {
    FileStore store = Files.getFileStore(path);
    return new DiskSpace(store.getTotalSpace(), store.getUsableSpace());
  }

  double freePercent() {
    return 100.0 * free / total;
  }

  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("total_gb", rounded(total / GIB));
    figures.put("used_gb", rounded((total - free) / GIB));
    figures.put("free_gb", rounded(free / GIB));
    figures.put("free_percent", total <= 0 ? 0.0 : rounded(freePercent()));
    return figures;
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
