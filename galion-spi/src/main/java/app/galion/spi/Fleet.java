package app.galion.spi;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The nodes of one application, as this node knows them. Everything but {@link #tryLease} is
 * answered from memory, at most about a second old; through an outage of what connects the nodes
 * the last known answer is kept. Thread-safe; no method blocks or throws for trouble on the way.
 */
public interface Fleet {

  /**
   * Returns this node's id, unique among the living nodes.
   *
   * @return the id, the same for the life of this object
   */
  String self();

  /**
   * Returns how many nodes live, this one included.
   *
   * @return at least 1
   */
  int size();

  /**
   * Writes this node's note under a topic, over the last one. It reaches the others within about a
   * second and disappears some seconds after this node.
   *
   * @param topic what it is about, 1 to 200 characters
   * @param note the note, at most 1024 characters; an empty note takes the last one back
   * @throws IllegalArgumentException if the topic or the note is too long
   */
  void post(String topic, String note);

  /**
   * Returns the living nodes' notes under a topic.
   *
   * @param topic what it is about
   * @return node id to note, immutable
   */
  Map<String, String> posts(String topic);

  /**
   * Tries to take or keep a named lease that one node can hold at a time.
   *
   * @param name which lease, 1 to 200 characters
   * @param duration how long it is held unless taken again, at least a millisecond
   * @return completes with whether this node holds it; false when that cannot be known; never
   *     exceptionally
   */
  CompletionStage<Boolean> tryLease(String name, Duration duration);

  /**
   * Gives a lease back early; does nothing if this node does not hold it.
   *
   * @param name which lease
   */
  void releaseLease(String name);

  /**
   * Returns a fleet of this node alone, which holds every lease that it asks for.
   *
   * @return a new instance with its own notes
   */
  static Fleet single() {
    return new SingleFleet();
  }
}
