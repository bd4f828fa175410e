package app.galion.benchmarks.load;

/** A node's two-tier cache of one product; versions are written and read as text. */
interface NodeCache extends AutoCloseable {
  /** Returns once Redis has confirmed it. */
  void write(String key, String value);

  /** What a caller of this node gets. */
  String read(String key);

  @Override
  void close();
}
